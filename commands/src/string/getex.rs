//! GETEX: read a string and change when it expires.

use crate::string::expiry_option::ExpiryOptions;
use russet_engine::prelude::*;

command! {
    name: "GETEX", group: String, since: "6.2.0", complexity: "O(1)",
    summary: "Returns the string value of a key after setting its expiration time.",
    syntax: "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]",
    notes: [of("EX seconds | ...").name("expiration")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().update().notes("RW and UPDATE because it changes the TTL")],
    run: getex,
}

fn getex(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (mut persist, mut expiry) = (false, ExpiryOptions::default());
    let mut at = 2;
    while at < args.len() {
        if args.is(at, "PERSIST") && !expiry.given() {
            persist = true;
        } else if persist || !expiry.take(args, &mut at) {
            return Err(Error::SYNTAX);
        }
        at += 1;
    }
    let key = args.key(1);
    let Some(text) = cx.db.string(key)? else { return cx.reply.null() };
    // The value is answered only once the options are known to be good.
    let mark = cx.reply.output().mark();
    cx.reply.text(text)?;
    let expiry = match expiry.resolve(&cx.db, "getex") {
        Ok(expiry) => expiry,
        Err(error) => {
            cx.reply.output().truncate(mark);
            return Err(error);
        }
    };
    match expiry {
        Some(at) if at < cx.db.horizon_ms() => {
            cx.db.delete(key);
            cx.journal([&b"DEL"[..], key.bytes]);
        }
        Some(at) => {
            cx.db.set_expiry(key, Some(at));
            cx.db.changed(key, Event::Expire);
            let mut buffer = itoa::Buffer::new();
            cx.journal([&b"PEXPIREAT"[..], key.bytes, buffer.format(at).as_bytes()]);
        }
        None if persist && cx.db.write(key).is_some_and(|entry| entry.expiry().is_some()) => {
            cx.db.set_expiry(key, None);
            cx.db.changed(key, Event::Persist);
            cx.journal([&b"PERSIST"[..], key.bytes]);
        }
        None => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn moves_the_expiry() {
        let mut shell = conversation! {
            "SET a 1 => +OK"
            "GETEX a PX 100 => $1 1"
            "GETEX a PERSIST => $1 1"
        };
        shell.clock.advance(200);
        assert_eq!(shell.run("GETEX a PX 100"), "$1 1");
        shell.clock.advance(101);
        assert_eq!(shell.run("GETEX a"), "$-1");
    }

    #[test]
    fn a_moment_in_the_past_deletes() {
        conversation! {
            "SET a 1 => +OK"
            "GETEX a EXAT 1 => $1 1"
            "DBSIZE => :0"
        };
    }

    #[test]
    fn bad_options_change_nothing() {
        conversation! {
            "SET a 1 => +OK"
            "GETEX a PX 0 => -ERR invalid expire time in 'getex' command"
            "GETEX a PX 10 PERSIST => -ERR syntax error"
            "GETEX a PERSIST EX 10 => -ERR syntax error"
            "GETEX a EX => -ERR syntax error"
            "GETEX none EX 0 => $-1"
        };
    }
}
