//! MOVE: take a key to another database.

use russet_engine::prelude::*;

command! {
    name: "MOVE", group: Generic, since: "1.0.0", complexity: "O(1)",
    summary: "Moves a key to another database.",
    syntax: "key db",
    notes: [of("db").kind("integer")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().update()],
    run: move_key,
}

fn move_key(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let db = cx.db.existing(args.c_int(2)?)?;
    if db == cx.db.index() {
        return Err(Error::new("ERR source and destination objects are the same"));
    }
    let key = args.key(1);
    if cx.db.write(key).is_none() || cx.db.other(db).write(key).is_some() {
        return cx.reply.int(0);
    }
    cx.db.move_to(key, db);
    cx.db.changed(key, Event::MoveFrom);
    cx.db.other(db).touched(key, Event::MoveTo);
    cx.reply.int(1)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn a_key_leaves_with_its_expiry() {
        conversation! {
            "SET a 1 EX 100 => +OK"
            "MOVE a x => -ERR value is not an integer or out of range"
            "MOVE a 99 => -ERR DB index is out of range"
            "MOVE a 99999999999 => -ERR value is out of range, value must between -2147483648 and 2147483647"
            "MOVE b 0 => -ERR source and destination objects are the same"
            "MOVE b 1 => :0"
            "MOVE a 1 => :1"
            "EXISTS a => :0"
            "SET a 2 => +OK"
            "MOVE a 1 => :0"
            "SELECT 1 => +OK"
            "GET a => $1 1"
            "TTL a => :100"
        };
    }

    #[test]
    fn an_expired_key_is_no_obstacle() {
        let mut shell = conversation! {
            "SET a 1 PX 10 => +OK"
            "SELECT 1 => +OK"
            "SET a 2 => +OK"
        };
        shell.clock.advance(11);
        assert_eq!(shell.run("MOVE a 0"), ":1");
        shell.run("SELECT 0");
        assert_eq!(shell.run("GET a"), "$1 2");
    }
}
