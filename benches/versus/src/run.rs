//! The command that measures.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::args::RunArgs;
use crate::machine;
use crate::measure::{Plan, measure};
use crate::peers::{BASE, GALO, NO_SHARE, NO_SHARE_OPTION, PEERS, Peer, is_installed};
use crate::places::Places;
use crate::prepare::{Galos, Prepared, join, prepare, source};
use crate::process::{Runner, raise_stack_limit};
use crate::progress::Progress;
use crate::report;
use crate::results::{Benchmark, Outcome, Results, Row, Settings, Version};
use crate::suite;

/// Measures, writes the results and their report. Fails when programs did, or printed something
/// else.
///
/// # Errors
/// With a message, when there is nothing to measure or no place for results.
pub fn run(args: &RunArgs) -> Result<ExitCode, String> {
    let (places, progress) = (Places::find(), Progress::new());
    raise_stack_limit().unwrap_or_else(|message| progress.say(&message));
    let galos = galos(args, &places)?;
    let programs = places.root.join(places.programs());
    let names = suite::find(&programs, &args.only).map_err(|error| error.to_string())?;
    if names.is_empty() {
        return Err("no benchmark has such a name".into());
    }
    let (peers, missing) = choose(args, &galos, &places);
    missing.iter().for_each(|message| progress.say(message));
    let session =
        Session { args, places: &places, progress: &progress, galos: &galos, peers: &peers };
    let (date, versions) = (machine::date(), session.versions());
    let benchmarks = names.iter().map(|name| session.benchmark(name)).collect::<Result<_, _>>()?;
    let results = Results {
        date,
        machine: machine::describe(),
        settings: Settings { runs: args.runs(), warm_up: 1, slow: args.slow, limit: args.limit },
        versions,
        missing,
        benchmarks,
    };
    progress.show("");
    let path = places.results(&args.name);
    fs::create_dir_all(path.parent().expect("in a folder")).map_err(|error| error.to_string())?;
    let write = |text| fs::write(path.with_extension("json"), text);
    write(results.to_json()).map_err(|error| format!("{}: {error}", path.display()))?;
    report::write(&results, &path, args.readme.then(|| places.readme()).as_deref())?;
    println!("{}", report::summary(&results));
    let troubles = troubles(&results);
    troubles.iter().for_each(|trouble| progress.say(trouble));
    Ok(if troubles.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says which peers are there.
///
/// # Errors
/// Never.
pub fn list_peers() -> Result<ExitCode, String> {
    let path = env::var_os("PATH");
    for peer in PEERS.iter().filter(|peer| !peer.is_galo()) {
        let there = is_installed(peer.tool, path.as_deref());
        let remark = if there { "installed".into() } else { peer.how_to_install() };
        println!("{:<12} {remark}", peer.id);
    }
    Ok(ExitCode::SUCCESS)
}

/// The galos that were asked for; builds one if none was.
fn galos(args: &RunArgs, places: &Places) -> Result<Galos, String> {
    let absolute =
        |path: &Path| path.canonicalize().map_err(|e| format!("{}: {e}", path.display()));
    let base = args.base.as_deref().map(absolute).transpose()?;
    if let Some(path) = &args.galo {
        return Ok(Galos { galo: absolute(path)?, base });
    }
    let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--quiet", "--package", "galo"]).current_dir(&places.root);
    match build.status() {
        Ok(status) if status.success() => Ok(Galos { galo: places.galo(), base }),
        _ => Err("galo could not be built; --galo names one that is".into()),
    }
}

/// Who takes part, and what to say of those who cannot.
fn choose(args: &RunArgs, galos: &Galos, places: &Places) -> (Vec<&'static Peer>, Vec<String>) {
    let galo = galos.galo.display().to_string();
    let help = machine::output(&[&galo, "run", "--help"], &places.root).unwrap_or_default();
    let path = env::var_os("PATH");
    let (mut peers, mut missing) = (Vec::new(), Vec::new());
    for peer in PEERS {
        let is_wanted = match peer.id {
            GALO => true,
            BASE => galos.base.is_some(),
            id => suite::matches_any(&args.peers, id) && !(args.quick && peer.is_slow),
        };
        if !is_wanted {
        } else if peer.id == NO_SHARE && !help.contains(NO_SHARE_OPTION) {
            missing.push(format!("{} is left out: this galo has no such option", peer.title));
        } else if peer.is_galo() || is_installed(peer.tool, path.as_deref()) {
            peers.push(peer);
        } else {
            missing.push(peer.how_to_install());
        }
    }
    (peers, missing)
}

/// All that does not change between benchmarks.
struct Session<'a> {
    args: &'a RunArgs,
    places: &'a Places,
    progress: &'a Progress,
    galos: &'a Galos,
    peers: &'a [&'static Peer],
}

