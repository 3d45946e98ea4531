//! Foreign bytes: everything is checked before anything is believed.

use super::encoding::{END, HEADER, back_size, decode, is_back};
use super::{Listpack, UNKNOWN};
use crate::block::{Block, MAX_LEN};

/// Why bytes are not a listpack; offsets count from the first byte of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// Shorter than an empty listpack, or longer than any.
    Length,
    /// The header has another length than the bytes have.
    Total,
    /// The last byte is not the end, or an end stands at this offset.
    End(usize),
    /// At this offset stands no entry that ends before the listpack does.
    Entry(usize),
    /// The entry at this offset has another back length than length.
    BackLength(usize),
    /// The header has another number of elements than there are: this many.
    Count(usize),
}

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Corrupt::Length => write!(f, "no listpack has this length"),
            Corrupt::Total => write!(f, "the header of the listpack has another length"),
            Corrupt::End(offset) => {
                write!(f, "the listpack does not end where it should, or ends at byte {offset}")
            }
            Corrupt::Entry(offset) => write!(f, "no entry of the listpack at byte {offset}"),
            Corrupt::BackLength(offset) => write!(f, "wrong back length of the entry at byte {offset}"),
            Corrupt::Count(count) => {
                write!(f, "the listpack holds {count} elements, its header has another number")
            }
        }
    }
}

impl std::error::Error for Corrupt {}

/// Checks that `bytes` is a listpack, from header to end. O(n).
fn check(bytes: &[u8]) -> Result<(), Corrupt> {
    let &[a, b, c, d, e, f, ref rest @ ..] = bytes else { return Err(Corrupt::Length) };
    if rest.is_empty() || bytes.len() > MAX_LEN {
        return Err(Corrupt::Length);
    }
    if u32::from_le_bytes([a, b, c, d]) as usize != bytes.len() {
        return Err(Corrupt::Total);
    }
    let end = bytes.len() - 1;
    if bytes[end] != END {
        return Err(Corrupt::End(end));
    }
    let (mut offset, mut count) = (HEADER, 0);
    while offset < end {
        if bytes[offset] == END {
            return Err(Corrupt::End(offset));
        }
        // The last byte is the end's: no entry may reach into it.
        let Some((_, len)) = decode(&bytes[offset..end]) else { return Err(Corrupt::Entry(offset)) };
        let behind = offset + len;
        let next = behind + back_size(len);
        match bytes[..end].get(behind..next) {
            Some(back) if is_back(len, back) => {}
            _ => return Err(Corrupt::BackLength(offset)),
        }
        offset = next;
        count += 1;
    }
    let said = u16::from_le_bytes([e, f]);
    if said != UNKNOWN && usize::from(said) != count {
        return Err(Corrupt::Count(count));
    }
    Ok(())
}

impl Listpack {
    /// Takes bytes from elsewhere, a dump or a file, after checking all of them. O(n).
    ///
    /// Strings that hold digits are accepted as strings, and any number of elements may be called unknown, as Redis
    /// does.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn from_bytes(bytes: &[u8]) -> Result<Listpack, Corrupt> {
        check(bytes)?;
        Ok(Listpack(Block::from_slice(bytes)))
    }

    /// Checks every invariant. O(n).
    ///
    /// # Errors
    /// What is wrong, and where: a bug in this module.
    pub fn validate(&self) -> Result<(), Corrupt> {
        check(self.as_bytes())
    }
}
