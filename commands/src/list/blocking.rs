//! What those who wait for a list are promised. Tests, of the engine's mechanism too: its other users lean on it.

#[cfg(test)]
mod tests {
    use super::super::pop::take_one;
    use crate::shell::Shell;
    use russet_engine::keyspace::Wanted;
    use russet_engine::prelude::*;
    use russet_engine::session::{ClientKey, Closing};
    use russet_engine::value::{Collection, End, List, Type};

    /// Whether a client still waits.
    fn waits(shell: &Shell, client: ClientKey) -> bool {
        shell.engine.core.clients.get(client).is_some_and(|client| client.session.blocked.is_some())
    }

    /// A field of `INFO`.
    fn field(shell: &mut Shell, section: &str, name: &str) -> String {
        let info = shell.run(&format!("INFO {section}"));
        let (_, rest) = info.split_once(&format!(" {name}:")).unwrap_or_else(|| panic!("{name} in {info}"));
        rest.split(' ').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn first_come_first_served() {
        let mut shell = Shell::new();
        let [one, two, three] = ["BLPOP k 0", "BRPOP k 0", "BLMPOP 0 1 k LEFT COUNT 5"].map(|line| shell.waiter(line));
        assert_eq!(shell.run("RPUSH k a"), ":1");
        assert_eq!(shell.told(one), "*2 $1 k $1 a");
        assert!(waits(&shell, two) && waits(&shell, three));
        // One push serves as many as there are elements for, each the end that it asked for.
        assert_eq!(shell.run("RPUSH k b c d"), ":3");
        assert_eq!(shell.told(two), "*2 $1 k $1 d");
        assert_eq!(shell.told(three), "*2 $1 k *2 $1 b $1 c");
        assert_eq!(shell.run("EXISTS k"), ":0");
        assert_eq!(shell.engine.core.blocked_clients, 0);
    }

    #[test]
    fn several_keys_are_looked_at_in_the_order_of_the_command() {
        let mut shell = Shell::new();
        let waiter = shell.waiter("BLPOP a b a c 0");
        assert_eq!(field(&mut shell, "clients", "total_blocking_keys"), "3", "a key that is named twice counts once");
        for line in ["MULTI", "RPUSH c 3", "RPUSH b 2", "RPUSH a 1", "EXEC"] {
            shell.run(line);
        }
        assert_eq!(shell.told(waiter), "*2 $1 a $1 1");
        assert_eq!(shell.run("EXISTS a b c"), ":2");
        assert_eq!(field(&mut shell, "clients", "total_blocking_keys"), "0");
    }

    #[test]
    fn among_several_keys_the_one_that_was_made_first_is_served_first() {
        let mut shell = Shell::new();
        let [for_a, for_b] = ["BLPOP a x 0", "BLPOP b x 0"].map(|line| shell.waiter(line));
        shell.engine.keyspace.effects.attach(true);
        for line in ["MULTI", "RPUSH b 2", "RPUSH a 1", "EXEC"] {
            shell.run(line);
        }
        assert_eq!(shell.told(for_a), "*2 $1 a $1 1");
        assert_eq!(shell.told(for_b), "*2 $1 b $1 2");
        assert_eq!(shell.effects(), ["MULTI", "RPUSH b 2", "RPUSH a 1", "EXEC", "LPOP b", "LPOP a"]);
    }

    #[test]
    fn a_transaction_is_over_before_anybody_is_served() {
        let mut shell = Shell::new();
        let waiter = shell.waiter("BLPOP k 0");
        for line in ["MULTI", "RPUSH k a", "DEL k", "EXEC"] {
            shell.run(line);
        }
        assert!(waits(&shell, waiter), "there is nothing at the end");
        for line in ["MULTI", "LPUSH k a", "LPUSH k b", "DEL k", "LPUSH k c", "LPUSH k d", "EXEC"] {
            shell.run(line);
        }
        assert_eq!(shell.told(waiter), "*2 $1 k $1 d");
    }

    #[test]
    fn every_way_of_making_a_key_wakes() {
        for lines in [
            &["RPUSH a x", "RENAME a k"][..],
            &["RPUSH a x", "RENAMENX a k"],
            &["RPUSH a x", "COPY a k"],
            &["SET k text", "RPUSH a x", "COPY a k REPLACE"],
            &["SET k text", "RPUSH a x", "RENAME a k"],
            &["SELECT 1", "RPUSH k x", "MOVE k 0"],
            &["SELECT 1", "RPUSH k x", "SWAPDB 0 1"],
            &["RPUSH a x", "LMOVE a k LEFT LEFT"],
            &["SET k text", "DEL k", "RPUSHX k y", "LPUSH k x"],
        ] {
            let mut shell = Shell::new();
            let waiter = shell.waiter("BLPOP k 0");
            for line in lines {
                assert!(waits(&shell, waiter), "{lines:?} before {line}");
                assert!(!shell.run(line).starts_with('-'), "{line}");
            }
            assert_eq!(shell.told(waiter), "*2 $1 k $1 x", "{lines:?}");
        }
    }

    #[test]
    fn a_key_of_another_type_or_in_another_database_serves_nobody() {
        let mut shell = Shell::new();
        let waiter = shell.waiter("BLPOP k 0");
        for line in ["SET k x", "DEL k", "SELECT 5", "RPUSH k a", "FLUSHALL", "SELECT 0", "SETBIT k 1 1"] {
            shell.run(line);
            assert!(waits(&shell, waiter), "{line}");
        }
        assert_eq!(shell.told(waiter), "");
        // The database that counts is the one that was selected when the wait began.
        shell.run("SWAPDB 0 5");
        shell.run("RPUSH k a");
        assert_eq!(shell.told(waiter), "*2 $1 k $1 a");
    }

    #[test]
    fn what_has_expired_serves_nobody() {
        let mut shell = Shell::new();
        let waiter = shell.waiter("BLPOP k 0");
        for line in ["MULTI", "RPUSH k a", "PEXPIRE k -1", "EXEC"] {
            shell.run(line);
        }
        assert!(waits(&shell, waiter));
    }

    #[test]
    fn chains_of_moves_run_to_their_end() {
        let mut shell = Shell::new();
        let moves = ["BLMOVE a b LEFT RIGHT 0", "BRPOPLPUSH b c 0", "BLMOVE c d RIGHT RIGHT 0"];
        let movers = moves.map(|line| shell.waiter(line));
        let last = shell.waiter("BLPOP d 0");
        shell.engine.keyspace.effects.attach(true);
        assert_eq!(shell.run("RPUSH a x"), ":1");
        for mover in movers {
            assert_eq!(shell.told(mover), "$1 x");
        }
        assert_eq!(shell.told(last), "*2 $1 d $1 x");
        let effects = ["RPUSH a x", "LMOVE a b LEFT RIGHT", "RPOPLPUSH b c", "LMOVE c d RIGHT RIGHT", "LPOP d"];
        assert_eq!(shell.effects(), effects);
        assert_eq!(shell.run("DBSIZE"), ":0");
    }

    #[test]
    fn circles_of_moves_end() {
        let mut shell = Shell::new();
        let moves = ["BRPOPLPUSH a b 0", "BRPOPLPUSH b a 0", "BRPOPLPUSH a a 0", "BRPOPLPUSH a a 0"];
        let movers = moves.map(|line| shell.waiter(line));
        shell.run("RPUSH a x");
        for mover in movers {
            assert_eq!(shell.told(mover), "$1 x");
        }
        assert_eq!(shell.run("LRANGE a 0 -1"), "*1 $1 x");
    }

    #[test]
    fn a_destination_of_another_type_is_an_error_that_takes_nothing() {
        let mut shell = Shell::new();
        let [one, two] = ["BRPOPLPUSH k s 0", "BLPOP k 0"].map(|line| shell.waiter(line));
        shell.run("SET s text");
        shell.run("RPUSH k x");
        assert_eq!(shell.told(one), "-WRONGTYPE Operation against a key holding the wrong kind of value");
        assert_eq!(shell.told(two), "*2 $1 k $1 x");
    }

    command! { name: "TEST.PATIENT", arity: 2, run: patient }

    /// Takes an element of a list that has two, and waits for a second otherwise: it is run again in vain.
    fn patient(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
        let key = args.key(1);
        let deadline = cx.deadline(b"1")?;
        if cx.db.get_for_write::<List>(key)?.is_some_and(|list| list.len() > 1) {
            return take_one(cx, key, End::Head).map(drop);
        }
        let wanted = Wanted { kind: Type::List, or_gone: false };
        cx.wait_for_keys(std::iter::once(key.bytes), wanted, deadline, |reply| reply.null_array(), args)
    }

    #[test]
    fn one_who_waits_on_goes_to_the_end_of_the_queue_and_keeps_its_deadline() {
        let mut shell = Shell::new();
        let [one, two] = [shell.waiter("TEST.PATIENT k"), shell.waiter("TEST.PATIENT k")];
        shell.clock.advance(600);
        let three = shell.waiter("BLPOP k 0");
        shell.run("RPUSH k a");
        assert_eq!(shell.told(three), "*2 $1 k $1 a", "both before it have looked, and wait on");
        let four = shell.waiter("TEST.PATIENT k");
        assert!([one, two, four].iter().all(|&client| waits(&shell, client)));
        shell.run("RPUSH k b c d");
        assert_eq!((shell.told(one), shell.told(two)), ("$1 b".into(), "$1 c".into()));
        assert!(waits(&shell, four));
        let five = shell.waiter("TEST.PATIENT k");
        shell.clock.advance(399);
        shell.tick();
        shell.run("DEL k");
        shell.run("RPUSH k e"); // both are run again
        shell.clock.advance(601);
        shell.tick();
        assert_eq!((shell.told(four), shell.told(five)), ("*-1".into(), "*-1".into()), "a second after they came");
        let stats = field(&mut shell, "commandstats", "cmdstat_test.patient");
        assert!(stats.starts_with("calls=4,"), "{stats}");
    }

    #[test]
    fn deadlines_are_answered_in_time() {
        let mut shell = Shell::new();
        let [short, long] = ["BLPOP k 0.5", "BLMOVE k other LEFT LEFT 1.5"].map(|line| shell.waiter(line));
        let never = shell.waiter("BRPOP k 0");
        assert_eq!(field(&mut shell, "clients", "clients_in_timeout_table"), "2");
        shell.clock.advance(400);
        shell.run("RPUSH k a");
        assert_eq!(shell.told(short), "*2 $1 k $1 a");
        shell.clock.advance(1_050);
        shell.tick();
        assert_eq!(shell.told(long), "");
        shell.clock.advance(100);
        shell.tick();
        assert_eq!(shell.told(long), "*-1");
        shell.clock.advance(1_000_000_000);
        shell.tick();
        assert!(waits(&shell, never));
        assert_eq!(shell.engine.next_deadline_ms(), None);
    }

    #[test]
    fn a_client_that_leaves_is_passed_over() {
        let mut shell = Shell::new();
        let [gone, closing, stays] = ["BLPOP k j 5", "BLPOP k 0", "BLPOP k 0"].map(|line| shell.waiter(line));
        shell.engine.disconnect(gone);
        assert_eq!(shell.engine.core.blocked_clients, 2);
        assert_eq!(shell.engine.next_deadline_ms(), None);
        assert_eq!(field(&mut shell, "clients", "total_blocking_keys"), "1");
        let client = shell.engine.core.clients.get_mut(closing).expect("it is connected");
        client.session.close(Closing::Now);
        shell.run("RPUSH k x");
        assert_eq!(shell.told(stays), "*2 $1 k $1 x");
        shell.engine.disconnect(closing);
        assert_eq!(field(&mut shell, "clients", "total_blocking_keys"), "0");
    }

    #[test]
    fn client_unblock_ends_a_wait() {
        let mut shell = Shell::new();
        for (how, told) in [("TIMEOUT", "*-1"), ("ERROR", "-UNBLOCKED client unblocked via CLIENT UNBLOCK")] {
            let waiter = shell.waiter("BLPOP k 5");
            let id = shell.engine.core.clients.get(waiter).expect("it is connected").session.id;
            assert_eq!(shell.run(&format!("CLIENT UNBLOCK {id} {how}")), ":1");
            assert_eq!(shell.told(waiter), told);
            assert_eq!(shell.run(&format!("CLIENT UNBLOCK {id} {how}")), ":0");
            shell.run("RPUSH k x");
            assert_eq!(shell.told(waiter), "");
            assert_eq!(shell.run("LPOP k"), "$1 x");
        }
        assert_eq!(shell.engine.next_deadline_ms(), None);
    }

    #[test]
    fn a_call_is_counted_once_however_often_it_ran() {
        let mut shell = Shell::new();
        let mut waiters: Vec<_> = (0..4).map(|_| shell.waiter("BLPOP k 1")).collect();
        let total = shell.engine.core.stats.commands_processed;
        shell.run("RPUSH k a");
        let id = shell.engine.core.clients.get(waiters[1]).expect("it is connected").session.id;
        shell.run(&format!("CLIENT UNBLOCK {id} ERROR"));
        shell.engine.disconnect(waiters.remove(2));
        shell.clock.advance(2_000);
        shell.tick();
        let calls = field(&mut shell, "commandstats", "cmdstat_blpop");
        assert!(calls.starts_with("calls=3,"), "{calls}");
        assert!(calls.ends_with(",rejected_calls=0,failed_calls=1"), "{calls}");
        let own = 3; // RPUSH, CLIENT, INFO
        assert_eq!(shell.engine.core.stats.commands_processed, total + 3 + own);
        for waiter in waiters {
            let session = &shell.engine.core.clients.get(waiter).expect("it is connected").session;
            assert_eq!(session.commands, 1);
        }
    }

    #[test]
    fn nobody_is_served_during_a_pause() {
        let mut shell = Shell::new();
        let waiter = shell.waiter("BLPOP k 0");
        for line in ["MULTI", "RPUSH k a", "CLIENT PAUSE 1000 WRITE", "EXEC"] {
            shell.run(line);
        }
        assert!(waits(&shell, waiter));
        shell.clock.advance(999);
        shell.tick();
        assert!(waits(&shell, waiter));
        shell.clock.advance(1);
        shell.tick();
        assert_eq!(shell.told(waiter), "*2 $1 k $1 a");
    }

    #[test]
    fn the_end_of_a_pause_serves() {
        let mut shell = Shell::new();
        let waiter = shell.waiter("BLPOP k 0");
        for line in ["MULTI", "RPUSH k a", "CLIENT PAUSE 1000 WRITE", "EXEC", "CLIENT UNPAUSE"] {
            shell.run(line);
        }
        assert_eq!(shell.told(waiter), "*2 $1 k $1 a");
    }

    #[test]
    fn replies_are_in_the_protocol_of_who_waits() {
        let mut shell = Shell::new();
        let typing = shell.another();
        shell.resp3();
        assert_eq!(shell.run("BLPOP k 1"), "");
        let waiter = shell.switch(typing);
        shell.clock.advance(1_000);
        shell.tick();
        assert_eq!(shell.told(waiter), "_");
    }

    #[test]
    fn one_who_wants_no_answer_gets_none_and_takes_all_the_same() {
        let mut shell = Shell::new();
        let typing = shell.another();
        shell.run("CLIENT REPLY SKIP");
        assert_eq!(shell.run("BLPOP k 0"), "");
        let waiter = shell.switch(typing);
        shell.run("RPUSH k a");
        assert_eq!(shell.told(waiter), "");
        assert_eq!(shell.run("EXISTS k"), ":0");
        shell.switch(waiter);
        assert_eq!(shell.run("PING"), "+PONG");
    }

    #[test]
    fn a_crowd_is_served_one_by_one() {
        let mut shell = Shell::new();
        let waiters: Vec<_> = (0..500).map(|_| shell.waiter("BLPOP k j 0")).collect();
        for (number, &waiter) in waiters.iter().enumerate() {
            shell.run(&format!("RPUSH {} {number}", if number % 3 == 0 { "j" } else { "k" }));
            assert!(shell.told(waiter).ends_with(&format!(" {number}")));
        }
        assert_eq!(shell.engine.core.blocked_clients, 0);
        assert_eq!(shell.engine.keyspace.waiting.keys(), 0);
    }
}
