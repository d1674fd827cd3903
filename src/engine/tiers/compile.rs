//! One compilation: from Core to machine code that callers find, or the reason why not.

use std::cell::Cell;
use std::time::{Duration, Instant};

use galo_runtime::{Value, VmFunction};

use super::super::events::{CompileTimes, Event, Form, FormStage, Observer, Trigger};
use super::policy::MAX_VERSIONS;
use super::profile::Profiles;
use super::run::Attached;
use super::{End, Failure, Refusal};
use crate::core::{FunctionId, NodeId};
use crate::flow::{self, Facts};
use crate::interp::Code;
use crate::jit::code::containment::contain;
use crate::jit::{Addresses, Jit};
use crate::ssa::passes::inline::{Decision, DecisionObserver};
use crate::ssa::{self, Context, passes};
use crate::syntax::ast::{self, Symbol};

/// Why there is no code of a function.
enum Stop {
    Refused(Refusal),
    Failed(Failure),
}

/// What came of a compilation.
struct Finished {
    exits: std::ops::Range<u32>,
    code_bytes: usize,
}

/// Hands on what is decided while a version of a function is optimised.
#[derive(Debug)]
struct Decisions<'a> {
    observer: &'a dyn Observer,
    id: FunctionId,
    version: u32,
}

impl DecisionObserver for Decisions<'_> {
    fn decided(&self, decision: &Decision) {
        self.observer.decision(self.id, self.version, decision);
    }
}

/// While it lives, nothing else is compiled. It ends even where an observer panics.
struct Compiling<'t>(&'t Cell<bool>);

impl<'t> Compiling<'t> {
    fn begin(is_compiling: &'t Cell<bool>) -> Self {
        is_compiling.set(true);
        Self(is_compiling)
    }
}

