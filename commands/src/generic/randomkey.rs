//! RANDOMKEY: any key.

use rand::RngCore;
use russet_engine::prelude::*;

command! {
    name: "RANDOMKEY", group: Generic, since: "1.0.0", complexity: "O(1)",
    summary: "Returns a random key name from the database.",
    flags: READONLY,
    acl: category::KEYSPACE,
    tips: ["request_policy:all_shards", "response_policy:special", "nondeterministic_output"],
    run: randomkey,
}

fn randomkey(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    match cx.db.random_key(|| cx.core.random.next_u64()) {
        Some(key) => cx.reply.bulk(&key),
        None => cx.reply.null(),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_has_its_turn_and_expired_ones_have_not() {
        let mut shell = conversation! {
            "RANDOMKEY => $-1"
            "SET a 1 => +OK"
            "SET b 1 => +OK"
            "SET c 1 PX 10 => +OK"
        };
        shell.clock.advance(11);
        let seen: BTreeSet<String> = (0..100).map(|_| shell.run("RANDOMKEY")).collect();
        assert_eq!(seen, BTreeSet::from(["$1 a".to_owned(), "$1 b".to_owned()]));
    }

    #[test]
    fn nothing_but_expired_keys_is_nothing() {
        let mut shell = conversation! { "SET a 1 PX 10 => +OK" };
        shell.clock.advance(11);
        assert_eq!(shell.run("RANDOMKEY"), "$-1");
    }
}
