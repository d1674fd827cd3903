//! Events as JSON, an object a line.
//!
//! Names are as in the statistics: those of figures end in their unit, `function` is a function's
//! name and `place` where it begins. `docs/schemas/trace.schema.json` describes every field.

use serde_json::{Value, json};

use super::super::names::Names;
use super::{Event, Trigger};
use crate::core::FunctionId;
use crate::engine::events::{Collection, CompileTimes};

/// An event.
pub(super) fn object(names: &Names<'_>, event: &Event<'_>) -> Value {
    match *event {
        Event::Collection(collection) => collected(collection),
        Event::CompileStarted { function, version, trigger } => {
            let mut object = about(names, "compile", function);
            object["version"] = version.into();
            object["trigger"] = why(names, trigger);
            object
        }
        Event::CompileFinished { function, version, exits, code_bytes, times } => {
            let mut object = about(names, "compiled", function);
            object["version"] = version.into();
            object["exits"] = exits.into();
            object["code_bytes"] = code_bytes.into();
            object["jit_nanos"] = nanos(times);
            object
        }
        Event::CompileRefused { function, reason } => {
            let mut object = about(names, "refused", function);
            object["reason"] = reason.to_string().into();
            object
        }
        Event::CompileFailed { function, version, failure } => {
            let mut object = about(names, "failed", function);
            object["version"] = version.into();
            object["reason"] = failure.to_string().into();
            object
        }
        Event::NoCompiler(error) => json!({ "event": "no-compiler", "reason": error.to_string() }),
        Event::Exit { function, site, reason, count, compiled, number, value } => {
            let mut object = about(names, "exit", function);
            object["site"] = names.place(site).into();
            object["reason"] = reason.to_string().into();
            object["count"] = count.into();
            object["code_of"] = names.name(compiled).into();
            object["exit"] = number.into();
            object["value"] = value.into();
            object
        }
    }
}

/// An event that is about a function.
fn about(names: &Names<'_>, event: &str, function: FunctionId) -> Value {
    json!({
        "event": event,
        "function": names.name(function),
        "place": names.function_place(function),
    })
}

fn why(names: &Names<'_>, trigger: Trigger) -> Value {
    match trigger {
        Trigger::Hot { calls, iterations } => {
            json!({ "kind": "hot", "calls": calls, "iterations": iterations })
        }
        Trigger::Exits { site } => json!({ "kind": "exits", "site": names.place(site) }),
    }
}

fn nanos(times: CompileTimes) -> Value {
    times.steps().into_iter().map(|(name, time)| (name, time.as_nanos() as u64)).collect()
}

fn collected(collection: Collection) -> Value {
    let Collection { major, before_bytes, after_bytes, pause_nanos } = collection;
    json!({
        "event": "gc",
        "kind": if major { "major" } else { "minor" },
        "before_bytes": before_bytes,
        "after_bytes": after_bytes,
        "pause_nanos": pause_nanos,
    })
}
