//! Seeing what a program is doing: its stack of functions, at polls.
//!
//! A run that is sampled looks at its own stack where it [polls](Machine::poll) anyway, when somebody has
//! let a [tick](Interrupts::tick) pass meanwhile. So what is counted is never the stack at the tick, but the part
//! of it that is still there at the next poll: calls poll before they are made, so no function is
//! on it that was not there before, but short functions at the end of which nobody polls are missing. (But what
//! is inlined, or is compiled and calls nobody, is entered without a poll, and seen in its first round if it has a
//! loop.)
//! Nothing is lost: ticks that pass between two polls, while the runtime collects or prints, are
//! counted together at the second one.
//!
//! # Walking
//! Functions of both tiers are on one native stack, and a list of *activations*, the innermost first,
//! leads through it. It has two kinds of members, each in the frame of the Rust code that put it there:
//!
//! - a function in the interpreter, put there by a node at its root ([`Machine::within`]);
//! - a [segment](crate::native) of compiled frames, put there by [`run_compiled_sampled`]. Its frames are linked by
//!   their frame pointers, and return addresses say which functions they are, as for the traces of
//!   errors. Where the walk begins is what the stub has stored by which compiled code
//!   left for Rust code that polls ([`LEFT`](crate::abi::LEFT)).
//!
//! Only nodes, stubs and entries made for it keep the list: a run that is not sampled knows nothing of all this.
//!
//! # Soundness
//! A member is in a Rust frame that is left after it was taken off the list, or by a panic. A panic is
//! caught by whoever entered the guest's code last: a helper, whose compiled callers are given up then, up
//! to the entry that restores the list as it was before; or nobody, and the run is over. In between nobody polls.

use std::num::NonZeroU64;
use std::ptr;

use crate::function::VmFunction;
use crate::interrupt::Interrupts;
use crate::machine::Machine;
use crate::native::{self, run_compiled};
use crate::samples::{MAX_FRAMES, Running, Samples, StackFrame};
use crate::value::Value;

/// When the stack of a run is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// At the first poll after a [tick](Interrupts::tick).
    Ticks,
    /// At every so manyth poll, which depends on nothing but the program and what was compiled of it.
    Polls(NonZeroU64),
}

/// What a machine keeps of the functions in the middle of which it is.
#[derive(Debug)]
pub(crate) struct Sampling {
    /// The innermost activation.
    activations: *const Activation,
    /// The frame of the stub by which compiled code of the innermost segment has left.
    pub(crate) left: *const usize,
    /// If the run is sampled.
    samples: Option<Box<Sampler>>,
}

/// What was seen so far, and when to look next.
#[derive(Debug)]
struct Sampler {
    samples: Samples,
    pace: Pace,
    /// How many polls are left until the next look.
    countdown: u64,
    /// The outermost frame of all stacks: the program's body.
    main: StackFrame,
    /// The frames of the stack that is being walked.
    frames: Vec<StackFrame>,
}

/// A member of the list.
#[derive(Debug)]
struct Activation {
    outer: *const Activation,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// A function in the interpreter.
    Interpreted(u32),
    /// Compiled frames; and what [`Sampling::left`] was outside of them.
    Segment { left: *const usize },
}

/// Functions in the interpreter of which each waits for the one before it, as one that
/// goes on where compiled code was left. The activations are linked to each other.
#[derive(Debug)]
pub struct Waiting {
    /// Allocated as a box; nobody but those on the list refers to it.
    activations: *mut [Activation],
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // SAFETY: it came from a box, and none of them is on the list any more.
        drop(unsafe { Box::from_raw(self.activations) });
    }
}

impl Sampling {
    pub(crate) fn new() -> Sampling {
        Sampling { activations: ptr::null(), left: ptr::null(), samples: None }
    }
}

impl Interrupts {
    /// Lets so much time pass for a run that is sampled at [ticks](Pace::Ticks). Nothing but a few atomic
    /// operations.
    pub fn tick(&self, ticks: u64) {
        self.add_ticks(ticks);
    }
}

