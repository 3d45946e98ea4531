//! XGROUP DESTROY: a group is removed with its consumers and what is pending for them.

use super::{done, require_stream};
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XGROUP|DESTROY", group: Stream, since: "5.0.0",
    complexity: "O(N) where N is the number of entries in the group's pending entries list (PEL).",
    summary: "Destroys a consumer group.",
    syntax: "key group",
    flags: WRITE,
    keys: [at(2).read_write().delete()],
    run: destroy,
}

fn destroy(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(2);
    require_stream(cx, args)?;
    let edited = cx.db.edit(key, |stream: &mut Stream| stream.remove_group(args.word(3)).is_some())?;
    let removed = edited.is_some_and(|edited| edited.result);
    if removed {
        done(cx, args, Event::XGroupDestroy);
        // Who waits with the group waits for nothing any more.
        cx.db.signal(key);
    }
    cx.reply.flag(removed)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn once() {
        conversation! {
            "XGROUP DESTROY s g => -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."
            "XGROUP CREATE s g 0 MKSTREAM => +OK"
            "XGROUP DESTROY s g => :1"
            "XGROUP DESTROY s g => :0"
            "EXISTS s => :1"
        };
    }
}
