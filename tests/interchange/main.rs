//! Interchange: what one server has written is what another reads, from each to each: snapshots, append-only files, dumps.
//!
//! | file | what it is about |
//! |---|---|
//! | `datasets.rs` | data of every type and encoding |
//! | `contents.rs` | what a server holds, to compare it with what another holds |
//! | `functions.rs` | libraries of functions |
//! | `pairs.rs` | who writes, who reads, and through which files |

mod contents;
mod datasets;
mod functions;
mod pairs;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    trials.extend(pairs::trials());
    trials.extend(functions::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test.
fn trial(name: impl Into<String>, body: impl FnOnce() -> Result<(), String> + Send + 'static) -> Trial {
    Trial::test(name, move || body().map_err(Failed::from))
}
