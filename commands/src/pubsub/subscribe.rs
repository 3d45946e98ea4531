//! SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE and their opposites: begin and stop to listen.
//!
//! They are answered by one message for each name, which a client gets even where it does not want answers.

use russet_engine::prelude::*;
use russet_engine::pubsub::Space;

command! {
    name: "SUBSCRIBE", group: PubSub, since: "2.0.0",
    complexity: "O(N) where N is the number of channels to subscribe to.",
    summary: "Listens for messages published to channels.",
    syntax: "channel [channel ...]",
    flags: PUBSUB | NOSCRIPT | LOADING | STALE,
    channels: channels_from(1),
    run: subscribe,
}

command! {
    name: "UNSUBSCRIBE", group: PubSub, since: "2.0.0",
    complexity: "O(N) where N is the number of channels to unsubscribe.",
    summary: "Stops listening to messages posted to channels.",
    syntax: "[channel [channel ...]]",
    flags: PUBSUB | NOSCRIPT | LOADING | STALE,
    run: unsubscribe,
}

command! {
    name: "PSUBSCRIBE", group: PubSub, since: "2.0.0",
    complexity: "O(N) where N is the number of patterns to subscribe to.",
    summary: "Listens for messages published to channels that match one or more patterns.",
    syntax: "pattern [pattern ...]",
    flags: PUBSUB | NOSCRIPT | LOADING | STALE,
    channels: channels_from(1).patterns(),
    run: psubscribe,
}

command! {
    name: "PUNSUBSCRIBE", group: PubSub, since: "2.0.0",
    complexity: "O(N) where N is the number of patterns to unsubscribe.",
    summary: "Stops listening to messages published to channels that match one or more patterns.",
    syntax: "[pattern [pattern ...]]",
    flags: PUBSUB | NOSCRIPT | LOADING | STALE,
    run: punsubscribe,
}

command! {
    name: "SSUBSCRIBE", group: PubSub, since: "7.0.0",
    complexity: "O(N) where N is the number of shard channels to subscribe to.",
    summary: "Listens for messages published to shard channels.",
    syntax: "shardchannel [shardchannel ...]",
    flags: PUBSUB | NOSCRIPT | LOADING | STALE,
    keys: [range(1, -1, 1).not_key()],
    channels: channels_from(1),
    run: ssubscribe,
}

command! {
    name: "SUNSUBSCRIBE", group: PubSub, since: "7.0.0",
    complexity: "O(N) where N is the number of shard channels to unsubscribe.",
    summary: "Stops listening to messages posted to shard channels.",
    syntax: "[shardchannel [shardchannel ...]]",
    flags: PUBSUB | NOSCRIPT | LOADING | STALE,
    keys: [range(1, -1, 1).not_key()],
    run: sunsubscribe,
}

fn subscribe(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    begin(cx, Space::Channels, b"subscribe", args)
}

fn psubscribe(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    begin(cx, Space::Patterns, b"psubscribe", args)
}

fn ssubscribe(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if cx.in_transaction {
        return Err(Error::new("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"));
    }
    begin(cx, Space::Shard, b"ssubscribe", args)
}

fn unsubscribe(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    end(cx, Space::Channels, b"unsubscribe", args)
}

fn punsubscribe(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    end(cx, Space::Patterns, b"punsubscribe", args)
}

fn sunsubscribe(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    end(cx, Space::Shard, b"sunsubscribe", args)
}

fn begin(cx: &mut Context<'_>, space: Space, event: &[u8], args: Args<'_>) -> Outcome {
    args.iter_from(1).try_for_each(|name| {
        cx.subscribe(space, name);
        confirm(cx, space, event, Some(name))
    })
}

fn end(cx: &mut Context<'_>, space: Space, event: &[u8], args: Args<'_>) -> Outcome {
    if args.len() > 1 {
        return args.iter_from(1).try_for_each(|name| {
            cx.unsubscribe(space, name);
            confirm(cx, space, event, Some(name))
        });
    }
    let all = cx.subscribed_to(space);
    if all.is_empty() {
        return confirm(cx, space, event, None);
    }
    all.iter().try_for_each(|name| {
        cx.unsubscribe(space, name);
        confirm(cx, space, event, Some(name))
    })
}

