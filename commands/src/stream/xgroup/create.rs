//! XGROUP CREATE: a group that reads from an id on.

use super::{Options, done, require_stream};
use crate::stream::ids;
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::{Group, Id};

command! {
    name: "XGROUP|CREATE", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Creates a consumer group.",
    syntax: "key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]",
    notes: [
        of("id | $").name("id-selector"),
        of("ENTRIESREAD").name("entriesread"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(2).read_write().insert()],
    history: [
        ("7.0.0", "Added the `entries_read` named argument."),
    ],
    run: create,
}

fn create(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    const MOST_WORDS: usize = 8;
    let key = args.key(2);
    let options = Options::parse(args, true)?;
    let found = cx.db.get_for_write::<Stream>(key)?.map(Stream::last_id);
    if !options.make_stream {
        require_stream(cx, args)?;
    }
    if args.len() > MOST_WORDS {
        return Err(Error::subcommand("XGROUP", args.word(1)));
    }
    let id = match args.word(4) {
        end if ids::is_sign(end, b'$') => found.unwrap_or(Id::MIN),
        id => ids::exact(id)?,
    };
    let group = Group::new(id, options.entries_read);
    let edited = cx.db.edit_or_insert(key, Stream::new, |stream| stream.add_group(args.word(3), group))?;
    if !edited.result {
        return Err(Error::new("BUSYGROUP Consumer Group name already exists"));
    }
    match found {
        Some(_) => done(cx, args, Event::XGroupCreate),
        None => cx.db.changed(key, Event::XGroupCreate),
    }
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn streams_are_made_where_asked_for() {
        conversation! {
            "XGROUP CREATE s g x => -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."
            "XGROUP CREATE s g x MKSTREAM => -ERR Invalid stream ID specified as stream command argument"
            "XGROUP CREATE s g $ FOO => -ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP."
            "XGROUP CREATE s g $ ENTRIESREAD -2 => -ERR value for ENTRIESREAD must be positive or -1"
            "XGROUP CREATE s g $ ENTRIESREAD x => -ERR value is not an integer or out of range"
            "EXISTS s => :0"
            "XGROUP CREATE s g $ MKSTREAM => +OK"
            "XGROUP CREATE s g 0 => -BUSYGROUP Consumer Group name already exists"
            "XGROUP CREATE s h - => -ERR Invalid stream ID specified as stream command argument"
            "XGROUP CREATE s h 0 MKSTREAM ENTRIESREAD 5 => +OK"
            "XGROUP CREATE s i 0 MKSTREAM ENTRIESREAD 5 MKSTREAM => -ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP."
            "SET k v => +OK"
            "XGROUP CREATE k g 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
