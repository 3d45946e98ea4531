//! Pauses after keys, with which tests make a save or a load take long (`rdb-key-save-delay`, `key-load-delay`).

use std::time::Duration;

/// A pause after each key, for tests: so many microseconds, or below zero one microsecond for every so many keys.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyDelay {
    microseconds: i64,
    keys: i64,
}

impl KeyDelay {
    /// As the parameter says it.
    pub(crate) fn new(microseconds: i64) -> Self {
        KeyDelay { microseconds, keys: 0 }
    }

    /// Pauses after a key; returns whether it did.
    #[inline]
    pub(crate) fn wait(&mut self) -> bool {
        self.microseconds != 0 && self.pause()
    }

    #[cold]
    fn pause(&mut self) -> bool {
        self.keys += 1;
        if self.microseconds > 0 {
            std::thread::sleep(Duration::from_micros(self.microseconds as u64));
            return true;
        }
        let due = self.keys % self.microseconds == 0;
        if due {
            std::thread::sleep(Duration::from_micros(1));
        }
        due
    }
}
