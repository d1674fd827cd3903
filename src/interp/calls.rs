//! Calls that return here, and the loop that tail calls return to.

use std::marker::PhantomData;

use galo_runtime::{Machine, Value, VmCode, VmFunction, closure};

use super::node::{Eval, Node};
use super::operand::Slot;
use super::profile::{Policy, SiteRef};

/// The arguments of a call.
pub(super) trait Arguments: Copy + 'static {
    /// How many there are.
    fn count(&self) -> usize;

    /// Evaluates them into the slots from `target`; stops at one that signals.
    ///
    /// # Safety
    /// As for [`Eval::eval`], for each argument with those before it live.
    unsafe fn store(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
        target: *mut Value,
    ) -> Result<(), Value>;
}

#[inline(always)]
unsafe fn store<A: Eval>(
    argument: &A,
    machine: &mut Machine<'_>,
    frame: *mut Value,
    target: *mut Value,
) -> Result<(), Value> {
    let value = argument.eval(machine, frame);
    if !A::SIMPLE && value.is_signal() {
        return Err(value);
    }
    *target = value;
    Ok(())
}

macro_rules! arguments {
    ($count:literal $($name:ident $index:tt)*) => {
        impl<$($name: Eval),*> Arguments for ($($name,)*) {
            #[inline(always)]
            fn count(&self) -> usize {
                $count
            }

            #[inline(always)]
            unsafe fn store(
                &self,
                machine: &mut Machine<'_>,
                frame: *mut Value,
                target: *mut Value,
            ) -> Result<(), Value> {
                $(store(&self.$index, machine, frame, target.add($index))?;)*
                Ok(())
            }
        }
    };
}
arguments!(1 A 0);
arguments!(2 A 0 B 1);
arguments!(3 A 0 B 1 C 2);

/// Any number of arguments.
#[derive(Clone, Copy)]
pub(super) struct Many {
    pub(super) nodes: *const Node,
    pub(super) len: u32,
}

impl Arguments for Many {
    #[inline(always)]
    fn count(&self) -> usize {
        self.len as usize
    }

    #[inline(always)]
    unsafe fn store(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
        target: *mut Value,
    ) -> Result<(), Value> {
        for i in 0..self.len as usize {
            store(&*self.nodes.add(i), machine, frame, target.add(i))?;
        }
        Ok(())
    }
}

/// Runs a function whose arguments are in its frame.
///
/// # Safety
/// As for [`Eval::eval`], for the body of `function`.
#[inline(always)]
pub(super) unsafe fn enter<P: Policy>(
    function: *const VmFunction,
    machine: &mut Machine<'_>,
    frame: *mut Value,
    site: SiteRef,
) -> Value {
    let start = |function: &VmFunction| (function.code.get(), function.body.get());
    enter_with::<P>(function, start, machine, frame, site)
}

/// The same, by an entry of the caller's choice.
///
/// # Safety
/// As for [`enter`].
#[inline(always)]
pub(super) unsafe fn enter_with<P: Policy>(
    function: *const VmFunction,
    entry: impl FnOnce(&VmFunction) -> (VmCode, *const ()),
    machine: &mut Machine<'_>,
    frame: *mut Value,
    site: SiteRef,
) -> Value {
    if !machine.has_room(frame) {
        return enter_slowly::<P>(function, entry, machine, frame, site);
    }
    if P::RECORDS && (*function).calls.spend() {
        return enter_hot::<P>(function, entry, machine, frame, site);
    }
    call::<P>(function, entry, machine, frame, site)
}

/// Sees whether there is no room for the call or somebody wants something, then calls the function.
///
/// # Safety
/// As for [`enter`].
#[cold]
#[inline(never)]
unsafe fn enter_slowly<P: Policy>(
    function: *const VmFunction,
    entry: impl FnOnce(&VmFunction) -> (VmCode, *const ()),
    machine: &mut Machine<'_>,
    frame: *mut Value,
    site: SiteRef,
) -> Value {
    if let Some(error) = machine.make_room(frame, site.site) {
        return error;
    }
    if P::RECORDS && (*function).calls.spend() {
        machine.hot(&*function);
    }
    call::<P>(function, entry, machine, frame, site)
}

/// Asks for a faster form of the function, then calls it.
///
/// # Safety
/// As for [`enter`].
#[cold]
#[inline(never)]
unsafe fn enter_hot<P: Policy>(
    function: *const VmFunction,
    entry: impl FnOnce(&VmFunction) -> (VmCode, *const ()),
    machine: &mut Machine<'_>,
    frame: *mut Value,
    site: SiteRef,
) -> Value {
    machine.hot(&*function);
    call::<P>(function, entry, machine, frame, site)
}

/// # Safety
/// As for [`enter`].
#[inline(always)]
unsafe fn call<P: Policy>(
    function: *const VmFunction,
    entry: impl FnOnce(&VmFunction) -> (VmCode, *const ()),
    machine: &mut Machine<'_>,
    frame: *mut Value,
    site: SiteRef,
) -> Value {
    let (code, body) = entry(&*function);
    let value = code(body, machine, frame);
    if value.is_signal() {
        return follow::<P>(value, function, site);
    }
    if P::RECORDS && !value.is_int() {
        site.result.note(value);
    }
    value
}

