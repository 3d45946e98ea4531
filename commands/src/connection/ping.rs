//! PING: is anybody there?

use russet_engine::prelude::*;

command! {
    name: "PING", group: Connection, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the server's liveliness response.",
    syntax: "[message]",
    flags: FAST,
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    run: ping,
}

fn ping(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    // Among messages a plain answer could not be told from one.
    let among_messages = cx.session.is_subscribed() && cx.session.protocol == Protocol::Resp2;
    match args.len() {
        1 | 2 if among_messages => {
            cx.reply.array(2)?;
            cx.reply.bulk(b"pong")?;
            cx.reply.bulk(args.get(1).unwrap_or_default())
        }
        1 => cx.reply.simple("PONG"),
        2 => cx.reply.bulk(args.word(1)),
        _ => Err(Error::arity("ping")),
    }
}