/// Runs a compiled function on a machine that is sampled: [`run_compiled`], with an activation.
///
/// # Safety
/// As for [`run_compiled`].
///
/// # Panics
/// As [`run_compiled`].
pub unsafe fn run_compiled_sampled(
    body: *const (),
    machine: &mut Machine<'_>,
    frame: *mut Value,
) -> Value {
    let left = std::mem::replace(&mut machine.sampling.left, ptr::null());
    let what = What::Segment { left };
    // SAFETY: by contract.
    let value = machine.activated(what, |machine| unsafe { run_compiled(body, machine, frame) });
    machine.sampling.left = left;
    value
}

impl Machine<'_> {
    /// Samples the run that is about to begin, of a program whose body this is.
    pub fn start_sampling(&mut self, pace: Pace, main: &VmFunction) {
        let countdown = match pace {
            Pace::Ticks => 0,
            Pace::Polls(every) => every.get(),
        };
        let running = match main.is_compiled() {
            true => Running::Compiled,
            false => Running::Interpreted,
        };
        let main = StackFrame::Function { id: main.id, running };
        let (samples, frames) = (Samples::default(), Vec::with_capacity(MAX_FRAMES + 2));
        self.sampling.samples = Some(Box::new(Sampler { samples, pace, countdown, main, frames }));
        if matches!(pace, Pace::Polls(_)) {
            self.polls.raise_here();
        }
    }

    /// What was seen of a run that is over. Ticks since its last poll passed in the program's body.
    pub fn take_samples(&mut self) -> Option<Samples> {
        let mut sampler = self.sampling.samples.take()?;
        let ticks = self.interrupts.take_ticks();
        if sampler.pace == Pace::Ticks && ticks > 0 {
            sampler.samples.add([sampler.main].iter(), ticks);
        }
        Some(sampler.samples)
    }

    /// Runs a function in the interpreter that samples are to see.
    #[inline(always)]
    pub fn within(&mut self, function: u32, body: impl FnOnce(&mut Self) -> Value) -> Value {
        self.activated(What::Interpreted(function), body)
    }

    #[inline(always)]
    fn activated(&mut self, what: What, body: impl FnOnce(&mut Self) -> Value) -> Value {
        let outer = self.sampling.activations;
        let activation = Activation { outer, what };
        self.sampling.activations = &raw const activation;
        let value = body(self);
        self.sampling.activations = outer;
        value
    }

    /// Puts functions on the list, if the run is sampled: the innermost is given first. They are taken off by
    /// [`leave`](Self::leave), one by one, before what is returned is dropped.
    pub fn wait(
        &mut self,
        functions: impl DoubleEndedIterator<Item = u32> + ExactSizeIterator,
    ) -> Option<Waiting> {
        self.sampling.samples.as_ref()?;
        let what = functions.rev().map(What::Interpreted);
        let activations: Box<[Activation]> =
            what.map(|what| Activation { outer: ptr::null(), what }).collect();
        let count = activations.len();
        let activations = Box::into_raw(activations);
        for index in 0..count {
            // SAFETY: there are so many, and they are not dropped before what is returned.
            let activation = unsafe { activations.cast::<Activation>().add(index) };
            // SAFETY: as above.
            unsafe { (*activation).outer = self.sampling.activations };
            self.sampling.activations = activation;
        }
        Some(Waiting { activations })
    }

    /// Takes the innermost of these functions off the list.
    pub fn leave(&mut self, waiting: &Option<Waiting>) {
        if waiting.is_some() {
            // SAFETY: what is on the list is there, as says the file's header.
            self.sampling.activations = unsafe { (*self.sampling.activations).outer };
        }
    }

    /// Lets something be compiled: that takes time in which nobody polls.
    pub fn compiling<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.count_ticks(None);
        let result = work(self);
        self.count_ticks(Some(StackFrame::Compiler));
        result
    }

    /// Counts the stack at a poll, if it is time to. `last` is a function that was on top of it in the
    /// interpreter until it made the tail call before which this polls.
    pub(crate) fn sample_at_poll(&mut self, last: Option<u32>) {
        let last = last.map(|id| StackFrame::Function { id, running: Running::Interpreted });
        match self.sampling.samples.as_deref_mut() {
            None => {}
            Some(Sampler { pace: Pace::Ticks, .. }) => self.count_ticks(last),
            Some(Sampler { pace: Pace::Polls(every), countdown, .. }) => {
                *countdown -= 1;
                if *countdown == 0 {
                    *countdown = every.get();
                    self.count_stack(last, 1);
                }
                self.polls.raise_here();
            }
        }
    }

    /// Counts the stack, with a frame on top of it, for the ticks that have passed.
    fn count_ticks(&mut self, top: Option<StackFrame>) {
        let is_ticking = self.sampling.samples.as_ref().is_some_and(|it| it.pace == Pace::Ticks);
        if is_ticking {
            let ticks = self.interrupts.take_ticks();
            if ticks > 0 {
                self.count_stack(top, ticks);
            }
        }
    }

    #[cold]
    fn count_stack(&mut self, top: Option<StackFrame>, count: u64) {
        let Some(mut sampler) = self.sampling.samples.take() else { return };
        let kept = sampler.samples.kept_frames();
        // Two more make sure that what is left out is not just the outermost one.
        let walked = kept + 2;
        let frames = &mut sampler.frames;
        frames.clear();
        frames.extend(top);
        self.walk(&mut |frame| {
            frames.push(frame);
            frames.len() < walked
        });
        if frames.is_empty() {
            // The program's body is just being entered.
            frames.push(sampler.main);
        }
        if frames.len() == walked {
            frames.truncate(kept);
            frames.extend([StackFrame::Omitted, sampler.main]);
        }
        sampler.samples.add(frames.iter(), count);
        self.sampling.samples = Some(sampler);
    }

    /// Shows what is on the stack, the innermost first, until somebody has seen enough.
    fn walk(&self, see: &mut dyn FnMut(StackFrame) -> bool) {
        let Sampling { mut activations, mut left, .. } = self.sampling;
        let mut segment = self.native.segment;
        let function = |id, running| StackFrame::Function { id, running };
        // SAFETY: what is on the list is there, as says the file's header.
        while let Some(&Activation { outer, what }) = unsafe { activations.as_ref() } {
            match what {
                What::Interpreted(id) => {
                    if !see(function(id, Running::Interpreted)) {
                        return;
                    }
                }
                What::Segment { left: outside } => {
                    // SAFETY: the segment is the one that was entered for this activation, and has
                    // been left by a stub.
                    let goes_on = unsafe {
                        self.walk_segment(left, segment, &mut |id, running| {
                            see(function(id, running))
                        })
                    };
                    if !goes_on {
                        return;
                    }
                    // SAFETY: as above.
                    segment = unsafe { native::outer_segment(segment) };
                    left = outside;
                }
            }
            activations = outer;
        }
    }

    /// Shows the functions of a segment; whether somebody wants to see more.
    ///
    /// # Safety
    /// There is a segment that has been left by the stub whose frame this is.
    unsafe fn walk_segment(
        &self,
        mut frame_pointer: *const usize,
        segment: *const usize,
        see: &mut dyn FnMut(u32, Running) -> bool,
    ) -> bool {
        let end = native::end_of_segment(segment);
        let mut goes_on = true;
        // A chain that leads anywhere else is followed no further: a sample may be wrong, a read must not.
        let is_inside =
            |frame_pointer: *const usize| !frame_pointer.is_null() && frame_pointer < end;
        debug_assert!(
            is_inside(frame_pointer),
            "the segment was left by a stub that keeps its frame"
        );
        while goes_on && is_inside(frame_pointer) {
            // SAFETY: compiled code links its frames like C, up to the segment's entry.
            let (caller, return_address) = unsafe { (*frame_pointer, *frame_pointer.add(1)) };
            // Each but the last was inlined into the next.
            let mut inner = None;
            self.calls_at(return_address, &mut |function, _| {
                if let Some(inner) = inner.replace(function) {
                    goes_on = goes_on && see(inner, Running::Inlined);
                }
            });
            if let Some(function) = inner {
                goes_on = goes_on && see(function, Running::Compiled);
            }
            frame_pointer = ptr::with_exposed_provenance(caller);
        }
        goes_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Output};

    /// What is seen while something runs in the function 0: each stack, the innermost function last.
    fn seen(pace: Pace, body: impl FnOnce(&mut Machine<'_>)) -> Vec<(Vec<StackFrame>, u64)> {
        let limits = Limits { heap_bytes: 1 << 20, stack_bytes: 1 << 16, zeal: false };
        let mut sink = Vec::new();
        let output = Output::new(&mut sink, false);
        let mut machine = Machine::new(&limits, 0, false, Default::default(), output).unwrap();
        machine.start_sampling(pace, &VmFunction::new(0, 0, 0));
        machine.within(0, |machine| {
            body(machine);
            Value::int(0)
        });
        let samples = machine.take_samples().expect("it was sampled");
        let mut stacks: Vec<Vec<StackFrame>> = vec![Vec::new()];
        for stack in &samples.stacks()[1..] {
            let mut frames = stacks[stack.outer as usize].clone();
            frames.push(stack.frame);
            stacks.push(frames);
        }
        let counts = samples.stacks().iter().map(|stack| stack.count);
        stacks.into_iter().zip(counts).filter(|&(_, count)| count > 0).collect()
    }

    fn functions(ids: &[u32]) -> Vec<StackFrame> {
        let running = Running::Interpreted;
        ids.iter().map(|&id| StackFrame::Function { id, running }).collect()
    }

    #[test]
    fn functions_in_the_interpreter_are_seen_from_the_outside_in() {
        let every = Pace::Polls(NonZeroU64::MIN);
        let stacks = seen(every, |machine| {
            assert!(machine.poll(0).is_none());
            machine.within(1, |machine| {
                let waiting = machine.wait([3, 2].into_iter());
                assert!(machine.poll(0).is_none());
                machine.leave(&waiting);
                assert!(machine.poll(0).is_none());
                machine.leave(&waiting);
                assert!(machine.poll_at_tail_call(Some(7)).is_none());
                Value::int(0)
            });
            assert!(machine.poll(0).is_none());
        });
        let expected = [&[0][..], &[0, 1, 2, 3], &[0, 1, 2], &[0, 1, 7]];
        let mut expected: Vec<_> = expected.map(|ids| (functions(ids), 1)).into();
        expected[0].1 = 2;
        expected.sort();
        let mut stacks = stacks;
        stacks.sort();
        assert_eq!(stacks, expected);
    }

    #[test]
    fn every_tick_is_counted_once() {
        let stacks = seen(Pace::Ticks, |machine| {
            let interrupts = std::sync::Arc::clone(machine.interrupts());
            assert!(machine.poll(0).is_none());
            machine.within(1, |machine| {
                interrupts.tick(5);
                interrupts.tick(1);
                assert!(machine.poll(0).is_none() && machine.poll(0).is_none());
                interrupts.tick(2);
                machine.compiling(|_| interrupts.tick(30));
                Value::int(0)
            });
            // Nobody polls any more.
            interrupts.tick(400);
        });
        let mut compiling = functions(&[0, 1]);
        compiling.push(StackFrame::Compiler);
        assert_eq!(stacks, [(functions(&[0]), 400), (functions(&[0, 1]), 8), (compiling, 30)]);
    }

    #[test]
    fn deep_stacks_are_cut_and_keep_their_beginning() {
        fn nest(machine: &mut Machine<'_>, depth: u32) -> Value {
            if depth == 0 {
                assert!(machine.poll(0).is_none());
                return Value::int(0);
            }
            machine.within(depth, |machine| nest(machine, depth - 1))
        }
        let every = Pace::Polls(NonZeroU64::MIN);
        for (depth, cut) in [(MAX_FRAMES, false), (MAX_FRAMES + 1, true), (1000, true)] {
            let stacks = seen(every, |machine| {
                nest(machine, depth as u32);
            });
            let [(frames, 1)] = &stacks[..] else { panic!("{stacks:?}") };
            assert_eq!(frames[0], functions(&[0])[0]);
            assert_eq!(frames[1] == StackFrame::Omitted, cut);
            assert_eq!(frames.len(), if cut { MAX_FRAMES + 2 } else { depth + 1 });
        }
    }
}
