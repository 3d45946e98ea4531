//! The hash of a key: seeded once per process, so that no client can choose keys that collide.

use ahash::RandomState;

/// Hashes keys. One per keyspace, shared by all its databases, so that a key's hash can be computed before
/// it is known which database it will be looked up in.
#[derive(Clone)]
pub struct KeyHasher(RandomState);

impl KeyHasher {
    /// A hasher from four words of the host's random source.
    pub fn new(seed: [u64; 4]) -> Self {
        KeyHasher(RandomState::with_seeds(seed[0], seed[1], seed[2], seed[3]))
    }

    /// The hash of a key. O(length), a few nanoseconds for short ones.
    #[inline]
    pub fn hash(&self, key: &[u8]) -> u64 {
        self.0.hash_one(key)
    }
}
