//! The engine: loads programs and runs them. The library's door.
//!
//! An [`Engine`] is a configuration; it makes [`Program`]s, which own everything they
//! need and run as often as wanted. There is no global state: any number of engines live
//! in one process, on any threads.
//!
//! ```
//! use galo::{Config, Engine};
//!
//! let engine = Engine::new(Config { max_heap: 64 << 20, ..Config::default() });
//! let program = engine.load("fib.rinha", br#"
//!     let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } };
//!     print("fib: " + fib(20))
//! "#)?;
//!
//! let mut output = Vec::new();
//! program.run(&mut output)?;
//! assert_eq!(output, b"fib: 6765\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a program comes to is a value of the host's:
//!
//! ```
//! use galo::{Config, Engine, Part};
//!
//! let engine = Engine::new(Config::default());
//! let program = engine.load("pair.rinha", br#"(6 * 7, "a" + 1)"#)?;
//!
//! let value = program.evaluate(&mut Vec::new(), 1 << 20)?.value.expect("it is small");
//! assert_eq!(value.to_string(), "(42, \"a1\")");
//! assert_eq!(value.parts(), [Part::Tuple, Part::Int(42), Part::Str("a1".into())]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Errors are values. An input that is no program gives an [`InputError`] with one
//! [`Diagnostic`](crate::syntax::diagnostic::Diagnostic) per finding; a program that fails
//! gives a [`ProgramError`] with its kind, place and call trace:
//!
//! ```
//! use galo::{Config, Engine, ErrorKind};
//!
//! let engine = Engine::new(Config::default());
//! let program = engine.load("oops.rinha", b"let _ = print(1); 2 + true")?;
//!
//! let mut output = Vec::new();
//! let error = program.run(&mut output).unwrap_err();
//! assert_eq!(error.kind, ErrorKind::TypeError);
//! assert_eq!((error.span.start, error.span.end), (22, 26));
//! assert_eq!(output, b"1\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod companion;
mod config;
mod error;
pub mod events;
mod patterns;
mod program;
mod run;
mod sampling;
mod stats;
mod tiers;
mod timer;

pub use config::{Config, JitConfig, Tier};
pub use error::{InputError, ProgramError, TraceFrame};
pub use patterns::Patterns;
pub use program::{Engine, Evaluation, Program};
pub use run::{InterruptHandle, Run};
pub use sampling::Sampling;
pub use stats::{ExitCount, LoadTimes, RunStats, TierStats};
pub use tiers::{Failure, Refusal};
