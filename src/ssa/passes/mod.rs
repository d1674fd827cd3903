//! The optimiser's passes: their table and the order in which they run.
//!
//! A pass is a function from IR to IR in a file of its own, which says why what it does is
//! sound. Each takes time near linear in the function's size and recurses over nothing. No pass
//! expects another one to have run: the order is only about what they find.

mod accumulate;
mod branches;
mod calls;
mod chains;
mod copies;
mod dce;
mod devirtualize;
mod duplicate;
mod escape;
mod gvn;
mod hoist;
pub mod inline;
mod licm;
mod parameters;
mod reconstruct;
mod relations;
mod rotate;
mod scoped;
mod simplify;
mod states;
mod switches;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod types;

pub use reconstruct::is_copyable;
pub use switches::{PassSet, Switches};

use super::analysis::{Edge, Graph};
use super::{Block, BlockData, Context, End, Function, Jump, Op, Site, Type, Value, print, verify};

/// A pass.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// What it is called, in dumps too.
    pub name: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Does it.
    pub run: fn(&mut Function, &Context<'_>),
}

/// All passes, in the order in which they run.
///
/// - `gvn` comes before `inline`, so that no equal calls become several bodies; `devirtualize`, so that there
///   are more calls to inline. Both are done to the bodies that are inlined, too.
/// - `calls` wants to see what is called, and says of what type results are; `hoist` and `types`
///   want all that is known to be a type to be a `Box`.
/// - `branches` comes twice: after `types` has made Bools of what conditions pass on, and because
///   `gvn` decides branches, before the end.
/// - `simplify` comes again because types and values of joins are known by then.
/// - `chains` wants to see all that is known to be a Str, and leaves boxes to `simplify`.
/// - `gvn` comes again because the rotated loops' first tests may be decided, and what is behind a test
///   may decide others.
/// - `licm` wants loops that are rotated: what it puts in front of one is then only done if there
///   is a round.
/// - `escape` wants to see which parameters are pairs; what these consist of is unboxed by `types` again.
pub const PASSES: &[Pass] = &[
    SIMPLIFY,
    PARAMETERS,
    CALLS,
    GVN,
    DEVIRTUALIZE,
    INLINE,
    HOIST,
    TYPES,
    BRANCHES,
    SIMPLIFY,
    ESCAPE,
    TYPES,
    SIMPLIFY,
    GVN,
    SIMPLIFY,
    BRANCHES,
    DUPLICATE,
    CHAINS,
    SIMPLIFY,
    BRANCHES,
    ACCUMULATE,
    ROTATE,
    GVN,
    SIMPLIFY,
    BRANCHES,
    LICM,
    STATES,
    DCE,
];

const SIMPLIFY: Pass = Pass {
    name: "simplify",
    summary: "folds constants and undoes what another instruction did",
    run: simplify::run,
};

const PARAMETERS: Pass = Pass {
    name: "parameters",
    summary: "takes out block parameters that are always the same value",
    run: parameters::run,
};

const CALLS: Pass =
    Pass { name: "calls", summary: "calls closures that are made here directly", run: calls::run };

const DEVIRTUALIZE: Pass = Pass {
    name: "devirtualize",
    summary: "calls the only function directly that an unknown callee was seen to be",
    run: devirtualize::run,
};

const INLINE: Pass = Pass {
    name: "inline",
    summary: "puts the bodies of functions in the place of calls",
    run: inline::run,
};

const HOIST: Pass = Pass {
    name: "hoist",
    summary: "guards what loops begin with before they begin",
    run: hoist::run,
};

const TYPES: Pass = Pass {
    name: "types",
    summary: "unboxes block parameters that are always of one type, drops checks that hold",
    run: types::run,
};

const BRANCHES: Pass = Pass {
    name: "branches",
    summary: "leads jumps past blocks that only jump on, joins blocks in a row",
    run: branches::run,
};

