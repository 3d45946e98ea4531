//! Memory of clients: what all of them hold together, and which of them go when that is more than `maxmemory-clients`.
//!
//! # What is counted?
//!
//! For each client what [`Session::memory`](crate::session::Session::memory) says: requests that have not been run, replies
//! that have not been sent, queued transactions, watched keys, subscriptions. It is counted anew when a request of the client has
//! run, when it was sent something, and when the host looks after it; while there is no limit it is not counted at all.
//!
//! # Who goes?
//!
//! The largest, until the sum is below the limit, before the next request and at the end of each turn of the host. Clients are
//! kept by the power of two that they hold, so that counting one again mostly changes a number; within a power of two they
//! are put in order when some have to go. Who asked to be spared (`CLIENT NO-EVICT`) is counted and stays.

use crate::core::Core;
use crate::output::Output;
use crate::session::{Client, ClientKey, Closing, Kind, Session};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A lower limit would not let anybody in to raise it again.
const LEAST: u64 = 128 * 1024;

/// Clients that hold less than two to the power of this are not told apart.
const SMALLEST: u32 = 15;
/// The same, for those that hold more.
const LARGEST: u32 = 33;

/// What all clients hold together.
#[derive(Debug, Default)]
pub(crate) struct ClientMemory {
    /// Bytes that they may hold; 0 is no limit.
    limit: usize,
    /// Bytes that they held when they were last counted.
    total: usize,
    /// Those that may go, by the power of two that they hold.
    sizes: [BTreeSet<ClientKey>; (LARGEST - SMALLEST + 1) as usize],
    /// Counted up whenever everything begins anew.
    generation: u32,
}

/// What one client was last counted with.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    bytes: usize,
    /// Where it stands in [`ClientMemory::sizes`].
    size: Option<usize>,
    generation: u32,
}

impl ClientMemory {
    /// Whether clients are counted.
    #[inline]
    pub(crate) fn is_limited(&self) -> bool {
        self.limit != 0
    }

    /// Whether they hold more than they may.
    #[inline]
    fn is_exceeded(&self) -> bool {
        self.is_limited() && self.total >= self.limit
    }

    /// Counts a client with what it holds now.
    pub(crate) fn count(&mut self, key: ClientKey, client: &mut Client) {
        let Client { session, output, counted, .. } = client;
        self.note(key, session, output, counted);
    }

    fn note(&mut self, key: ClientKey, session: &Session, output: &Output, counted: &mut Counted) {
        self.forget(key, counted);
        // What ends is as good as gone, and replication has limits of its own.
        let counts =
            session.closing != Some(Closing::Now) && matches!(session.kind(), Kind::Normal | Kind::PubSub);
        if !self.is_limited() || !counts {
            return;
        }
        let bytes = session.memory(output);
        counted.bytes = bytes;
        self.total += bytes;
        if !session.no_evict {
            let size = bytes.max(1).ilog2().clamp(SMALLEST, LARGEST) - SMALLEST;
            counted.size = Some(size as usize);
            self.sizes[size as usize].insert(key);
        }
    }

    /// Takes a client out.
    pub(crate) fn forget(&mut self, key: ClientKey, counted: &mut Counted) {
        let before =
            std::mem::replace(counted, Counted { generation: self.generation, ..Counted::default() });
        if before.generation == self.generation {
            self.total -= before.bytes;
            if let Some(size) = before.size {
                self.sizes[size].remove(&key);
            }
        }
    }
}

impl Core {
    /// Takes over `maxmemory-clients`, where `maxmemory` is so many bytes.
    pub(crate) fn limit_clients(&mut self, maxmemory: u64) {
        let limit = match self.params.maxmemory_clients().of(maxmemory) {
            0 => 0,
            limit => usize::try_from(limit.max(LEAST)).unwrap_or(usize::MAX),
        };
        if limit == self.client_memory.limit {
            return;
        }
        let generation = self.client_memory.generation.wrapping_add(1);
        self.client_memory = ClientMemory { limit, generation, ..ClientMemory::default() };
        for (key, client) in self.clients.iter_mut() {
            self.client_memory.count(key, client);
        }
    }

    /// Counts a client anew, if clients are counted.
    #[inline]
    pub fn count_client(&mut self, key: ClientKey) {
        if self.client_memory.is_limited()
            && let Some(client) = self.clients.get_mut(key)
        {
            self.client_memory.count(key, client);
        }
    }

    /// Ends the largest clients until all together hold less than they may. Returns whether any has to go.
    #[inline]
    pub fn evict_clients(&mut self) -> bool {
        self.client_memory.is_exceeded() && self.evict_clients_now()
    }

