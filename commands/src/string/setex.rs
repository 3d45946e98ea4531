//! SETEX, PSETEX, SETNX: what SET does with an option, under older names.

use crate::string::expiry_option::ExpiryOption;
use crate::string::set::store;
use russet_engine::prelude::*;

command! {
    name: "SETEX", group: String, since: "2.0.0", complexity: "O(1)",
    summary: "Sets the string value and expiration time of a key. Creates the key if it doesn't exist.",
    syntax: "key seconds value",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update()],
    deprecated: ("2.6.12", "`SET` with the `EX` argument"),
    run: |cx, args| set_for(cx, args, ExpiryOption::Seconds, "setex"),
}

command! {
    name: "PSETEX", group: String, since: "2.6.0", complexity: "O(1)",
    summary: "Sets both string value and expiration time in milliseconds of a key. The key is created if it doesn't exist.",
    syntax: "key milliseconds value",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update()],
    deprecated: ("2.6.12", "`SET` with the `PX` argument"),
    run: |cx, args| set_for(cx, args, ExpiryOption::Milliseconds, "psetex"),
}

command! {
    name: "SETNX", group: String, since: "1.0.0", complexity: "O(1)",
    summary: "Set the string value of a key only when the key doesn't exist.",
    syntax: "key value",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).overwrite().insert()],
    deprecated: ("2.6.12", "`SET` with the `NX` argument"),
    run: setnx,
}

fn set_for(cx: &mut Context<'_>, args: Args<'_>, option: ExpiryOption, name: &str) -> Outcome {
    let at = option.resolve(args.word(2), cx.db.now_ms(), name)?;
    store(cx, args.key(1), args.word(3), Expiry::At(at))?;
    cx.reply.ok()
}

fn setnx(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if cx.db.write(args.key(1)).is_some() {
        return cx.reply.int(0);
    }
    store(cx, args.key(1), args.word(2), Expiry::Clear)?;
    cx.reply.int(1)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn sets_with_an_expiry_or_once() {
        let mut shell = conversation! {
            "SETEX a 1 x => +OK"
            "PSETEX b 1500 x => +OK"
            "SETNX a y => :0"
            "SETNX c y => :1"
            "SETEX a 0 x => -ERR invalid expire time in 'setex' command"
            "PSETEX a -5 x => -ERR invalid expire time in 'psetex' command"
            "SETEX a x x => -ERR value is not an integer or out of range"
        };
        shell.clock.advance(1200);
        assert_eq!(shell.run("MGET a b c"), "*3 $-1 $1 x $1 y");
    }
}
