//! XINFO STREAM: what a stream is at, with FULL its groups, their consumers and what is pending too.

use super::{write_count, write_known};
use crate::stream::entries::{write_entries, write_entry, write_id};
use russet_engine::Reply;
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::{Consumer, Group, Id, Pending};

command! {
    name: "XINFO|STREAM", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Returns information about a stream.",
    syntax: "key [FULL [COUNT count]]",
    notes: [
        of("FULL [COUNT count]").name("full-block"),
    ],
    flags: READONLY,
    keys: [at(2).read_only().access()],
    history: [
        ("6.0.0", "Added the `FULL` modifier."),
        ("7.0.0", "Added the `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag` fields"),
        ("7.2.0", "Added the `active-time` field, and changed the meaning of `seen-time`."),
    ],
    run: stream,
}

fn stream(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let stream = cx.db.get::<Stream>(args.key(2))?.ok_or(Error::NO_SUCH_KEY)?;
    let reply = &mut cx.reply;
    let count = match args.len() {
        3 => None,
        4 if args.is(3, "FULL") => Some(10),
        6 if args.is(3, "FULL") && args.is(4, "COUNT") => Some(match args.int(5)? {
            ..0 => 10,
            0 => usize::MAX,
            count => usize::try_from(count).unwrap_or(usize::MAX),
        }),
        _ => return Err(Error::subcommand("XINFO", args.word(1))),
    };
    reply.map(if count.is_some() { 9 } else { 10 })?;
    write_count(reply, "length", stream.len() as usize)?;
    write_count(reply, "radix-tree-keys", stream.node_count())?;
    write_count(reply, "radix-tree-nodes", stream.redis_tree_nodes())?;
    reply.bulk(b"last-generated-id")?;
    write_id(reply, stream.last_id())?;
    reply.bulk(b"max-deleted-entry-id")?;
    write_id(reply, stream.max_deleted_id())?;
    write_count(reply, "entries-added", stream.entries_added() as usize)?;
    reply.bulk(b"recorded-first-entry-id")?;
    write_id(reply, stream.first_id())?;
    let Some(count) = count else {
        write_count(reply, "groups", stream.groups().len())?;
        for (name, entry) in [("first-entry", stream.first()), ("last-entry", stream.last())] {
            reply.bulk(name.as_bytes())?;
            match entry {
                Some(entry) => write_entry(reply, &entry)?,
                None => reply.null()?,
            }
        }
        return Ok(());
    };
    reply.bulk(b"entries")?;
    write_entries(reply, stream.iter().take(count))?;
    reply.bulk(b"groups")?;
    reply.array(stream.groups().len())?;
    stream.groups().try_for_each(|(name, group)| write_group(reply, stream, name, group, count))
}

/// A group, with `count` pending entries of it and of each consumer.
fn write_group(reply: &mut Reply<'_>, stream: &Stream, name: &[u8], group: &Group, count: usize) -> Outcome {
    reply.map(7)?;
    reply.bulk(b"name")?;
    reply.bulk(name)?;
    reply.bulk(b"last-delivered-id")?;
    write_id(reply, group.last_id())?;
    reply.bulk(b"entries-read")?;
    write_known(reply, group.entries_read().map(|read| read as i64))?;
    reply.bulk(b"lag")?;
    write_known(reply, stream.lag(group))?;
    write_count(reply, "pel-count", group.pending_len())?;
    reply.bulk(b"pending")?;
    reply.array(count.min(group.pending_len()))?;
    for pending in group.pending(Id::MIN, Id::MAX, None).take(count) {
        reply.array(4)?;
        write_id(reply, pending.id)?;
        reply.bulk(group.consumer(pending.consumer).map_or(&[], Consumer::name))?;
        write_delivery(reply, pending)?;
    }
    reply.bulk(b"consumers")?;
    reply.array(group.consumers().len())?;
    for (index, consumer) in group.consumers() {
        reply.map(5)?;
        reply.bulk(b"name")?;
        reply.bulk(consumer.name())?;
        reply.bulk(b"seen-time")?;
        reply.int(consumer.seen_time)?;
        reply.bulk(b"active-time")?;
        reply.int(consumer.active_time.unwrap_or(-1))?;
        write_count(reply, "pel-count", consumer.pending_len())?;
        reply.bulk(b"pending")?;
        reply.array(count.min(consumer.pending_len()))?;
        for pending in group.pending(Id::MIN, Id::MAX, Some(index)).take(count) {
            reply.array(3)?;
            write_id(reply, pending.id)?;
            write_delivery(reply, pending)?;
        }
    }
    Ok(())
}

fn write_delivery(reply: &mut Reply<'_>, pending: Pending) -> Outcome {
    reply.int(pending.delivery_time)?;
    reply.int(pending.delivery_count as i64)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn in_short() {
        conversation! {
            "XINFO STREAM s FOO => -ERR no such key"
            "XADD s 1 a 1 => $3 1-0"
            "XADD s 2 a 2 => $3 2-0"
            "XADD s 3 a 3 => $3 3-0"
            "XDEL s 2 => :1"
            "XINFO STREAM s => *20 $6 length :2 $15 radix-tree-keys :1 $16 radix-tree-nodes :2 $17 last-generated-id $3 3-0 $20 max-deleted-entry-id $3 2-0 $13 entries-added :3 $23 recorded-first-entry-id $3 1-0 $6 groups :0 $11 first-entry *2 $3 1-0 *2 $1 a $1 1 $10 last-entry *2 $3 3-0 *2 $1 a $1 3"
            "XINFO STREAM s FOO => -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP."
            "XINFO STREAM s FULL COUNT => -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP."
            "XINFO STREAM s FULL COUNT x => -ERR value is not an integer or out of range"
            "SET s v => +OK"
            "XINFO STREAM s FOO => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn in_full() {
        let mut shell = Shell::new();
        (1..=12).for_each(|id| drop(shell.run(&format!("XADD s {id} a {id}"))));
        for line in ["XGROUP CREATE s g 0", "XREADGROUP GROUP g c STREAMS s >", "XGROUP CREATECONSUMER s g d"] {
            shell.run(line);
        }
        let group = "$6 groups *1 *14 $4 name $1 g $17 last-delivered-id $4 12-0 $12 entries-read :12 $3 lag :0 $9 pel-count :12 $7 pending *1 *4 $3 1-0 $1 c :1700000000000 :1 $9 consumers *2 *10 $4 name $1 c $9 seen-time :1700000000000 $11 active-time :1700000000000 $9 pel-count :12 $7 pending *1 *3 $3 1-0 :1700000000000 :1 *10 $4 name $1 d $9 seen-time :1700000000000 $11 active-time :-1 $9 pel-count :0 $7 pending *0";
        let reply = shell.run("XINFO STREAM s FULL COUNT 1");
        assert!(reply.starts_with("*18 $6 length :12 "), "{reply}");
        assert!(reply.ends_with(&format!(" $7 entries *1 *2 $3 1-0 *2 $1 a $1 1 {group}")), "{reply}");
        for (count, shown) in [("", 10), (" COUNT -3", 10), (" COUNT 0", 12), (" COUNT 11", 11)] {
            let reply = shell.run(&format!("XINFO STREAM s FULL{count}"));
            assert!(reply.contains(&format!(" $7 entries *{shown} ")), "{reply}");
            assert!(reply.contains(&format!(" $7 pending *{shown} *4 ")), "{reply}");
            assert!(reply.contains(&format!(" $7 pending *{shown} *3 ")), "{reply}");
        }
    }
}
