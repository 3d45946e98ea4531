//! SET: give a key a string, on conditions, with an expiry.

use crate::string::expiry_option::ExpiryOptions;
use russet_engine::command::FoundKey;
use russet_engine::command::flags::key;
use russet_engine::prelude::*;

command! {
    name: "SET", group: String, since: "1.0.0", complexity: "O(1)",
    summary: "Sets the string value of a key, ignoring its type. The key is created if it doesn't exist.",
    syntax: "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | \
             PXAT unix-time-milliseconds | KEEPTTL]",
    notes: [
        of("NX | XX").name("condition").since("2.6.12"),
        of("GET").since("6.2.0"),
        of("EX seconds | ...").name("expiration"),
        of("EX").since("2.6.12"), of("PX").since("2.6.12"),
        of("EXAT").since("6.2.0"), of("PXAT").since("6.2.0"), of("KEEPTTL").since("6.0.0"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().access().update().variable_flags()
        .notes("RW and ACCESS due to the optional `GET` argument")],
    find_keys: find_keys,
    history: [
        ("2.6.12", "Added the `EX`, `PX`, `NX` and `XX` options."),
        ("6.0.0", "Added the `KEEPTTL` option."),
        ("6.2.0", "Added the `GET`, `EXAT` and `PXAT` option."),
        ("7.0.0", "Allowed the `NX` and `GET` options to be used together."),
    ],
    run: set,
}

/// Its one key is also read if `GET` asks for the old value.
fn find_keys(args: Args<'_>) -> Vec<FoundKey> {
    let reads = (3..args.len()).any(|at| args.is(at, "GET"));
    let flags = if reads { key::RW | key::ACCESS | key::UPDATE } else { key::OW | key::UPDATE };
    vec![FoundKey { index: 1, flags }]
}

/// What the options ask for.
#[derive(Default)]
struct Options {
    only_if_absent: bool,
    only_if_present: bool,
    get: bool,
    keep_ttl: bool,
    expiry: ExpiryOptions,
}

impl Options {
    fn parse(args: Args<'_>) -> Result<Self, Error> {
        let mut options = Options::default();
        let mut at = 3;
        while at < args.len() {
            if args.is(at, "NX") && !options.only_if_present {
                options.only_if_absent = true;
            } else if args.is(at, "XX") && !options.only_if_absent {
                options.only_if_present = true;
            } else if args.is(at, "GET") {
                options.get = true;
            } else if args.is(at, "KEEPTTL") && !options.expiry.given() {
                options.keep_ttl = true;
            } else if !options.keep_ttl && options.expiry.take(args, &mut at) {
                // taken with its argument
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        Ok(options)
    }
}

fn set(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = if args.len() == 3 { Options::default() } else { Options::parse(args)? };
    let expiry = options.expiry.resolve(&cx.db, "set")?;
    let key = args.key(1);
    if options.get {
        match cx.db.string(key)? {
            Some(text) => cx.reply.text(text)?,
            None => cx.reply.null()?,
        }
    }
    if (options.only_if_absent || options.only_if_present)
        && cx.db.write(key).is_some() != options.only_if_present
    {
        return if options.get { Ok(()) } else { cx.reply.null() };
    }
    let expiry = match expiry {
        Some(at) => Expiry::At(at),
        None if options.keep_ttl => Expiry::Keep,
        None => Expiry::Clear,
    };
    store(cx, key, args.word(2), expiry)?;
    if options.get { Ok(()) } else { cx.reply.ok() }
}

/// Sets a key, tells of it, and journals an expiry as the moment that it is. Shared by the family.
pub(super) fn store(cx: &mut Context<'_>, key: Key<'_>, value: &[u8], expiry: Expiry) -> Outcome {
    cx.db.set(key, New::Text(value), expiry);
    cx.db.changed(key, Event::Set);
    if let Expiry::At(at) = expiry {
        cx.db.note(key, Event::Expire);
        let mut buffer = itoa::Buffer::new();
        cx.journal([&b"SET"[..], key.bytes, value, b"PXAT", buffer.format(at).as_bytes()]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn conditions_and_get() {
        conversation! {
            "SET a 1 NX => +OK"
            "SET a 2 NX => $-1"
            "SET a 2 XX GET => $1 1"
            "SET b 1 XX => $-1"
            "SET b 1 NX GET => $-1"
            "GET b => $1 1"
            "SET a 1 NX XX => -ERR syntax error"
            "SET a 1 EX => -ERR syntax error"
            "SET a 1 EX 10 KEEPTTL => -ERR syntax error"
            "SET a 1 EX 10 PX 10 => -ERR syntax error"
            "SET a 1 EX 10 EX 20 => +OK"
            "SET a 1 EX x => -ERR value is not an integer or out of range"
            "SET a 1 EX 0 => -ERR invalid expire time in 'set' command"
            "SET a 1 EX 9223372036854775807 => -ERR invalid expire time in 'set' command"
        };
    }

    #[test]
    fn expiry_is_set_kept_and_cleared() {
        let mut shell = conversation! {
            "SET a 1 PX 1500 => +OK"
            "SET a 2 KEEPTTL => +OK"
        };
        shell.clock.advance(1500);
        assert_eq!(shell.run("GET a"), "$1 2");
        shell.clock.advance(1);
        assert_eq!(shell.run("GET a"), "$-1");
        shell.run("SET a 1 PX 1500");
        shell.run("SET a 2");
        shell.clock.advance(2000);
        assert_eq!(shell.run("GET a"), "$1 2");
    }
}
