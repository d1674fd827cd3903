//! A run of a program: its heap, its frames, its output, and what went wrong.
//!
//! Frames are runs of slots in one contiguous area. A callee's frame begins inside its
//! caller's, where the caller has put the arguments; at every moment the slots from the
//! area's start to the `top` that an operation is given hold values, and nothing else
//! is a root. There are no frame headers.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::fault::{Blame, ErrorKind, Fault, Site, Trace};
use crate::function::VmFunction;
use crate::heap::{Heap, OutOfMemory, Roots};
use crate::interrupt::{Interrupts, Polls};
use crate::mapping::Mapping;
use crate::native::Native;
use crate::output::{Output, OutputError, Writing, describe};
use crate::sampling::Sampling;
use crate::stack::STACK_MARGIN_BYTES;
use crate::value::Value;

/// Slots that an operation may use above its `top`.
pub(crate) const SCRATCH_SLOTS: usize = 8;
/// Frames of up to this many slots are covered by [`Machine::has_room`].
pub const SMALL_FRAME_SLOTS: u32 = 64;
/// How far compiled frames may begin behind those that call them without asking for room, in bytes
/// for each byte of native stack that the caller takes.
const SLIDE: usize = 4;
/// The least native stack that a call takes: the return address and the caller's frame pointer.
const CALL_BYTES: usize = 16;
/// A compiled function whose callees begin up to this many slots behind it need not ask whether its
/// frame fits: the native stack, which bounds its depth, is used up first.
pub const UNCHECKED_SLOTS: u32 = (SLIDE * CALL_BYTES / size_of::<Value>()) as u32;
/// How much of a value an error message shows, in bytes.
const SHOWN_BYTES: usize = 40;

/// The limits and switches of a run.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of live data and string buffers.
    pub heap_bytes: usize,
    /// Bytes of guest stack; as many are for frames.
    pub stack_bytes: usize,
    /// Collect at every allocation, poison and verify.
    pub zeal: bool,
}

/// Everything a running program touches.
#[derive(Debug)]
pub struct Machine<'out> {
    /// The first slot of the frame area; globals are at its start.
    pub(crate) base: *mut Value,
    /// No frame may begin beyond this slot but small ones of compiled code.
    pub(crate) frame_limit: *mut Value,
    /// What running code looks at, to see whether the stack is used up or others want something.
    pub(crate) polls: Polls,
    /// The stack pointer below which no call may be made.
    pub(crate) stack_limit: usize,
    /// Who can reach the program from other threads.
    pub(crate) interrupts: Arc<Interrupts>,
    /// How many more calls may be made, where they are counted.
    pub(crate) fuel: i64,
    /// What to call next and in which frame, when a tail call is signalled.
    pub(crate) tail: (*const VmFunction, *mut Value),
    /// What compiled code keeps here.
    pub(crate) native: Native<'out>,
    /// Who is running, if somebody wants to see that.
    pub(crate) sampling: Sampling,
    /// The heap.
    pub heap: Heap<'out>,
    /// Where prints go.
    pub output: Output<'out>,
    lenient: bool,
    fault: Option<Box<Fault>>,
    names: Arc<[Box<str>]>,
    frames: Mapping,
}

impl<'out> Machine<'out> {
    /// A machine with empty heap and frames. `names` are the functions' names by id,
    /// for messages; `stack_limit` is the guest stack's.
    ///
    /// # Errors
    /// If the system refuses the address space.
    pub fn new(
        limits: &Limits,
        stack_limit: usize,
        lenient: bool,
        names: Arc<[Box<str>]>,
        output: Output<'out>,
    ) -> io::Result<Self> {
        // Frames up to the limit, and behind them those that did not ask: the interpreter's and
        // large ones begin before the limit, and from there on the native stack bounds the others.
        let unchecked = SLIDE * (limits.stack_bytes + STACK_MARGIN_BYTES);
        let checked = limits.stack_bytes.max(1 << 16);
        let frames = Mapping::reserve(checked + unchecked)?;
        // A compiled function without a frame of its own leaves for the interpreter behind its
        // caller's: two small frames and the interpreter's are not checked in between.
        let reserve = SCRATCH_SLOTS + 4 * SMALL_FRAME_SLOTS as usize;
        Ok(Machine {
            base: frames.start().cast(),
            frame_limit: frames
                .start()
                .cast::<Value>()
                .wrapping_byte_add(checked)
                .wrapping_sub(reserve),
            polls: Polls::new(stack_limit),
            stack_limit,
            interrupts: Arc::default(),
            fuel: i64::MAX,
            tail: (std::ptr::null(), std::ptr::null_mut()),
            native: Native::new(frames.start().cast()),
            sampling: Sampling::new(),
            heap: Heap::new(limits.heap_bytes, limits.zeal)?,
            output,
            lenient,
            fault: None,
            names,
            frames,
        })
    }

