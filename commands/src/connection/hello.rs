//! HELLO: agree on a protocol version, authenticate and take a name in one round trip; hear who answers.

use super::auth::authenticate;
use super::client::name;
use russet_engine::prelude::*;

command! {
    name: "HELLO", group: Connection, since: "6.0.0", complexity: "O(1)",
    summary: "Handshakes with the Redis server.",
    syntax: "[protover [AUTH username password] [SETNAME clientname]]",
    notes: [of("protover ...").name("arguments"), of("protover").kind("integer")],
    flags: NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY,
    history: [("6.2.0", "`protover` made optional; when called without arguments the command reports the current \
                         connection's context.")],
    secrets: secrets,
    run: hello,
}

/// The two words behind `AUTH`, however the request goes on: it may be refused, and is shown nevertheless.
fn secrets(args: Args<'_>) -> Vec<usize> {
    let mut at = 2;
    while at < args.len() {
        match () {
            () if args.is(at, "AUTH") && at + 2 < args.len() => return vec![at + 1, at + 2],
            () if args.is(at, "SETNAME") => at += 2,
            () => return Vec::new(),
        }
    }
    Vec::new()
}

/// What the arguments ask for.
#[derive(Default)]
struct Options<'a> {
    protocol: Option<Protocol>,
    credentials: Option<(&'a [u8], &'a [u8])>,
    name: Option<&'a [u8]>,
}

impl<'a> Options<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let mut options = Options::default();
        if args.len() < 2 {
            return Ok(options);
        }
        let version =
            args.int(1).map_err(|_| Error::new("ERR Protocol version is not an integer or out of range"))?;
        options.protocol = Some(match version {
            2 => Protocol::Resp2,
            3 => Protocol::Resp3,
            _ => return Err(Error::new("NOPROTO unsupported protocol version")),
        });
        let mut at = 2;
        while at < args.len() {
            if args.is(at, "AUTH") && at + 2 < args.len() {
                options.credentials = Some((args.word(at + 1), args.word(at + 2)));
                at += 3;
            } else if args.is(at, "SETNAME") && at + 1 < args.len() {
                options.name = Some(args.word(at + 1));
                name::check(args.word(at + 1))?;
                at += 2;
            } else {
                return Err(Error::quoting("ERR Syntax error in HELLO option '", args.word(at), "'"));
            }
        }
        Ok(options)
    }
}

fn hello(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = Options::parse(args)?;
    if let Some((user, password)) = options.credentials {
        authenticate(cx, user, password, args)?;
    }
    if !cx.session.authenticated && cx.core.acl.requires_login() {
        return Err(Error::new(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH \
             <user> <pass> option can be used to authenticate the client and select the RESP protocol version at \
             the same time",
        ));
    }
    if let Some(name) = options.name {
        cx.session.name = name.to_vec();
    }
    if let Some(protocol) = options.protocol {
        cx.set_protocol(protocol);
    }
    introduce(cx)
}

/// Says who answers.
fn introduce(cx: &mut Context<'_>) -> Outcome {
    let (id, version) = (cx.session.id, cx.session.protocol.version());
    let reply = &mut cx.reply;
    reply.map(7)?;
    reply.bulk(b"server")?;
    reply.bulk(b"redis")?;
    reply.bulk(b"version")?;
    reply.bulk(russet_engine::REDIS_VERSION.as_bytes())?;
    reply.bulk(b"proto")?;
    reply.int(version)?;
    reply.bulk(b"id")?;
    reply.int(id as i64)?;
    reply.bulk(b"mode")?;
    reply.bulk(b"standalone")?;
    reply.bulk(b"role")?;
    reply.bulk(b"master")?;
    reply.bulk(b"modules")?;
    let plugins = cx.core.host.plugins();
    reply.array(plugins.len())?;
    plugins.iter().try_for_each(|plugin| plugin.describe(reply))
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    const RESP2: &str = "*14 $6 server $5 redis $7 version $5 7.2.4 $5 proto :2 $2 id :1 $4 mode $10 standalone \
                         $4 role $6 master $7 modules *0";
    const RESP3: &str = "%7 $6 server $5 redis $7 version $5 7.2.4 $5 proto :3 $2 id :1 $4 mode $10 standalone \
                         $4 role $6 master $7 modules *0";

    #[test]
    fn switches_the_protocol_for_its_own_answer_too() {
        let mut shell = Shell::new();
        assert_eq!(shell.run("HELLO"), RESP2);
        assert_eq!(shell.run("HELLO 3"), RESP3);
        assert_eq!(shell.run("GET a"), "_");
        assert_eq!(shell.run("HELLO"), RESP3);
        assert_eq!(shell.run("HELLO 2"), RESP2);
        assert_eq!(shell.run("GET a"), "$-1");
    }

    #[test]
    fn wrong_arguments_change_nothing() {
        conversation! {
            "HELLO 1 => -NOPROTO unsupported protocol version"
            "HELLO 4 => -NOPROTO unsupported protocol version"
            "HELLO x => -ERR Protocol version is not an integer or out of range"
            "HELLO 3 SETNAME => -ERR Syntax error in HELLO option 'SETNAME'"
            "HELLO 3 AUTH default => -ERR Syntax error in HELLO option 'AUTH'"
            "HELLO 3 SETNAME n FOO => -ERR Syntax error in HELLO option 'FOO'"
            "HELLO 3 SETNAME a\u{7f} => -ERR Client names cannot contain spaces, newlines or special characters."
            "HELLO 3 AUTH other x SETNAME n => -WRONGPASS invalid username-password pair or user is disabled."
            "CLIENT GETNAME => $-1"
            "GET a => $-1"
        };
    }

    #[test]
    fn authenticates_and_names() {
        let mut shell = Shell::new();
        shell.set("requirepass", "sesame");
        shell.another();
        for refused in ["HELLO", "HELLO 3", "HELLO 3 SETNAME n"] {
            assert!(shell.run(refused).starts_with("-NOAUTH HELLO must be called with"), "{refused}");
        }
        assert_eq!(
            shell.run("HELLO 3 AUTH default wrong"),
            "-WRONGPASS invalid username-password pair or user is disabled."
        );
        assert!(shell.run("HELLO 3 AUTH default sesame SETNAME n").starts_with("%7 $6 server"));
        assert_eq!(shell.run("CLIENT GETNAME"), "$1 n");
    }
}
