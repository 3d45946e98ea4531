//! CONFIG SET: parameters at run time, several at once, all or none.

use russet_engine::Core;
use russet_engine::host::Dataset;
use russet_engine::params::{self, SetError};
use russet_engine::prelude::*;

command! {
    name: "CONFIG|SET", group: Server, since: "2.0.0",
    complexity: "O(N) when N is the number of configuration parameters provided",
    summary: "Sets configuration parameters in-flight.",
    syntax: "parameter value [parameter value ...]",
    notes: [of("parameter value").name("data")],
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    history: [("7.0.0", "Added the ability to set multiple parameters in one call.")],
    secrets: |args| (3..args.len()).step_by(2).filter(|&value| names_secret(args.word(value - 1))).collect(),
    run: set,
}

fn names_secret(parameter: &[u8]) -> bool {
    params::find(parameter).is_some_and(|parameter| parameter.is_sensitive())
}

fn set(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if !args.len().is_multiple_of(2) {
        return Err(Error::SYNTAX);
    }
    let words: Vec<&[u8]> = args.iter_from(2).collect();
    let pairs: Vec<(&[u8], &[u8])> = words.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let Core { host, params, persistence, .. } = &mut *cx.core;
    let protected = params.enable_protected_configs().permits(cx.session.transport.is_local());
    let (keyspace, in_transaction) = (cx.db.keyspace(), cx.in_transaction);
    let mut apply = |changed: &[_], params: &_| {
        let dataset = Dataset { keyspace, params, persistence };
        host.apply(changed, dataset, in_transaction).map_err(|(name, reason)| (name, reason.into()))
    };
    params.set_many(&pairs, protected, &mut apply).map_err(refusal)?;
    cx.apply_params();
    cx.reply.ok()
}

/// What the client is told. Values are quoted nowhere: they may be secrets.
fn refusal(error: SetError) -> Error {
    Error::owned(error.to_bytes())
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn all_or_none() {
        conversation! {
            "CONFIG SET maxmemory 100mb hz 20 => +OK"
            "CONFIG GET maxmemory hz => *4 $9 maxmemory $9 104857600 $2 hz $2 20"
            "CONFIG SET maxmemory 5 hz x => -ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer"
            "CONFIG SET maxmemory 5 nosuch x => -ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"
            "CONFIG GET maxmemory => *2 $9 maxmemory $9 104857600"
            "CONFIG SET maxmemory 5 hz => -ERR syntax error"
            "CONFIG SET maxmemory => -ERR wrong number of arguments for 'config|set' command"
            "CONFIG SET maxmemory 5 MAXMEMORY 6 => -ERR CONFIG SET failed (possibly related to argument 'MAXMEMORY') - duplicate parameter"
            "CONFIG SET databases 5 => -ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config"
            "CONFIG SET dir /tmp => -ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config"
        };
    }

    #[test]
    fn values_of_several_words() {
        let mut shell = Shell::new();
        assert_eq!(shell.words(&[b"CONFIG", b"SET", b"save", b"3600 1 300 100"]), "+OK");
        assert_eq!(shell.run("CONFIG GET save"), "*2 $4 save $14 3600 1 300 100");
        assert_eq!(shell.words(&[b"CONFIG", b"SET", b"save", b""]), "+OK");
        assert_eq!(shell.run("CONFIG GET save"), "*2 $4 save $0");
        assert_eq!(shell.words(&[b"CONFIG", b"SET", b"client-output-buffer-limit", b"pubsub 1kb 2 3"]), "+OK");
        let limits = shell.run("CONFIG GET client-output-buffer-limit");
        assert!(limits.ends_with("normal 0 0 0 slave 268435456 67108864 60 pubsub 1024 2 3"), "{limits}");
    }

    #[test]
    fn a_password_holds_for_clients_to_come() {
        let mut shell = conversation! {
            "CONFIG SET requirepass secret => +OK"
            "PING => +PONG"
        };
        let first = shell.another();
        assert_eq!(shell.run("PING"), "-NOAUTH Authentication required.");
        shell.switch(first);
        assert_eq!(shell.words(&[b"CONFIG", b"SET", b"requirepass", b""]), "+OK");
        shell.another();
        assert_eq!(shell.run("PING"), "+PONG");
    }

    #[test]
    fn what_the_engine_keeps_in_its_own_form_is_in_force_at_once() {
        let mut shell = Shell::new();
        shell.run("CONFIG SET latency-tracking no");
        shell.run("PING");
        shell.run("CONFIG SET latency-tracking yes");
        let report = shell.run("INFO latencystats");
        assert!(!report.contains("usec_ping"), "{report}");
    }
}