    /// The first slot of the frame area.
    #[inline(always)]
    pub fn base(&self) -> *mut Value {
        self.base
    }

    /// Whether the `--lenient` meaning of `+`, `==` and `<` is in force.
    pub fn is_lenient(&self) -> bool {
        self.lenient
    }

    /// Whether one more call, whose frame begins at `frame`, fits the limits, and nobody wants
    /// anything; otherwise [`make_room`](Self::make_room) tells. Frames of more than
    /// [`SMALL_FRAME_SLOTS`] need [`has_slots`](Self::has_slots) besides.
    #[inline(always)]
    pub fn has_room(&self, frame: *mut Value) -> bool {
        frame <= self.frame_limit && self.has_stack()
    }

    /// Whether the native stack is within its limit, and nobody wants anything.
    #[inline(always)]
    pub fn has_stack(&self) -> bool {
        crate::stack::stack_pointer() >= self.polls.stack_limit.load(Ordering::Relaxed)
    }

    /// Whether one more call fits the limits.
    pub(crate) fn has_room_for(&self, frame: *mut Value) -> bool {
        frame <= self.frame_limit && crate::stack::stack_pointer() >= self.stack_limit
    }

    /// Whether `frame` can grow to `slots`.
    pub fn has_slots(&self, frame: *mut Value, slots: u32) -> bool {
        let room = self.frame_limit as usize - (frame as usize).min(self.frame_limit as usize);
        room / size_of::<Value>() >= slots as usize
    }

    /// The signal that makes the caller's loop call `function` in the frame at `frame`,
    /// where its arguments already are.
    #[inline(always)]
    pub fn tail_call(&mut self, function: *const VmFunction, frame: *mut Value) -> Value {
        self.tail = (function, frame);
        Value::tail_call(std::ptr::from_mut(self).cast())
    }

