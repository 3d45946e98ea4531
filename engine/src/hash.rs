//! The hash of a key: seeded once per process, so that no client can choose keys that collide.

use ahash::{AHasher, RandomState};
use std::hash::BuildHasher;

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

/// What maps and sets ask for: the same hashes as [`KeyHasher::hash`] for byte strings.
impl BuildHasher for KeyHasher {
    type Hasher = AHasher;

    #[inline]
    fn build_hasher(&self) -> AHasher {
        self.0.build_hasher()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use russet_structures::map::Map;

    #[test]
    fn a_map_takes_the_engines_hasher() {
        let hasher = KeyHasher::new([1, 2, 3, 4]);
        assert_eq!(hasher.hash_one(&b"field"[..]), hasher.hash(b"field"));
        let mut map = Map::with_hasher(hasher);
        assert!(map.insert(b"field", b"value"));
        assert_eq!(map.get(b"field"), Some(&b"value"[..]));
        map.validate();
    }
}
