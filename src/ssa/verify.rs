//! Checks that a function is well-formed SSA. Run after building and after each pass in debug
//! builds, and by tests.

use super::analysis::{Dominators, Graph};
use super::{
    Block, Callee, Context, Demand, End, Function, Jump, Op, Resume, Shape, Site, State, StateId,
    Type, Value, parameter_type,
};
use crate::core::FunctionId;
use crate::syntax::ast::BinaryOp;
use galo_runtime::concat::MAX_PARTS;

type Checked = Result<(), String>;

/// Checks a function: every value that is used is defined once, where all ways to the use
/// lead through, and is of the type that its user takes. Unreached blocks do not count.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn verify(function: &Function, ctx: &Context<'_>) -> Checked {
    ensure(!function.blocks.is_empty(), || "there is no entry".to_owned())?;
    let blocks = function.blocks.len();
    for (at, block) in function.blocks.iter().enumerate() {
        for jump in block.end.jumps() {
            ensure((jump.to.0 as usize) < blocks, || format!("b{at}: there is no {}", jump.to))?;
        }
    }
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph, function);
    let definitions = vec![None; function.values.len()];
    let mut check = Check { function, ctx, graph, dominators, definitions };
    check.define()?;
    check.entry()?;
    for &block in check.graph.order() {
        check.block(block).map_err(|what| format!("{block}: {what}"))?;
    }
    Ok(())
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}

/// Where a value is defined or used: the block, and the place there.
type Position = (Block, usize);

struct Check<'a> {
    function: &'a Function,
    ctx: &'a Context<'a>,
    graph: Graph,
    dominators: Dominators,
    /// By value. Parameters are at 0, the first instruction is at 1.
    definitions: Vec<Option<Position>>,
}

