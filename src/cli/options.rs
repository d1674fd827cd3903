//! Options that several commands share: for the compiler, and for looking inside.

use std::path::PathBuf;

use clap::Args;
use clap::builder::TypedValueParser;

use super::args::Format;
use crate::engine::Patterns;
use crate::inspect::{
    DumpOptions, PassList, ProfileOptions, StageList, StatsOptions, Target, TraceOptions,
};
use crate::ssa::{PassSet, Switches};
use crate::{JitConfig, Tier};

/// What the compiler does, and when.
#[derive(Args, Debug)]
#[command(next_help_heading = "Compiler")]
pub(super) struct JitArgs {
    /// Which tiers may run the program: the interpreter and, for what is hot, machine code
    /// (`auto`); the interpreter alone (`interp`); machine code from the first call on (`jit`)
    #[arg(long, default_value_t, value_parser = tier(), hide_possible_values = false)]
    pub(super) tier: Tier,

    /// Compile functions after N calls, or N iterations of their own loop, instead of when it
    /// should pay
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(super) jit_threshold: Option<u64>,

    /// Compile only functions whose name matches, `*` being any text; can be given several
    /// times. The program itself is called `main`, functions without a name `fn`
    #[arg(long, value_name = "GLOB", hide_short_help = true)]
    pub(super) jit_only: Vec<String>,

    /// Do not compile functions whose name matches; can be given several times
    #[arg(long, value_name = "GLOB", hide_short_help = true)]
    pub(super) jit_deny: Vec<String>,

    /// Compile no more than the first N functions that get hot: with fewer and fewer, one
    /// finds the function that is compiled wrongly
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(super) jit_limit: Option<u64>,

    /// Which passes the optimiser runs: `-gvn,-dce` all but these, `none,gvn` only this one;
    /// `help` for a list
    #[arg(long, value_name = "PASSES", require_equals = true, hide_short_help = true)]
    pub(super) jit_opt: Option<PassList>,

    /// Make each of several equal calls of a function that prints nothing, instead of one whose
    /// result they share
    #[arg(long, hide_short_help = true)]
    pub(super) no_share_calls: bool,

    /// Pass every pair as a pair, even to functions that only take it apart
    #[arg(long, hide_short_help = true)]
    pub(super) no_split_parameters: bool,

    /// To find galo's own mistakes, very slowly: compile at the second call, check every step
    /// of the compiler, leave compiled code for the interpreter as often as can be, collect at
    /// every allocation
    #[arg(long, hide_short_help = true)]
    pub(super) jit_stress: bool,
}

impl JitArgs {
    /// The compiler's configuration.
    pub(super) fn config(&self) -> JitConfig {
        JitConfig {
            threshold: self.jit_threshold,
            stress: self.jit_stress.then_some(JitConfig::STRESS),
            only: self.jit_only.clone(),
            deny: self.jit_deny.clone(),
            limit: self.jit_limit,
            switches: self.switches(),
            count_calls: false,
        }
    }

    fn switches(&self) -> Switches {
        let passes = match self.jit_opt {
            Some(PassList::Passes(passes)) => passes,
            Some(PassList::Overview) | None => PassSet::ALL,
        };
        Switches {
            passes,
            share_calls: !self.no_share_calls,
            split_parameters: !self.no_split_parameters,
        }
    }

    /// Whether nothing but the list of passes is wanted.
    pub(super) fn wants_overview(&self) -> bool {
        self.jit_opt == Some(PassList::Overview)
    }
}

fn tier() -> impl TypedValueParser<Value = Tier> {
    let names = clap::builder::PossibleValuesParser::new(Tier::ALL.map(Tier::name));
    names.map(|name| name.parse().expect("a possible value"))
}

/// What is to be told of a run besides its output.
#[derive(Args, Debug)]
#[command(next_help_heading = "Inspection")]
pub(super) struct InspectArgs {
    /// Tell how long the run took
    #[arg(long)]
    pub(super) time: bool,

    /// Tell what the run cost: `text` (the default) or `json`, on standard error or in a FILE
    #[arg(
        long,
        value_name = "FORMAT[:FILE]",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text"
    )]
    pub(super) stats: Option<StatsOptions>,

    /// Tell what happens, a line an event: `compile`, `exit` (compiled code left for the
    /// interpreter), `gc` (collections), or `all`; on standard error or in a FILE
    #[arg(long, value_name = "EVENTS[:FILE]", require_equals = true)]
    pub(super) trace: Option<TraceOptions>,

    /// How events are told: `text`, or `json`, an object a line
    #[arg(
        long,
        value_name = "FORMAT",
        requires = "trace",
        default_value = "text",
        hide_short_help = true
    )]
    pub(super) trace_format: Format,

    /// Write down where the time goes, as `folded[:FILE]` stacks, of which `galo flame` makes a graph;
    /// or tell profilers of compiled code: `perfmap`, names for perf; `jitdump[:FOLDER]`, code and
    /// lines for `perf inject --jit`; `gdb`, names for debuggers
    #[arg(long, value_name = "KIND[:WHERE]", require_equals = true)]
    pub(super) profile: Option<ProfileOptions>,

    /// Show stages of the program's way, like `core,clif`; `all` for all of them, `help` for
    /// a list
    #[arg(long, value_name = "STAGES", require_equals = true)]
    pub(super) dump: Option<StageList>,

    /// Dump only functions whose name matches, `*` being any text; can be given several times
    #[arg(long, value_name = "GLOB", requires = "dump", hide_short_help = true)]
    pub(super) dump_filter: Vec<String>,

    /// How dumps are written: `text`, or `json`, one document when the run is over
    #[arg(
        long,
        value_name = "FORMAT",
        requires = "dump",
        default_value = "text",
        hide_short_help = true
    )]
    pub(super) dump_format: Format,

    /// Where dumps go: a file, a folder (with a file for each text) or `-` for standard
    /// output; otherwise standard error
    #[arg(long, value_name = "FILE|DIR|-", requires = "dump", hide_short_help = true)]
    pub(super) dump_to: Option<PathBuf>,
}

impl InspectArgs {
    /// What is to be dumped.
    pub(super) fn dump_options(&self) -> Option<DumpOptions> {
        let Some(StageList::Stages(stages)) = &self.dump else { return None };
        Some(DumpOptions {
            stages: stages.clone(),
            functions: Patterns::new(&self.dump_filter),
            json: self.dump_format == Format::Json,
            target: self.dump_to.as_deref().map_or(Target::Stderr, Target::of_path),
        })
    }

    /// What is to be traced.
    pub(super) fn trace_options(&self) -> Option<TraceOptions> {
        let json = self.trace_format == Format::Json;
        self.trace.clone().map(|options| TraceOptions { json, ..options })
    }

    /// Whether nothing but the list of stages is wanted.
    pub(super) fn wants_overview(&self) -> bool {
        self.dump == Some(StageList::Overview)
    }
}
