//! The keys that a selector permits: all, or those that match patterns, each for reading, for writing, or for both.

use super::refusal::Refusal;
use super::words::is_one_word;
use crate::command::flags::key;
use crate::glob;

/// What may be done to a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) read: bool,
    pub(super) write: bool,
}

impl Access {
    const ALL: Access = Access { read: true, write: true };

    /// What a command must be permitted to do to a key with these [flags](key).
    pub(super) fn of_flags(flags: u64) -> Self {
        Access {
            read: flags & key::ACCESS != 0,
            write: flags & (key::INSERT | key::DELETE | key::UPDATE) != 0,
        }
    }

    fn covers(self, wanted: Access) -> bool {
        (self.read || !wanted.read) && (self.write || !wanted.write)
    }
}

/// Patterns of keys with what may be done to those that match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyPatterns {
    all: bool,
    patterns: Vec<(Box<[u8]>, Access)>,
}

impl KeyPatterns {
    /// All keys, or none.
    pub(super) fn filled(all: bool) -> Self {
        KeyPatterns { all, patterns: Vec::new() }
    }

    /// Whether everything may be done to all keys.
    #[inline]
    pub(super) fn is_all(&self) -> bool {
        self.all
    }

    /// Takes a rule that begins with `~` or `%`.
    pub(super) fn add(&mut self, rule: &[u8]) -> Result<(), Refusal> {
        if self.all {
            return Err(Refusal::KeysComplete);
        }
        let (access, pattern) = match rule.split_first() {
            Some((b'%', rest)) => read_access(rest).ok_or(Refusal::Syntax)?,
            Some((_, pattern)) => (Access::ALL, pattern),
            None => return Err(Refusal::Syntax),
        };
        if !is_one_word(pattern) {
            return Err(Refusal::Syntax);
        }
        match self.patterns.iter_mut().find(|(known, _)| **known == *pattern) {
            Some((_, known)) => {
                *known = Access { read: known.read | access.read, write: known.write | access.write }
            }
            None => self.patterns.push((pattern.into(), access)),
        }
        Ok(())
    }

    /// Whether this may be done to this key. O(patterns).
    pub(super) fn permits(&self, key: &[u8], wanted: Access) -> bool {
        let fits = |(pattern, access): &(Box<[u8]>, Access)| {
            access.covers(wanted) && glob::matches(pattern, key, false)
        };
        self.all || self.patterns.iter().any(fits)
    }

    /// Whether this may be done to every key, as far as can be told without looking at keys.
    pub(super) fn permits_everywhere(&self, wanted: Access) -> bool {
        let fits = |(pattern, access): &(Box<[u8]>, Access)| access.covers(wanted) && **pattern == *b"*";
        self.all || self.patterns.iter().any(fits)
    }

    /// The rules that make it, one after the other.
    pub(super) fn rules(&self) -> Vec<Vec<u8>> {
        if self.all {
            return vec![b"~*".to_vec()];
        }
        let rule = |(pattern, access): &(Box<[u8]>, Access)| {
            let sign: &[u8] = match access {
                Access { read: true, write: false } => b"%R~",
                Access { read: false, write: true } => b"%W~",
                _ => b"~",
            };
            [sign, pattern].concat()
        };
        self.patterns.iter().map(rule).collect()
    }
}

/// Reads `R`, `W` or both up to `~`, and returns what follows. Without `~` the pattern is empty, as in Redis.
fn read_access(text: &[u8]) -> Option<(Access, &[u8])> {
    let mut access = Access::default();
    let mut rest = text;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match byte.to_ascii_uppercase() {
            b'R' if !access.read => access.read = true,
            b'W' if !access.write => access.write = true,
            b'~' => break,
            _ => return None,
        }
    }
    (access != Access::default()).then_some((access, rest))
}
