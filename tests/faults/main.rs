//! Faults of the disk: what a server does when it is full or broken, compared with what Redis does, and that what was
//! acknowledged is there after a restart.
//!
//! A scene is played to each server with a disk that fails on demand (`shim.c`, loaded with `LD_PRELOAD`); what is
//! answered, how the server ends, and what it holds when it is started again must be the same.
//!
//! | file | what it is about |
//! |---|---|
//! | `disk.rs` | a server on such a disk, and the record of what it did |
//! | `scenes.rs` | what is written to the append-only file |
//! | `snapshots.rs` | snapshots |
//! | `rewrites.rs` | rewrites of the append-only file |
//! | `starts.rs` | servers that do not start |
//! | `small_disk.rs` | all of that on a file system that is really full |

mod disk;
mod rewrites;
mod scenes;
mod small_disk;
mod snapshots;
mod starts;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::peers::Server;

/// Who is right, and who is tested.
const SERVERS: [Server; 2] = [Server::Redis, Server::Russet];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let scenes = [scenes::SCENES, snapshots::SCENES, rewrites::SCENES, starts::SCENES].concat();
    let mut trials: Vec<Trial> = scenes
        .into_iter()
        .map(|(name, scene)| Trial::test(name, move || check(scene).map_err(Failed::from)))
        .collect();
    trials.extend(rewrites::OWN.iter().map(|&(name, scene)| {
        Trial::test(name, move || disk::play(scene, Server::Russet).map(drop).map_err(Failed::from))
    }));
    let possible = small_disk::possible();
    trials.extend(small_disk::SCENES.iter().map(|&(name, scene)| {
        Trial::test(name, move || check(scene).map_err(Failed::from)).with_ignored_flag(!possible)
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(scene: scenes::Scene) -> Result<(), String> {
    let mut right: Option<Vec<String>> = None;
    for server in SERVERS {
        let said = disk::play(scene, server).map_err(|e| format!("{server}: {e}"))?;
        let Some(right) = &right else {
            right = Some(said);
            continue;
        };
        if let Some(at) = (0..right.len().max(said.len())).find(|&at| right.get(at) != said.get(at)) {
            let show = |said: &[String]| said.get(at).cloned().unwrap_or_default();
            return Err(format!("{server} does otherwise\n  right {}\n  here  {}", show(right), show(&said)));
        }
    }
    Ok(())
}
