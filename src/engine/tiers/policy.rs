//! When a function is compiled, and when a guess is given up.

use super::super::config::{JitConfig, Tier};
use super::super::patterns::Patterns;
use super::Refusal;

/// What compiling a function costs whatever its size, in nodes that the interpreter
/// evaluates in that time.
const FIXED_COST: u64 = 4_000;
/// What compiling a node costs, in the same measure. So many calls, each of which
/// evaluates every node at most once, take as long as compiling the function.
const COST_PER_NODE: u64 = 400;
/// How many iterations of a function's own tail loop weigh as much as a call: a loop
/// that has been running is less likely to go on than a function is to be called again.
const ITERATIONS_PER_CALL: u64 = 4;
/// How many functions are compiled as soon as that should pay.
const FIRST_FUNCTIONS: u64 = 24;
/// Behind these, so many double what the next one has to show. Programs have their time in a few
/// functions, which are hot first; where it is spread over hundreds, each of them runs too shortly to pay for
/// the millisecond that compiling takes, with all that is inlined.
const FUNCTIONS_TO_DOUBLE: u64 = 4;
/// So many exits at one place, and the guess that is wrong there is not made again. Each
/// costs about as much as a few hundred nodes.
const MAX_EXITS: u64 = 20;
/// The most versions of a function; the last one is made without guesses.
pub(super) const MAX_VERSIONS: u32 = 6;

/// Decides for one program.
#[derive(Debug)]
pub(super) struct Policy {
    /// What the configuration asks for, for functions of any size.
    threshold: Option<u64>,
    only: Patterns,
    deny: Patterns,
    limit: Option<u64>,
}

impl Policy {
    pub(super) fn new(tier: Tier, config: &JitConfig) -> Policy {
        let threshold = match tier {
            Tier::Jit => Some(0),
            // Once interpreted, so that there is a profile to guess by.
            _ => config.threshold.or(config.stress.map(|_| 1)),
        };
        let (only, deny) = (Patterns::new(&config.only), Patterns::new(&config.deny));
        Policy { threshold, only, deny, limit: config.limit }
    }

    /// How many calls of a function of so many nodes are interpreted before it is compiled.
    pub(super) fn calls(&self, nodes: usize) -> i64 {
        self.threshold.map_or_else(|| break_even(nodes), clamp)
    }

    /// The same for iterations of its own tail loop.
    pub(super) fn iterations(&self, nodes: usize) -> i64 {
        self.threshold.map_or_else(|| break_even(nodes) * ITERATIONS_PER_CALL as i64, clamp)
    }

    /// If a function that has been called, and gone round in its own loop, so often is not to be compiled after
    /// so many others yet: how many calls and iterations more that takes.
    pub(super) fn postpones(
        &self,
        nodes: usize,
        compiled: u64,
        calls: u64,
        iterations: u64,
    ) -> Option<(i64, i64)> {
        if self.threshold.is_some() {
            return None;
        }
        let behind = compiled.saturating_sub(FIRST_FUNCTIONS);
        let more = |base: i64, done: u64| {
            clamp(base as u64 + base as u64 * behind / FUNCTIONS_TO_DOUBLE)
                .saturating_sub_unsigned(done)
        };
        let calls = more(self.calls(nodes), calls);
        let iterations = more(self.iterations(nodes), iterations);
        (calls > 0 && iterations > 0).then_some((calls, iterations))
    }

    /// Whether functions are compiled before their first call.
    pub(super) fn is_eager(&self) -> bool {
        self.threshold == Some(0)
    }

    /// Whether a function may be compiled, after so many others.
    pub(super) fn admit(&self, name: &str, compiled: u64) -> Result<(), Refusal> {
        if !self.includes(name) {
            return Err(Refusal::NotChosen);
        }
        match self.limit {
            Some(limit) if compiled >= limit => Err(Refusal::Limit),
            _ => Ok(()),
        }
    }

