//! Ghosts: marks of keys that were evicted, remembered for when they come back.
//!
//! A table of 32-bit words, found by the hash of the key's name: 8 bits of the hash to tell keys apart, and the 24 bits that
//! the record had. What comes to a place that is taken overwrites it, so there is nothing to be kept in order, and what is
//! remembered is what was evicted lately. One key in 256 that has never been here is taken for another; that is a guess
//! wrong like others.

/// Marks of keys that were evicted.
#[derive(Default)]
pub(crate) struct Ghosts {
    /// A power of two of them, or none.
    words: Box<[u32]>,
}

impl Ghosts {
    /// Makes room for as many as there are keys, if there is less, or far too much; then it forgets all. Four to eight bytes
    /// for each key.
    pub(crate) fn fit(&mut self, keys: usize) {
        let places = keys.next_power_of_two();
        if places > self.words.len() || places < self.words.len() / 4 {
            self.words = vec![0; places].into();
        }
    }

    fn place(&self, hash: u64) -> (usize, u32) {
        // The table of keys has used up other bits than these.
        (hash as usize & self.words.len().wrapping_sub(1), (hash >> 56) as u32 | 1)
    }

    /// Remembers 24 bits of a key with this hash.
    pub(crate) fn put(&mut self, hash: u64, bits: u32) {
        let (at, tag) = self.place(hash);
        if let Some(word) = self.words.get_mut(at) {
            *word = tag << 24 | bits & 0xff_ffff;
        }
    }

    /// The bits of a key with this hash, if they are remembered.
    pub(crate) fn get(&self, hash: u64) -> Option<u32> {
        let (at, tag) = self.place(hash);
        let word = *self.words.get(at)?;
        (word >> 24 == tag).then_some(word & 0xff_ffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_there_until_it_is_overwritten() {
        let mut ghosts = Ghosts::default();
        assert_eq!(ghosts.get(1), None);
        ghosts.fit(9);
        let (a, b, other) = (0x0100_0000_0000_0003, 0x0300_0000_0000_0004, 0x0500_0000_0000_0013);
        ghosts.put(a, 0xff_ffff);
        ghosts.put(b, 7);
        assert_eq!([ghosts.get(a), ghosts.get(b), ghosts.get(other)], [Some(0xff_ffff), Some(7), None]);
        ghosts.put(other, 1);
        assert_eq!([ghosts.get(a), ghosts.get(other)], [None, Some(1)]);
        ghosts.fit(16);
        assert_eq!(ghosts.get(b), Some(7), "sixteen fit already");
        ghosts.fit(17);
        assert_eq!(ghosts.get(b), None);
    }
}