    #[cold]
    fn evict_clients_now(&mut self) -> bool {
        let before = self.stats.evicted_clients;
        for size in (0..self.client_memory.sizes.len()).rev() {
            let held = |key: ClientKey| self.clients.get(key).map_or(0, |client| client.counted.bytes);
            let mut largest: Vec<(usize, ClientKey)> =
                self.client_memory.sizes[size].iter().map(|&key| (held(key), key)).collect();
            largest.sort_unstable_by_key(|&(bytes, key)| (Reverse(bytes), key));
            for (_, key) in largest {
                if !self.client_memory.is_exceeded() {
                    return true;
                }
                let Some(client) = self.clients.get_mut(key) else { continue };
                self.client_memory.forget(key, &mut client.counted);
                client.session.evict(&mut self.stats);
                client.touch(key, &mut self.touched);
            }
        }
        self.stats.evicted_clients > before
    }
}

#[cfg(test)]
mod tests {
    use crate::session::{ClientKey, Closing};
    use crate::{Engine, ManualClock, Setup};

    /// An engine whose clients hold so many bytes of replies each.
    fn holding(sizes: &[usize]) -> (Engine, Vec<ClientKey>) {
        let mut engine = Engine::new(Setup::for_tests(ManualClock::at(1_700_000_000_000))).unwrap();
        let clients: Vec<ClientKey> = sizes.iter().map(|_| engine.connect()).collect();
        for (&key, &size) in clients.iter().zip(sizes) {
            engine.core.clients.get_mut(key).unwrap().output.push_owned(vec![b'x'; size]);
        }
        (engine, clients)
    }

    fn limit(engine: &mut Engine, value: &str) {
        let parameter = crate::params::find(b"maxmemory-clients").unwrap();
        engine.core.params.assign(parameter, &[value.as_bytes()]).unwrap();
        engine.apply_params();
    }

    fn gone(engine: &Engine, clients: &[ClientKey]) -> Vec<bool> {
        let ends =
            |key: &ClientKey| engine.core.clients.get(*key).unwrap().session.closing == Some(Closing::Now);
        clients.iter().map(ends).collect()
    }

    #[test]
    fn the_largest_go_and_only_as_many_as_have_to() {
        let (mut engine, clients) = holding(&[300_000, 900_000, 100_000, 500_000, 520_000]);
        assert!(!engine.core.evict_clients(), "there is no limit");
        limit(&mut engine, "1000000");
        assert!(engine.core.evict_clients());
        assert_eq!(gone(&engine, &clients), [false, true, false, false, true]);
        assert_eq!(engine.core.stats.evicted_clients, 2);
        assert!(!engine.core.evict_clients(), "what is left is little enough");
    }

    #[test]
    fn who_is_spared_counts_and_stays() {
        let (mut engine, clients) = holding(&[900_000, 300_000, 100_000]);
        engine.core.clients.get_mut(clients[0]).unwrap().session.no_evict = true;
        limit(&mut engine, "1mb");
        assert!(engine.core.evict_clients());
        assert_eq!(gone(&engine, &clients), [false, true, false]);
        limit(&mut engine, "500kb");
        assert!(engine.core.evict_clients());
        assert!(!engine.core.evict_clients(), "nobody is left that may go");
        assert_eq!(gone(&engine, &clients), [false, true, true]);
    }

    #[test]
    fn a_limit_is_never_so_low_that_nobody_can_raise_it() {
        let (mut engine, clients) = holding(&[50_000, 30_000]);
        limit(&mut engine, "1");
        assert!(!engine.core.evict_clients());
        assert_eq!(gone(&engine, &clients), [false, false]);
    }

    #[test]
    fn what_was_counted_is_uncounted_whatever_happens_between() {
        let (mut engine, clients) = holding(&[400_000, 400_000, 400_000]);
        limit(&mut engine, "10mb");
        let first = engine.core.client_memory.total;
        engine.disconnect(clients[0]);
        assert!(engine.core.client_memory.total < first - 400_000);
        limit(&mut engine, "0");
        engine.core.clients.get_mut(clients[1]).unwrap().output.push_owned(vec![b'x'; 100_000]);
        engine.core.count_client(clients[1]);
        assert_eq!(engine.core.client_memory.total, 0);
        limit(&mut engine, "5mb");
        assert!((900_000..910_000).contains(&engine.core.client_memory.total));
        engine.core.count_client(clients[1]);
        engine.disconnect(clients[1]);
        engine.disconnect(clients[2]);
        assert_eq!(engine.core.client_memory.total, 0);
        assert!(engine.core.client_memory.sizes.iter().all(|clients| clients.is_empty()));
    }
}
