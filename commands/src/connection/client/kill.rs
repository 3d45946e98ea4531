//! CLIENT KILL: end sessions, by address or by whatever else is known of them.

use russet_engine::acl::Acl;
use russet_engine::prelude::*;
use russet_engine::session::{Closing, Kind, Session, SessionId};

command! {
    name: "CLIENT|KILL", group: Connection, since: "2.4.0",
    complexity: "O(N) where N is the number of client connections",
    summary: "Terminates open connections.",
    syntax: "<ip:port | <[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username] | \
             [ADDR ip:port] | [LADDR ip:port] | [SKIPME <YES | NO>]> ...>",
    notes: [
        of("ip:port | ...").name("filter"),
        of("ip:port").name("old-format").deprecated_since("2.8.12"),
        of("[ID client-id] | ...").name("new-format"),
        of("ID client-id").name("client-id").kind("integer").since("2.8.12"),
        of("TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>").name("client-type").since("2.8.12"),
        of("MASTER").since("3.2.0"), of("REPLICA").since("5.0.0"),
        of("ADDR ip:port").name("addr"),
        of("LADDR ip:port").name("laddr").since("6.2.0"),
        of("SKIPME <YES | NO>").name("skipme"),
    ],
    arity: -3,
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    history: [
        ("2.8.12", "Added new filter format."),
        ("2.8.12", "`ID` option."),
        ("3.2.0", "Added `master` type in for `TYPE` option."),
        ("5.0.0", "Replaced `slave` `TYPE` with `replica`. `slave` still supported for backward compatibility."),
        ("6.2.0", "`LADDR` option."),
    ],
    run: kill,
}

/// What a session must be to be ended.
struct Filter<'a> {
    id: Option<SessionId>,
    kind: Option<Kind>,
    user: Option<&'a [u8]>,
    peer: Option<&'a [u8]>,
    local: Option<&'a [u8]>,
    skip_me: bool,
}

impl<'a> Filter<'a> {
    const ALL: Filter<'static> =
        Filter { id: None, kind: None, user: None, peer: None, local: None, skip_me: true };

