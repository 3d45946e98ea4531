//! PUBLISH, SPUBLISH: send a message to all who listen to a channel.

use russet_engine::prelude::*;
use russet_engine::pubsub::Space;

command! {
    name: "PUBLISH", group: PubSub, since: "2.0.0",
    complexity: "O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of subscribed patterns (by any client).",
    summary: "Posts a message to a channel.",
    syntax: "channel message",
    flags: PUBSUB | LOADING | STALE | FAST | MAY_REPLICATE,
    channels: channel(1),
    run: publish,
}

command! {
    name: "SPUBLISH", group: PubSub, since: "7.0.0",
    complexity: "O(N) where N is the number of clients subscribed to the receiving shard channel.",
    summary: "Post a message to a shard channel",
    syntax: "shardchannel message",
    flags: PUBSUB | LOADING | STALE | FAST | MAY_REPLICATE,
    keys: [at(1).not_key()],
    channels: channel(1),
    run: spublish,
}

fn publish(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let receivers = cx.publish(Space::Channels, args.word(1), args.word(2));
    cx.reply.count(receivers)
}

fn spublish(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let receivers = cx.publish(Space::Shard, args.word(1), args.word(2));
    cx.reply.count(receivers)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use russet_engine::keyspace::Cycle;

    #[test]
    fn a_client_hears_by_each_of_its_subscriptions() {
        let mut shell = conversation! {
            "PSUBSCRIBE c* *t => *3 $10 psubscribe $2 c* :1 *3 $10 psubscribe $2 *t :2"
            "SUBSCRIBE cat => *3 $9 subscribe $3 cat :3"
            "SSUBSCRIBE cat => *3 $10 ssubscribe $3 cat :1"
        };
        let listener = shell.another();
        assert_eq!(shell.run("PUBLISH cat m"), ":3");
        assert_eq!(shell.run("SPUBLISH cat n"), ":1");
        assert_eq!(shell.run("PUBLISH dog n"), ":0");
        shell.switch(listener);
        assert_eq!(
            shell.tick(),
            "*3 $7 message $3 cat $1 m *4 $8 pmessage $2 c* $3 cat $1 m *4 $8 pmessage $2 *t $3 cat $1 m \
             *3 $8 smessage $3 cat $1 n"
        );
    }

    #[test]
    fn ones_own_messages_follow_the_answer() {
        let mut shell = Shell::new();
        shell.resp3();
        shell.run("SUBSCRIBE a");
        assert_eq!(shell.run("PUBLISH a 1"), ":1 >3 $7 message $1 a $1 1");
        let big = "x".repeat(20_000);
        assert_eq!(shell.run(&format!("PUBLISH a {big}")), format!(":1 >3 $7 message $1 a $20000 {big}"));
        shell.run("MULTI");
        for queued in ["PUBLISH a 2", "SUBSCRIBE b", "PUBLISH b 3", "SSUBSCRIBE c", "PING"] {
            assert_eq!(shell.run(queued), "+QUEUED");
        }
        assert_eq!(
            shell.run("EXEC"),
            "*5 :1 >3 $9 subscribe $1 b :2 :1 -ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client +PONG \
             >3 $7 message $1 a $1 2 >3 $7 message $1 b $1 3"
        );
    }

    #[test]
    fn one_who_does_not_read_is_closed_and_nobody_else() {
        let mut shell = Shell::new();
        shell.set("client-output-buffer-limit", "pubsub 1mb 0 0");
        shell.run("SUBSCRIBE a");
        let slow = shell.another();
        shell.run("SUBSCRIBE a");
        let quick = shell.another();
        let message = format!("PUBLISH a {}", "x".repeat(1000));
        for _ in 0..2000 {
            shell.run(&message);
            shell.engine.take_output(quick);
        }
        let clients = &shell.engine.core.clients;
        assert!(clients.get(slow).is_some_and(|client| client.session.overflowed && client.output.memory() < 3 << 20));
        assert!(clients.get(quick).is_some_and(|client| client.session.closing.is_none()));
        assert_eq!(shell.engine.core.stats.output_buffer_disconnections, 1);
        let mut touched = Vec::new();
        shell.engine.take_touched(&mut touched);
        assert_eq!(touched, [slow, quick], "each is looked at once");
    }

    #[test]
    fn a_transaction_cannot_flood_its_own_client() {
        let mut shell = Shell::new();
        shell.set("client-output-buffer-limit", "pubsub 1mb 0 0");
        shell.resp3();
        shell.run("SUBSCRIBE a");
        shell.run("MULTI");
        for _ in 0..2000 {
            shell.run(&format!("PUBLISH a {}", "x".repeat(1000)));
        }
        assert!(shell.run("EXEC").len() < 3 << 20);
        let own = shell.engine.core.clients.get(shell.client());
        assert!(own.is_some_and(|client| client.session.overflowed));
    }

    #[test]
    fn events_of_keys_reach_listeners_after_the_command_or_the_cycle_that_made_them() {
        let mut shell = Shell::new();
        shell.resp3();
        shell.set("notify-keyspace-events", "Eg$x");
        shell.run("PSUBSCRIBE *");
        let event = |event: &str, key: &str| {
            let channel = format!("__keyevent@0__:{event}");
            format!(">4 $8 pmessage $1 * ${} {channel} ${} {key}", channel.len(), key.len())
        };
        assert_eq!(shell.run("SET a 1"), format!("+OK {}", event("set", "a")));
        for queued in ["RENAME a b", "PUBLISH c x", "EXPIRE b 1"] {
            shell.run("MULTI");
            assert_eq!(shell.run(queued), "+QUEUED");
            let answer = shell.run("EXEC");
            let pushed = match queued.split(' ').next() {
                Some("RENAME") => format!("*1 +OK {} {}", event("rename_from", "a"), event("rename_to", "b")),
                Some("PUBLISH") => "*1 :1 >4 $8 pmessage $1 * $1 c $1 x".to_owned(),
                _ => format!("*1 :1 {}", event("expire", "b")),
            };
            assert_eq!(answer, pushed);
        }
        shell.clock.advance(1001);
        shell.engine.synchronise();
        shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        assert_eq!(shell.tick(), event("expired", "b"));
        shell.set("notify-keyspace-events", "g$x");
        assert_eq!(shell.run("SET a 1"), "+OK", "without K or E there is no channel");
    }
}
