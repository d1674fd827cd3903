//! Options for looking inside.

use std::path::PathBuf;

use clap::Args;

use crate::engine::Patterns;
use crate::inspect::{DumpOptions, StageList, StatsOptions, Target, TraceOptions};

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

    /// Tell what happens, a line an event: `gc` (collections), or `all`; on standard error or
    /// in a FILE
    #[arg(long, value_name = "EVENTS[:FILE]", require_equals = true)]
    pub(super) trace: Option<TraceOptions>,

    /// Show stages of the program's way, like `core,facts`; `all` for all of them, `help` for
    /// a list
    #[arg(long, value_name = "STAGES", require_equals = true)]
    pub(super) dump: Option<StageList>,

    /// Dump only functions whose name matches, `*` being any text; can be given several times
    #[arg(long, value_name = "GLOB", requires = "dump", hide_short_help = true)]
    pub(super) dump_filter: Vec<String>,

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
            target: self.dump_to.as_deref().map_or(Target::Stderr, Target::of_path),
        })
    }

    /// Whether nothing but the list of stages is wanted.
    pub(super) fn wants_overview(&self) -> bool {
        self.dump == Some(StageList::Overview)
    }
}