    /// The machine that a signal of an error or a tail call comes from.
    ///
    /// # Safety
    /// The signal was just returned by code that was given this machine, and no other
    /// reference to the machine is in use.
    #[inline(always)]
    pub unsafe fn of_signal<'m>(signal: Value) -> &'m mut Machine<'out> {
        // SAFETY: by contract.
        unsafe { &mut *signal.signalling_machine().cast() }
    }

    /// What a signalled tail call is to call, and in which frame.
    #[inline(always)]
    pub fn tail(&self) -> (*const VmFunction, *mut Value) {
        self.tail
    }

    pub(crate) fn roots(&self, top: *mut Value) -> Roots {
        debug_assert!(self.base <= top && top <= self.frames.end().cast());
        Roots { base: self.base, top }
    }

    /// A Tuple. `top` is the end of the live slots; on failure the error is at `site`.
    #[inline(always)]
    pub fn pair(&mut self, top: *mut Value, site: Site, first: Value, second: Value) -> Value {
        match self.heap.bump_pair(first, second) {
            Some(pair) => pair,
            None => self.pair_slowly(top, site, first, second),
        }
    }

    #[cold]
    #[inline(never)]
    fn pair_slowly(&mut self, top: *mut Value, site: Site, first: Value, second: Value) -> Value {
        // SAFETY: every frame leaves scratch slots above its top.
        unsafe {
            top.write(first);
            top.add(1).write(second);
            match self.heap.pair_of_slots(self.roots(top.wrapping_add(2)), top) {
                Ok(pair) => pair,
                Err(OutOfMemory) => self.out_of_memory(site),
            }
        }
    }

    /// Makes room for objects of so many words, which compiled code has taken from the nursery
    /// though it ends before. `top` and `site` as for [`pair`](Self::pair). The address is
    /// returned as the bits of a value; all words must be written before anything else is
    /// allocated.
    #[cold]
    pub fn room(&mut self, top: *mut Value, site: Site, words: usize) -> Value {
        match self.heap.room(self.roots(top), words) {
            Ok(object) => Value::from_bits(object as u64),
            Err(OutOfMemory) => self.out_of_memory(site),
        }
    }

    /// A cell that is not filled yet. `top` and `site` as for [`pair`](Self::pair).
    pub fn cell(&mut self, top: *mut Value, site: Site) -> Value {
        self.pair(top, site, Value::UNBOUND, Value::int(0))
    }

    /// The closure of `function` that captures the values in the slots from
    /// `captures`, which end at `top`.
    ///
    /// # Safety
    /// The slots from `captures` hold as many values as the function captures, and all
    /// slots below `top` hold values.
    #[inline(always)]
    pub unsafe fn closure(
        &mut self,
        top: *mut Value,
        site: Site,
        function: &VmFunction,
        captures: *const Value,
    ) -> Value {
        // SAFETY: by contract.
        match unsafe { self.heap.closure(self.roots(top), function, captures) } {
            Ok(closure) => closure,
            Err(OutOfMemory) => self.out_of_memory(site),
        }
    }

    /// Prints a value and returns it.
    #[inline(never)]
    pub fn print(&mut self, site: Site, value: Value) -> Value {
        let mut writing = Writing::of(value);
        loop {
            match self.output.print_some(&mut writing) {
                Ok(true) => return value,
                Ok(false) => {
                    if let Some(error) = self.poll_if_wanted(site) {
                        return error;
                    }
                }
                Err(OutputError::Sink(cause)) => return self.output_failed(site, cause),
                Err(OutputError::Full) => return self.output_full(site),
            }
        }
    }

    #[cold]
    fn output_full(&mut self, site: Site) -> Value {
        let limit = bytes_for_people(self.output.printed_bytes() as usize);
        let message = format!("the program prints more than {limit}");
        let error = self.raise(ErrorKind::OutputLimit, site, Blame::Whole, message, "printed here");
        self.help("raise the limit with `--max-output`");
        error
    }

    #[cold]
    fn output_failed(&mut self, site: Site, cause: io::Error) -> Value {
        let message = format!("cannot write the output: {cause}");
        let error =
            self.raise(ErrorKind::OutputClosed, site, Blame::Whole, message, "printed here");
        if let Some(fault) = &mut self.fault {
            fault.cause = Some(cause);
        }
        error
    }

    /// Fails: leaves the error in the machine and returns its signal.
    #[cold]
    #[inline(never)]
    pub fn raise(
        &mut self,
        kind: ErrorKind,
        site: Site,
        blame: Blame,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Value {
        self.native.begin_error();
        self.fault = Some(Box::new(Fault {
            kind,
            message: message.into(),
            site,
            blame,
            label: label.into(),
            help: None,
            trace: Trace::default(),
            cause: None,
        }));
        Value::error(std::ptr::from_mut(self).cast())
    }

    /// Adds a line of advice to the error just raised.
    pub(crate) fn help(&mut self, help: &str) {
        if let Some(fault) = &mut self.fault {
            fault.help = Some(help.to_owned());
        }
    }

    /// Adds a call to the trace of the error that is on its way up: `function` is what its
    /// caller knows to have run last, if nobody knows better.
    #[cold]
    #[inline(never)]
    pub fn trace(&mut self, function: u32, caller: u32, site: Site) {
        let function = self.take_running(function);
        let at_entry = self.take_at_entry();
        let Some(fault) = &mut self.fault else {
            return;
        };
        if at_entry {
            fault.site = site;
        } else {
            fault.trace.push(function, caller, site);
        }
    }

    /// The most bytes of the frame area that were in use so far, in whole pages, if the
    /// system tells.
    pub fn peak_frame_bytes(&self) -> Option<usize> {
        self.frames.committed()
    }

    /// The error that ended the run, if one did.
    pub fn take_fault(&mut self) -> Option<Box<Fault>> {
        self.fault.take()
    }

    /// The heap is full.
    #[cold]
    #[inline(never)]
    pub fn out_of_memory(&mut self, site: Site) -> Value {
        let limit = bytes_for_people(self.heap.max_bytes());
        let message = format!("out of memory: live data does not fit the heap's limit of {limit}");
        let error =
            self.raise(ErrorKind::OutOfMemory, site, Blame::Whole, message, "allocating here");
        self.help("raise the limit with `--max-heap`");
        error
    }

    /// Calls are nested too deep.
    #[cold]
    #[inline(never)]
    pub fn stack_overflow(&mut self, site: Site) -> Value {
        let message = "stack overflow: calls are nested too deep";
        let error =
            self.raise(ErrorKind::StackOverflow, site, Blame::Whole, message, "calling here");
        self.help("make the recursion end, use a tail call, or raise the limit with `--max-stack`");
        error
    }

    /// How many more calls may be made by code that counts them.
    pub fn set_fuel(&mut self, calls: u64) {
        self.fuel = i64::try_from(calls).unwrap_or(i64::MAX);
    }

    /// How many more calls may be made; negative once there was one too many.
    pub fn fuel(&self) -> i64 {
        self.fuel
    }

    /// Counts a call; whether it may be made.
    #[inline(always)]
    pub fn burn_fuel(&mut self) -> bool {
        self.fuel -= 1;
        self.fuel >= 0
    }

    /// One call too many: of the function at this site.
    #[cold]
    #[inline(never)]
    pub fn out_of_fuel(&mut self, site: Site) -> Value {
        let message = "out of fuel: the program makes more calls than it may";
        let label = "this would have been called once more";
        let error = self.raise(ErrorKind::OutOfFuel, site, Blame::Whole, message, label);
        self.help("raise the limit with `--fuel`");
        error
    }

    /// The value of a name that nothing binds.
    #[cold]
    #[inline(never)]
    pub fn unbound_name(&mut self, site: Site, name: &str) -> Value {
        let message = format!("nothing binds the name `{name}`");
        let error =
            self.raise(ErrorKind::UnboundName, site, Blame::Whole, message, "not bound here");
        if name.contains('/') {
            self.help("`/` belongs to names; to divide, put spaces around it");
        }
        error
    }

    /// The value of a hoisted name before its `let`.
    #[cold]
    #[inline(never)]
    pub fn used_before_definition(&mut self, site: Site, name: &str) -> Value {
        let message = format!("`{name}` is used before its definition");
        let label = "its `let` has not run yet";
        self.raise(ErrorKind::UsedBeforeDefinition, site, Blame::Whole, message, label)
    }

    /// A call of something that cannot be called.
    #[cold]
    #[inline(never)]
    pub fn not_a_function(&mut self, site: Site, callee: Value) -> Value {
        let message = format!("cannot call {}", self.show(callee));
        self.raise(ErrorKind::NotAFunction, site, Blame::First, message, "not a function")
    }

    /// A call with the wrong number of arguments.
    #[cold]
    #[inline(never)]
    pub fn wrong_arity(&mut self, site: Site, function: &VmFunction, given: usize) -> Value {
        let takes = function.arity;
        let name = self.names.get(function.id as usize).map_or("function", |name| name);
        let s = if takes == 1 { "" } else { "s" };
        let were = if given == 1 { "was" } else { "were" };
        let message = format!("`{name}` takes {takes} argument{s}, but {given} {were} given");
        self.raise(ErrorKind::Arity, site, Blame::Whole, message, "wrong number of arguments")
    }

    /// An `if` whose condition is no Bool.
    #[cold]
    #[inline(never)]
    pub fn condition_not_bool(&mut self, site: Site, condition: Value) -> Value {
        let message = format!("the condition of `if` must be a Bool, not {}", self.show(condition));
        let label = format!("this is {}", condition.kind().with_article());
        self.raise(ErrorKind::TypeError, site, Blame::First, message, label)
    }

    /// `first` or `second` of something else than a Tuple.
    #[cold]
    #[inline(never)]
    pub fn not_a_tuple(&mut self, site: Site, operation: &str, value: Value) -> Value {
        let message = format!("`{operation}` takes a Tuple, not {}", self.show(value));
        let label = format!("this is {}", value.kind().with_article());
        self.raise(ErrorKind::TypeError, site, Blame::First, message, label)
    }

    /// A value as messages show it: its kind, and the beginning of its contents.
    pub fn show(&self, value: Value) -> String {
        describe(value, SHOWN_BYTES)
    }
}

/// A number of bytes in the largest unit that divides it.
fn bytes_for_people(bytes: usize) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    match units.iter().find(|(shift, _)| bytes > 0 && bytes.is_multiple_of(1 << shift)) {
        Some((shift, unit)) => format!("{} {unit}", bytes >> shift),
        None if bytes == 1 => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}
