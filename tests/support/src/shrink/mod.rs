//! Programs made smaller while something about them stays: delta debugging on the tree.
//!
//! A [pass](passes) proposes edits of nodes: a node becomes one of its children, or a
//! literal, or loses an argument. The edits of a pass are tried together, then in halves,
//! quarters and so on (Zeller's *ddmin*, over edits and not over lines), so that what is
//! irrelevant goes in few steps, however large the program is. Every step that is kept
//! makes the program [lighter](weight); that is why this ends.

mod edit;
mod passes;
#[cfg(test)]
mod tests;

use galo::syntax::ast::Ast;
use galo::syntax::format::format_ast;
use galo::syntax::json;

use edit::{Edits, rebuild, weight};

/// How many programs are tried at most, unless said otherwise.
pub const TRIES: usize = 4_000;

/// The smallest program that can be reached from `ast`, of which `keeps` is still true, with
/// at most so many programs tried.
pub fn shrink(ast: &Ast, tries: usize, keeps: &mut dyn FnMut(&Ast) -> bool) -> Ast {
    let mut search = Search { best: in_order(ast), tries, keeps };
    // Places change when a tree is rebuilt: what is about places cannot be made smaller.
    if !(search.keeps)(&search.best) {
        return ast.clone();
    }
    loop {
        let before = weight(&search.best);
        passes::ALL.iter().for_each(|propose| search.run(*propose));
        if weight(&search.best) == before || search.tries == 0 {
            return search.best;
        }
    }
}

/// The same tree with its nodes in the order in which the parser would make them, and with none
/// that do not belong to the program.
pub fn in_order(ast: &Ast) -> Ast {
    rebuild(ast, &Edits::default())
}

/// A program as one would look at it: source, or JSON if no source can say it.
pub fn text(ast: &Ast) -> String {
    format_ast(ast).unwrap_or_else(|_| {
        let mut text = Vec::new();
        json::write(ast, &mut text).expect("a vector takes everything");
        String::from_utf8(text).expect("JSON is text")
    })
}

struct Search<'a> {
    best: Ast,
    tries: usize,
    keeps: &'a mut dyn FnMut(&Ast) -> bool,
}

impl Search<'_> {
    /// One pass: its proposals in ever smaller groups.
    fn run(&mut self, propose: passes::Propose) {
        let mut group = propose(&self.best).len();
        while group > 0 {
            let mut at = 0;
            loop {
                let proposals = propose(&self.best);
                if at >= proposals.len() || self.tries == 0 {
                    break;
                }
                let end = proposals.len().min(at + group);
                let edits: Edits = proposals[at..end].iter().flatten().copied().collect();
                // What was left out is not there any more: the next group is at the same place.
                if !self.accept(&edits) {
                    at = end;
                }
            }
            group /= 2;
        }
    }

    fn accept(&mut self, edits: &Edits) -> bool {
        let smaller = rebuild(&self.best, edits);
        if weight(&smaller) >= weight(&self.best) {
            return false;
        }
        self.tries -= 1;
        let accepted = (self.keeps)(&smaller);
        if accepted {
            self.best = smaller;
        }
        accepted
    }
}
