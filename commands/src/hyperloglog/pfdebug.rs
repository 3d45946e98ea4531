//! PFDEBUG and PFSELFTEST: what is inside a HyperLogLog.

use super::fault::{check, fault};
use russet_engine::prelude::*;
use russet_structures::hyperloglog;

command! {
    name: "PFDEBUG", group: HyperLogLog, since: "2.8.9", complexity: "N/A",
    summary: "Internal commands for debugging HyperLogLog values.",
    syntax: "subcommand key",
    flags: WRITE | DENYOOM | ADMIN,
    keys: [at(2).read_write().access()],
    doc_flags: doc::SYSCMD,
    run: pfdebug,
}

command! {
    name: "PFSELFTEST", group: HyperLogLog, since: "2.8.9", complexity: "N/A",
    summary: "An internal command for testing HyperLogLog values.",
    flags: ADMIN,
    doc_flags: doc::SYSCMD,
    run: pfselftest,
}

fn pfdebug(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(2);
    let text = cx.db.string_for_write(key)?;
    if !check(text)? {
        return Err(Error::new("ERR The specified key does not exist"));
    }
    let known = ["GETREG", "DECODE", "ENCODING", "TODENSE"];
    if !known.iter().any(|name| args.is(1, name)) {
        return Err(Error::quoting("ERR Unknown PFDEBUG subcommand '", args.word(1), "'"));
    }
    if args.len() != 3 {
        return Err(Error::arity("pfdebug"));
    }
    let mut buffer = itoa::Buffer::new();
    let bytes = text.as_ref().map_or(&b""[..], |text| text.bytes(&mut buffer));
    if args.is(1, "ENCODING") {
        let name = hyperloglog::encoding(bytes).map_err(fault)?.name();
        return cx.reply.simple(name);
    }
    if args.is(1, "DECODE") {
        let text = hyperloglog::decode(bytes).map_err(fault)?;
        let text = text.ok_or(Error::new("ERR HLL encoding is not sparse"))?;
        return cx.reply.bulk(text.as_bytes());
    }
    // What is looked at register by register becomes dense, as TODENSE makes it.
    let changed = cx.db.edit_string(key, hyperloglog::to_dense).map_err(fault)?;
    if changed {
        cx.db.refreshed(key);
    }
    if args.is(1, "TODENSE") {
        return cx.reply.flag(changed);
    }
    let text = cx.db.string_for_write(key)?;
    let mut buffer = itoa::Buffer::new();
    let registers = hyperloglog::registers(text.as_ref().map_or(&b""[..], |text| text.bytes(&mut buffer)));
    let registers = registers.map_err(fault)?;
    cx.reply.array(registers.len())?;
    registers.iter().try_for_each(|value| cx.reply.int(i64::from(*value)))
}

fn pfselftest(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let tested = hyperloglog::self_test(|| cx.random());
    tested.map_err(|text| Error::owned(format!("TESTFAILED {text}")))?;
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn looks_inside() {
        conversation! {
            "PFADD k a b => :1"
            "PFDEBUG ENCODING k => +sparse"
            "PFDEBUG DECODE k => $32 Z:12711 v:2,1 Z:3068 v:1,1 Z:603"
            "PFDEBUG TODENSE k => :1"
            "PFDEBUG TODENSE k => :0"
            "PFDEBUG DECODE k => -ERR HLL encoding is not sparse"
            "PFDEBUG GETREG none => -ERR The specified key does not exist"
            "PFDEBUG FOO k => -ERR Unknown PFDEBUG subcommand 'FOO'"
            "PFDEBUG ENCODING k k => -ERR wrong number of arguments for 'pfdebug' command"
            "PFSELFTEST => +OK"
        };
        let mut shell = Shell::new();
        shell.run("PFADD k a");
        assert!(shell.run("PFDEBUG GETREG k").starts_with("*16384 :0 :0"));
        assert_eq!(shell.run("PFDEBUG ENCODING k"), "+dense");
    }
}
