//! What a string is made from, what it becomes, and how it compares: in all of it, it is its bytes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::{AllocationError, Class, Sds};
use crate::integer::Digits;

impl Sds {
    /// A string that holds a copy of `bytes`, of the smallest class. O(their number).
    ///
    /// # Errors
    /// Where there is not so much memory.
    pub fn try_from_slice(bytes: &[u8]) -> Result<Sds, AllocationError> {
        let class = Class::of(bytes.len());
        Sds::allocate(class, class.room(bytes.len()), bytes)
    }

    /// An integer in decimal digits.
    pub fn from_integer(value: i64) -> Sds {
        Sds::from(Digits::of(value).as_bytes())
    }
}

impl From<&[u8]> for Sds {
    /// See [`Sds::try_from_slice`]; panics where there is not so much memory.
    fn from(bytes: &[u8]) -> Sds {
        match Sds::try_from_slice(bytes) {
            Ok(string) => string,
            Err(error) => panic!("{error}"),
        }
    }
}

impl From<&str> for Sds {
    fn from(text: &str) -> Sds {
        Sds::from(text.as_bytes())
    }
}

impl From<i64> for Sds {
    /// The integer in decimal digits.
    fn from(value: i64) -> Sds {
        Sds::from_integer(value)
    }
}

impl FromIterator<u8> for Sds {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Sds {
        let mut string = Sds::new();
        string.extend(bytes);
        string
    }
}

impl Extend<u8> for Sds {
    fn extend<I: IntoIterator<Item = u8>>(&mut self, bytes: I) {
        bytes.into_iter().for_each(|byte| self.push(byte));
    }
}

impl fmt::Write for Sds {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.append(text.as_bytes());
        Ok(())
    }
}

impl Default for Sds {
    fn default() -> Sds {
        Sds::new()
    }
}

impl Clone for Sds {
    /// A copy without room to spare.
    fn clone(&self) -> Sds {
        Sds::from(&self[..])
    }

    fn clone_from(&mut self, source: &Sds) {
        self.assign(source);
    }
}

impl AsRef<[u8]> for Sds {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Borrow<[u8]> for Sds {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Sds {
    fn eq(&self, other: &Sds) -> bool {
        self[..] == other[..]
    }
}

impl Eq for Sds {}

impl PartialOrd for Sds {
    fn partial_cmp(&self, other: &Sds) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sds {
    /// Byte by byte; of two that agree, the shorter is less.
    fn cmp(&self, other: &Sds) -> Ordering {
        self[..].cmp(&other[..])
    }
}

impl Hash for Sds {
    /// As the slice, so that a map can be asked with one.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self[..].hash(state);
    }
}

impl fmt::Debug for Sds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}
