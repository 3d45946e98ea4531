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
    pub(crate) places: &'a mut SmallRng,
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
    ///
    /// Places are drawn from numbers that nobody else draws, so those of the next two calls are known: the records of one
    /// are asked for, and the buckets of the other. By then they have come.
    pub fn sample(&mut self, visit: impl FnMut(&Drawn<'a>)) -> usize {
        let seen = self.sample_each(visit);
        let places = &mut self.places.clone();
        self.each_batch(|database, wanted| match self.scope {
            Scope::Volatile => {
                let ask = |&hash: &u64| database.table.prefetch(hash);
                database.volatile.sample_many_near(|| places.next_u64(), wanted, ask);
            }
            _ => {
                database.table.sample_many_near(|| places.next_u64(), wanted, |entry| entry.prefetch());
            }
        });
        self.each_batch(|database, _| match self.scope {
            Scope::Volatile => database.volatile.prefetch_near(|| places.next_u64()),
            _ => database.table.prefetch_near(|| places.next_u64()),
        });
        seen
    }

    /// The databases that [`Keys::sample`] draws from, and how many keys at a time, if it finds as many as it wants.
    fn each_batch(&self, mut each: impl FnMut(&Database, usize)) {
        for (db, database) in self.dbs.iter().enumerate() {
            let wanted = self.samples.min(self.eligible(db));
            (0..wanted).step_by(AHEAD).for_each(|from| each(database, (wanted - from).min(AHEAD)));
        }
    }

    fn sample_each(&mut self, mut visit: impl FnMut(&Drawn<'a>)) -> usize {
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
        let Keys { dbs, hasher, scope, places, .. } = self;
        let (database, hasher) = (&dbs[db], *hasher);
        let random = || places.next_u64();
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

    /// Asks for what [`Keys::find`] of a key will look at first.
    pub(crate) fn prefetch(&self, key: Victim) {
        if let Some(database) = self.dbs.get(key.db) {
            database.table.prefetch(key.hash);
        }
    }

    /// Asks for what [`Keys::find`] of a key will look at then.
    pub(crate) fn prefetch_record(&self, key: Victim) {
        if let Some(database) = self.dbs.get(key.db) {
            database.table.prefetch_candidate(key.hash);
        }
    }

    /// A random key, of the databases in turn. O(databases) expected.
    ///
    /// As with [`Keys::sample`], the next two are known and asked for.
    pub fn random(&mut self) -> Option<Victim> {
        let db = self.turn()?;
        *self.next_db = db;
        let hash = match self.scope {
            Scope::Volatile => *self.dbs[db].volatile.sample(|| self.places.next_u64())?,
            _ => self.hasher.hash(self.dbs[db].table.sample(|| self.places.next_u64())?.key()),
        };
        self.prefetch_random();
        Some(Victim { db, hash })
    }

    /// The next database with keys.
    fn turn(&self) -> Option<usize> {
        let turn = *self.next_db;
        (1..=self.dbs.len()).map(|step| (turn + step) % self.dbs.len()).find(|&db| self.eligible(db) > 0)
    }

    fn prefetch_random(&self) {
        let Some(database) = self.turn().map(|db| &self.dbs[db]) else { return };
        let mut places = self.places.clone();
        let mut random = || places.next_u64();
        match self.scope {
            Scope::Volatile => {
                if let Some(&hash) = database.volatile.sample(&mut random) {
                    database.table.prefetch(hash);
                }
                database.volatile.prefetch_sample(random);
            }
            _ => {
                if let Some(entry) = database.table.sample(&mut random) {
                    entry.prefetch();
                }
                database.table.prefetch_sample(random);
            }
        }
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
