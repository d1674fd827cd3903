//! SSA to CLIF.
//!
//! Blocks and parameters correspond one to one; Ints are `i32`, Bools `i8`, everything else is
//! a word in the runtime's representation. What SSA leaves open is settled here: where
//! references are while the collector may run, how calls pass what, what checks and guards cost, how
//! an exit hands the frame to the interpreter.

mod calls;
mod checks;
mod exits;
mod groups;
mod objects;
mod operations;
mod polls;
mod safepoints;
mod strings;
mod virtuals;

use cranelift_codegen::ir::{self, BlockArg, FuncRef, InstBuilder, condcodes::IntCC};
use cranelift_frontend::Variable;
use galo_runtime::abi::{self, HelperId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::addresses::Addresses;
use super::conventions::{Convention, clif_type};
use super::emit::{Emitter, Region};
use super::exit::Exit;
use super::roots::{Roots, Safepoint, Stored};
use super::words::Words;
use crate::core::FunctionId;
use crate::ssa::analysis::Graph;
use crate::ssa::{Block, Context, End, Function, Jump, Op, Type, Value};
use groups::Groups;

/// Frames of up to this many slots fit what every check of the limit leaves.
const SMALL_FRAME_SLOTS: u32 = galo_runtime::machine::SMALL_FRAME_SLOTS;
/// Functions whose callees begin up to this many slots behind them need no check of the frame.
const UNCHECKED_SLOTS: u32 = galo_runtime::machine::UNCHECKED_SLOTS;

/// What is lowered, and for what.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) context: Context<'a>,
    pub(super) function: &'a Function,
    pub(super) addresses: &'a dyn Addresses,
    /// Where exits go.
    pub(super) exit_stub: u64,
    /// What polls.
    pub(super) poll_stub: FuncRef,
    /// Whether guards and probes also fail when the machine's countdown ends.
    pub(super) forces_exits: bool,
    /// Whether the function counts its calls.
    pub(super) counts_calls: bool,
    /// Whether samples see who is running.
    pub(super) is_sampled: bool,
    /// The number of the function's first exit.
    pub(super) first_exit: u32,
}

/// What came of it besides code.
pub(super) struct Output {
    /// The function's exits, in the order of their numbers.
    pub(super) exits: Vec<Exit>,
    /// What to say of instructions when the code is shown.
    pub(super) notes: Vec<(ir::Inst, String)>,
}

/// Lowers a function into the one that the emitter has begun. `itself` is how it can call
/// itself without looking up its address. None if it is too large.
pub(super) fn lower(
    input: Input<'_>,
    emit: Emitter<'_>,
    itself: Option<FuncRef>,
    target: cranelift_codegen::isa::TargetFrontendConfig,
) -> Option<Output> {
    let graph = Graph::new(input.function);
    let order = graph.order();
    let collects = Convention::of(&input.context, input.function.id).collects;
    let classify = |op: &Op| match collects {
        true => safepoints::classify(&input.context, input.function, op),
        false => Safepoint::Never,
    };
    let groups = Groups::new(input.function, order, &classify);
    let safepoint = |value: Value| match groups.has_room(value) {
        true => Safepoint::Never,
        false => classify(&input.function.instruction(value).op),
    };
    let words = Words::new(input.function, order);
    let roots = Roots::new(input.function, order, &words, &safepoint)?;
    let polling = polls::polling_blocks(input.function, &graph);
    let mut lowering = Lowering::new(input, emit, itself, words, roots, groups, polling);
    lowering.prologue(order);
    for &block in order {
        lowering.block(block);
    }
    let Lowering { emit, exits, notes, .. } = lowering;
    emit.finish(target);
    Some(Output { exits, notes })
}

/// A function on its way.
struct Lowering<'a> {
    input: Input<'a>,
    emit: Emitter<'a>,
    itself: Option<FuncRef>,
    convention: Convention,
    callees: FxHashMap<FunctionId, (Convention, ir::SigRef)>,
    /// In which block each function was called last.
    called: FxHashMap<FunctionId, Option<ir::Block>>,
    words: Words,
    roots: Roots,
    groups: Groups,
    /// The blocks that begin with a look whether somebody wants something.
    polling: FxHashSet<Block>,
    /// The room that was taken last, and the object that it was taken for.
    taken: Option<(Value, ir::Value)>,
    /// What is in its home at this point.
    stored: Stored,
    /// By SSA value, unless it has a variable.
    values: Vec<Option<ir::Value>>,
    /// By SSA value: those that are read back behind safepoints.
    variables: Vec<Option<Variable>>,
    /// By SSA block.
    blocks: Vec<Option<ir::Block>>,
    /// The function's first slot. Allocating slow paths read it back.
    frame: Option<Variable>,
    /// The slot of the first home: behind the globals, in the program's body.
    first_home: u32,
    exits: Vec<Exit>,
    notes: Vec<(ir::Inst, String)>,
}

