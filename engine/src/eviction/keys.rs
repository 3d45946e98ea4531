//! The keys that a policy may choose from, and how it looks at them.

use super::Moment;
use crate::hash::KeyHasher;
use crate::keyspace::Database;
use crate::value::Entry;
use rand::RngCore;
use rand::rngs::SmallRng;

/// Which keys may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// None: commands that need memory fail.
    Nothing,
    /// Those that expire.
    Volatile,
    /// All.
    All,
}

/// A key that may go, by the hash of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Victim {
    /// The index of its database.
    pub db: usize,
    /// The hash of its name.
    pub hash: u64,
}

/// Entries that are asked for before the first is looked at, so that the waits for their cache lines overlap.
const AHEAD: usize = 16;

/// A key that was drawn.
pub struct Drawn<'a> {
    /// Its record.
    pub entry: &'a Entry,
    db: usize,
    hash: Option<u64>,
    hasher: &'a KeyHasher,
}

impl Drawn<'_> {
    /// Who it is. Hashes its name, unless it was found by that.
    pub fn victim(&self) -> Victim {
        Victim { db: self.db, hash: self.hash.unwrap_or_else(|| self.hasher.hash(self.entry.key())) }
    }
}

/// The keys that a policy may choose from.
pub struct Keys<'a> {
    pub(crate) dbs: &'a [Database],
    pub(crate) hasher: &'a KeyHasher,
    pub(crate) scope: Scope,
    pub(crate) samples: usize,
    /// The present.
    pub now: Moment,
    pub(crate) random: &'a mut SmallRng,
    pub(crate) next_db: &'a mut usize,
}

impl<'a> Keys<'a> {
    /// How many keys a choice should look at: `maxmemory-samples`.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// How many keys there are of which one may go. O(databases).
    pub fn count(&self) -> usize {
        (0..self.dbs.len()).map(|db| self.eligible(db)).sum()
    }

    fn eligible(&self, db: usize) -> usize {
        match self.scope {
            Scope::Nothing => 0,
            Scope::Volatile => self.dbs[db].volatile.len(),
            Scope::All => self.dbs[db].table.len(),
        }
    }

    /// Looks at `maxmemory-samples` keys of every database that has any: neighbours from a random place on. Returns how many
    /// there were. O(samples) for each database.
    pub fn sample(&mut self, mut visit: impl FnMut(&Drawn<'a>)) -> usize {
        let mut seen = 0;
        for db in 0..self.dbs.len() {
            let mut left = self.samples.min(self.eligible(db));
            while left > 0 {
                let drawn = self.sample_some(db, left.min(AHEAD), &mut visit);
                if drawn == 0 {
                    break;
                }
                seen += drawn;
                left -= drawn.min(left);
            }
        }
        seen
    }

    /// Looks at some keys of a database, [`AHEAD`] at most.
    fn sample_some(&mut self, db: usize, wanted: usize, visit: &mut impl FnMut(&Drawn<'a>)) -> usize {
        let Keys { dbs, hasher, scope, random, .. } = self;
        let (database, hasher) = (&dbs[db], *hasher);
        let random = || random.next_u64();
        let mut batch: [(Option<&'a Entry>, Option<u64>); AHEAD] = [(None, None); AHEAD];
        let mut filled = 0;
        if *scope == Scope::Volatile {
            let mut hashes = [0; AHEAD];
            let mut found = 0;
            database.volatile.sample_many_near(random, wanted, |&hash| {
                hashes[found] = hash;
                found += 1;
            });
            let hashes = &hashes[..found];
            hashes.iter().for_each(|&hash| database.table.prefetch(hash));
            hashes.iter().for_each(|&hash| database.table.prefetch_candidate(hash));
            for &hash in hashes {
                if let Some(entry) = find(database, hasher, *scope, hash) {
                    batch[filled] = (Some(entry), Some(hash));
                    filled += 1;
                }
            }
        } else {
            database.table.sample_many_near(random, wanted, |entry| {
                entry.prefetch();
                batch[filled] = (Some(entry), None);
                filled += 1;
            });
        }
        for &(entry, hash) in &batch[..filled] {
            if let Some(entry) = entry {
                visit(&Drawn { entry, db, hash, hasher });
            }
        }
        filled
    }

    /// A key that was chosen earlier, if it is still there and may still go.
    pub fn find(&self, victim: Victim) -> Option<&'a Entry> {
        find(self.dbs.get(victim.db)?, self.hasher, self.scope, victim.hash)
    }

    /// A random key, of the databases in turn. O(databases) expected.
    pub fn random(&mut self) -> Option<Victim> {
        let turn = *self.next_db;
        let db = (1..=self.dbs.len())
            .map(|step| (turn + step) % self.dbs.len())
            .find(|&db| self.eligible(db) > 0)?;
        *self.next_db = db;
        let random = || self.random.next_u64();
        let hash = match self.scope {
            Scope::Volatile => *self.dbs[db].volatile.sample(random)?,
            _ => self.hasher.hash(self.dbs[db].table.sample(random)?.key()),
        };
        Some(Victim { db, hash })
    }

    /// The key that is met first, in no order that means anything. O(databases + buckets that are empty).
    pub fn first(&self) -> Option<Victim> {
        let (db, entry) = (0..self.dbs.len()).find_map(|db| Some((db, self.dbs[db].table.iter().next()?)))?;
        Some(Victim { db, hash: self.hasher.hash(entry.key()) })
    }
}

/// The key with this hash, if it may go.
fn find<'a>(database: &'a Database, hasher: &KeyHasher, scope: Scope, hash: u64) -> Option<&'a Entry> {
    let volatile = scope == Scope::Volatile;
    let is = |entry: &Entry| (!volatile || entry.expiry().is_some()) && hasher.hash(entry.key()) == hash;
    database.table.find(hash, is)
}
