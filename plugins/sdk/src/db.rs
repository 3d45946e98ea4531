//! Keys of the selected database.

use crate::args::Key;
use crate::error::{Error, Outcome};
use crate::ffi::Raw;
use russet_plugin_abi::{KEEP_EXPIRY, NO_EXPIRY};

/// When a key that is set expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    Clear,
    /// When it would have.
    Keep,
    /// At this time, Unix time in milliseconds.
    At(i64),
}

/// Keys of the selected database.
pub struct Db<'c> {
    raw: Raw<'c>,
}

impl<'c> Db<'c> {
    pub(crate) fn new(raw: Raw<'c>) -> Self {
        Db { raw }
    }

    /// The string at a key. O(1).
    ///
    /// # Errors
    /// If the key holds something else.
    pub fn string<'k>(&mut self, key: impl Into<Key<'k>>) -> Result<Option<&[u8]>, Error> {
        self.raw.get_string(key.into().bytes)
    }

    /// Sets a key to a string, whatever it held. O(1).
    ///
    /// # Errors
    /// If the command is declared without `WRITE`, or the value is longer than a value may be.
    pub fn set<'k>(&mut self, key: impl Into<Key<'k>>, value: impl AsRef<[u8]>, expiry: Expiry) -> Outcome {
        let expire_at = match expiry {
            Expiry::Clear => NO_EXPIRY,
            Expiry::Keep => KEEP_EXPIRY,
            Expiry::At(at) => at,
        };
        self.raw.set_string(key.into().bytes, value.as_ref(), expire_at)
    }

    /// Removes a key, and returns whether there was one.
    ///
    /// # Errors
    /// If the command is declared without `WRITE`.
    pub fn delete<'k>(&mut self, key: impl Into<Key<'k>>) -> Result<bool, Error> {
        self.raw.remove(key.into().bytes)
    }

    /// Whether there is such a key.
    ///
    /// # Errors
    /// Never, while the command runs.
    pub fn exists<'k>(&mut self, key: impl Into<Key<'k>>) -> Result<bool, Error> {
        self.raw.exists(key.into().bytes)
    }

    /// The name of the type of a key's value, as `TYPE` answers it.
    ///
    /// # Errors
    /// Never, while the command runs.
    pub fn type_of<'k>(&mut self, key: impl Into<Key<'k>>) -> Result<Option<String>, Error> {
        self.raw.type_name(key.into().bytes)
    }

    /// When a key expires, Unix time in milliseconds; `None` if never, or if there is no such key.
    ///
    /// # Errors
    /// Never, while the command runs.
    pub fn expiry<'k>(&mut self, key: impl Into<Key<'k>>) -> Result<Option<i64>, Error> {
        Ok(Some(self.raw.get_expiry(key.into().bytes)?).filter(|at| *at != NO_EXPIRY))
    }

    /// Sets when a key expires; `None` for never. One whose time is over is removed.
    ///
    /// # Errors
    /// If the command is declared without `WRITE`.
    pub fn set_expiry<'k>(&mut self, key: impl Into<Key<'k>>, at: Option<i64>) -> Outcome {
        self.raw.set_expiry(key.into().bytes, at.unwrap_or(NO_EXPIRY))
    }

    /// The number of the selected database.
    pub fn index(&self) -> u32 {
        self.raw.database()
    }

    /// Unix time in milliseconds. It stands still while a command runs.
    pub fn now_ms(&self) -> i64 {
        self.raw.now_ms()
    }
}
