//! CLIENT SETINFO: which library a client uses, for whoever looks at `CLIENT LIST`.

use super::name::is_one_word;
use russet_engine::prelude::*;

command! {
    name: "CLIENT|SETINFO", group: Connection, since: "7.2.0", complexity: "O(1)",
    summary: "Sets information specific to the client or connection.",
    syntax: "<LIB-NAME libname | LIB-VER libver>",
    notes: [of("LIB-NAME libname | ...").name("attr")],
    flags: NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    run: setinfo,
}

fn setinfo(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let field = if args.is(2, "LIB-NAME") {
        &mut cx.session.lib_name
    } else if args.is(2, "LIB-VER") {
        &mut cx.session.lib_ver
    } else {
        return Err(Error::quoting("ERR Unrecognized option '", args.word(2), "'"));
    };
    if !is_one_word(args.word(3)) {
        let why = " cannot contain spaces, newlines or special characters.";
        return Err(Error::quoting("ERR ", args.word(2), why));
    }
    *field = args.word(3).to_vec();
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn what_is_set_is_shown_and_survives_a_reset() {
        let mut shell = conversation! {
            "CLIENT SETINFO LIB-NAME redis-py(x_v1.0) => +OK"
            "CLIENT SETINFO lib-ver 5.0.1 => +OK"
            "CLIENT SETINFO FoO x => -ERR Unrecognized option 'FoO'"
            "RESET => +RESET"
        };
        let spaced = shell.words(&[b"CLIENT", b"SETINFO", b"lib-NAME", b"a b"]);
        assert_eq!(spaced, "-ERR lib-NAME cannot contain spaces, newlines or special characters.");
        assert!(shell.run("CLIENT INFO").ends_with(" lib-name=redis-py(x_v1.0) lib-ver=5.0.1"));
    }
}
