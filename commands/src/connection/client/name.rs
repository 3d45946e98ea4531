//! CLIENT GETNAME, CLIENT SETNAME: what a client calls itself. [`check`] is also `HELLO`'s.

use russet_engine::prelude::*;
use russet_engine::session::line::shown;

command! {
    name: "CLIENT|GETNAME", group: Connection, since: "2.6.9", complexity: "O(1)",
    summary: "Returns the name of the connection.",
    flags: NOSCRIPT | LOADING | STALE,
    run: getname,
}

command! {
    name: "CLIENT|SETNAME", group: Connection, since: "2.6.9", complexity: "O(1)",
    summary: "Sets the connection name.",
    syntax: "connection-name",
    flags: NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    run: setname,
}

fn getname(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    if cx.session.name.is_empty() { cx.reply.null() } else { cx.reply.bulk(&cx.session.name) }
}

fn setname(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    check(args.word(2))?;
    cx.session.name = args.word(2).to_vec();
    cx.reply.ok()
}

/// Whether `name` may be a client's name; an empty one takes the name away.
///
/// # Errors
/// If it would make the lines of `CLIENT LIST` ambiguous.
pub(in crate::connection) fn check(name: &[u8]) -> Outcome {
    if is_one_word(name) {
        return Ok(());
    }
    Err(Error::new("ERR Client names cannot contain spaces, newlines or special characters."))
}

/// Whether all bytes are printable ASCII, and none is a space: up to a NUL, where Redis stops to look, and to show.
pub(super) fn is_one_word(text: &[u8]) -> bool {
    shown(text).iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn a_name_is_one_word() {
        let mut shell = conversation! {
            "CLIENT GETNAME => $-1"
            "CLIENT SETNAME ~!@#$%^&*() => +OK"
            "CLIENT GETNAME => $11 ~!@#$%^&*()"
            "CLIENT SETNAME é => -ERR Client names cannot contain spaces, newlines or special characters."
            "CLIENT SETNAME => -ERR wrong number of arguments for 'client|setname' command"
        };
        for wrong in [&b"a b"[..], b"a\n", b"\x7f"] {
            assert!(shell.words(&[b"CLIENT", b"SETNAME", wrong]).starts_with("-ERR Client names cannot"));
        }
        assert_eq!(shell.run("CLIENT GETNAME"), "$11 ~!@#$%^&*()");
        assert_eq!(shell.words(&[b"CLIENT", b"SETNAME", b"a\0b\n"]), "+OK");
        assert_eq!(shell.words(&[b"CLIENT", b"GETNAME"]), "$4 a\0b");
        assert!(shell.run("CLIENT INFO").contains(" name=a age="));
        assert_eq!(shell.words(&[b"CLIENT", b"SETNAME", b""]), "+OK");
        assert_eq!(shell.run("CLIENT GETNAME"), "$-1");
    }
}