impl Check<'_> {
    /// Notes where values are defined.
    fn define(&mut self) -> Checked {
        for &block in self.graph.order() {
            let data = self.function.block(block);
            let parameters = data.parameters.iter().map(|&value| (value, 0));
            let body = data.body.iter().zip(1..).map(|(&value, at)| (value, at));
            for (value, at) in parameters.chain(body) {
                let Some(definition) = self.definitions.get_mut(value.0 as usize) else {
                    return Err(format!("{block}: there is no {value}"));
                };
                ensure(definition.replace((block, at)).is_none(), || {
                    format!("{value} is defined twice")
                })?;
                let is_parameter = self.function.instruction(value).op == Op::Parameter;
                ensure(is_parameter == (at == 0), || {
                    format!("{value} is a parameter in a body, or the other way round")
                })?;
            }
        }
        Ok(())
    }

    fn entry(&self) -> Checked {
        let no_jumps = self.graph.incoming(Block::ENTRY).is_empty();
        ensure(no_jumps, || "something jumps to the entry".to_owned())?;
        let id = self.function.id;
        let closure = self.ctx.program.function(id).takes_self.then_some(Type::Closure);
        let kinds = self.ctx.facts.function(id).passed();
        let expected = closure.into_iter().chain(kinds.map(parameter_type));
        let parameters = &self.function.block(Block::ENTRY).parameters;
        let found = parameters.iter().map(|&parameter| self.function.ty(parameter));
        ensure(found.eq(expected), || "the entry's parameters are not the function's".to_owned())
    }

    fn block(&self, block: Block) -> Checked {
        let data = self.function.block(block);
        for (&value, at) in data.body.iter().zip(1..) {
            let op = &self.function.instruction(value).op;
            self.instruction(value, op, (block, at)).map_err(|what| format!("{value}: {what}"))?;
        }
        let at = (block, data.body.len() + 1);
        let operands = data.end.operands();
        operands.iter().try_for_each(|&value| self.is_defined(value, at))?;
        self.exist(&operands)?;
        data.end.jumps().try_for_each(|jump| self.jump(jump))?;
        match &data.end {
            End::Branch { condition, .. } => self.has_type(*condition, Type::Bool),
            End::Return(value) => self.has_type(*value, Type::Tagged),
            End::TailCall { callee, arguments, site } => {
                self.site(*site)?;
                self.call(callee, arguments)
            }
            End::Unbound { site, .. } => self.site(*site),
            End::Jump(_) | End::Unreachable => Ok(()),
        }
    }

    fn jump(&self, jump: &Jump) -> Checked {
        let parameters = &self.function.block(jump.to).parameters;
        ensure(parameters.len() == jump.arguments.len(), || {
            format!("{} takes {} arguments", jump.to, parameters.len())
        })?;
        let mut pairs = parameters.iter().zip(&jump.arguments);
        pairs.try_for_each(|(&parameter, &value)| self.has_type(value, self.function.ty(parameter)))
    }

    fn instruction(&self, value: Value, op: &Op, at: Position) -> Checked {
        self.site(self.function.instruction(value).site)?;
        let operands = op.operands();
        operands.iter().try_for_each(|&operand| self.is_defined(operand, at))?;
        if !matches!(op, Op::Virtual(..)) {
            self.exist(&operands)?;
        }
        if let Some(state) = op.state() {
            self.state(state, at)?;
        }
        self.operands(op)?;
        let ty = self.function.ty(value);
        let fits = match op {
            Op::Copy(of) => ty == self.function.ty(*of),
            Op::Unbox(_) | Op::Guard { .. } => is_specific(ty),
            Op::Call(..) => is_specific(ty) || ty == Type::Tagged,
            Op::Capture(..) => matches!(ty, Type::Tagged | Type::Maybe | Type::Cell),
            Op::Global(_) => matches!(ty, Type::Tagged | Type::Maybe),
            _ => Some(ty) == type_of(op),
        };
        ensure(fits, || format!("is no {ty}"))
    }

    /// None of the values is an object that only exits make.
    fn exist(&self, values: &[Value]) -> Checked {
        values.iter().try_for_each(|&value| {
            ensure(!self.function.is_virtual(value), || format!("{value} is virtual"))
        })
    }

    /// The operands' types, and that they are as many as there must be.
    fn operands(&self, op: &Op) -> Checked {
        let all = |values: &[Value], ty: Type| {
            values.iter().try_for_each(|&value| self.has_type(value, ty))
        };
        match op {
            Op::Box(value) => {
                let ty = self.function.ty(*value);
                ensure(is_specific(ty), || format!("{value} is {ty}"))
            }
            Op::Unbox(value)
            | Op::Guard { value, .. }
            | Op::Check { value, .. }
            | Op::SetGlobal(_, value)
            | Op::Print(value) => all(&[*value], Type::Tagged),
            Op::CheckInt { lhs, rhs, .. } | Op::Generic(_, lhs, rhs) | Op::Tuple(lhs, rhs) => {
                all(&[*lhs, *rhs], Type::Tagged)
            }
            Op::Concat(parts) => {
                let fits = (2..=MAX_PARTS).contains(&parts.len());
                ensure(fits, || format!("it has {} parts", parts.len()))?;
                all(parts, Type::Tagged)
            }
            Op::Arith(_, lhs, rhs) | Op::Divide(_, lhs, rhs) | Op::Compare(_, lhs, rhs) => {
                all(&[*lhs, *rhs], Type::Int)
            }
            Op::CompareBool(_, lhs, rhs) => all(&[*lhs, *rhs], Type::Bool),
            Op::CheckStack(value) => all(&[*value], Type::Int),
            Op::ShiftRight(value, by) => {
                ensure(*by < 32, || format!("shifts by {by}"))?;
                all(&[*value], Type::Int)
            }
            Op::First(value) | Op::Second(value) => all(&[*value], Type::Tuple),
            Op::Capture(closure, _) | Op::IsFunction(closure, _) => all(&[*closure], Type::Closure),
            Op::ReadCell(cell) => all(&[*cell], Type::Cell),
            Op::FillCell(cell, value) => {
                all(&[*cell], Type::Cell)?;
                all(&[*value], Type::Tagged)
            }
            Op::CheckBound(value, _) => all(&[*value], Type::Maybe),
            Op::Closure(function, captures) => self.captures(*function, captures),
            Op::Virtual(shape, parts) => self.parts(*shape, parts),
            Op::Call(callee, arguments) => self.call(callee, arguments),
            Op::Parameter
            | Op::Copy(_)
            | Op::Int(_)
            | Op::Bool(_)
            | Op::Str(_)
            | Op::Function(_)
            | Op::Probe(_)
            | Op::NewCell
            | Op::Global(_)
            | Op::StackRoom
            | Op::Fuel => Ok(()),
        }
    }

    fn captures(&self, function: FunctionId, captures: &[Value]) -> Checked {
        let cells = &self.ctx.program.function(function).captured_cells;
        ensure(cells.len() == captures.len(), || format!("captures {} values", cells.len()))?;
        captures.iter().zip(cells).try_for_each(|(&value, &is_cell)| {
            let ty = self.function.ty(value);
            let fits =
                if is_cell { ty == Type::Cell } else { matches!(ty, Type::Tagged | Type::Maybe) };
            ensure(fits, || format!("{value} is {ty}, which is not what is captured"))
        })
    }

    fn parts(&self, shape: Shape, parts: &[Value]) -> Checked {
        let count = match shape {
            Shape::Tuple => 2,
            Shape::Closure(function) => self.ctx.program.function(function).captured_cells.len(),
        };
        ensure(parts.len() == count, || format!("it has {count} parts"))?;
        parts.iter().try_for_each(|&value| {
            ensure(self.function.ty(value) != Type::Nothing, || format!("{value} is nothing"))
        })
    }

    fn call(&self, callee: &Callee, arguments: &[Value]) -> Checked {
        match *callee {
            Callee::Fitting(value) | Callee::Unknown(value) => {
                let is_fitting = matches!(callee, Callee::Fitting(_));
                self.has_type(value, if is_fitting { Type::Closure } else { Type::Tagged })?;
                arguments.iter().try_for_each(|&value| self.has_type(value, Type::Tagged))
            }
            Callee::Known { function, closure } => {
                let takes_self = self.ctx.program.function(function).takes_self;
                ensure(closure.is_some() == takes_self, || "the closure does not fit".to_owned())?;
                closure.iter().try_for_each(|&value| self.has_type(value, Type::Closure))?;
                let passed = || self.ctx.facts.function(function).passed();
                ensure(passed().count() == arguments.len(), || {
                    format!("the callee takes {} arguments", passed().count())
                })?;
                let mut pairs = arguments.iter().zip(passed());
                pairs.try_for_each(|(&value, kinds)| self.has_type(value, parameter_type(kinds)))
            }
        }
    }

    /// A state and those that wait for it: each of the latter takes what the one before returns.
    fn state(&self, id: StateId, at: Position) -> Checked {
        let mut next = Some(id);
        while let Some(id) = next {
            let state = self.function.states.get(id.0 as usize);
            let state = state.ok_or_else(|| format!("there is no state {}", id.0))?;
            state.values().try_for_each(|value| {
                self.is_defined(value, at)?;
                let is_value = self.function.ty(value) != Type::Nothing;
                ensure(is_value, || format!("{value} in its state is nothing"))
            })?;
            if state.resume == Resume::Start {
                self.start(state)?;
            }
            next = state.caller;
            if let Some(caller) = next {
                let caller = self.function.states.get(caller.0 as usize);
                let waits = caller.is_some_and(|c| matches!(c.resume, Resume::Returned(_)));
                ensure(waits, || format!("nobody waits for state {}", id.0))?;
            }
        }
        Ok(())
    }

    /// The state at a function's beginning: the arguments as the interpreter takes them, whatever compiled
    /// code is passed in their place, behind them the closure, and nothing else.
    fn start(&self, state: &State) -> Checked {
        let function = self.ctx.program.function(state.function);
        let count = function.parameters as usize + usize::from(function.takes_self);
        // The globals are slots of the main program.
        ensure(state.slots.len() == count || state.function == FunctionId::MAIN, || {
            format!("{} slots at the beginning, not {count}", state.slots.len())
        })?;
        let facts = self.ctx.facts.function(state.function);
        let mut arguments = state.slots.iter().zip(&facts.split);
        arguments.try_for_each(|(slot, split)| match (slot, split) {
            (Some(value), Some(_)) => self.has_type(*value, Type::Tuple),
            (None, Some(_)) => Err("a pair is missing at the beginning".to_owned()),
            _ => Ok(()),
        })
    }

    fn site(&self, site: Site) -> Checked {
        let exists = (site.scope.0 as usize) < self.function.scopes.len();
        ensure(exists, || format!("there is no scope {}", site.scope.0))
    }

    fn has_type(&self, value: Value, ty: Type) -> Checked {
        let found = self.function.values.get(value.0 as usize).map(|value| value.ty);
        match found {
            Some(found) => ensure(found == ty, || format!("{value} is {found}, not {ty}")),
            None => Err(format!("there is no {value}")),
        }
    }

    /// Whether all ways to a position lead through the value's definition.
    fn is_defined(&self, value: Value, at: Position) -> Checked {
        let Some(Some(definition)) = self.definitions.get(value.0 as usize) else {
            return Err(format!("{value} is not defined"));
        };
        let is_before = match definition.0 == at.0 {
            true => definition.1 < at.1,
            false => self.dominators.dominates(definition.0, at.0),
        };
        ensure(is_before, || format!("{value} may not be there yet"))
    }
}

