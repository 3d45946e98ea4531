//! Valkey's own test suite, with Russet in the place of its server.
//!
//! The suite is written in Tcl: a unit is a file of it that starts servers, talks to them and looks at what they answer, at their
//! logs and at `INFO`. It is not in this repository: `tests/run --only peers` fetches the source package `valkey` 8.1.1 of Debian's
//! suite `trixie` into `target/peers/valkey-source`. Each unit runs in a temporary directory that is made of links to that source,
//! and in which `src/valkey-server` is Russet.
//!
//! ```sh
//! cargo build --profile quick -p russet-server && cargo test -p russet-tests --test suite    # the units that units.txt lists
//! UNIT=unit/type/list cargo test -p russet-tests --test suite    # one unit, listed or not; all that it prints is shown
//! UNIT=unit/scan ONLY='SCAN COUNT' cargo test -p russet-tests --test suite    # one test of it; `/regex` means those that match
//! ```
//!
//! `units.txt` names the units that pass whole, and what is left aside in them: see there. A test that is left aside and that the
//! unit does not have is an error, as are words to be read as others that do not stand there, so the list cannot outlive its
//! reasons. `OPTIONS='--verbose --dump-logs'` adds options of the
//! suite; `RUSSET_SERVER` may name a real server, to see what the suite says of that.

mod list;
mod outcome;
mod stage;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::list::List;
use crate::outcome::Outcome;
use crate::stage::{Choice, Stage};

fn main() -> ExitCode {
    let list = match List::read() {
        Ok(list) => list,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    if let Ok(units) = std::env::var("UNIT") {
        return show(&list, &units);
    }
    let arguments = Arguments::from_args();
    let trials = list.units.iter().map(|unit| {
        let choice = list.choice(unit);
        Trial::test(unit.clone(), move || check(&choice))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Runs the units that somebody asked for, one after another, and shows all that they print.
fn show(list: &List, units: &str) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for unit in units.split([' ', ',']).filter(|unit| !unit.is_empty()) {
        let mut choice = list.choice(unit);
        choice.only = std::env::var("ONLY").ok();
        let shown = Stage::build().and_then(|stage| stage.show(&choice));
        match shown {
            Ok(true) => {}
            Ok(false) => code = ExitCode::FAILURE,
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    code
}

/// Runs a unit and judges what it printed.
fn check(choice: &Choice) -> Result<(), Failed> {
    let stage = Stage::build()?;
    let (success, text) = stage.run(choice)?;
    match Outcome::read(&text).fault(choice, success, stage.names_tests(choice)?) {
        None => Ok(()),
        Some(fault) => {
            let directory = stage.keep();
            Err(format!("{fault}\nlogs: {}", directory.display()).into())
        }
    }
}
