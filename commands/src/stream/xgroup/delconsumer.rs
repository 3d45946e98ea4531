//! XGROUP DELCONSUMER: a consumer is removed with what is pending for it.

use super::{done, require_group};
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XGROUP|DELCONSUMER", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Deletes a consumer from a consumer group.",
    syntax: "key group consumer",
    flags: WRITE,
    keys: [at(2).read_write().delete()],
    run: del_consumer,
}

fn del_consumer(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    require_group(cx, args)?;
    let edited = cx.db.edit(args.key(2), |stream: &mut Stream| {
        stream.group_mut(args.word(3)).and_then(|group| group.remove_consumer(args.word(4)))
    })?;
    let pending = edited.and_then(|edited| edited.result);
    if pending.is_some() {
        done(cx, args, Event::XGroupDelConsumer);
    }
    cx.reply.count(pending.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn what_was_pending_is_counted() {
        conversation! {
            "XADD s 1 a 1 => $3 1-0"
            "XGROUP CREATE s g 0 => +OK"
            "XGROUP DELCONSUMER s h c => -NOGROUP No such consumer group 'h' for key name 's'"
            "XGROUP DELCONSUMER s g c => :0"
            "XREADGROUP GROUP g c STREAMS s > => *1 *2 $1 s *1 *2 $3 1-0 *2 $1 a $1 1"
            "XGROUP DELCONSUMER s g c => :1"
            "XPENDING s g => *4 :0 $-1 $-1 *-1"
        };
    }
}
