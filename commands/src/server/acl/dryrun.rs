//! ACL DRYRUN: may a user run this? Nothing runs, and nothing is noted.

use russet_engine::command::registry::Lookup;
use russet_engine::prelude::*;

command! {
    name: "ACL|DRYRUN", group: Server, since: "7.0.0", complexity: "O(1).",
    summary: "Simulates the execution of a command by a user, without executing the command.",
    syntax: "username command [arg [arg ...]]",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: dryrun,
}

fn dryrun(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let name = args.word(2);
    let Some(user) = cx.core.acl.user(name) else {
        return Err(Error::quoting("ERR User '", name, "' not found"));
    };
    let request = args.tail(3);
    let Lookup::Found(id) = cx.registry.lookup(request.word(0), request.get(1)) else {
        return Err(Error::quoting("ERR Command '", request.word(0), "' not found"));
    };
    let entry = cx.registry.get(id);
    if !entry.accepts(request.len()) {
        return Err(Error::arity(&entry.name));
    }
    match user.check(entry, request) {
        Ok(()) => cx.reply.ok(),
        Err(denied) => cx.reply.bulk(&denied.text(user, entry, request, true)),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;
    use rand::rngs::SmallRng;
    use rand::seq::IndexedRandom;
    use rand::{Rng, SeedableRng};

    const RULES: &[&str] = &[
        "+@all", "-@all", "+@read", "-@read", "+@write", "+@list", "-@dangerous", "+get", "-set", "+config|get", "+select|1",
        "+client", "-client|id", "+@pubsub", "~*", "resetkeys", "~a", "~b*", "%R~c", "%W~d*", "%R~*", "allchannels",
        "resetchannels", "&a", "&b*", "(~a +@all)", "(%R~* +@read)", "(&c +publish)", "(%RW~d +@write -set)",
        "clearselectors",
    ];

    const REQUESTS: &[&str] = &[
        "GET KEY", "SET KEY 1", "SET KEY 1 GET", "MGET KEY KEY", "MSET KEY 1 KEY 2", "RENAME KEY KEY", "COPY KEY KEY",
        "DEL KEY KEY", "RPUSH KEY 1", "LRANGE KEY 0 -1", "LMOVE KEY KEY LEFT LEFT", "SINTERSTORE KEY KEY KEY",
        "ZUNIONSTORE KEY 2 KEY KEY", "ZUNIONSTORE KEY 9 KEY", "SORT KEY STORE KEY", "BITFIELD KEY GET u8 0",
        "BITFIELD KEY SET u8 0 1", "XREAD STREAMS KEY 0", "PUBLISH KEY x", "SPUBLISH KEY x", "PUBSUB NUMPAT", "CONFIG GET hz",
        "CONFIG SET hz 10", "SELECT 0", "SELECT 1", "CLIENT ID", "CLIENT GETNAME", "KEYS x", "DBSIZE", "PING", "OBJECT FREQ KEY",
        "EXISTS KEY", "TYPE KEY", "GEORADIUS KEY 0 0 1 m STORE KEY", "ACL WHOAMI", "WATCH KEY",
    ];

    /// What it says is what happens: to a request of a client, and to one of a transaction.
    #[test]
    fn it_says_what_happens() {
        let mut random = SmallRng::seed_from_u64(7);
        let mut shell = Shell::new();
        let admin = shell.another();
        let (mut permitted, mut refused) = (0, 0);
        for _ in 0..400 {
            let count = random.random_range(1..9);
            let rules: Vec<&str> = RULES.choose_multiple(&mut random, count).copied().collect();
            let user = shell.switch(admin);
            shell.run(&format!("ACL SETUSER u reset on nopass {}", rules.join(" ")));
            shell.run("FLUSHALL");
            let mut expected = Vec::new();
            for request in REQUESTS {
                let key = |random: &mut SmallRng| *["a", "b", "b1", "c", "d", "d1"].choose(random).expect("some");
                let words: Vec<&str> =
                    request.split(' ').map(|word| if word == "KEY" { key(&mut random) } else { word }).collect();
                let request = words.join(" ");
                // Rules that contradict each other may have refused all of them.
                let says = shell.run(&format!("ACL DRYRUN u {request}"));
                expected.push((request, says == "+OK"));
            }
            let admin_again = shell.switch(user);
            assert_eq!(admin_again, admin);
            assert_eq!(shell.run("AUTH u x"), "+OK");
            for (request, may) in &expected {
                let answer = shell.run(request);
                assert_eq!(!answer.starts_with("-NOPERM"), *may, "{request} with {rules:?}: {answer}");
                *if *may { &mut permitted } else { &mut refused } += 1;
            }
            if shell.run("MULTI") == "+OK" {
                for (request, may) in &expected {
                    let answer = shell.run(request);
                    assert_eq!(!answer.starts_with("-NOPERM"), *may, "{request} queued with {rules:?}: {answer}");
                }
            }
            shell.run("RESET");
        }
        assert!(permitted > 1000 && refused > 1000, "{permitted} permitted, {refused} refused");
    }
}
