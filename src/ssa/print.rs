//! SSA as text: a line an instruction, what it does on the left, where it comes from on the
//! right.
//!
//! ```text
//! fn 1 fib
//! entry(v0: int)
//!   v1: int = 2                                   ; 1:25
//!   v2: bool = v0 < v1                            ; 1:21
//!   if v2 then b1 else b2
//! ```

use std::fmt::{self, Write};

use super::{
    Block, Callee, Context, Demand, End, Function, Jump, Op, Resume, Scope, Shape, Site, State,
    StateId, Type, Value,
};
use crate::core::FunctionId;
use crate::syntax::ast;

/// Where the remarks begin.
const REMARK_COLUMN: usize = 56;

/// A function as text. `place` names the position of a syntax node for the remarks.
pub fn print(
    function: &Function,
    ctx: &Context<'_>,
    place: &dyn Fn(ast::NodeId) -> String,
) -> String {
    let printer = Printer { function, ctx };
    let mut out = String::new();
    for Line { text, site } in lines(function, ctx) {
        match site {
            Some(site) => {
                let (place, body) = (place(site.node), printer.body(site));
                writeln!(out, "{text:<REMARK_COLUMN$}; {place}{body}")
            }
            None => writeln!(out, "{text}"),
        }
        .expect("a string takes any text");
    }
    out
}

/// A line of a function's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What stands there, without the place.
    pub text: String,
    /// Where it comes from, if that is one place.
    pub site: Option<Site>,
}

/// A function as lines of text.
pub fn lines(function: &Function, ctx: &Context<'_>) -> Vec<Line> {
    let mut out = Vec::new();
    Printer { function, ctx }.function(&mut out).expect("a string takes any text");
    out
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Nothing => "nothing",
            Type::Int => "int",
            Type::Bool => "bool",
            Type::Tagged => "tagged",
            Type::Tuple => "tuple",
            Type::Str => "str",
            Type::Closure => "closure",
            Type::Cell => "cell",
            Type::Maybe => "maybe",
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Block::ENTRY => f.write_str("entry"),
            Block(index) => write!(f, "b{index}"),
        }
    }
}

struct Printer<'a> {
    function: &'a Function,
    ctx: &'a Context<'a>,
}