/// Runs tail calls until one of them returns, or adds this call to an error's trace. The
/// signal carries the machine, so that callers keep nothing alive for this rare case.
#[inline(never)]
unsafe fn follow<P: Policy>(value: Value, function: *const VmFunction, site: SiteRef) -> Value {
    let (value, last) = settle::<P>(value, (*function).id);
    if value.is_error() {
        Machine::of_signal(value).trace(last, site.function, site.site);
    } else if P::RECORDS && !value.is_int() {
        site.result.note(value);
    }
    value
}

/// Makes the tail calls that a signal asks for until there is a value or an error. Returns that and
/// the function that ran last, which is `last` if there is none.
///
/// # Safety
/// As for [`Machine::of_signal`].
#[inline(always)]
pub(super) unsafe fn settle<P: Policy>(mut value: Value, mut last: u32) -> (Value, u32) {
    while value.is_signal() && !value.is_error() {
        let machine = Machine::of_signal(value);
        let (function, frame) = machine.tail();
        if machine.is_wanted()
            && let Some(error) = machine.poll_at_tail_call(Some(last))
        {
            return (error, last);
        }
        if P::RECORDS && (*function).calls.spend() {
            machine.hot(&*function);
        }
        value = ((*function).code.get())((*function).body.get(), machine, frame);
        last = (*function).id;
    }
    (value, last)
}

/// The function to call, and its closure if it needs it.
pub(super) type Found = (*const VmFunction, Option<Value>);

/// Who is called, once the arguments are there.
pub(super) trait Callee: Copy + 'static {
    /// The function, and its closure if it needs it; checks what has to be checked.
    ///
    /// # Errors
    /// The signal of an error.
    ///
    /// # Safety
    /// As for [`Eval::eval`].
    unsafe fn find(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
        arguments: usize,
        site: SiteRef,
    ) -> Result<Found, Value>;
}

/// A function that captures nothing.
#[derive(Clone, Copy)]
pub(super) struct StaticCallee(pub(super) *const VmFunction);

impl Callee for StaticCallee {
    #[inline(always)]
    unsafe fn find(
        &self,
        _: &mut Machine<'_>,
        _: *mut Value,
        _: usize,
        _: SiteRef,
    ) -> Result<Found, Value> {
        Ok((self.0, None))
    }
}

/// A closure whose function is known.
#[derive(Clone, Copy)]
pub(super) struct ClosureCallee<C>(pub(super) *const VmFunction, pub(super) C);

impl<C: Eval> Callee for ClosureCallee<C> {
    #[inline(always)]
    unsafe fn find(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
        _: usize,
        _: SiteRef,
    ) -> Result<Found, Value> {
        Ok((self.0, Some(self.1.eval(machine, frame))))
    }
}

/// Any value.
#[derive(Clone, Copy)]
pub(super) struct UnknownCallee<C, P>(pub(super) C, pub(super) PhantomData<P>);

impl<C: Eval, P: Policy> Callee for UnknownCallee<C, P> {
    #[inline(always)]
    unsafe fn find(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
        arguments: usize,
        site: SiteRef,
    ) -> Result<Found, Value> {
        let callee = self.0.eval(machine, frame);
        if !callee.is_closure() {
            return Err(machine.not_a_function(site.site, callee));
        }
        let function = closure::function(callee);
        if P::RECORDS {
            site.note_callee(function);
        }
        if function.arity as usize != arguments {
            return Err(machine.wrong_arity(site.site, function, arguments));
        }
        Ok((function, Some(callee)))
    }
}

/// A call whose callee is a constant or a variable.
pub(super) struct Call<C, A, P> {
    pub(super) callee: C,
    pub(super) arguments: A,
    /// Where the callee's frame begins.
    pub(super) base: Slot,
    pub(super) site: SiteRef,
    pub(super) policy: PhantomData<P>,
}

impl<C: Copy, A: Copy, P> Clone for Call<C, A, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Copy, A: Copy, P> Copy for Call<C, A, P> {}

/// Evaluates the arguments of a call into the slots from `base`, then finds the callee.
///
/// # Safety
/// As for [`Eval::eval`].
#[inline(always)]
pub(super) unsafe fn prepare<C: Callee, A: Arguments>(
    callee: &C,
    arguments: &A,
    machine: &mut Machine<'_>,
    frame: *mut Value,
    base: *mut Value,
    site: SiteRef,
) -> Result<Found, Value> {
    arguments.store(machine, frame, base)?;
    callee.find(machine, frame, arguments.count(), site)
}

impl<C: Callee, A: Arguments, P: Policy> Eval for Call<C, A, P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let base = self.base.of(frame);
        match prepare(&self.callee, &self.arguments, machine, frame, base, self.site) {
            Ok((function, closure)) => {
                if let Some(closure) = closure {
                    *base.add(self.arguments.count()) = closure;
                }
                enter::<P>(function, machine, base, self.site)
            }
            Err(signal) => signal,
        }
    }
}

/// Evaluates a callee that is neither a constant nor a variable, into the slot from which
/// the call, in tail position, takes it.
#[derive(Clone, Copy)]
pub(super) struct KeepCallee {
    pub(super) callee: Node,
    pub(super) slot: Slot,
    pub(super) call: Node,
}

impl Eval for KeepCallee {
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let callee = self.callee.eval(machine, frame);
        if callee.is_signal() {
            return callee;
        }
        *self.slot.of(frame) = callee;
        self.call.eval(machine, frame)
    }
}
