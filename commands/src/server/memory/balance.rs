//! The balance of memory: what is used, for what, and what the allocator and the system make of it. `INFO`,
//! `MEMORY STATS` and `MEMORY DOCTOR` show the same one.

use russet_engine::host::{AllocatorUsage, Usage};
use russet_engine::keyspace::Database;
use russet_engine::prelude::*;

/// The head of a record: header and length of the key. What Redis keeps in an object of its own beside key and value.
const RECORD_HEAD: usize = 8;
/// What a record is longer by if its key can expire.
const EXPIRY: usize = 8;

/// What a database takes beside its keys and values.
pub(crate) struct DatabaseOverhead {
    pub(crate) index: usize,
    /// The table of keys, and the heads of the records.
    pub(crate) main: usize,
    /// The index of those that can expire, and their moments.
    pub(crate) expires: usize,
}

impl DatabaseOverhead {
    fn of(index: usize, database: &Database) -> Self {
        DatabaseOverhead {
            index,
            main: database.table().memory() + database.len() * RECORD_HEAD,
            expires: database.volatile_index().memory() + database.volatile() * EXPIRY,
        }
    }
}

/// What memory is used for.
pub(crate) struct Balance {
    pub(crate) usage: Usage,
    pub(crate) allocator: AllocatorUsage,
    pub(crate) peak: usize,
    pub(crate) clients: usize,
    pub(crate) normal_clients: usize,
    pub(crate) journal: usize,
    /// Of scripts: their texts, and what interpreters make of them.
    pub(crate) scripts: usize,
    /// The same of functions.
    pub(crate) functions: usize,
    pub(crate) keys: usize,
    /// Of the databases that hold keys.
    pub(crate) databases: Vec<DatabaseOverhead>,
}

impl Balance {
    /// Adds everything up. O(clients + databases).
    pub(crate) fn of(cx: &mut Context<'_>) -> Self {
        let usage = cx.core.host.usage();
        let own = cx.session.memory(cx.reply.output());
        let others = cx.core.clients.iter().map(|(_, client)| client.session.memory(&client.output));
        let scripting = &cx.core.scripting;
        let functions = scripting.functions.set.memory() + scripting.functions.engine_memory();
        let scripts = scripting.cache.memory() + scripting.interpreters.memory();
        let databases = cx.db.keyspace().databases();
        Balance {
            usage,
            allocator: cx.core.host.allocator_usage(),
            peak: usage.memory_peak.max(usage.memory),
            clients: own + others.sum::<usize>(),
            normal_clients: cx.core.clients.iter().count(),
            journal: cx.core.persistence.journal.buffer_room as usize,
            scripts,
            functions,
            keys: databases.iter().map(Database::len).sum(),
            databases: databases
                .iter()
                .enumerate()
                .filter(|(_, database)| !database.is_empty())
                .map(|(index, database)| DatabaseOverhead::of(index, database))
                .collect(),
        }
    }

    /// Bytes that the server takes without its data.
    pub(crate) fn overhead(&self) -> usize {
        let databases = self.databases.iter().map(|database| database.main + database.expires);
        self.usage.memory_startup + self.clients + self.journal + self.scripts + self.functions + databases.sum::<usize>()
    }

    /// Bytes of keys and values.
    pub(crate) fn dataset(&self) -> usize {
        self.usage.memory.saturating_sub(self.overhead())
    }

    /// Bytes that are used since the server was ready; 1 if there are none.
    pub(crate) fn since_startup(&self) -> usize {
        self.usage.memory.saturating_sub(self.usage.memory_startup).max(1)
    }

    /// The share of the data in what is used since the server was ready, in percent.
    pub(crate) fn dataset_percent(&self) -> f64 {
        ratio(self.dataset(), self.since_startup()) * 100.0
    }

    /// The share of what is used now in the most that ever was, in percent.
    pub(crate) fn peak_percent(&self) -> f64 {
        ratio(self.usage.memory, self.peak) * 100.0
    }

    /// Resident memory beside what is in use.
    pub(crate) fn fragmentation(&self) -> Excess {
        Excess { outer: self.usage.resident, inner: self.usage.memory }
    }

    /// Pages that hold blocks beside the blocks.
    pub(crate) fn allocator_fragmentation(&self) -> Excess {
        Excess { outer: self.allocator.active, inner: self.allocator.allocated }
    }

    /// What the allocator has beside the pages that hold blocks.
    pub(crate) fn allocator_rss(&self) -> Excess {
        Excess { outer: self.allocator.resident, inner: self.allocator.active }
    }

    /// Resident memory that is not the allocator's.
    pub(crate) fn rss_overhead(&self) -> Excess {
        Excess { outer: self.usage.resident, inner: self.allocator.resident }
    }
}

/// How much more one number of bytes is than another.
pub(crate) struct Excess {
    outer: usize,
    inner: usize,
}

impl Excess {
    pub(crate) fn ratio(&self) -> f64 {
        ratio(self.outer, self.inner)
    }

    pub(crate) fn bytes(&self) -> i64 {
        self.outer as i64 - self.inner as i64
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
impl Balance {
    /// A server of which only a few things are known.
    pub(crate) fn example(used: usize, peak: usize, resident: usize, allocator: AllocatorUsage) -> Self {
        let usage = Usage { memory: used, memory_peak: peak, resident, ..Usage::default() };
        Balance { usage, allocator, peak, clients: 0, normal_clients: 1, journal: 0, scripts: 0, functions: 0, keys: 0, databases: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_excesses() {
        let allocator = AllocatorUsage { allocated: 600, active: 900, resident: 990 };
        let mut balance = Balance::example(600, 800, 1200, allocator);
        balance.usage.memory_startup = 100;
        balance.clients = 20;
        balance.journal = 30;
        balance.databases.push(DatabaseOverhead { index: 0, main: 40, expires: 10 });
        assert_eq!((balance.overhead(), balance.dataset(), balance.since_startup()), (200, 400, 500));
        assert_eq!((balance.dataset_percent(), balance.peak_percent()), (80.0, 75.0));
        assert_eq!((balance.fragmentation().ratio(), balance.fragmentation().bytes()), (2.0, 600));
        assert_eq!((balance.allocator_fragmentation().ratio(), balance.allocator_rss().bytes()), (1.5, 90));
        assert_eq!(balance.rss_overhead().bytes(), 210);
    }

    #[test]
    fn of_nothing_there_are_no_shares() {
        let balance = Balance::example(0, 0, 0, AllocatorUsage::default());
        assert_eq!((balance.dataset_percent(), balance.peak_percent()), (0.0, 0.0));
        assert_eq!((balance.fragmentation().ratio(), balance.dataset()), (0.0, 0));
    }
}
