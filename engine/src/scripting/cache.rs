//! The script cache: every script that can be run by its digest.
//!
//! A script that came with `EVAL` may be forgotten when [`KEPT`] others like it have been used since, so that a client that
//! makes up a new script for every request does not fill the memory. One that came with `SCRIPT LOAD` stays until
//! `SCRIPT FLUSH`: a client has been told that it is there.

use super::shebang::{Flags, Shebang};
use crate::error::Error;
use ahash::AHashMap;
use sha1::{Digest as _, Sha1};
use std::sync::Arc;

/// Scripts that came with `EVAL` and are kept.
const KEPT: usize = 500;

/// Forty hexadecimal digits, lower case.
pub type Digest = [u8; 40];

/// One script.
#[derive(Clone, Debug)]
pub struct Script {
    /// By what it is called.
    pub digest: Digest,
    /// The same as text.
    pub name: Arc<str>,
    /// The text without its first line, if that is about the script.
    pub body: Arc<[u8]>,
    /// The text as it came.
    pub text: Arc<[u8]>,
    /// The language it is in.
    pub language: Arc<str>,
    /// What it promises.
    pub flags: Flags,
}

impl Script {
    /// Reads a text. O(bytes).
    ///
    /// # Errors
    /// If its first line makes no sense.
    pub fn new(text: &[u8]) -> Result<Script, Error> {
        let (language, flags, body) = match Shebang::read(text).transpose()? {
            None => (&b"lua"[..], Flags::COMPATIBLE, text),
            Some(shebang) => (shebang.engine, shebang.flags()?, shebang.body),
        };
        let language = String::from_utf8_lossy(language).into();
        let whole: Arc<[u8]> = text.into();
        let body = if body.len() == text.len() { whole.clone() } else { body.into() };
        let digest = digest(text);
        let name = String::from_utf8_lossy(&digest).into();
        Ok(Script { digest, name, body, text: whole, language, flags })
    }
}

/// The digest of a text. O(bytes).
pub fn digest(text: &[u8]) -> Digest {
    let mut digits = [0; 40];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(Sha1::digest(text)) {
        pair.copy_from_slice(&[hexadecimal(byte >> 4), hexadecimal(byte & 15)]);
    }
    digits
}

fn hexadecimal(digit: u8) -> u8 {
    b"0123456789abcdef"[usize::from(digit)]
}

struct Kept {
    script: Arc<Script>,
    /// When it was last used, if it may be forgotten.
    used: Option<u64>,
}

/// The scripts that can be run by their digest.
#[derive(Default)]
pub struct Cache {
    scripts: AHashMap<Digest, Kept>,
    /// How many of them may be forgotten.
    evictable: usize,
    /// Counts uses.
    clock: u64,
    bytes: usize,
    /// Scripts that made room for others.
    pub evicted: u64,
}

impl Cache {
    /// The script with this digest, letters of any case, which is then about to be used. O(1).
    pub fn find(&mut self, digest: &[u8]) -> Option<Arc<Script>> {
        self.get(&lower(digest)?)
    }

    /// As [`Cache::find`], the digest being in lower case.
    pub fn get(&mut self, digest: &Digest) -> Option<Arc<Script>> {
        let kept = self.scripts.get_mut(digest)?;
        self.clock += 1;
        if let Some(used) = &mut kept.used {
            *used = self.clock;
        }
        Some(kept.script.clone())
    }

    /// Whether there is a script with this digest, letters of any case; that is no use of it.
    pub fn contains(&self, digest: &[u8]) -> bool {
        lower(digest).is_some_and(|digest| self.scripts.contains_key(&digest))
    }

    /// The text of a script, as it came.
    pub fn text(&self, digest: &[u8]) -> Option<&[u8]> {
        self.scripts.get(&lower(digest)?).map(|kept| &*kept.script.text)
    }

    /// Keeps a script, which is about to be used; `loaded` is for good. Returns one that is forgotten for it, if one is:
    /// O(scripts) then.
    pub fn add(&mut self, script: Arc<Script>, loaded: bool) -> Option<Arc<Script>> {
        self.clock += 1;
        self.bytes += memory(&script);
        self.evictable += usize::from(!loaded);
        let used = (!loaded).then_some(self.clock);
        self.scripts.insert(script.digest, Kept { script, used });
        if self.evictable <= KEPT {
            return None;
        }
        let oldest = self.scripts.values().filter(|kept| kept.used.is_some()).min_by_key(|kept| kept.used)?;
        let digest = oldest.script.digest;
        let kept = self.scripts.remove(&digest)?;
        self.evictable -= 1;
        self.bytes -= memory(&kept.script);
        self.evicted += 1;
        Some(kept.script)
    }

    /// Keeps a script for good that is there.
    pub fn keep(&mut self, digest: &Digest) {
        if let Some(kept) = self.scripts.get_mut(digest) {
            self.evictable -= usize::from(kept.used.take().is_some());
        }
    }

    /// Forgets all scripts, and returns them.
    pub fn clear(&mut self) -> impl Iterator<Item = Arc<Script>> + use<> {
        let scripts = std::mem::take(&mut self.scripts);
        (self.evictable, self.bytes) = (0, 0);
        scripts.into_values().map(|kept| kept.script)
    }

    /// The number of scripts.
    pub fn len(&self) -> usize {
        self.scripts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.scripts.is_empty()
    }

    /// Bytes that the texts and what leads to them take. O(1).
    pub fn memory(&self) -> usize {
        self.bytes
    }
}

/// A digest in lower case, if it can be one.
fn lower(digest: &[u8]) -> Option<Digest> {
    let mut lower: Digest = digest.try_into().ok()?;
    lower.make_ascii_lowercase();
    Some(lower)
}

fn memory(script: &Script) -> usize {
    let texts =
        script.text.len() + if Arc::ptr_eq(&script.text, &script.body) { 0 } else { script.body.len() };
    texts + size_of::<Script>() + size_of::<(Digest, Kept)>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Arc<Script> {
        Arc::new(Script::new(text.as_bytes()).unwrap())
    }

    #[test]
    fn digests_are_those_of_the_whole_text() {
        assert_eq!(&digest(b"return 1"), b"e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
        let script = script("#!lua\nreturn 1");
        assert_eq!(script.digest, digest(b"#!lua\nreturn 1"));
        assert_eq!(&*script.body, b"\nreturn 1");
    }

    #[test]
    fn the_one_that_was_not_used_for_longest_makes_room_unless_it_was_loaded() {
        let mut cache = Cache::default();
        let loaded = script("loaded");
        cache.add(loaded.clone(), true);
        let mut gone = Vec::new();
        for number in 0..KEPT {
            gone.extend(cache.add(script(&number.to_string()), false));
        }
        assert!(gone.is_empty());
        assert!(cache.find(&digest(b"0").to_ascii_uppercase()).is_some(), "the oldest is used again");
        cache.keep(&digest(b"1"));
        for number in KEPT..KEPT + 3 {
            gone.extend(cache.add(script(&number.to_string()), false));
        }
        let gone: Vec<_> = gone.iter().map(|script| script.text.to_vec()).collect();
        assert_eq!(gone, [b"2", b"3"]);
        assert!(cache.contains(&loaded.digest) && cache.contains(&digest(b"1")));
        assert_eq!((cache.len(), cache.evicted), (KEPT + 2, 2));
        assert_eq!(cache.clear().count(), KEPT + 2);
        assert_eq!((cache.len(), cache.memory()), (0, 0));
    }
}
