//! Entries and ids in replies.

use russet_engine::Reply;
use russet_engine::prelude::*;
use russet_structures::stream::{Entry, Id};

/// An id as text, on the stack.
pub(super) struct IdText {
    bytes: [u8; 41],
    len: usize,
}

impl IdText {
    pub(super) fn new(id: Id) -> Self {
        let mut text = IdText { bytes: [0; 41], len: 0 };
        text.push(itoa::Buffer::new().format(id.ms).as_bytes());
        text.push(b"-");
        text.push(itoa::Buffer::new().format(id.seq).as_bytes());
        text
    }

    /// Two numbers of 20 digits at most, and what stands between them, have room.
    fn push(&mut self, part: &[u8]) {
        self.bytes[self.len..self.len + part.len()].copy_from_slice(part);
        self.len += part.len();
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// An id.
pub(super) fn write_id(reply: &mut Reply<'_>, id: Id) -> Outcome {
    reply.bulk(IdText::new(id).as_bytes())
}

/// An entry: its id, and its fields and values in turn.
pub(super) fn write_entry(reply: &mut Reply<'_>, entry: &Entry<'_>) -> Outcome {
    reply.array(2)?;
    write_id(reply, entry.id())?;
    let fields = entry.fields();
    reply.array(2 * fields.len())?;
    for (field, value) in fields {
        reply.element(field)?;
        reply.element(value)?;
    }
    Ok(())
}

/// An array of entries.
pub(super) fn write_entries<'e>(
    reply: &mut Reply<'_>,
    entries: impl Iterator<Item = Entry<'e>>,
) -> Outcome {
    reply.counted_array(|reply| {
        let mut count = 0;
        for entry in entries {
            write_entry(reply, &entry)?;
            count += 1;
        }
        Ok(count)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_id_has_room() {
        for id in [Id::MIN, Id::new(1, 20), Id::MAX] {
            assert_eq!(IdText::new(id).as_bytes(), id.to_string().as_bytes());
        }
    }
}
