//! CLIENT LIST, CLIENT INFO: who is connected, and what each is doing.

use russet_engine::prelude::*;
use russet_engine::session::{ClientKey, Closing, Kind, Session, line};

command! {
    name: "CLIENT|LIST", group: Connection, since: "2.4.0",
    complexity: "O(N) where N is the number of client connections",
    summary: "Lists open connections.",
    syntax: "[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]]",
    notes: [
        of("TYPE <NORMAL | MASTER | REPLICA | PUBSUB>").name("client-type").since("5.0.0"),
        of("ID client-id [client-id ...]").name("client-id").kind("integer").since("6.2.0"),
    ],
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["nondeterministic_output"],
    history: [
        ("2.8.12", "Added unique client `id` field."),
        ("5.0.0", "Added optional `TYPE` filter."),
        ("6.0.0", "Added `user` field."),
        ("6.2.0", "Added `argv-mem`, `tot-mem`, `laddr` and `redir` fields and the optional `ID` filter."),
        ("7.0.0", "Added `resp`, `multi-mem`, `rbs` and `rbp` fields."),
        ("7.0.3", "Added `ssub` field."),
    ],
    run: list,
}

command! {
    name: "CLIENT|INFO", group: Connection, since: "6.2.0", complexity: "O(1)",
    summary: "Returns information about the connection.",
    flags: NOSCRIPT | LOADING | STALE,
    tips: ["nondeterministic_output"],
    run: info,
}

fn list(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut kind = None;
    let mut chosen: Vec<ClientKey> = Vec::new();
    match args.len() {
        2 => chosen.extend(cx.core.clients.by_age()),
        4 if args.is(2, "TYPE") => {
            let unknown = || Error::quoting("ERR Unknown client type '", args.word(3), "'");
            kind = Some(Kind::parse(args.word(3)).ok_or_else(unknown)?);
            chosen.extend(cx.core.clients.by_age());
        }
        4.. if args.is(2, "ID") => {
            for at in 3..args.len() {
                let id = args.int(at).map_err(|_| Error::new("ERR Invalid client ID"))?;
                chosen.extend(u64::try_from(id).ok().and_then(|id| cx.core.clients.find(id)));
            }
        }
        _ => return Err(Error::SYNTAX),
    }
    let wanted = |session: &Session| {
        session.closing != Some(Closing::Now) && kind.is_none_or(|kind| session.kind() == kind)
    };
    let now_ms = cx.db.now_ms();
    let mut lines = Vec::new();
    for key in chosen {
        if key == cx.client {
            if wanted(cx.session) {
                own_line(cx, args, &mut lines);
            }
        } else if let Some(client) = cx.core.clients.get(key)
            && wanted(&client.session)
        {
            line::append(&mut lines, &client.session, &client.output, cx.registry, None, now_ms);
        }
    }
    cx.reply.verbatim("txt", &lines)
}

fn info(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut line = Vec::new();
    own_line(cx, args, &mut line);
    cx.reply.verbatim("txt", &line)
}

fn own_line(cx: &mut Context<'_>, args: Args<'_>, lines: &mut Vec<u8>) {
    let now_ms = cx.db.now_ms();
    line::append(lines, cx.session, cx.reply.output(), cx.registry, Some(args.bytes()), now_ms);
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    fn ids(reply: &str) -> Vec<&str> {
        reply.split([' ', '\n']).filter_map(|field| field.strip_prefix("id=")).collect()
    }

    #[test]
    fn the_line_of_a_new_client() {
        let mut shell = Shell::new();
        let line = shell.run("CLIENT INFO");
        let names: Vec<&str> =
            line.split(' ').skip(1).map(|field| field.split('=').next().expect("a name")).collect();
        assert_eq!(
            names.join(" "),
            "id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem multi-mem rbs \
             rbp obl oll omem tot-mem events cmd user redir resp lib-name lib-ver"
        );
        for field in ["flags=N", "db=0", "multi=-1", "argv-mem=10", "cmd=client|info", "user=default", "resp=2"] {
            assert!(line.split(' ').any(|f| f == field), "{field} in {line}");
        }
        shell.run("HELLO 3");
        assert!(shell.run("CLIENT INFO").starts_with('='), "verbatim in RESP3");
    }

    #[test]
    fn what_a_client_is_doing() {
        let mut shell = conversation! {
            "SELECT 7 => +OK"
            "CLIENT SETNAME one => +OK"
            "MULTI => +OK"
            "SET k 1 => +QUEUED"
            "SET k 12345 => +QUEUED"
        };
        let first = shell.another();
        shell.clock.advance(2500);
        let line = shell.run("CLIENT LIST ID 1");
        for field in ["name=one", "db=7", "flags=x", "multi=2", "multi-mem=62", "cmd=set", "age=2", "idle=2"] {
            assert!(line.split(' ').any(|f| f == field), "{field} in {line}");
        }
        shell.switch(first);
        shell.run("DISCARD");
        for (sent, shown) in [("GET", "cmd=get"), ("NOSUCH", "cmd=NULL"), ("CLIENT FOO", "cmd=NULL")] {
            shell.run(sent);
            let other = shell.another();
            assert!(shell.run("CLIENT LIST ID 1").contains(&format!(" {shown} ")), "{sent}");
            let gone = shell.switch(other);
            shell.engine.disconnect(gone);
        }
    }

    #[test]
    fn inside_of_exec_the_transaction_is_still_there() {
        let mut shell = conversation! {
            "MULTI => +OK"
            "CLIENT INFO => +QUEUED"
        };
        let line = shell.run("EXEC");
        assert!(line.contains(" flags=x ") && line.contains(" multi=1 "), "{line}");
        assert!(line.contains(" argv-mem=4 multi-mem=26 ") && line.contains(" cmd=exec "), "{line}");
        assert!(shell.run("CLIENT INFO").contains(" flags=N "));
    }

    #[test]
    fn a_watched_key_that_changed_is_a_flag() {
        let mut shell = conversation! {
            "WATCH k => +OK"
            "SET k 1 => +OK"
        };
        assert!(shell.run("CLIENT INFO").contains(" flags=d "));
        shell.run("UNWATCH");
        assert!(shell.run("CLIENT INFO").contains(" flags=N "));
    }

    #[test]
    fn all_by_age_or_some_as_asked_for() {
        let mut shell = Shell::new();
        let first = shell.another();
        let second = shell.another();
        shell.engine.disconnect(first);
        shell.another(); // takes the place that the first has left
        assert_eq!(ids(&shell.run("CLIENT LIST")), ["2", "3", "4"]);
        assert_eq!(ids(&shell.run("CLIENT LIST TYPE normal")), ["2", "3", "4"]);
        assert_eq!(ids(&shell.run("CLIENT LIST ID 4 1 99 2 -5 4")), ["4", "2", "4"]);
        for kind in ["master", "replica", "slave", "pubsub"] {
            assert_eq!(shell.run(&format!("CLIENT LIST TYPE {kind}")), "$0");
        }
        assert_eq!(shell.run("CLIENT LIST TYPE foo"), "-ERR Unknown client type 'foo'");
        assert_eq!(shell.run("CLIENT LIST ID 4 x"), "-ERR Invalid client ID");
        for wrong in ["foo", "TYPE", "ID", "TYPE normal ID 1"] {
            assert_eq!(shell.run(&format!("CLIENT LIST {wrong}")), "-ERR syntax error");
        }
        shell.run("CLIENT KILL ID 2");
        assert_eq!(ids(&shell.run("CLIENT LIST")), ["3", "4"], "gone at once");
        shell.switch(second);
        assert_eq!(shell.run("PING"), "");
    }
}
