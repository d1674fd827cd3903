//! What happened when: the events of a run, as many as one can look at.
//!
//! A run may collect a million times and leave compiled code as often. So of collections, the
//! more there are, the more in a row are taken together; and of exits at one place only the first
//! few are kept, then those whose number is a power of two. Nothing is lost but the times of the
//! others.

use std::time::Duration;

use serde_json::{Value, json};

use super::sites::Sites;
use crate::core::FunctionId;
use crate::engine::events::{Collection, Event, Trigger};

/// The most rows of collections.
const MAX_ROWS: usize = 1024;
/// So many exits at a place are all kept.
const FIRST_EXITS: u64 = 4;

/// The events so far.
#[derive(Default, Debug)]
pub(super) struct Timeline {
    rows: Vec<(Duration, Value)>,
    collections: Vec<Collections>,
    /// How many collections are taken together.
    stride: u64,
}

/// Some collections in a row.
#[derive(Clone, Copy, Debug)]
struct Collections {
    at: Duration,
    count: u64,
    major: u64,
    before_bytes: u64,
    after_bytes: u64,
    pause_nanos: u64,
}

impl Collections {
    /// Those of both, of which these came first.
    fn and(self, later: Collections) -> Collections {
        Collections {
            at: self.at,
            count: self.count + later.count,
            major: self.major + later.major,
            before_bytes: self.before_bytes.max(later.before_bytes),
            after_bytes: later.after_bytes,
            pause_nanos: self.pause_nanos + later.pause_nanos,
        }
    }
}

impl Timeline {
    /// Notes an event. `version` says which version of a function an exit belongs to.
    pub(super) fn note(
        &mut self,
        at: Duration,
        event: &Event<'_>,
        sites: &mut Sites,
        version: &dyn Fn(u32) -> u32,
    ) {
        let row = match *event {
            Event::Collection(collection) => return self.collection(at, &collection),
            Event::CompileStarted { function, version, trigger } => {
                let mut row = json!({ "k": "start", "f": function.index(), "v": version });
                match trigger {
                    Trigger::Hot { calls, iterations } => {
                        row["calls"] = json!(calls);
                        row["loops"] = json!(iterations);
                    }
                    Trigger::Exits { site } => row["s"] = json!(sites.number(site)),
                }
                row
            }
            Event::CompileFinished { function, version, exits, code_bytes, times } => json!({
                "k": "done", "f": function.index(), "v": version, "exits": exits,
                "bytes": code_bytes,
                "micros": times.steps().map(|(_, time)| time.as_micros() as u64),
            }),
            Event::CompileRefused { function, reason } => {
                json!({ "k": "refused", "f": function.index(), "why": reason.to_string() })
            }
            Event::CompileFailed { function, version, failure } => json!({
                "k": "failed", "f": function.index(), "v": version, "why": failure.to_string(),
            }),
            Event::NoCompiler(error) => json!({ "k": "none", "why": error.to_string() }),
            Event::Exit { function, site, reason, count, compiled, number, value } => {
                if count > FIRST_EXITS && !count.is_power_of_two() {
                    return;
                }
                json!({
                    "k": "exit", "f": compiled.index(), "v": version(number),
                    "in": function.index(), "s": sites.number(site),
                    "why": reason.to_string(), "n": count, "value": value,
                })
            }
        };
        self.rows.push((at, row));
    }

    fn collection(&mut self, at: Duration, collection: &Collection) {
        let Collection { major, before_bytes, after_bytes, pause_nanos } = *collection;
        let new = Collections {
            at,
            count: 1,
            major: u64::from(major),
            before_bytes,
            after_bytes,
            pause_nanos,
        };
        match self.collections.last_mut() {
            Some(last) if last.count < self.stride => *last = last.and(new),
            _ => self.collections.push(new),
        }
        if self.collections.len() == MAX_ROWS {
            let pairs = self.collections.chunks(2);
            self.collections = pairs.map(|pair| pair[0].and(pair[1])).collect();
            self.stride = self.stride.max(1) * 2;
        }
    }

    /// All rows, in the order in which they happened; the time is in microseconds.
    pub(super) fn json(self) -> Value {
        let collections = self.collections.into_iter().map(|row| {
            let json = json!({
                "k": "gc", "n": row.count, "major": row.major, "before": row.before_bytes,
                "after": row.after_bytes, "nanos": row.pause_nanos,
            });
            (row.at, json)
        });
        let mut rows: Vec<(Duration, Value)> = self.rows.into_iter().chain(collections).collect();
        rows.sort_by_key(|(at, _)| *at);
        let rows = rows.into_iter().map(|(at, mut row)| {
            row["t"] = json!(at.as_micros() as u64);
            row
        });
        rows.collect()
    }
}

/// Which version of which function an exit belongs to: versions get theirs in a row.
#[derive(Default, Debug)]
pub(super) struct ExitOwners(Vec<(u32, FunctionId, u32)>);

impl ExitOwners {
    /// A version has the exits from this number on.
    pub(super) fn add(&mut self, first: u32, function: FunctionId, version: u32) {
        self.0.push((first, function, version));
    }

    /// The version that an exit belongs to.
    pub(super) fn version(&self, number: u32) -> u32 {
        let next = self.0.partition_point(|&(first, ..)| first <= number);
        next.checked_sub(1).map_or(0, |at| self.0[at].2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jit::Reason;
    use crate::syntax::ast::NodeId;

    #[test]
    fn there_are_never_too_many_rows() {
        let mut timeline = Timeline::default();
        let collection =
            Collection { major: false, before_bytes: 9, after_bytes: 5, pause_nanos: 2 };
        for at in 0..100_000 {
            timeline.collection(Duration::from_micros(at), &collection);
        }
        let rows = timeline.json();
        let rows = rows.as_array().expect("rows");
        assert!(rows.len() < MAX_ROWS);
        let sum = |key| rows.iter().map(|row| row[key].as_u64().unwrap_or(0)).sum::<u64>();
        assert_eq!((sum("n"), sum("nanos")), (100_000, 200_000));
        assert!(rows.windows(2).all(|pair| pair[0]["t"].as_u64() < pair[1]["t"].as_u64()));
    }

    #[test]
    fn many_exits_are_some() {
        let (mut timeline, mut sites) = (Timeline::default(), Sites::default());
        for count in 1..=1_000 {
            let event = Event::Exit {
                function: FunctionId::MAIN,
                site: NodeId::new(7),
                reason: Reason::Forced,
                count,
                compiled: FunctionId::MAIN,
                number: 0,
                value: Some("Int 1"),
            };
            timeline.note(Duration::ZERO, &event, &mut sites, &|_| 1);
        }
        let rows = timeline.json();
        let counts =
            rows.as_array().expect("rows").iter().map(|row| row["n"].as_u64().unwrap_or(0));
        assert_eq!(counts.collect::<Vec<_>>(), [1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 512]);
    }

    #[test]
    fn versions_own_their_exits() {
        let mut owners = ExitOwners::default();
        owners.add(0, FunctionId::MAIN, 1);
        owners.add(3, FunctionId::MAIN, 2);
        assert_eq!([0, 2, 3, 9].map(|number| owners.version(number)), [1, 1, 2, 2]);
    }
}
