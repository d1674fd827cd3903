//! What a host can choose.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use super::sampling::Sampling;
use crate::interp;
use crate::ssa::Switches;

/// Which tiers may run a program.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub enum Tier {
    /// The interpreter first, and machine code for what is hot.
    #[default]
    Auto,
    /// The closure interpreter alone, without a profile unless it is asked for.
    Interp,
    /// Machine code for every function before its first call; the interpreter only where
    /// a function cannot be compiled or a guess of the compiler fails.
    Jit,
}

impl Tier {
    /// Every tier, in the order in which they are listed for users.
    pub const ALL: [Tier; 3] = [Tier::Auto, Tier::Interp, Tier::Jit];

    /// The tier's name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Tier::Auto => "auto",
            Tier::Interp => "interp",
            Tier::Jit => "jit",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(name: &str) -> Result<Tier, String> {
        let names = || Tier::ALL.map(Tier::name).join(", ");
        Tier::ALL
            .into_iter()
            .find(|tier| tier.name() == name)
            .ok_or_else(|| format!("there is no tier `{name}`; there are {}", names()))
    }
}

/// What the compiler behind the interpreter does, and when. The defaults are for running
/// programs; most of the rest is for finding galo's own mistakes.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct JitConfig {
    /// After how many calls, or iterations of its own tail loop, a function is compiled;
    /// `None`: after fewer the larger it is, as compiling it costs and saves. With 0 it is
    /// compiled at the first.
    pub threshold: Option<u64>,
    /// Compile everything at its first call, check the compiler's work at every step, collect
    /// at every allocation, and let every so many guards fail that hold: running code is then
    /// left for the interpreter at every possible point. Very slow.
    pub stress: Option<NonZeroU64>,
    /// Compile nothing but functions whose name matches one of these patterns, where `*` is any
    /// text and `?` any character; empty: any function. The program's body is called `main`,
    /// a function without a name `fn`.
    pub only: Vec<String>,
    /// Compile no function whose name matches one of these patterns.
    pub deny: Vec<String>,
    /// Compile only so many functions, the first that ask for it; halving the number finds the
    /// function that is compiled wrongly.
    pub limit: Option<u64>,
    /// Which optimisations are made. No combination makes a program do something else.
    pub switches: Switches,
    /// Whether compiled code counts its calls, for the statistics. Costs a little.
    pub count_calls: bool,
}

impl JitConfig {
    /// The usual value of [`stress`](Self::stress): every third guard fails.
    pub const STRESS: NonZeroU64 = NonZeroU64::new(3).unwrap();
}

/// How an [`Engine`](super::Engine) runs its programs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Which tiers may run the program.
    pub tier: Tier,
    /// What the compiler does.
    pub jit: JitConfig,
    /// The most live data, in bytes; more is the error `out-of-memory`. The address space
    /// reserved is a bit over twice that, since collecting copies.
    pub max_heap: usize,
    /// The most stack, in bytes, before the error `stack-overflow`. Variables and the
    /// interpreter's own frames each may use that much. 64 GiB at most.
    pub max_stack: usize,
    /// How long a run may take, from its start on a clock that never stands still, before the error
    /// `timeout`; as long as it likes if there is none.
    pub timeout: Option<Duration>,
    /// How many calls the program may make, tail calls included, before the error `out-of-fuel`. The
    /// same number of calls is counted whatever the tiers do, so that the same program ends at the same place;
    /// what optimisations would save of calls, they do not save then.
    pub fuel: Option<u64>,
    /// How many bytes the program may print before the error `output-limit`.
    pub max_output: Option<u64>,
    /// Whether operators take what many community programs expect: `+` joins a Str with any
    /// value as it is printed, `==` and `!=` compare any two values (those of different
    /// kinds are unequal, tuples are compared by their parts, closures by identity), and
    /// `<` and its kin order two Strs by their bytes.
    pub lenient: bool,
    /// Whether the interpreter notes a profile even where no tier needs it.
    pub profile: bool,
    /// How the program's stack is looked at while it runs, for a profile of where the time goes; not at all
    /// if there is none. Machine code takes a few percent more time then, calls in the interpreter up to half.
    pub sampling: Option<Sampling>,
    /// Whether output reaches its writer after every `print` rather than when 64 KiB have
    /// come together or the program ends.
    pub flush_lines: bool,
    /// Whether the collector runs at every allocation, poisons what it frees and checks
    /// the whole heap: finds galo's own mistakes, very slowly.
    pub zeal: bool,
    /// After so many requests for memory that need the collector, which with
    /// [`zeal`](Self::zeal) are all, there is none any more: for tests of what happens then.
    #[doc(hidden)]
    pub fail_allocations_after: Option<u64>,
}

impl Default for Config {
    /// Limits that suit a machine with 2 GB of memory.
    fn default() -> Self {
        Config {
            tier: Tier::Auto,
            jit: JitConfig::default(),
            max_heap: 768 << 20,
            max_stack: 512 << 20,
            timeout: None,
            fuel: None,
            max_output: None,
            lenient: false,
            profile: false,
            sampling: None,
            flush_lines: false,
            zeal: false,
            fail_allocations_after: None,
        }
    }
}

impl Config {
    /// What the interpreter does besides running the program.
    pub(super) fn interpreter(&self) -> interp::Options {
        interp::Options {
            records: self.profile || self.tier != Tier::Interp,
            counts_fuel: self.fuel.is_some(),
            is_sampled: self.sampling.is_some(),
        }
    }

    /// What of the optimiser is switched on. Where calls are counted, each of them is made.
    pub(super) fn switches(&self) -> Switches {
        match self.fuel {
            Some(_) => self.jit.switches.for_counted_calls(),
            None => self.jit.switches,
        }
    }

    /// Whether anything may run as machine code.
    pub(super) fn may_compile(&self) -> bool {
        self.tier != Tier::Interp
    }

    /// Whether the collector runs at every allocation.
    pub(super) fn is_zealous(&self) -> bool {
        self.zeal || self.jit.stress.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_known_by_their_names() {
        for tier in Tier::ALL {
            assert_eq!(tier.to_string().parse(), Ok(tier));
        }
        let error = "llvm".parse::<Tier>().unwrap_err();
        assert_eq!(error, "there is no tier `llvm`; there are auto, interp, jit");
    }
}