impl<'a> Lowering<'a> {
    fn new(
        input: Input<'a>,
        emit: Emitter<'a>,
        itself: Option<FuncRef>,
        words: Words,
        roots: Roots,
        groups: Groups,
        polling: FxHashSet<Block>,
    ) -> Lowering<'a> {
        let Input { context, function, .. } = input;
        let is_main = function.id == FunctionId::MAIN;
        Lowering {
            input,
            emit,
            itself,
            convention: Convention::of(&context, function.id),
            callees: FxHashMap::default(),
            called: FxHashMap::default(),
            stored: roots.stored_at(Block::ENTRY),
            words,
            roots,
            groups,
            polling,
            taken: None,
            values: vec![None; function.values.len()],
            variables: vec![None; function.values.len()],
            blocks: vec![None; function.blocks.len()],
            frame: None,
            first_home: if is_main { context.program.globals } else { 0 },
            exits: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn ssa(&self) -> &'a Function {
        self.input.function
    }

    /// The slots that the function may use of its frame: its exits those of the interpreter and,
    /// behind them, those for parts of objects.
    fn frame_slots(&self, order: &[Block]) -> u32 {
        let interpreted = self.interpreted_slots(order);
        interpreted.max(self.first_home + self.roots.slots)
    }

    fn prologue(&mut self, order: &[Block]) {
        self.emit.at(self.input.context.program.function(self.ssa().id).origin.into());
        let mut parameters = self.emit.parameters().into_iter();
        if self.convention.framed {
            let frame = self.emit.builder.declare_var(ir::types::I64);
            let parameter = parameters.next().expect("the signature is the convention's");
            self.emit.builder.def_var(frame, parameter);
            self.frame = Some(frame);
        }
        if self.input.counts_calls {
            self.count_call();
        }
        self.check_limits(order);
        self.poll_at_entry(order);
        for &block in order {
            if block != Block::ENTRY {
                let made = self.emit.builder.create_block();
                for &parameter in &self.ssa().block(block).parameters {
                    let ty = clif_type(self.ssa().ty(parameter));
                    self.emit.builder.append_block_param(made, ty);
                }
                self.blocks[block.0 as usize] = Some(made);
            }
        }
        for (&parameter, value) in self.ssa().block(Block::ENTRY).parameters.iter().zip(parameters)
        {
            self.define(parameter, value);
        }
    }

    fn count_call(&mut self) {
        let function = self.emit.word(self.input.addresses.function(self.ssa().id) as u64);
        let calls = self.emit.load(Region::Function, function, abi::COMPILED_CALLS as i32);
        let more = self.emit.builder.ins().iadd_imm_s(calls, 1);
        self.emit.store(Region::Function, more, function, abi::COMPILED_CALLS as i32);
    }

    /// Whether the function calls others and comes back to go on.
    fn calls(&self, order: &[Block]) -> bool {
        let ssa = self.ssa();
        let body = |&block: &Block| ssa.block(block).body.iter();
        let mut values = order.iter().flat_map(body);
        values.any(|&value| matches!(ssa.instruction(value).op, Op::Call(..)))
    }

    /// Checks the native stack if the function calls, and its frame if the native stack does not bound
    /// that, too.
    fn check_limits(&mut self, order: &[Block]) {
        let calls = self.calls(order);
        if calls {
            self.check_stack_at_entry();
        }
        let slots = self.frame_slots(order);
        let is_large = slots > SMALL_FRAME_SLOTS;
        // Callees begin behind the homes.
        let slides = calls && self.roots.slots > UNCHECKED_SLOTS;
        if is_large || self.frame.is_some() && slides {
            let frame = self.frame_or_top();
            let end = match is_large {
                true => self.emit.words_behind(frame, slots),
                false => frame,
            };
            let limit = self.emit.load_machine(abi::FRAME_LIMIT);
            let above = IntCC::UnsignedGreaterThan;
            let too_deep = self.emit.builder.ins().icmp(above, end, limit);
            self.emit.overflow_if(too_deep);
        }
    }