impl Session<'_> {
    fn benchmark(&self, name: &str) -> Result<Benchmark, String> {
        let mut rows: Vec<(&Peer, Result<Prepared, String>)> = Vec::new();
        for peer in self.peers {
            if self.places.root.join(source(self.places, peer, name)).is_file() {
                self.progress.show(&format!("{name}: building for {}", peer.title));
                rows.push((peer, prepare(self.places, self.galos, peer, name)));
            }
        }
        let ready: Vec<_> = rows
            .iter()
            .filter_map(|(peer, prepared)| Some((*peer, prepared.as_ref().ok()?)))
            .collect();
        let mut outcomes = self.measure(name, &ready)?.into_iter();
        let row = |(peer, prepared): (&Peer, Result<Prepared, String>)| match prepared {
            Ok(prepared) => Row {
                peer: peer.id.into(),
                command: join(&prepared.command),
                build: prepared.build,
                outcome: outcomes.next().expect("one each"),
            },
            Err(message) => Row {
                peer: peer.id.into(),
                command: String::new(),
                build: None,
                outcome: Outcome::Failed(message),
            },
        };
        Ok(Benchmark { name: name.into(), rows: rows.into_iter().map(row).collect() })
    }

    fn measure(&self, name: &str, ready: &[(&Peer, &Prepared)]) -> Result<Vec<Outcome>, String> {
        let scratch = self.places.root.join(self.places.built());
        fs::create_dir_all(&scratch).map_err(|error| error.to_string())?;
        let runner = Runner { folder: self.places.root.clone(), scratch };
        let runs = self.args.runs() * suite::repetition(name);
        let seconds = Duration::try_from_secs_f64;
        let slow = seconds(self.args.slow).map_err(|error| error.to_string())?;
        let limit = seconds(self.args.limit).map_err(|error| error.to_string())?;
        Ok(measure(ready.len(), Plan { runs, slow, limit }, &mut |row, round| {
            let (peer, prepared) = ready[row];
            let what = if round == 0 { "warm-up".into() } else { format!("run {round} of {runs}") };
            self.progress.show(&format!("{name}: {what}, {}", peer.title));
            runner.run(&prepared.command, limit)
        }))
    }

    fn versions(&self) -> Vec<Version> {
        let galos = self.galos;
        let path = |path: &Path| path.display().to_string();
        let version = |peer: &&'static Peer| {
            let fill = |word: &&str| match *word {
                "{galo}" => path(&galos.galo),
                "{base}" => path(galos.base.as_ref().unwrap_or(&galos.galo)),
                word => word.to_owned(),
            };
            let command: Vec<_> = peer.version.iter().map(fill).collect();
            let mut version = machine::first_line(&command, &self.places.root)?;
            if peer.id == GALO && self.args.galo.is_none() {
                version = format!("{version} {}", commit(&self.places.root));
            }
            Some(Version { peer: peer.id.into(), version: version.trim().into() })
        };
        self.peers.iter().filter_map(version).collect()
    }
}

/// The last commit that changed galo itself, and whether something is not committed yet.
fn commit(root: &Path) -> String {
    let of_galo = ["--", "src", "runtime"];
    let ask =
        |words: &[&str]| machine::output(&[words, &of_galo].concat(), root).unwrap_or_default();
    let last = ask(&["git", "log", "-1", "--format=%h"]);
    let changed = ask(&["git", "status", "--porcelain"]);
    format!("{}{}", last.trim(), if changed.is_empty() { "" } else { "-dirty" })
}

/// What must not be overlooked.
fn troubles(results: &Results) -> Vec<String> {
    let mut troubles = Vec::new();
    for benchmark in &results.benchmarks {
        for row in &benchmark.rows {
            let who = format!("{}, {}", benchmark.name, row.peer);
            match &row.outcome {
                Outcome::Samples(_) | Outcome::MoreThan(_) => {}
                Outcome::Differs(how) => troubles.push(format!("{who} is not timed: {how}")),
                Outcome::Failed(why) => troubles.push(format!("{who} failed: {why}")),
            }
        }
    }
    troubles
}
