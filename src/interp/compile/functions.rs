//! One function: its literals, its nodes in order, its root.

use std::cell::OnceCell;
use std::io;
use std::marker::PhantomData;

use galo_runtime::machine::SMALL_FRAME_SLOTS;

use super::super::base_case::BaseCase;
use super::super::control::{Fueled, LargeFrame, Loop, Sampled};
use super::super::profile::Policy;
use super::super::resume::Interior;
use super::{Compiler, Shared};
use crate::core::{self, FunctionId, NodeId, Program};
use crate::syntax::ast::Ast;

/// Compiles one function and gives it its code.
pub(super) fn compile<P: Policy>(
    shared: &mut Shared,
    program: &Program,
    ast: &Ast,
    id: FunctionId,
) -> io::Result<()> {
    let function = program.function(id);
    make_literals(shared, function, ast)?;
    let count = function.nodes().len();
    let mut compiler = Compiler::<P> {
        shared,
        program,
        ast,
        id,
        function,
        nodes: vec![None; count],
        heights: vec![0; count],
        records: vec![None; count],
        policy: PhantomData,
    };
    for (node_id, node) in function.nodes() {
        compiler.compile_node(node_id, node);
    }
    let root = compiler.root();
    let inner = compiler.inner_root().unwrap_or(root);
    if P::RECORDS {
        let (nodes, records) = (compiler.nodes.into(), compiler.records.into());
        let interior = Interior { nodes, records, parents: OnceCell::new() };
        shared.interiors.push(interior);
    }
    // SAFETY: the statics that own the function are alive, and nothing runs yet.
    let vm = unsafe { &*shared.functions[id.index()] };
    vm.code.set(root.code());
    vm.body.set(root.body());
    vm.inner_code.set(inner.code());
    vm.inner_body.set(inner.body());
    Ok(())
}

fn make_literals(shared: &mut Shared, function: &core::Function, ast: &Ast) -> io::Result<()> {
    for (_, node) in function.nodes() {
        if let core::Node::Str(text) = node
            && !shared.strings.contains_key(&text)
        {
            let string = shared.statics.string(ast.text(text))?;
            shared.strings.insert(text, string);
        }
    }
    Ok(())
}

impl<P: Policy> Compiler<'_, P> {
    /// The function's body, inside a loop if it calls itself in tail position.
    fn root(&mut self) -> super::Node {
        let body = self.function.body();
        let mut root = self.node(body);
        let site = self.function.origin.index() as galo_runtime::Site;
        // Inside of the loop, so that each round counts as the call that it is.
        if self.shared.options.counts_fuel && self.id != FunctionId::MAIN {
            root = self.put(Fueled { body: root, site });
        }
        if self.repeats() {
            let function = self.shared.functions[self.id.index()];
            root = self.put(Loop { body: root, function, site, policy: PhantomData::<P> });
        }
        if self.function.frame > SMALL_FRAME_SLOTS {
            root = self.put(LargeFrame { body: root, slots: self.function.frame, site });
        }
        self.sampled(root)
    }

    /// Something at which the function begins, as samples see it.
    fn sampled(&mut self, body: super::Node) -> super::Node {
        match self.shared.options.is_sampled {
            true => self.put(Sampled { body, function: self.id.index() as u32 }),
            false => body,
        }
    }

    /// What is left of the body once its base case is ruled out.
    fn inner_root(&mut self) -> Option<super::Node> {
        let plain = !self.repeats() && self.function.frame <= SMALL_FRAME_SLOTS;
        let plain = plain && !self.shared.options.counts_fuel;
        let rest = BaseCase::rest(self.function).filter(|_| plain)?;
        let rest = self.node(rest);
        Some(self.sampled(rest))
    }

    fn repeats(&self) -> bool {
        self.function.nodes().any(|(_, node)| matches!(node, core::Node::Repeat { .. }))
    }

    fn compile_node(&mut self, id: NodeId, node: core::Node) {
        let height = 1 + self.height_of_operands(node);
        self.heights[id.index()] = height;
        if let Some(mut node) = self.operation(id, node) {
            if self.is_checked(id) {
                node = self.checked(node, self.origin(id));
            }
            self.nodes[id.index()] = Some(node);
        }
    }

    fn height_of_operands(&self, node: core::Node) -> u32 {
        // A block's statements are checked one by one.
        let mut height = 0;
        let visit = |id: NodeId| height = height.max(self.heights[id.index()]);
        self.function.for_each_operand(node, visit);
        height
    }
}
