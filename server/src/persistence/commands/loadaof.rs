//! DEBUG LOADAOF and DEBUG AOF-FLUSH-SLEEP: the append-only file read again, and slow writes.

use super::{files, journal_files};
use crate::persistence::aof::{Failed, LoadFailed, Place};
use russet_engine::debug_subcommand;
use russet_engine::prelude::*;
use std::time::Duration;

debug_subcommand! {
    name: "LOADAOF", words: 2..=2,
    help: &["LOADAOF", "    Write what has happened to the append-only file, forget everything, and load it again."],
    run: loadaof,
}

debug_subcommand! {
    name: "AOF-FLUSH-SLEEP", words: 3..=3,
    help: &["AOF-FLUSH-SLEEP <microsec>", "    Pause before each write to the append-only file, for tests."],
    run: aof_flush_sleep,
}

fn loadaof(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    if reload(cx).is_err() {
        return Err(Error::new("ERR Error trying to load the AOF files, check server logs."));
    }
    tracing::info!("Append Only File loaded by DEBUG LOADAOF");
    cx.reply.ok()
}

fn reload(cx: &mut Context<'_>) -> Result<(), LoadFailed> {
    let now_ms = cx.db.now_ms();
    let Some((aof, _, mut dataset)) = journal_files(cx) else { return Err(LoadFailed) };
    if aof.is_on() {
        aof.write_all(&mut dataset);
    }
    for index in 0..dataset.keyspace.databases().len() {
        dataset.keyspace.db(index).flush();
    }
    aof.read_manifest().map_err(|Failed| LoadFailed)?;
    aof.delete_history(dataset.params);
    let Some(mut load) = aof.load(dataset.params, now_ms)? else { return Ok(()) };
    let mut place = Place { keyspace: cx.db.keyspace(), core: cx.core, registry: cx.registry };
    load.announce(&mut place);
    let outcome = loop {
        match load.step(&mut place) {
            Ok(true) => break Ok(()),
            Ok(false) => {}
            Err(failed) => break Err(failed),
        }
    };
    let loaded = load.end(&mut place);
    outcome?;
    let Some((_, dataset)) = files(cx) else { return Err(LoadFailed) };
    let journal = &mut dataset.persistence.journal;
    (journal.current_bytes, journal.base_bytes) = (loaded.total, loaded.base);
    dataset.keyspace.dirty = 0;
    Ok(())
}

fn aof_flush_sleep(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let microseconds = args.int(2).unwrap_or(0).max(0) as u64;
    let Some((aof, ..)) = journal_files(cx) else { return Err(super::FAILED) };
    aof.pause_before_writes(Duration::from_micros(microseconds));
    cx.reply.ok()
}
