//! What becomes of the candidates: an optimistic search. At first none is made; then what is needed
//! as a whole is made, where that is, and what that needs in turn.

use super::candidates::{Candidate, Candidates, Fate, Id, Use};
use crate::ssa::Block;
use crate::ssa::analysis::Dominators;
use crate::ssa::loops::Loops;

/// How often a candidate's fate may change before it is real.
const MAX_CHANGES: u8 = 4;
/// How far up the dominator tree to look for a place for an object.
const MAX_STEPS: usize = 200;
/// How often to look for parameters that it is no use to take apart.
const MAX_ROUNDS: usize = 4;

/// The shape of the function.
#[derive(Clone, Copy)]
pub struct Shape<'a> {
    /// Which blocks dominate which.
    pub dominators: &'a Dominators,
    /// What is a loop.
    pub loops: &'a Loops,
}

/// Decides what becomes of each candidate. With `lenient`, closures have an identity.
pub fn decide(candidates: &mut Candidates, shape: Shape<'_>, lenient: bool) {
    let count = candidates.list.len();
    let work = (0..count as u32).map(Id).collect();
    let mut decide = Decide {
        candidates,
        shape,
        lenient,
        changes: vec![0; count],
        waiting: vec![true; count],
        work,
    };
    decide.run();
    for _ in 0..MAX_ROUNDS {
        if !decide.leave_useless() {
            return;
        }
        decide.run();
    }
    let all = (0..count as u32).map(Id);
    let parameters: Vec<Id> =
        all.filter(|&id| decide.candidates.get(id).passed.is_some()).collect();
    parameters.into_iter().for_each(|id| decide.set(id, Fate::Real));
    decide.run();
}

struct Decide<'a> {
    candidates: &'a mut Candidates,
    shape: Shape<'a>,
    lenient: bool,
    /// By candidate: how often its fate changed.
    changes: Vec<u8>,
    /// By candidate: whether it is in `work`.
    waiting: Vec<bool>,
    /// Candidates to look at.
    work: Vec<Id>,
}

impl Decide<'_> {
    fn run(&mut self) {
        while let Some(id) = self.work.pop() {
            self.waiting[id.0 as usize] = false;
            let candidate = self.candidates.get(id);
            if candidate.is_virtual() {
                let fate = self.fate(candidate);
                self.set(id, fate);
            } else if self.changes[id.0 as usize] == 0 {
                // It was real from the beginning.
                self.changes[id.0 as usize] = 1;
                self.tell(id);
            }
        }
    }

    /// Sets a candidate's fate and has those looked at again that this matters to.
    fn set(&mut self, id: Id, fate: Fate) {
        let place = id.0 as usize;
        if self.candidates.list[place].fate == fate {
            return;
        }
        self.changes[place] += 1;
        let is_restless = self.changes[place] > MAX_CHANGES;
        self.candidates.list[place].fate = if is_restless { Fate::Real } else { fate };
        self.tell(id);
    }

    fn tell(&mut self, id: Id) {
        let candidate = self.candidates.get(id);
        let passed = candidate.passed.iter().flatten().copied().flatten();
        let passed_for = candidate.uses.iter().filter_map(|how| match *how {
            Use::Passed { to, .. } => Some(to),
            _ => None,
        });
        let others = candidate.parts.iter().copied().chain(passed).chain(passed_for);
        for other in others {
            if !std::mem::replace(&mut self.waiting[other.0 as usize], true) {
                self.work.push(other);
            }
        }
    }

    fn fate(&self, candidate: &Candidate) -> Fate {
        let mut at = None;
        for &how in &candidate.uses {
            let Some(needed) = self.needed(how) else { continue };
            let common = match at {
                None => Some(needed),
                Some(at) => self.common(at, needed),
            };
            match common {
                Some(block) if block != candidate.block => at = Some(block),
                _ => return Fate::Real,
            }
        }
        match at {
            None => Fate::Virtual,
            Some(at) => self.sunk(candidate, at).map_or(Fate::Real, Fate::Sunk),
        }
    }

    /// Where a use needs the object to exist.
    fn needed(&self, how: Use) -> Option<Block> {
        match how {
            Use::Whole(block) => Some(block),
            Use::Passed { from, to } => (!self.candidates.get(to).is_virtual()).then_some(from),
            Use::Part(of) => match self.candidates.get(of).fate {
                Fate::Real => Some(self.candidates.get(of).block),
                Fate::Sunk(at) => Some(at),
                Fate::Virtual => None,
            },
        }
    }

    /// The nearest block that dominates both, if it is near.
    fn common(&self, mut at: Block, other: Block) -> Option<Block> {
        for _ in 0..MAX_STEPS {
            if self.shape.dominators.dominates(at, other) {
                return Some(at);
            }
            at = self.shape.dominators.immediate(at)?;
        }
        None
    }

    /// Where to make an object that is needed in a block, if that is any better than to make it
    /// where it was.
    fn sunk(&self, candidate: &Candidate, needed: Block) -> Option<Block> {
        let Shape { dominators, loops } = self.shape;
        let mut at = needed;
        // Not in a loop that it was not in.
        while let Some(outermost) =
            loops.around(at).take_while(|&inner| !loops.contains(inner, candidate.block)).last()
        {
            at = dominators.immediate(loops.head(outermost))?;
        }
        let has_identity = self.lenient && matches!(candidate.shape, crate::ssa::Shape::Closure(_));
        if at == candidate.block || has_identity {
            return None;
        }
        let saves = match (&candidate.passed, loops.headed_by(candidate.block)) {
            (None, _) => true,
            (Some(_), Some(of)) => !loops.contains(of, at),
            (Some(passed), None) => passed.iter().all(|&argument| self.is_not_made(argument)),
        };
        saves.then_some(at)
    }

    fn is_not_made(&self, argument: Option<Id>) -> bool {
        argument.is_some_and(|argument| self.candidates.get(argument).is_virtual())
    }

    /// Leaves parameters alone if nothing would be saved: if no object that is not made gets
    /// there, or only before a loop's first round. Says whether there were any.
    fn leave_useless(&mut self) -> bool {
        let mut is_reached = vec![false; self.candidates.list.len()];
        let mut reached: Vec<usize> = Vec::new();
        for (at, candidate) in self.candidates.list.iter().enumerate() {
            if candidate.passed.is_none() && candidate.is_virtual() {
                is_reached[at] = true;
                reached.push(at);
            }
        }
        while let Some(at) = reached.pop() {
            for &how in &self.candidates.list[at].uses {
                let Use::Passed { from, to } = how else { continue };
                let target = self.candidates.get(to);
                let counts = match self.shape.loops.headed_by(target.block) {
                    Some(of) => self.shape.loops.contains(of, from),
                    None => true,
                };
                let place = to.0 as usize;
                if counts && target.is_virtual() && !std::mem::replace(&mut is_reached[place], true)
                {
                    reached.push(place);
                }
            }
        }
        let useless: Vec<Id> = (0..is_reached.len())
            .filter(|&at| !is_reached[at] && self.candidates.list[at].is_virtual())
            .map(|at| Id(at as u32))
            .collect();
        useless.iter().for_each(|&id| self.set(id, Fate::Real));
        !useless.is_empty()
    }
}