    /// Whether a function of this name may run as machine code, its own or that of others.
    pub(super) fn includes(&self, name: &str) -> bool {
        let is_chosen = self.only.is_empty() || self.only.match_any(name);
        is_chosen && !self.deny.match_any(name)
    }

    /// Whether a guess that was wrong so often is given up with others.
    pub(super) fn doubts(&self, exits: u64) -> bool {
        exits >= MAX_EXITS / 4
    }

    /// Whether a guess is given up that was wrong so often.
    pub(super) fn gives_up(&self, exits: u64) -> bool {
        exits >= MAX_EXITS
    }
}

/// After how many calls a function of so many nodes has cost as much as compiling it.
fn break_even(nodes: usize) -> i64 {
    clamp(COST_PER_NODE + FIXED_COST / (nodes as u64).max(1))
}

fn clamp(count: u64) -> i64 {
    count.min(i64::MAX as u64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_functions_need_fewer_calls_than_small_ones() {
        let policy = Policy::new(Tier::Auto, &JitConfig::default());
        assert!(policy.calls(5) > policy.calls(50));
        assert!(policy.calls(50) >= policy.calls(50_000));
        assert!(policy.calls(50_000) > 0);
        assert!(policy.iterations(50) > policy.calls(50));
    }

    #[test]
    fn the_more_is_compiled_the_more_the_next_function_has_to_show() {
        let policy = Policy::new(Tier::Auto, &JitConfig::default());
        let (calls, iterations) = (policy.calls(10) as u64, policy.iterations(10) as u64);
        assert_eq!(policy.postpones(10, 0, calls, 0), None);
        assert_eq!(policy.postpones(10, FIRST_FUNCTIONS, 0, iterations), None);
        let (more, _) =
            policy.postpones(10, FIRST_FUNCTIONS + 40, calls, 0).expect("it has to wait");
        assert_eq!(more as u64, calls * 10);
        assert_eq!(policy.postpones(10, FIRST_FUNCTIONS + 40, calls + more as u64, 0), None);
        let configured = JitConfig { threshold: Some(7), ..JitConfig::default() };
        assert_eq!(Policy::new(Tier::Auto, &configured).postpones(10, 1_000, 7, 0), None);
    }

    #[test]
    fn thresholds_are_as_configured() {
        let configured = JitConfig { threshold: Some(7), ..JitConfig::default() };
        let thresholds = |tier, config: &JitConfig| {
            let policy = Policy::new(tier, config);
            (policy.calls(50), policy.iterations(50))
        };
        assert_eq!(thresholds(Tier::Auto, &configured), (7, 7));
        assert_eq!(thresholds(Tier::Jit, &configured), (0, 0));
        let stress = JitConfig { stress: Some(JitConfig::STRESS), ..JitConfig::default() };
        assert_eq!(thresholds(Tier::Auto, &stress), (1, 1));
        let never = JitConfig { threshold: Some(u64::MAX), ..JitConfig::default() };
        assert_eq!(thresholds(Tier::Auto, &never), (i64::MAX, i64::MAX));
    }

    #[test]
    fn functions_are_chosen_by_name_and_number() {
        let policy = |only: &[&str], deny: &[&str], limit| {
            let owned = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
            let (only, deny) = (owned(only), owned(deny));
            Policy::new(Tier::Auto, &JitConfig { only, deny, limit, ..JitConfig::default() })
        };
        assert_eq!(policy(&[], &[], None).admit("f", 1_000), Ok(()));
        assert_eq!(policy(&["f*"], &[], None).admit("fib", 0), Ok(()));
        assert_eq!(policy(&["f*"], &[], None).admit("main", 0), Err(Refusal::NotChosen));
        assert_eq!(policy(&["f*"], &["fib"], None).admit("fib", 0), Err(Refusal::NotChosen));
        assert_eq!(policy(&[], &[], Some(2)).admit("f", 1), Ok(()));
        assert_eq!(policy(&[], &[], Some(2)).admit("f", 2), Err(Refusal::Limit));
    }
}
