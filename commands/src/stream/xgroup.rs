//! XGROUP: consumer groups are made, moved and removed, and their consumers. A file for each subcommand.

use super::groups::no_such_group;
use russet_engine::prelude::*;
use russet_engine::value::Stream;

automod::dir!(pub "src/stream/xgroup");

command! {
    name: "XGROUP", group: Stream, since: "5.0.0", complexity: "Depends on subcommand.",
    summary: "A container for consumer groups commands.",
    arity: -2,
}

const NO_KEY: Error = Error::new(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.",
);

/// Sees that the key holds a stream.
///
/// # Errors
/// If not.
fn require_stream(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.db.get_for_write::<Stream>(args.key(2))?.map(drop).ok_or(NO_KEY)
}

/// Sees that the key holds a stream with the group.
///
/// # Errors
/// If not.
fn require_group(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, name) = (args.key(2), args.word(3));
    let stream = cx.db.get_for_write::<Stream>(key)?.ok_or(NO_KEY)?;
    stream.group(name).map(drop).ok_or_else(|| no_such_group(key.bytes, name))
}

/// Counts a change and notes what it was. Redis does not tell those who watch the key.
fn done(cx: &mut Context<'_>, args: Args<'_>, event: Event) {
    cx.db.count_changes(1);
    cx.db.note(args.key(2), event);
}

/// The options of CREATE and SETID.
#[derive(Default)]
struct Options {
    make_stream: bool,
    entries_read: Option<u64>,
}

impl Options {
    fn parse(args: Args<'_>, creates: bool) -> Result<Options, Error> {
        let mut options = Options::default();
        let mut at = 5;
        while at < args.len() {
            if creates && args.is(at, "MKSTREAM") {
                options.make_stream = true;
                at += 1;
            } else if at + 1 < args.len() && args.is(at, "ENTRIESREAD") {
                let read = args.int(at + 1)?;
                if read < -1 {
                    return Err(Error::new("ERR value for ENTRIESREAD must be positive or -1"));
                }
                options.entries_read = u64::try_from(read).ok();
                at += 2;
            } else {
                return Err(Error::subcommand("XGROUP", args.word(1)));
            }
        }
        Ok(options)
    }
}
