//! DEL, UNLINK: remove keys.

use russet_engine::prelude::*;

command! {
    name: "DEL", group: Generic, since: "1.0.0",
    complexity: "O(N) where N is the number of keys that will be removed. When a key to remove holds a value other than a string, the individual complexity for this key is O(M) where M is the number of elements in the list, set, sorted set or hash. Removing a single key that holds a string value is O(1).",
    summary: "Deletes one or more keys.",
    syntax: "key [key ...]",
    flags: WRITE,
    keys: [range(1, -1, 1).remove().delete()],
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    run: del,
}

command! {
    name: "UNLINK", group: Generic, since: "4.0.0",
    complexity: "O(1) for each key removed regardless of its size. Then the command does O(N) work in a different thread in order to reclaim memory, where N is the number of allocations the deleted objects where composed of.",
    summary: "Asynchronously deletes one or more keys.",
    syntax: "key [key ...]",
    flags: WRITE | FAST,
    keys: [range(1, -1, 1).remove().delete()],
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    run: unlink,
}

fn del(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let lazily = cx.core.params.lazyfree_lazy_user_del();
    remove(cx, args, lazily)
}

fn unlink(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    remove(cx, args, true)
}

fn remove(cx: &mut Context<'_>, args: Args<'_>, lazily: bool) -> Outcome {
    let removed = (1..args.len()).filter(|&i| cx.db.delete_as(args.key(i), lazily)).count();
    cx.reply.count(removed)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use russet_engine::host::Host;
    use russet_engine::keyspace::Cycle;
    use std::any::Any;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    #[test]
    fn counts_what_was_there() {
        conversation! {
            "SET a 1 => +OK"
            "SET b 1 => +OK"
            "DEL a a b c => :2"
            "GET a => $-1"
        };
    }

    /// Counts what it is to drop later.
    struct Bin(Arc<AtomicUsize>);

    impl Host for Bin {
        fn drop_later(&mut self, _: Box<dyn Any + Send>, objects: usize) {
            self.0.fetch_add(objects, Relaxed);
        }
        fn as_any(&mut self) -> &mut dyn Any {
            self
        }
    }

    #[test]
    fn large_values_are_dropped_where_nobody_waits() {
        let large: Vec<String> = (0..65).map(|n| format!("member{n}")).collect();
        let small = large[..64].join(" ");
        let large = large.join(" ");
        for (parameter, request, asked) in [
            ("", "UNLINK big little none", true),
            ("lazyfree-lazy-user-del", "DEL big little", true),
            ("", "DEL big little", false),
            ("lazyfree-lazy-server-del", "SET big x", true),
            ("lazyfree-lazy-server-del", "RENAME little big", true),
            ("lazyfree-lazy-server-del", "SUNIONSTORE big little none", true),
            ("lazyfree-lazy-server-del", "SUNIONSTORE big none", true),
            ("lazyfree-lazy-server-del", "COPY little big REPLACE", true),
            ("lazyfree-lazy-server-del", "SPOP big 1000", true),
            ("lazyfree-lazy-server-del", "SPOP huge 150", true),
            ("lazyfree-lazy-server-del", "DEL big", false),
            ("", "SET big x", false),
            ("", "SPOP big 1000", false),
            ("lazyfree-lazy-expire", "PEXPIRE big 1", true),
            ("", "PEXPIRE big 1", false),
        ] {
            for slow in [false, true] {
                let mut shell = Shell::new();
                shell.set("set-max-listpack-entries", "0");
                if !parameter.is_empty() {
                    shell.set(parameter, "yes");
                }
                shell.run(&format!("SADD big {large}"));
                shell.run(&format!("SADD little {small}"));
                shell.run(&format!("SADD huge {large} {}", large.replace("member", "other")));
                let count = Arc::new(AtomicUsize::new(0));
                shell.engine.core.host = Box::new(Bin(Arc::clone(&count)));
                let reply = shell.run(request);
                assert!(!reply.starts_with('-'), "{request}: {reply}");
                shell.clock.advance(2);
                if slow {
                    shell.engine.synchronise();
                    shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
                } else {
                    shell.run("EXISTS big");
                }
                assert_eq!(count.load(Relaxed), usize::from(asked), "{parameter} {request}, slow cycle {slow}");
            }
        }
    }
}