impl Drop for Compiling<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Attached<'_> {
    /// Compiles a function that got hot in the interpreter; whether it is compiled now.
    pub(super) fn compile_hot(&self, id: FunctionId, trigger: Trigger) -> bool {
        let tiers = &self.program.tiers;
        if tiers.functions.borrow()[id.index()].is_final {
            return false;
        }
        let name = self.program.function_name(id);
        let compiled = tiers.counters.borrow().compiled;
        if let Err(reason) = tiers.policy.admit(name, compiled) {
            self.refuse(id, reason);
            return false;
        }
        self.compile(id, trigger)
    }

    /// Compiles a function anew, without guesses about these operations of its own or of functions
    /// that are inlined into it; `site` is the one that it is compiled for.
    pub(super) fn compile_again(
        &self,
        id: FunctionId,
        failed: &[(FunctionId, ast::NodeId)],
        site: ast::NodeId,
    ) {
        for &(guesser, site) in failed {
            let function = self.program.core().function(guesser);
            let nodes = (0..function.nodes().len()).map(NodeId::new);
            let tiers = &mut self.program.tiers.functions.borrow_mut();
            let hopeless = &mut tiers[guesser.index()].hopeless;
            hopeless.extend(nodes.filter(|&node| function.origin_of(node) == site));
            hopeless.sort_unstable();
            hopeless.dedup();
        }
        self.compile(id, Trigger::Exits { site });
    }

    fn compile(&self, id: FunctionId, trigger: Trigger) -> bool {
        let tiers = &self.program.tiers;
        if !self.has_compiler() {
            tiers.functions.borrow_mut()[id.index()].is_final = true;
            return false;
        }
        let version = tiers.functions.borrow()[id.index()].versions + 1;
        let compiling = Compiling::begin(&tiers.is_compiling);
        self.tell(|| Event::CompileStarted { function: id, version, trigger });
        let mut times = CompileTimes::default();
        let result = self.try_compile(id, version, &mut times);
        drop(compiling);
        tiers.counters.borrow_mut().times += times;
        match result {
            Ok(finished) => {
                self.finish(id, version, &finished);
                let (exits, code_bytes) = (finished.exits.len(), finished.code_bytes);
                self.tell(|| Event::CompileFinished {
                    function: id,
                    version,
                    exits,
                    code_bytes,
                    times,
                });
                true
            }
            Err(Stop::Refused(reason)) => {
                self.refuse(id, reason);
                false
            }
            Err(Stop::Failed(failure)) => {
                tiers.functions.borrow_mut()[id.index()].is_final = true;
                self.tell(|| Event::CompileFailed { function: id, version, failure: &failure });
                tiers.counters.borrow_mut().failures.push((id, failure));
                false
            }
        }
    }

    fn refuse(&self, id: FunctionId, reason: Refusal) {
        let tiers = &self.program.tiers;
        tiers.functions.borrow_mut()[id.index()].is_final = true;
        tiers.counters.borrow_mut().refused += 1;
        self.tell(|| Event::CompileRefused { function: id, reason });
    }

    fn finish(&self, id: FunctionId, version: u32, finished: &Finished) {
        let tiers = &self.program.tiers;
        let mut functions = tiers.functions.borrow_mut();
        let tier = &mut functions[id.index()];
        tier.versions = version;
        tier.first_exit = finished.exits.start;
        tier.is_final = version == MAX_VERSIONS;
        let mut counters = tiers.counters.borrow_mut();
        counters.versions += 1;
        counters.compiled += u64::from(version == 1);
    }

    /// Makes the compiler when it is first needed; whether there is one.
    fn has_compiler(&self) -> bool {
        let tiers = &self.program.tiers;
        if tiers.end.borrow().is_some() {
            return false;
        }
        if tiers.jit.borrow().is_some() {
            return true;
        }
        match Jit::new(self.program.core(), &self.program.code, tiers.options) {
            Ok(jit) => {
                *tiers.jit.borrow_mut() = Some(jit);
                true
            }
            Err(error) => {
                self.tell(|| Event::NoCompiler(&error));
                *tiers.end.borrow_mut() = Some(End::Missing(error));
                false
            }
        }
    }

    fn try_compile(
        &self,
        id: FunctionId,
        version: u32,
        times: &mut CompileTimes,
    ) -> Result<Finished, Stop> {
        let start = Instant::now();
        let facts = self.facts()?;
        times.facts = start.elapsed();
        let program = self.program;
        let profiles = Profiles::new(program, version);
        let decisions = self.observer.map(|observer| Decisions { observer, id, version });
        let context = Context {
            program: program.core(),
            facts,
            ast: program.ast(),
            lenient: program.is_lenient(),
            probes: program.tiers.options.forces_exits,
            fuel: program.config.fuel.is_some(),
            switches: program.tiers.switches,
            profiles: Some(&profiles),
            decisions: decisions.as_ref().map(|decisions| decisions as &dyn DecisionObserver),
        };

        let start = Instant::now();
        let mut function = self.build(&context, id, &profiles)?;
        times.build = start.elapsed();
        self.show(id, version, &context, || FormStage::Built(&function));

        let start = Instant::now();
        let watching = self.optimize(&context, version, &mut function)?;
        times.passes = start.elapsed().saturating_sub(watching);
        self.show(id, version, &context, || FormStage::Optimised(&function));

        let compiled = {
            let mut jit = program.tiers.jit.borrow_mut();
            let jit = jit.as_mut().expect("it was made before");
            let name = program.function_name(id);
            let listing = self.observer.is_some_and(|observer| observer.wants_listings());
            self.contained(|| jit.compile(&context, &function, &program.code, name, listing))?
        };
        let compiled = compiled.map_err(|failure| Stop::Failed(Failure::Jit(failure)))?;
        times.lower = compiled.lowering;
        times.cranelift = compiled.cranelift;
        times.load = compiled.loading;
        if self.observer.is_some() {
            let jit = program.tiers.jit.borrow();
            let jit = jit.as_ref().expect("it is there");
            self.show(id, version, &context, || FormStage::Compiled(&compiled, jit));
        }
        let code_bytes = compiled.compiled.bytes.len();
        Ok(Finished { exits: compiled.exits, code_bytes })
    }

    /// The facts, found when they are first needed.
    fn facts(&self) -> Result<&Facts, Stop> {
        let (program, facts) = (self.program, &self.program.tiers.facts);
        if facts.get().is_none() {
            let found = self.contained(|| {
                let facts = flow::analyze(program.core(), program.is_lenient());
                let facts = match program.tiers.switches.split_parameters {
                    true => facts,
                    false => facts.without_split(),
                };
                if program.config.fuel.is_some() { facts.with_counted_calls() } else { facts }
            })?;
            facts.get_or_init(|| found);
        }
        Ok(facts.get().expect("they were just found"))
    }

    fn build(
        &self,
        context: &Context<'_>,
        id: FunctionId,
        profiles: &Profiles<'_>,
    ) -> Result<ssa::Function, Stop> {
        let guesses = profiles.guesses(id);
        let function = self.contained(|| ssa::build(*context, id, &guesses))?;
        let function = function.map_err(|refusal| Stop::Refused(Refusal::Form(refusal)))?;
        if self.program.tiers.options.verify {
            verify("build", &function, context)?;
        }
        Ok(function)
    }

    /// Runs the passes. How long the observer took to look at what they did.
    fn optimize(
        &self,
        context: &Context<'_>,
        version: u32,
        function: &mut ssa::Function,
    ) -> Result<Duration, Stop> {
        let verifies = self.program.tiers.options.verify;
        let (mut result, mut watching) = (Ok(()), Duration::ZERO);
        let mut observe = |pass, function: &ssa::Function| {
            if verifies && result.is_ok() {
                result = verify(pass, function, context);
            }
            if self.observer.is_some() {
                let start = Instant::now();
                self.show(function.id, version, context, || FormStage::Passed(pass, function));
                watching += start.elapsed();
            }
        };
        self.contained(|| passes::optimize(function, context, &mut observe))?;
        result.map(|()| watching)
    }

    /// Does a part of the compiler's work. Should it panic, then nothing is compiled any
    /// more, and what is compiled goes on.
    fn contained<T>(&self, work: impl FnOnce() -> T) -> Result<T, Stop> {
        contain(work).map_err(|message| {
            *self.program.tiers.end.borrow_mut() = Some(End::Broken);
            Stop::Failed(Failure::Panicked(message))
        })
    }

    fn show<'a>(
        &self,
        function: FunctionId,
        version: u32,
        context: &'a Context<'a>,
        stage: impl FnOnce() -> FormStage<'a>,
    ) {
        if let Some(observer) = self.observer {
            observer.form(&Form { function, version, context, stage: stage() });
        }
    }
}

fn verify(step: &'static str, function: &ssa::Function, context: &Context<'_>) -> Result<(), Stop> {
    ssa::verify(function, context)
        .map_err(|error| Stop::Failed(Failure::Invalid { step, error: error.to_string() }))
}

/// Functions, constant closures and literals have their addresses for as long as the program
/// is there.
impl Addresses for Code {
    fn function(&self, id: FunctionId) -> *const VmFunction {
        Code::function(self, id)
    }

    fn closure(&self, id: FunctionId) -> Value {
        self.static_closure(id).expect("a function that captures nothing has a closure")
    }

    fn string(&self, text: Symbol) -> Value {
        self.literal(text).expect("every literal has its Str")
    }
}
