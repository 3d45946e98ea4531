//! COPY: make a second key with the same value.

use russet_engine::prelude::*;

command! {
    name: "COPY", group: Generic, since: "6.2.0",
    complexity: "O(N) worst case for collections, where N is the number of nested items. O(1) for string values.",
    summary: "Copies the value of a key to a new key.",
    syntax: "source destination [DB destination-db] [REPLACE]",
    flags: WRITE | DENYOOM,
    keys: [at(1).read_only().access(), at(2).overwrite().update()],
    run: copy,
}

fn copy(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut db = cx.db.index();
    let mut replace = false;
    let mut at = 3;
    while at < args.len() {
        if args.is(at, "REPLACE") {
            replace = true;
        } else if args.is(at, "DB") && at + 1 < args.len() {
            at += 1;
            db = cx.db.existing(args.c_int(at)?)?;
        } else {
            return Err(Error::SYNTAX);
        }
        at += 1;
    }
    let (from, to) = (args.key(1), args.key(2));
    if db == cx.db.index() && from.bytes == to.bytes {
        return Err(Error::new("ERR source and destination objects are the same"));
    }
    if cx.db.read(from).is_none() || (cx.db.other(db).write(to).is_some() && !replace) {
        return cx.reply.int(0);
    }
    cx.db.copy_to(from, db, to);
    cx.db.other(db).changed(to, Event::CopyTo);
    cx.reply.int(1)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn arguments_are_checked_before_keys() {
        conversation! {
            "COPY a a => -ERR source and destination objects are the same"
            "COPY a a DB 0 => -ERR source and destination objects are the same"
            "COPY a b DB => -ERR syntax error"
            "COPY a b DB x => -ERR value is not an integer or out of range"
            "COPY a b DB 99 => -ERR DB index is out of range"
            "COPY a b DB -1 => -ERR DB index is out of range"
            "COPY a b DB 99999999999 => -ERR value is out of range, value must between -2147483648 and 2147483647"
            "COPY a b FOO => -ERR syntax error"
            "COPY a b => :0"
        };
    }

    #[test]
    fn value_and_expiry_are_copied() {
        conversation! {
            "SET a 1 EX 100 => +OK"
            "COPY a b => :1"
            "GET b => $1 1"
            "TTL b => :100"
            "SET a 2 => +OK"
            "GET b => $1 1"
            "COPY a b => :0"
            "COPY a b REPLACE => :1"
            "GET b => $1 2"
            "TTL b => :-1"
            "COPY a a DB 1 => :1"
            "COPY a a DB 1 DB 2 => :1"
            "SELECT 2 => +OK"
            "GET a => $1 2"
        };
    }
}
