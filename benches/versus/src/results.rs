//! What was measured, as it is kept in files: every sample, and all one needs to judge them.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A file of results.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Results {
    /// When the measurement began, in UTC.
    pub date: String,
    /// The machine.
    pub machine: Machine,
    /// How it was measured.
    pub settings: Settings,
    /// The versions of all rows' tools.
    pub versions: Vec<Version>,
    /// What to install for the peers that were not there.
    pub missing: Vec<String>,
    /// The measurements.
    pub benchmarks: Vec<Benchmark>,
}

/// Where it was measured.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// How many processors the system sees.
    pub processors: usize,
    /// Main memory.
    pub memory_mib: u64,
    /// The kernel's name and version.
    pub kernel: String,
    /// The distribution.
    pub system: String,
}

/// How it was measured.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Settings {
    /// Timed runs of each program.
    pub runs: usize,
    /// Runs before those that count.
    pub warm_up: usize,
    /// Rows that took longer to warm up have that run as their only sample, in seconds.
    pub slow: f64,
    /// What takes longer was ended, in seconds.
    pub limit: f64,
}

/// The version of a peer's tool.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Version {
    /// Which peer.
    pub peer: String,
    /// What the tool says of itself.
    pub version: String,
}

/// The rows of one program.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Benchmark {
    /// Its name.
    pub name: String,
    /// Those who ran it, in the order of a round.
    pub rows: Vec<Row>,
}

/// What one peer did with one program.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Row {
    /// Who.
    pub peer: String,
    /// How it was built.
    pub build: Option<String>,
    /// How it was run.
    pub command: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of running a program.
#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Each run that counts.
    Samples(Vec<Sample>),
    /// It took longer than so many seconds.
    MoreThan(f64),
    /// It printed something else than galo and was not timed; the first line that differs.
    Differs(String),
    /// It could not be built, or did not end well.
    Failed(String),
}

/// One process from its start to its end. Times are in microseconds, as the kernel counts them.
#[derive(Serialize, Deserialize, Clone, Copy, Debug)]
pub struct Sample {
    /// By the clock.
    pub wall: u64,
    /// Computing.
    pub user: u64,
    /// In the kernel.
    pub system: u64,
    /// Most memory that was resident.
    pub peak_kib: u64,
}

/// What is read off a sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// User and system time together, of all threads, in seconds. Other processes disturb it
    /// least.
    Processor,
    /// Time by the clock, in seconds.
    Wall,
    /// Most memory that was resident, in KiB.
    Memory,
}

impl Measure {
    /// That of one sample.
    pub fn of(self, sample: &Sample) -> f64 {
        match self {
            Measure::Processor => (sample.user + sample.system) as f64 * 1e-6,
            Measure::Wall => sample.wall as f64 * 1e-6,
            Measure::Memory => sample.peak_kib as f64,
        }
    }
}

impl Results {
    /// Reads a file.
    ///
    /// # Errors
    /// With a message, when the file cannot be read or is not of this kind.
    pub fn read(path: &Path) -> Result<Results, String> {
        let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("strings and finite numbers") + "\n"
    }

    /// A benchmark by its name.
    pub fn benchmark(&self, name: &str) -> Option<&Benchmark> {
        self.benchmarks.iter().find(|benchmark| benchmark.name == name)
    }
}

impl Benchmark {
    /// A peer's row.
    pub fn row(&self, peer: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.peer == peer)
    }

    /// What was measured of a peer, run by run.
    pub fn values(&self, peer: &str, measure: Measure) -> Option<Vec<f64>> {
        match &self.row(peer)?.outcome {
            Outcome::Samples(samples) => Some(samples.iter().map(|s| measure.of(s)).collect()),
            _ => None,
        }
    }
}
