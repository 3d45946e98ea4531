//! Crashes: a server is killed while many write to it, started again on the same files, and asked for what it had
//! acknowledged.
//!
//! Each connection writes to keys of its own, one numbered step after the other, in pipelines. So what is found after a
//! start must be what the first so many steps make, transactions whole, and at least as many as were acknowledged.
//! Meanwhile the append-only file is rewritten and snapshots are taken all the time. Most kills are aimed at a moment at
//! which files change; the others come at any moment. Some hit the children too, as when a machine goes down.
//!
//! `KILLS=500` sets how often the server is killed, `SEED=7` repeats the choices of a run.
//!
//! | file | what it is about |
//! |---|---|
//! | `steps.rs` | what a connection writes, and what its keys hold after so many steps |
//! | `aim.rs` | kills at the moment when a file is made, written, renamed or removed |
//! | `finished.rs` | what a snapshot that is complete has promised |
//! | `leftovers.rs` | files that nobody needs after a kill |
//! | `writers.rs` | connections that write until the server dies, and what was acknowledged |
//! | `rounds.rs` | writing, killing, starting, looking |

mod aim;
mod finished;
mod leftovers;
mod rounds;
mod steps;
mod writers;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use rounds::{Promise, rounds};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let kills = std::env::var("KILLS").ok().and_then(|text| text.parse().ok());
    let trial = |name: &str, promise: Promise, usual: u32| {
        Trial::test(name, move || rounds(promise, kills.unwrap_or(usual)).map_err(Failed::from))
    };
    let trials = vec![
        trial("appendfsync_always", Promise::All, 16),
        trial("appendfsync_everysec", Promise::TwoSeconds, 6),
        trial("snapshots", Promise::LastSave, 10),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}
