//! XGROUP SETID: the id from which on a group reads is set.

use super::{Options, done, require_group};
use crate::stream::ids;
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XGROUP|SETID", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Sets the last-delivered ID of a consumer group.",
    syntax: "key group <id | $> [ENTRIESREAD entries-read]",
    notes: [
        of("id | $").name("id-selector"),
        of("ENTRIESREAD").name("entriesread"),
    ],
    flags: WRITE,
    keys: [at(2).read_write().update()],
    history: [
        ("7.0.0", "Added the optional `entries_read` argument."),
    ],
    run: setid,
}

fn setid(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    const MOST_WORDS: usize = 7;
    let options = Options::parse(args, false)?;
    require_group(cx, args)?;
    if args.len() > MOST_WORDS {
        return Err(Error::subcommand("XGROUP", args.word(1)));
    }
    let id = match args.word(4) {
        end if ids::is_sign(end, b'$') => None,
        id => Some(ids::exact_or_end(id)?),
    };
    cx.db.edit(args.key(2), |stream: &mut Stream| {
        let id = id.unwrap_or(stream.last_id());
        if let Some(group) = stream.group_mut(args.word(3)) {
            group.set_id(id, options.entries_read);
        }
    })?;
    done(cx, args, Event::XGroupSetId);
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn ids() {
        conversation! {
            "XGROUP SETID s g x => -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."
            "XADD s 5 a 1 => $3 5-0"
            "XGROUP SETID s g x => -NOGROUP No such consumer group 'g' for key name 's'"
            "XGROUP CREATE s g 0 => +OK"
            "XGROUP SETID s g x => -ERR Invalid stream ID specified as stream command argument"
            "XGROUP SETID s g 0 MKSTREAM => -ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP."
            "XGROUP SETID s g 0 ENTRIESREAD 1 ENTRIESREAD 1 => -ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP."
            "XGROUP SETID s g $ => +OK"
            "XREADGROUP GROUP g c STREAMS s > => *-1"
            "XGROUP SETID s g - ENTRIESREAD 7 => +OK"
            "XREADGROUP GROUP g c STREAMS s > => *1 *2 $1 s *1 *2 $3 5-0 *2 $1 a $1 1"
            "XGROUP SETID s g + => +OK"
        };
    }
}
