//! Variables: what the analysis knows of each so far, and which of them have news.
//!
//! What is known only grows: a set of kinds, of functions, of tuple sites, each with a
//! bounded number of steps ([`sets`](super::sets)). A variable remembers how much of it has
//! been passed on.

use std::collections::VecDeque;

use super::super::Kinds;
use super::sets::{Elements, Inserted, Set, Sets};

/// A variable of the analysis: what some nodes can evaluate to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) struct Var(pub(super) u32);

impl Var {
    /// No value.
    pub(super) const NONE: Var = Var(0);
    /// Ints.
    pub(super) const INT: Var = Var(1);
    /// Bools.
    pub(super) const BOOL: Var = Var(2);
    /// Strs.
    pub(super) const STR: Var = Var(3);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    /// The variable that was made so many after this one.
    pub(super) fn plus(self, count: usize) -> Var {
        Var(self.0 + count as u32)
    }
}

/// What a variable can be, or what has been added to that.
#[derive(Clone, Copy, Debug)]
pub(super) struct News {
    pub(super) kinds: Kinds,
    pub(super) functions: Elements,
    /// Any function that escapes.
    pub(super) any_function: bool,
    pub(super) sites: Elements,
    /// Any tuple site that escapes.
    pub(super) any_site: bool,
}

/// How much of a set was passed on, if all of any was.
const ALL_SENT: u8 = u8::MAX;

#[derive(Clone, Copy)]
struct Variable {
    kinds: Kinds,
    is_constant: bool,
    queued: bool,
    sent_functions: u8,
    sent_sites: u8,
    functions: Set,
    sites: Set,
}

/// All variables.
pub(super) struct Variables {
    all: Vec<Variable>,
    sets: Sets,
    queue: VecDeque<Var>,
    /// Functions that some variable has lost among *any*, perhaps repeatedly.
    pub(super) escaping_functions: Vec<u32>,
    /// The same for tuple sites.
    pub(super) escaping_sites: Vec<u32>,
}

impl Variables {
    /// No variables but the constant ones; their sets list up to `limit` elements.
    pub(super) fn new(limit: usize) -> Variables {
        let mut variables = Variables {
            all: Vec::new(),
            sets: Sets::new(limit),
            queue: VecDeque::new(),
            escaping_functions: Vec::new(),
            escaping_sites: Vec::new(),
        };
        for kinds in [Kinds::NONE, Kinds::INT, Kinds::BOOL, Kinds::STR] {
            variables.push(Variable { kinds, is_constant: true, ..EMPTY });
        }
        variables
    }

    fn push(&mut self, variable: Variable) -> Var {
        self.all.push(variable);
        Var(u32::try_from(self.all.len() - 1).expect("fewer variables than 2^32"))
    }

    /// A variable of which nothing is known yet.
    pub(super) fn fresh(&mut self) -> Var {
        self.push(EMPTY)
    }

    /// That many variables in a row; the first one.
    pub(super) fn fresh_row(&mut self, count: usize) -> Var {
        let first = Var(u32::try_from(self.all.len()).expect("fewer variables than 2^32"));
        self.all.resize(self.all.len() + count, EMPTY);
        first
    }

    /// The closures of a function.
    pub(super) fn closure(&mut self, function: u32) -> Var {
        let mut variable = Variable { kinds: Kinds::CLOSURE, is_constant: true, ..EMPTY };
        self.sets.insert(&mut variable.functions, function);
        self.push(variable)
    }

    /// The tuples of a site.
    pub(super) fn tuple(&mut self, site: u32) -> Var {
        let mut variable = Variable { kinds: Kinds::TUPLE, is_constant: true, ..EMPTY };
        self.sets.insert(&mut variable.sites, site);
        self.push(variable)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether nothing will ever be added to the variable.
    pub(super) fn is_constant(&self, var: Var) -> bool {
        self.all[var.index()].is_constant
    }

    pub(super) fn kinds(&self, var: Var) -> Kinds {
        self.all[var.index()].kinds
    }

    /// What the variable can be, as far as it is known.
    pub(super) fn known(&self, var: Var) -> News {
        let variable = &self.all[var.index()];
        News {
            kinds: variable.kinds,
            functions: self.sets.elements(variable.functions, 0),
            any_function: variable.functions.is_any(),
            sites: self.sets.elements(variable.sites, 0),
            any_site: variable.sites.is_any(),
        }
    }

    /// The next variable that has news, and these.
    pub(super) fn next_news(&mut self) -> Option<(Var, News)> {
        let var = self.queue.pop_front()?;
        let variable = &mut self.all[var.index()];
        variable.queued = false;
        let news = News {
            kinds: variable.kinds,
            functions: self.sets.elements(variable.functions, variable.sent_functions),
            any_function: variable.functions.is_any() && variable.sent_functions != ALL_SENT,
            sites: self.sets.elements(variable.sites, variable.sent_sites),
            any_site: variable.sites.is_any() && variable.sent_sites != ALL_SENT,
        };
        let sent = |set: Set| if set.is_any() { ALL_SENT } else { self.sets.len(set) };
        variable.sent_functions = sent(variable.functions);
        variable.sent_sites = sent(variable.sites);
        Some((var, news))
    }

    /// Adds kinds other than Tuple and Closure to a variable.
    pub(super) fn add_kinds(&mut self, to: Var, kinds: Kinds) {
        if !kinds.is_subset(self.all[to.index()].kinds) {
            self.all[to.index()].kinds |= kinds;
            self.enqueue(to);
        }
    }

    /// Adds what another variable can be.
    pub(super) fn join(&mut self, to: Var, news: &News) {
        let Variables { all, sets, escaping_functions, escaping_sites, .. } = self;
        let variable = &mut all[to.index()];
        debug_assert!(!variable.is_constant);
        let mut changed = !news.kinds.is_subset(variable.kinds);
        variable.kinds |= news.kinds;
        changed |= join_set(
            sets,
            &mut variable.functions,
            &news.functions,
            news.any_function,
            escaping_functions,
        );
        changed |= join_set(sets, &mut variable.sites, &news.sites, news.any_site, escaping_sites);
        if changed {
            self.enqueue(to);
        }
    }

    fn enqueue(&mut self, var: Var) {
        if !std::mem::replace(&mut self.all[var.index()].queued, true) {
            self.queue.push_back(var);
        }
    }
}

const EMPTY: Variable = Variable {
    kinds: Kinds::NONE,
    is_constant: false,
    queued: false,
    sent_functions: 0,
    sent_sites: 0,
    functions: Set::EMPTY,
    sites: Set::EMPTY,
};

/// Adds elements to a set; whether that changed it. What gets lost among any goes to
/// `escaping`.
fn join_set(
    sets: &mut Sets,
    set: &mut Set,
    elements: &Elements,
    any: bool,
    escaping: &mut Vec<u32>,
) -> bool {
    let mut changed = false;
    if any && !set.is_any() {
        escaping.extend_from_slice(sets.widen(set).as_slice());
        changed = true;
    }
    for &element in elements.as_slice() {
        match sets.insert(set, element) {
            Inserted::Known => {}
            Inserted::New => changed = true,
            Inserted::IsAny => escaping.push(element),
            Inserted::Widened(before) => {
                escaping.extend_from_slice(before.as_slice());
                escaping.push(element);
                changed = true;
            }
        }
    }
    changed
}
