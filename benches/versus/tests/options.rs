//! The command line, the table of peers, the suite.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;

use clap::{CommandFactory, Parser};
use versus::args::{Args, Command};
use versus::peers::{PEERS, Peer, is_installed};
use versus::places::Places;
use versus::suite;

#[test]
fn the_command_line_is_consistent() {
    Args::command().debug_assert();
}

#[test]
fn runs_are_five_and_one_when_quick() {
    let parse = |line: &str| Args::try_parse_from(line.split(' ')).map(|args| args.run.runs());
    assert_eq!(parse("versus").expect("valid"), 5);
    assert_eq!(parse("versus --quick").expect("valid"), 1);
    assert_eq!(parse("versus --quick --runs 3").expect("valid"), 3);
    assert!(parse("versus --runs 0").is_err());
}

#[test]
fn lists_and_patterns_are_taken() {
    let line = "versus --only l* --only fib --peers gcc*,node";
    let args = Args::try_parse_from(line.split(' ')).expect("valid").run;
    assert_eq!(args.only, ["l*", "fib"]);
    assert_eq!(args.peers, ["gcc*", "node"]);
    assert!(suite::matches_any(&args.peers, "gcc-O1"));
    assert!(!suite::matches_any(&args.peers, "clang-O2"));
    assert!(suite::matches_any(&[], "anything"));
}

#[test]
fn comparing_takes_two_files() {
    let parse = |line: &str| Args::try_parse_from(line.split(' '));
    let args = parse("versus compare a.json b.json --threshold 3").expect("valid");
    let Some(Command::Compare(compared)) = args.command else { panic!() };
    assert_eq!((compared.threshold, compared.new.to_str()), (3.0, Some("b.json")));
    assert!(parse("versus compare a.json").is_err());
    assert!(parse("versus --quick compare a.json b.json").is_err());
}

#[test]
fn a_missing_peer_says_how_to_get_it() {
    let ocaml = Peer::of("ocamlopt").expect("is in the table");
    assert!(!is_installed(ocaml.tool, Some(OsStr::new("/nowhere:/neither"))));
    assert!(!is_installed(ocaml.tool, None));
    assert_eq!(
        ocaml.how_to_install(),
        "ocamlopt is left out: no `ocamlopt`; `apt-get install ocaml-nox`"
    );
}

#[test]
fn peers_have_names_of_their_own() {
    let ids: BTreeSet<_> = PEERS.iter().map(|peer| peer.id).collect();
    assert_eq!(ids.len(), PEERS.len());
    assert_eq!(PEERS[0].id, "galo", "which says what the right output is");
}

/// Each program of the suite is there for galo, and nothing lies there that nobody runs.
#[test]
fn the_suite_is_complete() {
    let places = Places::find();
    let programs = places.root.join(places.programs());
    let names = suite::find(&programs, &[]).expect("is there");
    assert_eq!((names.first(), names.last()), (Some(&"fib".into()), Some(&"hello".into())));
    for name in &names {
        assert!(programs.join(name).join(name).with_extension("rinha").is_file(), "{name}");
        for file in fs::read_dir(programs.join(name)).expect("is there") {
            let path = file.expect("is there").path();
            let extension = path.extension().and_then(OsStr::to_str);
            let is_run = PEERS.iter().any(|peer| Some(peer.extension) == extension);
            assert!(is_run && path.file_stem() == Some(OsStr::new(name)), "{}", path.display());
        }
    }
}
