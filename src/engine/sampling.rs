//! When a run's stack is looked at, for a profile of where the time goes.

use std::io;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use galo_runtime::{Interrupts, Pace};

use super::companion::{Companion, Running};

/// How often a run's stack of functions is looked at.
///
/// It is looked at where the program makes calls and goes round in loops. What is seen is told
/// [an observer](super::events::Observer::sampled) when the run is over.
///
/// ```
/// use std::cell::Cell;
/// use std::num::NonZeroU64;
///
/// use galo::engine::events::{Event, Observer, Samples};
/// use galo::engine::Sampling;
/// use galo::{Config, Engine};
///
/// #[derive(Debug, Default)]
/// struct Count(Cell<u64>);
///
/// impl Observer for Count {
///     fn event(&self, _: &Event<'_>) {}
///
///     fn sampled(&self, samples: &Samples) {
///         self.0.set(samples.total());
///     }
/// }
///
/// let sampling = Some(Sampling::EveryPolls(NonZeroU64::MIN));
/// let engine = Engine::new(Config { sampling, ..Config::default() });
/// let program = engine.load("loop.rinha", b"let f = fn (n) => { if (n == 0) { 0 } else { f(n - 1) } }; f(7)")?;
/// let count = Count::default();
/// program.run_observed(&mut Vec::new(), &count)?;
/// // The call, and each round.
/// assert_eq!(count.0.get(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sampling {
    /// Once in so long a time; what was looked at too late counts as often as it should have been
    /// looked at.
    Every(Duration),
    /// At every so manyth call or round that is no part of another in machine code: the same
    /// program is always seen doing the same.
    EveryPolls(NonZeroU64),
}

impl Default for Sampling {
    /// 997 times a second: often enough for runs of a second, and in step with nothing.
    fn default() -> Sampling {
        Sampling::Every(Duration::from_nanos(1_003_009))
    }
}

impl Sampling {
    pub(super) fn pace(self) -> Pace {
        match self {
            Sampling::Every(_) => Pace::Ticks,
            Sampling::EveryPolls(polls) => Pace::Polls(polls),
        }
    }

    /// The time from one sample to the next.
    pub fn interval(self) -> Option<Duration> {
        match self {
            Sampling::Every(interval) => Some(interval),
            Sampling::EveryPolls(_) => None,
        }
    }
}

/// A thread that lets ticks pass until the run is over.
#[derive(Debug)]
pub(super) struct Sampler(#[expect(dead_code, reason = "dropped with the run")] Companion);

impl Sampler {
    /// Lets a tick pass now, and one in each interval from now on.
    ///
    /// # Errors
    /// If there can be no more threads.
    pub(super) fn start(interval: Duration, interrupts: Arc<Interrupts>) -> io::Result<Sampler> {
        let interval = interval.max(Duration::from_micros(1));
        // The first tick is at the beginning, so that the shortest run is seen, too, on the busiest machine.
        interrupts.tick(1);
        let start = Instant::now();
        let tick = move |run: &Running| {
            let mut told = 0;
            // Whenever this wakes up too late, it makes up for it.
            while run.for_longer_than(interval) {
                let due = (start.elapsed().as_nanos() / interval.as_nanos()) as u64;
                if due > told {
                    interrupts.tick(due - told);
                    told = due;
                }
            }
        };
        Companion::start("galo sampler", tick).map(Sampler)
    }
}
