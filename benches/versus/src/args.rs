//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// galo head to head with other runtimes
#[derive(Parser, Debug)]
#[command(name = "versus", args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Something else than measuring.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to measure.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Something else than measuring.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Name what got slower from one file of results to another, beyond the noise
    Compare(CompareArgs),
    /// Write the tables and the chart of a file of results anew
    Report(ReportArgs),
    /// List the peers: what is installed, and how to install the rest
    Peers,
}

/// What to measure, and how.
#[derive(clap::Args, Debug)]
pub struct RunArgs {
    /// Only benchmarks whose name matches, `*` being any text; can be given several times
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,

    /// Only these peers, separated by commas, `*` being any text; galo itself always runs
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub peers: Vec<String>,

    /// Timed runs of each program, after one that warms up [default: 5, quick: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: Option<u32>,

    /// One timed run, and no peer that takes long; for a first look
    #[arg(long)]
    pub quick: bool,

    /// The galo to measure; otherwise a release build is made
    #[arg(long, value_name = "PATH")]
    pub galo: Option<PathBuf>,

    /// Another galo to measure beside it, as the peer `base`
    #[arg(long, value_name = "PATH")]
    pub base: Option<PathBuf>,

    /// A row that takes longer than this to warm up is not run again: that run is its sample
    #[arg(long, value_name = "SECONDS", default_value_t = 20.0)]
    pub slow: f64,

    /// A process that takes longer than this is ended, and reported as "more than"
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0)]
    pub limit: f64,

    /// Results go to `benches/results/NAME.json`, `.md` and `.svg`
    #[arg(long, default_value = "local")]
    pub name: String,

    /// Show them in README.md, too
    #[arg(long)]
    pub readme: bool,
}

impl RunArgs {
    /// How often each program is timed.
    pub fn runs(&self) -> usize {
        self.runs.map_or(if self.quick { 1 } else { 5 }, |runs| runs as usize)
    }
}

/// What to compare.
#[derive(clap::Args, Debug)]
pub struct CompareArgs {
    /// Results of before
    pub old: PathBuf,
    /// Results of after
    pub new: PathBuf,
    /// Changes of the median smaller than this are no regression
    #[arg(long, value_name = "PERCENT", default_value_t = 5.0)]
    pub threshold: f64,
}

/// What to write anew.
#[derive(clap::Args, Debug)]
pub struct ReportArgs {
    /// A file of results
    pub results: PathBuf,
    /// Show them in README.md, too
    #[arg(long)]
    pub readme: bool,
}