    fn parse(args: Args<'a>, acl: &Acl) -> Result<Self, Error> {
        let mut filter = Filter::ALL;
        for at in (2..args.len()).step_by(2) {
            let value = args.get(at + 1).ok_or(Error::SYNTAX)?;
            if args.is(at, "ID") {
                let id = args.int(at + 1).ok().filter(|&id| id > 0);
                let id = id.ok_or(Error::new("ERR client-id should be greater than 0"))?;
                filter.id = Some(id.cast_unsigned());
            } else if args.is(at, "TYPE") {
                let unknown = || Error::quoting("ERR Unknown client type '", value, "'");
                filter.kind = Some(Kind::parse(value).ok_or_else(unknown)?);
            } else if args.is(at, "USER") {
                if acl.user(value).is_none() {
                    return Err(Error::quoting("ERR No such user '", value, "'"));
                }
                filter.user = Some(value);
            } else if args.is(at, "ADDR") {
                filter.peer = Some(value);
            } else if args.is(at, "LADDR") {
                filter.local = Some(value);
            } else if args.is(at, "SKIPME") && (args.is(at + 1, "YES") || args.is(at + 1, "NO")) {
                filter.skip_me = args.is(at + 1, "YES");
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(filter)
    }

    fn matches(&self, session: &Session) -> bool {
        session.closing != Some(Closing::Now)
            && self.id.is_none_or(|id| session.id == id)
            && self.kind.is_none_or(|kind| session.kind() == kind)
            && self.user.is_none_or(|user| session.user.name() == user)
            && self.peer.is_none_or(|peer| session.transport.peer.as_bytes() == peer)
            && self.local.is_none_or(|local| session.transport.local.as_bytes() == local)
    }
}

fn kill(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let old_format = args.len() == 3;
    let filter = if old_format {
        Filter { peer: Some(args.word(2)), skip_me: false, ..Filter::ALL }
    } else {
        Filter::parse(args, &cx.core.acl)?
    };
    let others: Vec<_> =
        cx.core.clients.iter().filter(|(_, c)| filter.matches(&c.session)).map(|(key, _)| key).collect();
    for &key in &others {
        if let Some(client) = cx.core.clients.get_mut(key) {
            client.session.close(Closing::Now);
        }
        cx.core.touch(key);
    }
    let me = !filter.skip_me && filter.matches(cx.session);
    match others.len() + usize::from(me) {
        0 if old_format => return Err(Error::new("ERR No such client")),
        _ if old_format => cx.reply.ok()?,
        killed => cx.reply.count(killed)?,
    }
    if me {
        cx.close_after_reply();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use russet_engine::session::{ClientKey, Closing};

    #[test]
    fn wrong_filters_kill_nobody() {
        let mut shell = conversation! {
            "CLIENT KILL => -ERR wrong number of arguments for 'client|kill' command"
            "CLIENT KILL id => -ERR No such client"
            "CLIENT KILL 1.2.3.4:5 => -ERR No such client"
            "CLIENT KILL ID x => -ERR client-id should be greater than 0"
            "CLIENT KILL ID 0 => -ERR client-id should be greater than 0"
            "CLIENT KILL ID -1 => -ERR client-id should be greater than 0"
            "CLIENT KILL ID 2 x => -ERR syntax error"
            "CLIENT KILL ID x TYPE foo => -ERR client-id should be greater than 0"
            "CLIENT KILL TYPE foo => -ERR Unknown client type 'foo'"
            "CLIENT KILL USER foo => -ERR No such user 'foo'"
            "CLIENT KILL SKIPME maybe => -ERR syntax error"
            "CLIENT KILL MAXAGE 1 => -ERR syntax error"
            "CLIENT KILL ID 99 => :0"
            "CLIENT KILL TYPE normal => :0"
            "CLIENT KILL USER default => :0"
            "CLIENT KILL ID 1 => :0"
        };
        assert_eq!(shell.run("PING"), "+PONG");
    }

    fn with_addresses(shell: &mut Shell, clients: &[ClientKey]) {
        for (index, &client) in clients.iter().enumerate() {
            let client = shell.engine.core.clients.get_mut(client).expect("it is connected");
            client.session.transport.peer = format!("10.0.0.1:{index}");
            client.session.transport.local = "10.0.0.9:6379".into();
        }
    }

    #[test]
    fn a_client_that_matches_ends_at_once() {
        for filter in ["10.0.0.1:0", "ADDR 10.0.0.1:0", "ID 1", "LADDR 10.0.0.9:6379 ID 1", "TYPE normal", "USER default"]
        {
            let mut shell = Shell::new();
            let first = shell.another();
            let second = shell.another();
            shell.switch(second);
            with_addresses(&mut shell, &[first, second]);
            let (old, two) = (!filter.contains(' '), !filter.contains('1'));
            let answer = if old { "+OK" } else if two { ":2" } else { ":1" };
            assert_eq!(shell.run(&format!("CLIENT KILL {filter}")), answer, "{filter}");
            let closing = |key| shell.engine.core.clients.get(key).and_then(|c| c.session.closing);
            assert_eq!(closing(first), Some(Closing::Now), "{filter}");
            assert_eq!(closing(second), None, "{filter}");
            let mut touched = Vec::new();
            shell.engine.take_touched(&mut touched);
            assert!(touched.contains(&first));
            assert_eq!(shell.run("CLIENT KILL ID 1"), ":0", "nobody is killed twice");
        }
    }

    #[test]
    fn who_kills_itself_is_answered_first_and_only_that() {
        conversation! {
            "CLIENT KILL ID 1 SKIPME yes => :0"
            "CLIENT KILL ID 1 SKIPME no => :1"
            "PING => "
        };
        let mut shell = conversation! {
            "MULTI => +OK"
            "CLIENT KILL ID 1 SKIPME no => +QUEUED"
            "SET a 1 => +QUEUED"
            "EXEC => *2 :1"
        };
        shell.another();
        assert_eq!(shell.run("GET a"), "$1 1", "the rest is done, if not answered");
    }
}
