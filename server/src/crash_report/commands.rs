//! DEBUG SEGFAULT, PANIC, ASSERT: ways to end the process that are to leave a report.

use crate::sys::fault;
use russet_engine::debug_subcommand;
use russet_engine::prelude::*;
use std::time::{SystemTime, UNIX_EPOCH};

debug_subcommand! {
    name: "SEGFAULT", words: 2..=usize::MAX,
    help: &["SEGFAULT", "    End the server by writing where nothing may be written."],
    run: segfault,
}

debug_subcommand! {
    name: "PANIC", words: 2..=usize::MAX,
    help: &["PANIC", "    End the server by a panic."],
    run: panic,
}

debug_subcommand! {
    name: "ASSERT", words: 2..=usize::MAX,
    help: &["ASSERT", "    End the server by an assertion that fails."],
    run: assert,
}

fn segfault(_: &mut Context<'_>, _: Args<'_>) -> Outcome {
    fault::write_to_read_only_memory()
}

fn panic(_: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    panic!("called at Unix time {}", now.as_secs());
}

fn assert(_: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let words = args.len();
    assert!(words == 0);
    Err(Error::SYNTAX)
}