    fn block(&mut self, block: Block) {
        if let Some(made) = self.blocks[block.0 as usize] {
            self.emit.builder.switch_to_block(made);
            self.stored = self.roots.stored_at(block);
            let values = self.emit.builder.block_params(made).to_vec();
            for (&parameter, value) in self.ssa().block(block).parameters.iter().zip(values) {
                self.define(parameter, value);
            }
        }
        let data = self.ssa().block(block);
        if self.polling.contains(&block) {
            self.poll(block);
        }
        for &value in &data.body {
            self.instruction(value);
        }
        self.end(&data.end);
    }

    /// The CLIF value of an SSA value at this point.
    fn value(&mut self, value: Value) -> ir::Value {
        let value = self.words.of(value);
        match self.variables[value.0 as usize] {
            Some(variable) => self.emit.builder.use_var(variable),
            None => self.values[value.0 as usize].expect("definitions come before uses"),
        }
    }

    /// A value as any Tagged one.
    fn tagged(&mut self, value: Value) -> ir::Value {
        let made = self.value(value);
        self.emit.boxed(self.ssa().ty(value), made)
    }

    fn define(&mut self, value: Value, made: ir::Value) {
        self.stored.remove(value);
        if self.roots.home(value).is_none() {
            self.values[value.0 as usize] = Some(made);
            return;
        }
        let variable = match self.variables[value.0 as usize] {
            Some(variable) => variable,
            None => {
                let variable = self.emit.builder.declare_var(ir::types::I64);
                *self.variables[value.0 as usize].insert(variable)
            }
        };
        self.emit.builder.def_var(variable, made);
    }

    /// A Bool as something to branch on. In the runtime's representation one bit tells.
    fn condition(&mut self, condition: Value) -> ir::Value {
        match self.ssa().instruction(condition).op {
            Op::Unbox(tagged) | Op::Check { value: tagged, .. } => {
                let tagged = self.value(tagged);
                self.emit.builder.ins().band_imm_u(tagged, 1 << abi::BOOL_BIT)
            }
            _ => self.value(condition),
        }
    }

    fn jump_arguments(&mut self, jump: &Jump) -> (ir::Block, Vec<BlockArg>) {
        let block = self.blocks[jump.to.0 as usize].expect("what is jumped to is reached");
        let arguments = jump.arguments.iter().map(|&value| self.value(value).into());
        (block, arguments.collect())
    }

    fn end(&mut self, end: &End) {
        match end {
            End::Jump(jump) => {
                let (block, arguments) = self.jump_arguments(jump);
                self.emit.builder.ins().jump(block, &arguments);
            }
            End::Branch { condition, then, otherwise } => {
                let condition = match self.tests_passed_sum(*condition, [then, otherwise]) {
                    Some(test) => test,
                    None => self.condition(*condition),
                };
                let (then, then_arguments) = self.jump_arguments(then);
                let (otherwise, arguments) = self.jump_arguments(otherwise);
                let ins = self.emit.builder.ins();
                ins.brif(condition, then, &then_arguments, otherwise, &arguments);
            }
            End::Return(value) => {
                let value = self.tagged(*value);
                self.emit.builder.ins().return_(&[value]);
            }
            End::TailCall { callee, arguments, site } => {
                self.emit.at(*site);
                self.poll_before_tail_call();
                self.tail_call(*callee, arguments, *site);
            }
            End::Unbound { name, site } => {
                self.emit.at(*site);
                let site = self.emit.int(site.node.index() as i32);
                let text = self.input.context.ast.text(*name);
                let (start, len) = (text.as_ptr() as u64, text.len() as u64);
                let (start, len) = (self.emit.word(start), self.emit.word(len));
                self.emit.fail(HelperId::UnboundName, &[site, start, len]);
            }
            End::Unreachable => self.emit.unreachable(),
        }
    }

    fn site(&mut self, value: Value) -> ir::Value {
        let site = self.ssa().instruction(value).site;
        self.emit.int(site.node.index() as i32)
    }

    /// Defines an instruction's value, if it has one.
    fn instruction(&mut self, value: Value) {
        let instruction = self.ssa().instruction(value);
        self.emit.at(instruction.site);
        if let Some(made) = self.operation(value, &instruction.op, instruction.ty) {
            debug_assert_ne!(instruction.ty, Type::Nothing);
            if !self.words.is_known(value) {
                self.define(value, made);
            }
        }
    }
}
