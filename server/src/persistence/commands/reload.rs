//! DEBUG RELOAD: save, forget everything, and load it again.

use super::files;
use crate::persistence::loading::{self, Outcome as Load};
use crate::persistence::saving;
use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "RELOAD", words: 2..=usize::MAX,
    help: &[
        "RELOAD [option ...]",
        "    Save the RDB on disk and reload it back to memory. Valid <option> values:",
        "    * MERGE: conflicting keys will be loaded from RDB.",
        "    * NOFLUSH: the existing database will not be removed before load, but",
        "      conflicting keys will generate an exception and kill the server.",
        "    * NOSAVE: the database will be loaded from an existing RDB file.",
        "    Examples:",
        "    * DEBUG RELOAD: verify that the server is able to persist, flush and reload",
        "      the database.",
        "    * DEBUG RELOAD NOSAVE: replace the current database with the contents of an",
        "      existing RDB file.",
        "    * DEBUG RELOAD NOSAVE NOFLUSH MERGE: add the contents of an existing RDB",
        "      file to the database.",
    ],
    run: reload,
}

fn reload(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (mut save, mut flush, mut merge) = (true, true, false);
    for at in 2..args.len() {
        if args.is(at, "MERGE") {
            merge = true;
        } else if args.is(at, "NOFLUSH") {
            flush = false;
        } else if args.is(at, "NOSAVE") {
            save = false;
        } else {
            return Err(Error::new("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."));
        }
    }
    if cx.core.persistence.loading.is_some() {
        return Err(Error::new("LOADING Redis is loading the dataset in memory"));
    }
    let Some((_, mut dataset)) = files(cx) else { return Err(super::FAILED) };
    if save {
        saving::save(&mut dataset).map_err(|_| super::FAILED)?;
    }
    if flush {
        let changes = dataset.keyspace.dirty;
        for index in 0..dataset.keyspace.databases().len() {
            dataset.keyspace.db(index).flush();
        }
        dataset.keyspace.beside.libraries.clear();
        dataset.keyspace.beside.generation = 0;
        dataset.keyspace.dirty = changes;
    }
    match loading::load_now(&mut dataset, merge) {
        Ok(Load::Loaded) => {
            tracing::warn!("DB reloaded by DEBUG RELOAD");
            cx.reply.ok()
        }
        _ => Err(Error::new("ERR Error trying to load the RDB dump, check server logs.")),
    }
}