/// Says what was done with a name, and how many names are left. Shard channels are counted for themselves.
fn confirm(cx: &mut Context<'_>, space: Space, event: &[u8], name: Option<&[u8]>) -> Outcome {
    let left = match space {
        Space::Channels | Space::Patterns => {
            cx.session.subscriptions(Space::Channels) + cx.session.subscriptions(Space::Patterns)
        }
        Space::Shard => cx.session.subscriptions(Space::Shard),
    };
    cx.push(|reply| {
        reply.push(3)?;
        reply.bulk(event)?;
        match name {
            Some(name) => reply.bulk(name)?,
            None => reply.null()?,
        }
        reply.count(left)
    })
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn each_name_is_confirmed_and_counted_once() {
        conversation! {
            "SUBSCRIBE a b a => *3 $9 subscribe $1 a :1 *3 $9 subscribe $1 b :2 *3 $9 subscribe $1 a :2"
            "PSUBSCRIBE a* => *3 $10 psubscribe $2 a* :3"
            "SSUBSCRIBE a => *3 $10 ssubscribe $1 a :1"
            "UNSUBSCRIBE x => *3 $11 unsubscribe $1 x :3"
            "UNSUBSCRIBE => *3 $11 unsubscribe $1 a :2 *3 $11 unsubscribe $1 b :1"
            "UNSUBSCRIBE => *3 $11 unsubscribe $-1 :1"
            "PUNSUBSCRIBE a* => *3 $12 punsubscribe $2 a* :0"
            "GET k => -ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
            "SUNSUBSCRIBE => *3 $12 sunsubscribe $1 a :0"
            "SUNSUBSCRIBE => *3 $12 sunsubscribe $-1 :0"
            "GET k => $-1"
        };
    }

    #[test]
    fn only_in_resp2_is_a_listener_confined() {
        let mut shell = conversation! {
            "SSUBSCRIBE a => *3 $10 ssubscribe $1 a :1"
            "PING => *2 $4 pong $0"
            "PING x => *2 $4 pong $1 x"
            "CLIENT LIST => -ERR Can't execute 'client|list': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
            "EXEC => -EXECABORT Transaction discarded because of: Can't execute 'exec': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
        };
        shell.resp3();
        assert_eq!(shell.run("PING"), "+PONG");
        assert_eq!(shell.run("GET k"), "_");
        assert_eq!(shell.run("SUNSUBSCRIBE x"), ">3 $12 sunsubscribe $1 x :1");
        assert!(shell.run("CLIENT INFO").contains(" flags=P db=0 sub=0 psub=0 ssub=1 "));
        assert_eq!(shell.run("RESET"), "+RESET");
        assert_eq!(shell.run("GET k"), "$-1");
    }

    #[test]
    fn one_that_leaves_takes_its_subscriptions_along() {
        let mut shell = Shell::new();
        shell.run("SUBSCRIBE a");
        shell.run("PSUBSCRIBE *");
        shell.run("SSUBSCRIBE a");
        let first = shell.another();
        assert_eq!(shell.run("PUBLISH a x"), ":2");
        assert!(shell.run("INFO stats").contains("pubsub_channels:1 pubsub_patterns:1 pubsubshard_channels:1 "));
        shell.engine.disconnect(first);
        assert_eq!(shell.run("PUBLISH a x"), ":0");
        assert!(shell.run("INFO stats").contains("pubsub_channels:0 pubsub_patterns:0 pubsubshard_channels:0 "));
    }

    #[test]
    fn confirmations_come_without_answers() {
        conversation! {
            "CLIENT REPLY OFF => "
            "SUBSCRIBE a => *3 $9 subscribe $1 a :1"
            "PING => "
            "UNSUBSCRIBE a => *3 $11 unsubscribe $1 a :0"
            "CLIENT REPLY ON => +OK"
            "CLIENT REPLY SKIP => "
            "SUBSCRIBE a => *3 $9 subscribe $1 a :1"
            "PING => *2 $4 pong $0"
        };
    }
}