/// Whether the type is that of a single kind of values.
fn is_specific(ty: Type) -> bool {
    matches!(ty, Type::Int | Type::Bool | Type::Tuple | Type::Str | Type::Closure)
}

/// The type of what an operation makes, if its operands do not decide that; none if the
/// operation is not one that the operator has.
fn type_of(op: &Op) -> Option<Type> {
    use BinaryOp::{Add, And, Div, Eq, Gt, Gte, Lt, Lte, Mul, Neq, Or, Rem, Sub};
    Some(match op {
        Op::Int(_) | Op::CheckInt { .. } | Op::StackRoom => Type::Int,
        Op::Bool(_) => Type::Bool,
        Op::Str(_) | Op::Concat(_) => Type::Str,
        Op::Function(_) | Op::Closure(..) | Op::Virtual(Shape::Closure(_), _) => Type::Closure,
        Op::Box(_) | Op::First(_) | Op::Second(_) | Op::CheckBound(..) => Type::Tagged,
        Op::Check { demand: Demand::First | Demand::Second, .. } => Type::Tuple,
        Op::Check { .. } => Type::Bool,
        Op::Probe(_)
        | Op::FillCell(..)
        | Op::SetGlobal(..)
        | Op::Print(_)
        | Op::CheckStack(_)
        | Op::Fuel => Type::Nothing,
        Op::Arith(Add | Sub | Mul, ..) | Op::Divide(Div | Rem, ..) | Op::ShiftRight(..) => {
            Type::Int
        }
        Op::Compare(Eq | Neq | Lt | Gt | Lte | Gte, ..) => Type::Bool,
        Op::CompareBool(Eq | Neq, ..) | Op::IsFunction(..) => Type::Bool,
        Op::Generic(Add | Sub | Mul | Div | Rem, ..) => Type::Tagged,
        Op::Generic(Eq | Neq | Lt | Gt | Lte | Gte, ..) => Type::Bool,
        Op::Generic(And | Or, ..) => return None,
        Op::Tuple(..) | Op::Virtual(Shape::Tuple, _) => Type::Tuple,
        Op::NewCell => Type::Cell,
        Op::ReadCell(_) => Type::Maybe,
        _ => return None,
    })
}