impl Printer<'_> {
    fn function(&self, out: &mut Vec<Line>) -> fmt::Result {
        out.push(Line { text: format!("fn {}", self.name(self.function.id)), site: None });
        let graph = super::analysis::Graph::new(self.function);
        for (index, block) in self.function.blocks.iter().enumerate() {
            let id = Block(index as u32);
            if !graph.is_reached(id) {
                continue;
            }
            let parameters = block.parameters.iter();
            let parameters =
                parameters.map(|&value| format!("{value}: {}", self.function.ty(value)));
            let parameters = parameters.collect::<Vec<_>>().join(", ");
            out.push(Line { text: format!("{id}({parameters})"), site: None });
            for &value in &block.body {
                let mut text = String::from("  ");
                self.instruction(&mut text, value)?;
                out.push(Line { text, site: Some(self.function.instruction(value).site) });
            }
            let mut text = String::from("  ");
            let site = self.end(&mut text, &block.end)?;
            out.push(Line { text, site });
        }
        Ok(())
    }

    /// In whose body a site is, if it is not the function's own.
    fn body(&self, site: Site) -> String {
        match site.scope {
            Scope::OWN => String::new(),
            scope => format!(" #{} in {}", scope.0, self.name(self.function.scope(scope).function)),
        }
    }

    fn name(&self, id: FunctionId) -> String {
        let name = match self.ctx.program.function(id).name {
            Some(name) => self.ctx.ast.text(name),
            None if id == FunctionId::MAIN => "main",
            None => "_",
        };
        format!("{} {name}", id.index())
    }

    fn instruction(&self, out: &mut String, value: Value) -> fmt::Result {
        let instruction = self.function.instruction(value);
        if instruction.ty != Type::Nothing {
            write!(out, "{value}: {} = ", instruction.ty)?;
        }
        self.operation(out, &instruction.op)
    }

    fn operation(&self, out: &mut String, op: &Op) -> fmt::Result {
        match op {
            Op::Parameter => out.write_str("parameter"),
            Op::Copy(value) => write!(out, "{value}"),
            Op::Int(n) => write!(out, "{n}"),
            Op::Bool(b) => write!(out, "{b}"),
            Op::Str(text) => write!(out, "{:?}", shorten(self.ctx.ast.text(*text))),
            Op::Function(id) => write!(out, "function {}", self.name(*id)),
            Op::Box(value) => write!(out, "box {value}"),
            Op::Unbox(value) => write!(out, "unbox {value}"),
            Op::Guard { value, state } => {
                write!(out, "guard {value} else ")?;
                self.state(out, *state)
            }
            Op::Check { value, demand, .. } => {
                write!(out, "check {value} for {}", show_demand(*demand))
            }
            Op::CheckInt { op, lhs, rhs, left } => {
                let side = if *left { "left" } else { "right" };
                write!(out, "check {side} of {lhs} {} {rhs}", op.symbol())
            }
            Op::Probe(state) => {
                out.write_str("probe ")?;
                self.state(out, *state)
            }
            Op::Arith(op, lhs, rhs)
            | Op::Divide(op, lhs, rhs)
            | Op::Compare(op, lhs, rhs)
            | Op::CompareBool(op, lhs, rhs) => write!(out, "{lhs} {} {rhs}", op.symbol()),
            Op::ShiftRight(value, by) => write!(out, "{value} >> {by}"),
            Op::Generic(op, lhs, rhs) => write!(out, "generic {lhs} {} {rhs}", op.symbol()),
            Op::Concat(parts) => write!(out, "concat {}", list(parts)),
            Op::Tuple(first, second) => write!(out, "({first}, {second})"),
            Op::First(value) => write!(out, "first {value}"),
            Op::Second(value) => write!(out, "second {value}"),
            Op::Closure(function, captures) => {
                write!(out, "closure {} of {}", self.name(*function), list(captures))
            }
            Op::Virtual(Shape::Tuple, parts) => write!(out, "virtual {}", list(parts)),
            Op::Virtual(Shape::Closure(function), parts) => {
                write!(out, "virtual closure {} of {}", self.name(*function), list(parts))
            }
            Op::Capture(closure, index) => write!(out, "capture {index} of {closure}"),
            Op::IsFunction(closure, function) => {
                write!(out, "{closure} is {}", self.name(*function))
            }
            Op::NewCell => out.write_str("new cell"),
            Op::ReadCell(cell) => write!(out, "read {cell}"),
            Op::FillCell(cell, value) => write!(out, "fill {cell} with {value}"),
            Op::Global(slot) => write!(out, "global {slot}"),
            Op::SetGlobal(slot, value) => write!(out, "global {slot} = {value}"),
            Op::CheckBound(value, name) => {
                write!(out, "check {value} bound ({})", self.ctx.ast.text(*name))
            }
            Op::Call(callee, arguments) => {
                out.write_str("call ")?;
                self.call(out, callee, arguments)
            }
            Op::Print(value) => write!(out, "print {value}"),
            Op::StackRoom => out.write_str("stack room"),
            Op::Fuel => write!(out, "fuel"),
            Op::CheckStack(value) => write!(out, "check stack room {value}"),
        }
    }

    fn call(&self, out: &mut String, callee: &Callee, arguments: &[Value]) -> fmt::Result {
        match callee {
            Callee::Known { function, closure } => {
                out.write_str(&self.name(*function))?;
                closure.iter().try_for_each(|closure| write!(out, " {closure}"))?;
            }
            Callee::Fitting(value) => write!(out, "fitting {value}")?,
            Callee::Unknown(value) => write!(out, "unknown {value}")?,
        }
        out.write_str(&list(arguments))
    }

    /// Where the interpreter continues, and its frame.
    fn state(&self, out: &mut String, id: StateId) -> fmt::Result {
        for (index, state) in self.function.chain(id).enumerate() {
            if index > 0 {
                out.write_str(", then ")?;
            }
            self.one_state(out, state)?;
        }
        Ok(())
    }

    fn one_state(&self, out: &mut String, state: &State) -> fmt::Result {
        match state.resume {
            Resume::Start => out.write_str("start")?,
            Resume::After(node, value) => write!(out, "after %{} = {value}", node.index())?,
            Resume::Returned(node) => write!(out, "returned to %{}", node.index())?,
        }
        let slots = state.slots.iter().map(|slot| match slot {
            Some(value) => value.to_string(),
            None => "_".to_owned(),
        });
        write!(out, " [{}]", slots.collect::<Vec<_>>().join(" "))
    }

    fn end(&self, out: &mut String, end: &End) -> Result<Option<Site>, fmt::Error> {
        match end {
            End::Jump(jump) => write!(out, "jump {}", show_jump(jump))?,
            End::Branch { condition, then, otherwise } => {
                let (then, otherwise) = (show_jump(then), show_jump(otherwise));
                write!(out, "if {condition} then {then} else {otherwise}")?;
            }
            End::Return(value) => write!(out, "return {value}")?,
            End::TailCall { callee, arguments, site } => {
                out.write_str("tail call ")?;
                self.call(out, callee, arguments)?;
                return Ok(Some(*site));
            }
            End::Unbound { name, site } => {
                write!(out, "unbound {}", self.ctx.ast.text(*name))?;
                return Ok(Some(*site));
            }
            End::Unreachable => out.write_str("unreachable")?,
        }
        Ok(None)
    }
}

fn show_demand(demand: Demand) -> &'static str {
    match demand {
        Demand::Condition => "if",
        Demand::Logic { and: true, left: true } => "left of &&",
        Demand::Logic { and: true, left: false } => "right of &&",
        Demand::Logic { and: false, left: true } => "left of ||",
        Demand::Logic { and: false, left: false } => "right of ||",
        Demand::First => "first",
        Demand::Second => "second",
    }
}

fn list(values: &[Value]) -> String {
    let values = values.iter().map(Value::to_string);
    format!("({})", values.collect::<Vec<_>>().join(", "))
}

fn show_jump(jump: &Jump) -> String {
    match jump.arguments.is_empty() {
        true => jump.to.to_string(),
        false => format!("{}{}", jump.to, list(&jump.arguments)),
    }
}

/// The beginning of a long literal.
fn shorten(text: &str) -> &str {
    const SHOWN: usize = 40;
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
