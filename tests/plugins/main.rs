//! Plugins in a running server: loaded, used, refused, broken, unloaded.
//!
//! | file | what it is about |
//! |---|---|
//! | `libraries.rs` | the plugins that the tests load: in Rust, built by cargo; in C, built by `cc` and nothing else |
//! | `talk.rs` | a server, and lines of conversation with it |
//! | `loading.rs` | commands come and go: what clients see of them |
//! | `refusals.rs` | what is not loaded, why, and that nothing of it has run |
//! | `rules.rs` | plugins that break the rules of the interface |
//! | `panics.rs` | plugins that panic |
//! | `journal.rs` | what plugins' commands leave in the append-only file |
//! | `churn.rs` | a thousand times loaded and unloaded while clients are served |
//! | `starting.rs` | plugins in the configuration |

mod churn;
mod journal;
mod libraries;
mod loading;
mod panics;
mod refusals;
mod rules;
mod starting;
mod talk;

use std::process::ExitCode;

use libraries::Libraries;
use libtest_mimic::{Arguments, Failed, Trial};
use std::sync::Arc;

type Scene = fn(&Libraries) -> Result<(), String>;

const SCENES: [(&str, Scene); 16] = [
    ("loading::in_rust_and_in_c", loading::in_rust_and_in_c),
    ("loading::first_class", loading::first_class),
    ("loading::in_one_write", loading::in_one_write),
    ("loading::queued_and_gone", loading::queued_and_gone),
    ("loading::what_plugins_see", loading::what_plugins_see),
    ("refusals::files", refusals::files),
    ("refusals::manifests", refusals::manifests),
    ("refusals::declarations", refusals::declarations),
    ("refusals::permission", refusals::permission),
    ("rules::answers_and_arguments", rules::answers_and_arguments),
    ("rules::running_commands", rules::running_commands),
    ("panics::are_answers", panics::are_answers),
    ("panics::quarantine", panics::quarantine),
    ("journal::what_is_played_again", journal::what_is_played_again),
    ("churn::a_thousand_times", churn::a_thousand_times),
    ("starting::from_the_configuration", starting::from_the_configuration),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let libraries = match Libraries::build() {
        Ok(libraries) => Arc::new(libraries),
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let trial = |&(name, scene): &(&'static str, Scene)| {
        let libraries = libraries.clone();
        Trial::test(name, move || scene(&libraries).map_err(Failed::from))
    };
    libtest_mimic::run(&arguments, SCENES.iter().map(trial).collect()).exit_code()
}
