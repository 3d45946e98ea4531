//! MIGRATE: from each server to each, with the same conversation.
//!
//! A conversation with two servers, the source and the target, is written down: what every command was answered, and
//! what both hold afterwards. It must be the same whoever they are, real servers or the one under test.

mod conversation;
mod journals;
mod odd_targets;
mod scenes;

use std::process::ExitCode;

use conversation::Scene;
use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::peers::Server;

/// Source and target. The first pair is right.
const PAIRS: [(Server, Server); 6] = [
    (Server::Redis, Server::Redis),
    (Server::Russet, Server::Russet),
    (Server::Russet, Server::Redis),
    (Server::Redis, Server::Russet),
    (Server::Russet, Server::Valkey),
    (Server::Valkey, Server::Russet),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = scenes::SCENES
        .iter()
        .map(|&(name, scene)| Trial::test(name, move || check(scene).map_err(Failed::from)))
        .collect();
    let odd = |name: &str, body: fn() -> Result<(), String>| {
        Trial::test(format!("odd_targets::{name}"), move || body().map_err(Failed::from))
    };
    trials.push(odd("that_break_off", odd_targets::breaking_off));
    trials.push(odd("that_say_nothing", odd_targets::silent));
    trials.push(odd("that_hang_up_once", odd_targets::hanging_up_once));
    trials.push(Trial::test("journals::of_the_source", || journals::of_the_source().map_err(Failed::from)));
    trials.push(Trial::test("journals::of_the_target", || journals::of_the_target().map_err(Failed::from)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(scene: Scene) -> Result<(), String> {
    let mut right: Option<Vec<String>> = None;
    for (source, target) in PAIRS {
        let said =
            conversation::play(scene, source, target).map_err(|e| format!("{source} to {target}: {e}"))?;
        let Some(right) = &right else {
            right = Some(said);
            continue;
        };
        if let Some(at) = (0..right.len().max(said.len())).find(|&at| right.get(at) != said.get(at)) {
            let show = |said: &[String]| said.get(at).cloned().unwrap_or_default();
            return Err(format!(
                "{source} to {target} goes otherwise\n  right {}\n  here  {}",
                show(right),
                show(&said)
            ));
        }
    }
    Ok(())
}
