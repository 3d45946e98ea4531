//! XGROUP CREATECONSUMER: a consumer is made that has read nothing.

use super::{done, require_group};
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XGROUP|CREATECONSUMER", group: Stream, since: "6.2.0", complexity: "O(1)",
    summary: "Creates a consumer in a consumer group.",
    syntax: "key group consumer",
    flags: WRITE | DENYOOM,
    keys: [at(2).read_write().insert()],
    run: create_consumer,
}

fn create_consumer(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    require_group(cx, args)?;
    let now = cx.db.now_ms();
    let edited = cx.db.edit(args.key(2), |stream: &mut Stream| {
        stream.group_mut(args.word(3)).is_some_and(|group| group.add_consumer(args.word(4), now).is_some())
    })?;
    let created = edited.is_some_and(|edited| edited.result);
    if created {
        done(cx, args, Event::XGroupCreateConsumer);
    }
    cx.reply.flag(created)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn once() {
        conversation! {
            "XGROUP CREATECONSUMER s g c => -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."
            "XGROUP CREATE s g 0 MKSTREAM => +OK"
            "XGROUP CREATECONSUMER s h c => -NOGROUP No such consumer group 'h' for key name 's'"
            "XGROUP CREATECONSUMER s g c => :1"
            "XGROUP CREATECONSUMER s g c => :0"
        };
    }
}
