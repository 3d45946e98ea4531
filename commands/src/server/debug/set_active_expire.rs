//! DEBUG SET-ACTIVE-EXPIRE: stop or go on removing expired keys that nobody asks for.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "SET-ACTIVE-EXPIRE", words: 3..=3,
    help: &[
        "SET-ACTIVE-EXPIRE <0|1>",
        "    Setting it to 0 disables expiring keys in background when they are not",
        "    accessed (otherwise the Redis behavior). Setting it to 1 reenables back the",
        "    default.",
    ],
    run: set_active_expire,
}

fn set_active_expire(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.db.keyspace().active_expire = is_not_zero(args.word(2));
    cx.reply.ok()
}

/// Whether C's atoi finds a number other than zero at the beginning of `text`.
fn is_not_zero(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    digits.iter().take_while(|byte| byte.is_ascii_digit()).any(|&digit| digit != b'0')
}

#[cfg(test)]
mod tests {
    use super::is_not_zero;
    use crate::server::debug::tests::shell;
    use russet_engine::keyspace::Cycle;

    #[test]
    fn expired_keys_stay_until_it_is_set_again() {
        let mut shell = shell();
        shell.run("SET a 1 PX 10");
        shell.run("DEBUG SET-ACTIVE-EXPIRE 0");
        shell.clock.advance(100);
        shell.run("PING");
        shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        assert_eq!(shell.run("DBSIZE"), ":1");
        shell.run("DEBUG SET-ACTIVE-EXPIRE 1");
        shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        assert_eq!(shell.run("DBSIZE"), ":0");
    }

    /// Bug class: cycles that begin where the last one began find the same few keys again and again.
    #[test]
    fn every_key_has_its_turn() {
        let mut shell = shell();
        for n in 0..2000 {
            shell.run(&format!("SET far:{n} 1 PX 1000000"));
        }
        for n in 0..100 {
            shell.run(&format!("SET near:{n} 1 PX 10"));
        }
        shell.clock.advance(100);
        shell.run("PING");
        // A twentieth is tolerated, so each cycle ends after some twenty keys.
        for _ in 0..2100 / 20 {
            shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        }
        assert_eq!(shell.run("DBSIZE"), ":2000");
    }

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        for (text, expected) in
            [("1", true), ("0", false), ("-1", true), (" +2x", true), ("x1", false), ("", false), ("00", false), ("0x5", false), ("10", true)]
        {
            assert_eq!(is_not_zero(text.as_bytes()), expected, "{text}");
        }
    }
}
