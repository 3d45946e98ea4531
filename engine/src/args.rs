//! A command's arguments: slices of the buffer they were received in, with what is known of the first key.

use crate::error::Error;
use crate::hash::KeyHasher;
use crate::number;
use std::ops::{Index, RangeInclusive};

/// Where an argument stands in its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset past the last byte.
    pub end: u32,
}

/// A key together with its hash, so that it is hashed once per request however often it is looked up.
#[derive(Clone, Copy)]
pub struct Key<'a> {
    /// The key itself.
    pub bytes: &'a [u8],
    /// Its hash.
    pub hash: u64,
}

impl<'a> Key<'a> {
    /// Hashes `bytes`.
    #[inline]
    pub fn new(bytes: &'a [u8], hasher: &KeyHasher) -> Self {
        Key { bytes, hash: hasher.hash(bytes) }
    }
}

/// The words of one request, the command's name being word 0. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    buffer: &'a [u8],
    spans: &'a [Span],
    hasher: &'a KeyHasher,
    first_key: Option<(u32, u64)>,
}

impl<'a> Args<'a> {
    /// Arguments that stand at `spans` of `buffer`; `first_key` is the index and the hash of the first key,
    /// where a caller has computed it already.
    ///
    /// # Panics
    /// Not here, but on access to a span that is outside the buffer.
    #[inline]
    pub fn new(
        buffer: &'a [u8],
        spans: &'a [Span],
        hasher: &'a KeyHasher,
        first_key: Option<(u32, u64)>,
    ) -> Self {
        Args { buffer, spans, hasher, first_key }
    }

    /// The number of words, the command's name included.
    #[inline]
    #[expect(clippy::len_without_is_empty, reason = "a request has at least the command's name")]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Word `index`, if there is one.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let span = self.spans.get(index)?;
        Some(&self.buffer[span.start as usize..span.end as usize])
    }

    /// Word `index`, which the command's arity promises.
    #[inline]
    pub fn word(&self, index: usize) -> &'a [u8] {
        let span = self.spans[index];
        &self.buffer[span.start as usize..span.end as usize]
    }

    /// Word `index` as a key.
    #[inline]
    pub fn key(&self, index: usize) -> Key<'a> {
        let bytes = self.word(index);
        match self.first_key {
            Some((at, hash)) if at as usize == index => Key { bytes, hash },
            _ => Key::new(bytes, self.hasher),
        }
    }

    /// These bytes as a key. If they are the first key's own bytes, its hash is known.
    #[inline]
    pub fn as_key<'k>(&self, bytes: &'k [u8]) -> Key<'k> {
        if let Some((at, hash)) = self.first_key
            && std::ptr::eq(self.word(at as usize), bytes)
        {
            return Key { bytes, hash };
        }
        Key::new(bytes, self.hasher)
    }

    /// Word `index` as an integer, or the error that Redis has for one that is not.
    #[inline]
    pub fn int(&self, index: usize) -> Result<i64, Error> {
        number::parse_i64(self.word(index)).ok_or(Error::NOT_AN_INTEGER)
    }

    /// Word `index` as an integer in `range`.
    ///
    /// # Errors
    /// As [`Args::int`]; and one that names the range, for an integer outside of it.
    pub fn int_in(&self, index: usize, range: RangeInclusive<i64>) -> Result<i64, Error> {
        let value = self.int(index)?;
        if !range.contains(&value) {
            let (least, most) = range.into_inner();
            return Err(Error::owned(format!(
                "ERR value is out of range, value must between {least} and {most}"
            )));
        }
        Ok(value)
    }

    /// Word `index` as an integer of at least `least`; for anything else the error is `otherwise`.
    ///
    /// # Errors
    /// If it is no integer, or less.
    pub fn at_least(&self, index: usize, least: i64, otherwise: &'static str) -> Result<i64, Error> {
        let value = self.int(index).ok().filter(|&value| value >= least);
        value.ok_or(Error::new(otherwise))
    }

    /// Word `index` as an integer that fits C's `int`: the index of a database, wherever one is an argument.
    ///
    /// # Errors
    /// As [`Args::int_in`].
    pub fn c_int(&self, index: usize) -> Result<i64, Error> {
        self.int_in(index, i32::MIN.into()..=i32::MAX.into())
    }

    /// Whether word `index` exists and is `token`, letters compared without case.
    #[inline]
    pub fn is(&self, index: usize, token: &str) -> bool {
        self.get(index).is_some_and(|word| word.eq_ignore_ascii_case(token.as_bytes()))
    }

    /// Bytes of all words. O(words).
    pub fn bytes(&self) -> usize {
        self.spans.iter().map(|span| (span.end - span.start) as usize).sum()
    }

    /// The words from `index` on.
    pub fn iter_from(&self, index: usize) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone + use<'a> {
        let buffer = self.buffer;
        let spans = self.spans.get(index..).unwrap_or_default();
        spans.iter().map(move |span| &buffer[span.start as usize..span.end as usize])
    }

    /// All words.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone + use<'a> {
        self.iter_from(0)
    }

    /// The first `len` words, as a request of their own: for options that end where something else begins.
    pub fn head(&self, len: usize) -> Args<'a> {
        Args { spans: self.spans.get(..len).unwrap_or(self.spans), ..*self }
    }

    /// The words from `index` on, as a request of their own: `COMMAND GETKEYS` looks at one.
    pub fn tail(&self, index: usize) -> Args<'a> {
        Args { spans: self.spans.get(index..).unwrap_or_default(), first_key: None, ..*self }
    }

    /// The hasher of keys.
    #[inline]
    pub fn hasher(&self) -> &'a KeyHasher {
        self.hasher
    }

    /// A copy that owns its bytes.
    pub fn to_owned(&self) -> OwnedArgs {
        OwnedArgs::new(self.iter())
    }
}

impl Index<usize> for Args<'_> {
    type Output = [u8];
    #[inline]
    fn index(&self, index: usize) -> &[u8] {
        self.word(index)
    }
}

/// A request that owns its bytes, in one block: a queued command of a transaction, an effect.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OwnedArgs {
    buffer: Vec<u8>,
    spans: Vec<Span>,
}

impl OwnedArgs {
    /// Copies `words`. O(bytes).
    pub fn new<'w>(words: impl IntoIterator<Item = &'w [u8]>) -> Self {
        let mut owned = OwnedArgs::default();
        for word in words {
            owned.push(word);
        }
        owned
    }

    /// Appends a word.
    pub fn push(&mut self, word: &[u8]) {
        let start = self.buffer.len() as u32;
        self.buffer.extend_from_slice(word);
        self.spans.push(Span { start, end: self.buffer.len() as u32 });
    }

    /// Takes all words away, and keeps their room.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.spans.clear();
    }

    /// The words, borrowed.
    pub fn args<'a>(&'a self, hasher: &'a KeyHasher) -> Args<'a> {
        Args::new(&self.buffer, &self.spans, hasher, None)
    }

    /// The words' bytes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> + Clone {
        self.spans.iter().map(|span| &self.buffer[span.start as usize..span.end as usize])
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Bytes that the words take, with where they stand.
    pub fn bytes(&self) -> usize {
        self.buffer.len() + size_of_val(&self.spans[..])
    }
}
