//! Scripts: the seam between the engine and the interpreters of script languages.
//!
//! ```text
//!  EVAL ──> run ──> Interpreter::run ──> (the script) ──> Caller::call ──> dispatch::call
//!            |            ^                                   |
//!            `── Cache ───'  compiled code                    `── Running: may it be killed?
//! ```
//!
//! The engine keeps the texts of scripts ([`Cache`]), reads what their first line declares ([`Shebang`]), refuses to run
//! one where the state of the server does not allow it, and journals what it did as one transaction ([`run()`]). It knows no
//! language. An interpreter registers itself with a [`Language`]; it turns texts into code, keeps what it has compiled as
//! long as the engine does not ask it to forget, and is handed a [`Caller`] for as long as a script runs, through which the
//! script's commands walk the pipeline of every other command.
//!
//! # Functions
//!
//! What is in here serves whoever runs code on behalf of a client: [`begin`] checks the state of the server against flags,
//! [`Caller`] runs commands, and [`Running`] is what `SCRIPT KILL` and `FUNCTION KILL` look at.

mod cache;
mod caller;
pub mod functions;
mod interpreter;
mod run;
mod running;
mod shebang;

pub use cache::{Cache, Digest, Script, digest};
pub use caller::{Caller, Replicate};
pub use functions::Functions;
pub use interpreter::{Failure, Interpreter, Interpreters, Language, Limits};
pub use run::{Invocation, begin, compile, run, run_in};
pub use running::{Kind, Running};
pub use shebang::{Flags, Shebang};

use crate::args::OwnedArgs;
use crate::output::Output;

/// All that the engine knows of scripts.
#[derive(Default)]
pub struct Scripting {
    /// The scripts that can be run by their digest.
    pub cache: Cache,
    /// The interpreters that have been started.
    pub interpreters: Interpreters,
    /// Libraries of functions.
    pub functions: Functions,
    /// The script or function that runs.
    pub running: Option<Running>,
    /// Scripts may run commands that are kept from them (`DEBUG SET-DISABLE-DENY-SCRIPTS`).
    pub deny_list_disabled: bool,
    /// What answers to scripts' commands are written to; kept from script to script.
    scratch: Scratch,
}

/// Buffers that a script's commands use.
#[derive(Default)]
struct Scratch {
    output: Output,
    joined: Vec<u8>,
    words: OwnedArgs,
}