const ESCAPE: Pass = Pass {
    name: "escape",
    summary: "makes no pairs and closures that are only taken apart again",
    run: escape::run,
};

const GVN: Pass = Pass {
    name: "gvn",
    summary: "does nothing again that has been computed, loaded, checked or decided before",
    run: gvn::run,
};

const DUPLICATE: Pass = Pass {
    name: "duplicate",
    summary: "copies what follows joins for each way to get there, where calls become equal",
    run: duplicate::run,
};

const CHAINS: Pass = Pass {
    name: "chains",
    summary: "makes the strings of chains of `+` at once",
    run: chains::run,
};

const ACCUMULATE: Pass = Pass {
    name: "accumulate",
    summary: "turns recursion under arithmetic into loops with accumulators",
    run: accumulate::run,
};

const ROTATE: Pass = Pass {
    name: "rotate",
    summary: "tests at the end of each round whether a loop goes on",
    run: rotate::run,
};

const LICM: Pass = Pass {
    name: "licm",
    summary: "loads before a loop what each of its rounds would load",
    run: licm::run,
};

const STATES: Pass = Pass {
    name: "states",
    summary: "leaves boxing of what states hold to the exits",
    run: states::run,
};

const DCE: Pass = Pass { name: "dce", summary: "takes out what nothing needs", run: dce::run };

/// Optimises a function with the passes that are switched on. `observe` gets to see it after each pass, with the pass's name.
pub fn optimize(
    function: &mut Function,
    context: &Context<'_>,
    observe: &mut dyn FnMut(&'static str, &Function),
) {
    for pass in PASSES.iter().filter(|pass| context.switches.passes.contains(pass.name)) {
        (pass.run)(function, context);
        if cfg!(debug_assertions) {
            check(pass, function, context);
        }
        observe(pass.name, function);
    }
}

/// Checks that a pass has left a well-formed function.
fn check(pass: &Pass, function: &Function, context: &Context<'_>) {
    if let Err(what) = verify(function, context) {
        let text = print(function, context, &|node| node.index().to_string());
        panic!("{} has spoiled this: {what}\n{text}", pass.name);
    }
}

/// Keeps those parameters of a block, and the arguments for them, of which `keep` says so.
fn retain_parameters(function: &mut Function, graph: &Graph, block: Block, keep: &[bool]) {
    if keep.iter().all(|&keep| keep) {
        return;
    }
    let retain = |values: &mut Vec<Value>| {
        let mut keep = keep.iter();
        values.retain(|_| *keep.next().expect("as many arguments as parameters"));
    };
    retain(&mut function.blocks[block.0 as usize].parameters);
    for &edge in graph.incoming(block) {
        retain(&mut function.jump_mut(edge).arguments);
    }
}

/// Adds an instruction at the end of a block.
fn append(function: &mut Function, block: Block, op: Op, ty: Type, site: Site) -> Value {
    let value = function.add(op, ty, site);
    function.blocks[block.0 as usize].body.push(value);
    value
}

/// Puts a block on an edge.
fn split(function: &mut Function, edge: Edge) -> Block {
    let block = Block(function.blocks.len() as u32);
    let detour = Jump { to: block, arguments: Vec::new() };
    let end = End::Jump(std::mem::replace(function.jump_mut(edge), detour));
    function.blocks.push(BlockData { parameters: Vec::new(), body: Vec::new(), end });
    block
}

/// Makes what comes behind a call a block of its own, with the call's value as its parameter.
fn cut(function: &mut Function, block: Block, call: Value) -> Block {
    let behind = Block(function.blocks.len() as u32);
    let data = &mut function.blocks[block.0 as usize];
    let at = data.body.iter().position(|&value| value == call).expect("the call is in its block");
    let body = data.body.split_off(at + 1);
    data.body.pop();
    let end = std::mem::replace(&mut data.end, End::Unreachable);
    function.blocks.push(BlockData { parameters: vec![call], body, end });
    function.values[call.0 as usize].op = Op::Parameter;
    behind
}
