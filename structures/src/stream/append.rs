//! Append: an entry is written behind the last, into the last node or a new one.

use super::node::{FIXED, Master, SAME_FIELDS};
use super::{Id, NewId, Stream};
use crate::element::Element;
use crate::listpack::{Listpack, SAFE_BYTES};

/// What an entry may take when every element is counted with the most that its encoding adds.
const MAX_ENCODED: usize = SAFE_BYTES + SAFE_BYTES / 2;

/// The most bytes that an encoding adds to an element: nine for an integer, or five and the back length's five.
const ELEMENT_OVERHEAD: usize = 10;

/// When a node is full. The default is Redis's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a node with the new entry's texts, `stream-node-max-bytes`; 0 stands for 1 GiB, and so does more.
    pub max_bytes: usize,
    /// Entries of a node, deleted ones included, `stream-node-max-entries`; 0 stands for no limit.
    pub max_entries: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_bytes: 4096, max_entries: 100 }
    }
}

/// Why an entry was not appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The id is not greater than the last one.
    NotGreater,
    /// There is no id after the last one, or none in the millisecond that was asked for.
    Exhausted,
    /// Fields and values have more than 1 GiB.
    TooLarge,
}

impl std::fmt::Display for AppendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            AppendError::NotGreater => "the id is not greater than the last one",
            AppendError::Exhausted => "there is no id after the last one",
            AppendError::TooLarge => "fields and values have more than 1 GiB",
        })
    }
}

impl std::error::Error for AppendError {}

impl Limits {
    /// Whether a node takes another entry with so many bytes of text.
    fn admit(self, node: &Listpack, text: usize) -> bool {
        let max_bytes = if self.max_bytes == 0 { SAFE_BYTES } else { self.max_bytes.min(SAFE_BYTES) };
        if node.bytes() + text >= max_bytes {
            return false;
        }
        let Master { live, deleted, .. } = Master::read(node);
        self.max_entries == 0 || live.saturating_add(deleted) < self.max_entries
    }
}

impl Stream {
    /// The id that an entry would get. `now` is the time in milliseconds, which matters for [`NewId::Auto`]. O(1).
    ///
    /// # Errors
    /// [`AppendError::NotGreater`] and [`AppendError::Exhausted`].
    pub fn next_id(&self, id: NewId, now: u64) -> Result<Id, AppendError> {
        let last = self.counters.last_id;
        let id = match id {
            NewId::Auto if now > last.ms => Id::new(now, 0),
            NewId::Auto => return last.next().ok_or(AppendError::Exhausted),
            NewId::AutoSeq(ms) if ms == last.ms => {
                Id::new(ms, last.seq.checked_add(1).ok_or(AppendError::Exhausted)?)
            }
            NewId::AutoSeq(ms) => Id::new(ms, 0),
            NewId::Exact(id) => id,
        };
        if id > last { Ok(id) } else { Err(AppendError::NotGreater) }
    }

    /// Appends an entry and returns its id: XADD. O(fields and values), amortised.
    ///
    /// # Errors
    /// Why not; then the stream is as before.
    pub fn append<'f, F>(&mut self, id: NewId, now: u64, fields: F, limits: Limits) -> Result<Id, AppendError>
    where
        F: IntoIterator<Item = (&'f [u8], &'f [u8]), IntoIter: Clone>,
    {
        let id = self.next_id(id, now)?;
        let fields = fields.into_iter();
        let (mut count, mut text) = (0, 0usize);
        for (field, value) in fields.clone() {
            count += 1;
            text = text.saturating_add(field.len()).saturating_add(value.len());
        }
        if text > SAFE_BYTES || text + count * 2 * ELEMENT_OVERHEAD > MAX_ENCODED {
            return Err(AppendError::TooLarge);
        }
        // Behind XSETID, an id may be less than the key of a last node in which everything is deleted.
        let key = self.tail;
        let tail = self.nodes.last_mut().filter(|_| key <= id);
        match tail {
            Some(node) if limits.admit(node, text) => push(node, key, id, fields, count, text),
            full => {
                if let Some(node) = full {
                    node.shrink_to_fit();
                }
                let node = start(id, fields, count, text);
                self.nodes.insert(&id.to_bytes(), node);
                self.tail = self.tail.max(id);
            }
        }
        self.counters.length += 1;
        // 2^64 entries are never added, but a file may say that they were.
        self.counters.entries_added = self.counters.entries_added.wrapping_add(1);
        self.counters.last_id = id;
        if self.counters.length == 1 {
            self.counters.first_id = id;
        }
        Ok(id)
    }
}

/// A node with its master entry and its first entry.
fn start<'f>(
    id: Id,
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
    count: usize,
    text: usize,
) -> Listpack {
    let mut node = Listpack::with_capacity(text + 4 * count + 16);
    for number in [1, 0, count as i64] {
        node.push_back(number);
    }
    for (field, _) in fields.clone() {
        node.push_back(field);
    }
    node.push_back(0);
    write(&mut node, id, id, fields, count, true);
    node
}

/// Appends an entry to a node that takes it.
fn push<'f>(
    node: &mut Listpack,
    key: Id,
    id: Id,
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
    count: usize,
    text: usize,
) {
    let master = Master::read(node);
    let same = master.field_count == count
        && master.fields.zip(fields.clone()).all(|(element, (field, _))| is_text(element, field));
    let live = master.live;
    if let Some(first) = node.first() {
        node.replace(first, live as i64 + 1);
    }
    // At least double, so that a node of a hundred entries moves a few times; it is shrunk when it is full.
    if node.spare() < text + 4 * count + 32 {
        node.reserve(node.bytes().max(text + 4 * count + 32));
    }
    write(node, key, id, fields, count, same);
}

/// Whether an element stands for this text. (A node from elsewhere may hold digits as a string.)
#[inline]
fn is_text(element: Element<'_>, text: &[u8]) -> bool {
    match element {
        Element::Bytes(bytes) => bytes == text,
        Element::Int(_) => Element::new(text) == element,
    }
}

/// Writes the elements of an entry.
fn write<'f>(
    node: &mut Listpack,
    key: Id,
    id: Id,
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])>,
    count: usize,
    same: bool,
) {
    node.push_back(if same { SAME_FIELDS } else { 0 });
    node.push_back(id.ms.wrapping_sub(key.ms) as i64);
    node.push_back(id.seq.wrapping_sub(key.seq) as i64);
    let mut elements = FIXED + count;
    if !same {
        node.push_back(count as i64);
        elements += count + 1;
    }
    for (field, value) in fields {
        if !same {
            node.push_back(field);
        }
        node.push_back(value);
    }
    node.push_back(elements as i64);
}
