//! The stages of a program that can be dumped, by their names.

use std::fmt;
use std::str::FromStr;

use super::words;

/// A form that a program, or one of its functions, has on its way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// The source's tokens.
    Tokens,
    /// The syntax tree.
    Ast,
    /// The resolved tree.
    Core,
    /// What is proven of a function.
    Facts,
    /// The optimiser's IR as it is built.
    Ssa,
    /// The same after all passes.
    SsaOpt,
    /// What the code generator is given.
    Clif,
    /// What the code generator makes of it, in its own words.
    Vcode,
    /// The machine code.
    Asm,
}

impl Stage {
    /// Every stage, in the order in which a program goes through them.
    pub const ALL: [Stage; 9] = [
        Stage::Tokens,
        Stage::Ast,
        Stage::Core,
        Stage::Facts,
        Stage::Ssa,
        Stage::SsaOpt,
        Stage::Clif,
        Stage::Vcode,
        Stage::Asm,
    ];

    /// The stage's name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Tokens => "tokens",
            Stage::Ast => "ast",
            Stage::Core => "core",
            Stage::Facts => "facts",
            Stage::Ssa => "ssa",
            Stage::SsaOpt => "ssa-opt",
            Stage::Clif => "clif",
            Stage::Vcode => "vcode",
            Stage::Asm => "asm",
        }
    }

    /// What there is to see, in one line.
    pub const fn about(self) -> &'static str {
        match self {
            Stage::Tokens => "the source's tokens, with their places",
            Stage::Ast => "the syntax tree, a node a line, children first",
            Stage::Core => "names resolved to slots, captures and globals; tail calls marked",
            Stage::Facts => "what is proven of every run: kinds of values, callees, effects",
            Stage::Ssa => "the optimiser's IR as built from Core, facts and profile",
            Stage::SsaOpt => "the optimiser's IR after all passes",
            Stage::Clif => "what Cranelift is given",
            Stage::Vcode => "what Cranelift makes of it, in its own notation",
            Stage::Asm => "the machine code as it runs",
        }
    }

    /// Whether only functions that get compiled have it, so that the program must run.
    pub fn needs_run(self) -> bool {
        self >= Stage::Ssa
    }

    /// Whether it is one text for the whole program rather than one a function.
    pub fn is_of_program(self) -> bool {
        self <= Stage::Ast
    }
}

/// Some stages.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Stages(Vec<Stage>);

impl FromIterator<Stage> for Stages {
    fn from_iter<I: IntoIterator<Item = Stage>>(stages: I) -> Stages {
        Stages(stages.into_iter().collect())
    }
}

impl Stages {
    /// Whether the stage is one of them.
    pub fn contains(&self, stage: Stage) -> bool {
        self.0.contains(&stage)
    }

    /// They, in the order in which a program goes through them.
    pub fn iter(&self) -> impl Iterator<Item = Stage> + '_ {
        self.0.iter().copied()
    }

    /// Whether the program must run to get at one of them.
    pub fn need_run(&self) -> bool {
        self.0.iter().any(|stage| stage.needs_run())
    }

    /// The stages that a list names: names with commas between them, or `all` for those
    /// from Core on.
    ///
    /// # Errors
    /// If there is no such stage; the text says which there are.
    pub fn parse(list: &str) -> Result<Stages, String> {
        let names = Stage::ALL.map(Stage::name);
        let mut stages = Vec::new();
        for name in list.split(',') {
            match Stage::ALL.into_iter().find(|stage| stage.name() == name) {
                Some(stage) => stages.push(stage),
                None if name == "all" => {
                    stages.extend(Stage::ALL.into_iter().filter(|stage| *stage >= Stage::Core));
                }
                None => {
                    return Err(words::unknown("stage", name, names.into_iter().chain(["all"])));
                }
            }
        }
        stages.sort();
        stages.dedup();
        Ok(Stages(stages))
    }
}

/// What a user asks to see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StageList {
    /// These stages.
    Stages(Stages),
    /// Which stages there are.
    Overview,
}

impl FromStr for StageList {
    type Err = String;

    fn from_str(list: &str) -> Result<StageList, String> {
        match list {
            "help" => Ok(StageList::Overview),
            _ => Stages::parse(list).map(StageList::Stages),
        }
    }
}

/// A table of all stages for users.
#[derive(Debug)]
pub struct Overview;

impl fmt::Display for Overview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Stages, in the order in which a program goes through them:")?;
        for stage in Stage::ALL {
            writeln!(f, "  {:<8} {}", stage.name(), stage.about())?;
        }
        writeln!(f, "  {:<8} every stage from `core` on\n", "all")?;
        writeln!(
            f,
            "Stages from `ssa` on exist of functions that are compiled while the program runs:"
        )?;
        writeln!(f, "what is hot, or every function with `--tier=jit`.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_stages() {
        let names =
            |list| Stages::parse(list).map(|s| s.iter().map(Stage::name).collect::<Vec<_>>());
        assert_eq!(names("clif,ssa,clif"), Ok(vec!["ssa", "clif"]));
        assert_eq!(names("all").map(|all| all.len()), Ok(7));
        assert_eq!(
            names("ssa,clfi").unwrap_err(),
            "there is no stage `clfi`; did you mean `clif`?"
        );
        assert_eq!(
            names("x").unwrap_err(),
            "there is no stage `x`; there are tokens, ast, core, facts, ssa, ssa-opt, clif, vcode, asm, all"
        );
    }
}
