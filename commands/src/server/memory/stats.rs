//! MEMORY STATS: what memory is used for, in figures.

use super::balance::{Balance, Excess};
use russet_engine::prelude::*;

command! {
    name: "MEMORY|STATS", group: Server, since: "4.0.0", complexity: "O(1)",
    summary: "Returns details about memory usage.",
    tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
    run: stats,
}

/// A field's value.
enum Figure {
    Bytes(usize),
    Signed(i64),
    Share(f64),
    /// The fields of a database: each a number of bytes.
    Database([(&'static str, usize); 3]),
}

fn stats(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let figures = figures(&Balance::of(cx));
    cx.reply.map(figures.len())?;
    for (name, figure) in figures {
        cx.reply.bulk(name.as_bytes())?;
        match figure {
            Figure::Bytes(bytes) => cx.reply.count(bytes)?,
            Figure::Signed(bytes) => cx.reply.int(bytes)?,
            Figure::Share(share) => cx.reply.double(share)?,
            Figure::Database(fields) => {
                cx.reply.map(fields.len())?;
                for (name, bytes) in fields {
                    cx.reply.bulk(name.as_bytes())?;
                    cx.reply.count(bytes)?;
                }
            }
        }
    }
    Ok(())
}

/// All fields, in Redis's order.
fn figures(balance: &Balance) -> Vec<(String, Figure)> {
    let mut figures = Vec::with_capacity(40);
    let mut put = |name: &str, figure| figures.push((name.to_owned(), figure));
    put("peak.allocated", Figure::Bytes(balance.peak));
    put("total.allocated", Figure::Bytes(balance.usage.memory));
    put("startup.allocated", Figure::Bytes(balance.usage.memory_startup));
    put("replication.backlog", Figure::Bytes(0));
    put("clients.slaves", Figure::Bytes(0));
    put("clients.normal", Figure::Bytes(balance.clients));
    put("cluster.links", Figure::Bytes(0));
    put("aof.buffer", Figure::Bytes(balance.journal));
    put("lua.caches", Figure::Bytes(balance.scripts));
    put("functions.caches", Figure::Bytes(balance.functions));
    for database in &balance.databases {
        let fields = [
            ("overhead.hashtable.main", database.main),
            ("overhead.hashtable.expires", database.expires),
            ("overhead.hashtable.slot-to-keys", 0),
        ];
        put(&format!("db.{}", database.index), Figure::Database(fields));
    }
    put("overhead.total", Figure::Bytes(balance.overhead()));
    put("keys.count", Figure::Bytes(balance.keys));
    put("keys.bytes-per-key", Figure::Bytes(balance.since_startup().checked_div(balance.keys).unwrap_or(0)));
    put("dataset.bytes", Figure::Bytes(balance.dataset()));
    put("dataset.percentage", Figure::Share(balance.dataset_percent()));
    put("peak.percentage", Figure::Share(balance.peak_percent()));
    put("allocator.allocated", Figure::Bytes(balance.allocator.allocated));
    put("allocator.active", Figure::Bytes(balance.allocator.active));
    put("allocator.resident", Figure::Bytes(balance.allocator.resident));
    let mut excess = |name: &str, excess: Excess| {
        put(&format!("{name}.ratio"), Figure::Share(excess.ratio()));
        put(&format!("{name}.bytes"), Figure::Signed(excess.bytes()));
    };
    excess("allocator-fragmentation", balance.allocator_fragmentation());
    excess("allocator-rss", balance.allocator_rss());
    excess("rss-overhead", balance.rss_overhead());
    put("fragmentation", Figure::Share(balance.fragmentation().ratio()));
    put("fragmentation.bytes", Figure::Signed(balance.fragmentation().bytes()));
    figures
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    #[test]
    fn databases_with_keys_have_a_field_each() {
        let mut shell = Shell::new();
        assert!(shell.run("MEMORY STATS").starts_with("*54 "));
        shell.run("SET a 1");
        shell.run("SELECT 3");
        shell.run("SET a 1 EX 100");
        let report = shell.run("MEMORY STATS");
        assert!(report.starts_with("*58 ") && report.contains("$4 db.0 *6 ") && report.contains("$4 db.3 *6 "), "{report}");
        assert!(report.contains("keys.count :2 "), "{report}");
        shell.resp3();
        let report = shell.run("MEMORY STATS");
        assert!(report.starts_with("%29 ") && report.contains("$4 db.0 %3 "), "{report}");
        assert!(report.contains("fragmentation ,0 "), "{report}");
    }
}
