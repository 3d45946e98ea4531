//! AUTH: prove who you are. [`authenticate`] is also `HELLO`'s.

use russet_engine::acl::DEFAULT_USER;
use russet_engine::prelude::*;

command! {
    name: "AUTH", group: Connection, since: "1.0.0",
    complexity: "O(N) where N is the number of passwords defined for the user",
    summary: "Authenticates the connection.",
    syntax: "[username] password",
    notes: [of("username").since("6.0.0")],
    flags: NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY,
    history: [("6.0.0", "Added ACL style (username and password).")],
    secrets: |args| (1..args.len()).collect(),
    run: auth,
}

fn auth(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match args.len() {
        2 if cx.core.acl.default_user().takes_any_password() => {
            return Err(Error::new(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure \
                 your configuration is correct?",
            ));
        }
        2 => authenticate(cx, DEFAULT_USER, args.word(1), args)?,
        3 => authenticate(cx, args.word(1), args.word(2), args)?,
        _ => return Err(Error::SYNTAX),
    }
    cx.reply.ok()
}

/// Makes the session that of `user`. What it was before stays if the password is wrong. `args` is the request.
///
/// # Errors
/// If there is no such user, the password is another, or the user is off.
pub(super) fn authenticate(cx: &mut Context<'_>, user: &[u8], password: &[u8], args: Args<'_>) -> Outcome {
    if !cx.log_in(user, password) {
        cx.note_failed_login(user, args);
        return Err(Error::new("WRONGPASS invalid username-password pair or user is disabled."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn without_a_password_only_the_default_user_is_welcome() {
        conversation! {
            "AUTH x => -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"
            "AUTH default x => +OK"
            "AUTH other x => -WRONGPASS invalid username-password pair or user is disabled."
            "AUTH a b c => -ERR syntax error"
            "AUTH => -ERR wrong number of arguments for 'auth' command"
        };
    }

    #[test]
    fn a_new_session_must_know_the_password() {
        let mut shell = Shell::new();
        shell.set("requirepass", "sesame");
        assert_eq!(shell.run("PING"), "+PONG", "a session that is there stays");
        shell.another();
        assert_eq!(shell.run("PING"), "-NOAUTH Authentication required.");
        assert_eq!(shell.run("GET"), "-ERR wrong number of arguments for 'get' command");
        assert_eq!(shell.run("AUTH sesam"), "-WRONGPASS invalid username-password pair or user is disabled.");
        assert_eq!(shell.run("AUTH sesame"), "+OK");
        assert_eq!(shell.run("AUTH wrong"), "-WRONGPASS invalid username-password pair or user is disabled.");
        assert_eq!(shell.run("PING"), "+PONG", "a failure takes nothing away");
        assert_eq!(shell.run("RESET"), "+RESET");
        assert_eq!(shell.run("PING"), "-NOAUTH Authentication required.");
        assert_eq!(shell.run("AUTH default sesame"), "+OK");
        assert_eq!(shell.run("PING"), "+PONG");
        assert_eq!(shell.engine.core.stats.denied.of(russet_engine::acl::Reason::Auth), 2);
        shell.another();
        shell.set("requirepass", "");
        assert_eq!(shell.run("PING"), "+PONG", "there is nothing to prove any more");
    }
}
