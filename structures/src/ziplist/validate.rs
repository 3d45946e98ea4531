//! Foreign bytes: everything is checked before anything is believed.

use super::encoding::{END, Found, HEADER, decode};
use super::{LONGEST, UNKNOWN, Ziplist};
use crate::block::Block;
use crate::element::Element;
use crate::listpack::Listpack;

/// Why bytes are not a ziplist; offsets count from the first byte of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// Shorter than an empty ziplist, or longer than any.
    Length,
    /// The header has another length than the bytes have.
    Total,
    /// The last byte is not the end, or an end stands at this offset.
    End(usize),
    /// At this offset stands no entry that ends before the ziplist does.
    Entry(usize),
    /// The entry at this offset gives another length to the one before it than that has.
    PrevLength(usize),
    /// The last entry begins at this offset, or there is none and it is the header's length; the header has another.
    Tail(usize),
    /// The header has another number of elements than there are: this many.
    Count(usize),
}

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Corrupt::Length => write!(f, "no ziplist has this length"),
            Corrupt::Total => write!(f, "the header of the ziplist has another length"),
            Corrupt::End(offset) => {
                write!(f, "the ziplist does not end where it should, or ends at byte {offset}")
            }
            Corrupt::Entry(offset) => write!(f, "no entry of the ziplist at byte {offset}"),
            Corrupt::PrevLength(offset) => {
                write!(f, "the entry at byte {offset} is wrong about the length of the one before it")
            }
            Corrupt::Tail(offset) => {
                write!(f, "the last entry of the ziplist is at byte {offset}, its header has another place")
            }
            Corrupt::Count(count) => {
                write!(f, "the ziplist holds {count} elements, its header has another number")
            }
        }
    }
}

impl std::error::Error for Corrupt {}

/// Checks that `bytes` is a ziplist, from header to end, and shows every element on the way. O(n).
fn check(bytes: &[u8], mut see: impl FnMut(Element<'_>)) -> Result<(), Corrupt> {
    let &[a, b, c, d, e, f, g, h, i, j, ref rest @ ..] = bytes else { return Err(Corrupt::Length) };
    if rest.is_empty() || bytes.len() > LONGEST {
        return Err(Corrupt::Length);
    }
    if u32::from_le_bytes([a, b, c, d]) as usize != bytes.len() {
        return Err(Corrupt::Total);
    }
    let end = bytes.len() - 1;
    if bytes[end] != END {
        return Err(Corrupt::End(end));
    }
    let (mut offset, mut tail, mut count) = (HEADER, HEADER, 0);
    while offset < end {
        if bytes[offset] == END {
            return Err(Corrupt::End(offset));
        }
        // The last byte is the end's: no entry may reach into it.
        let Some(Found { prev, element, size, .. }) = decode(&bytes[offset..end]) else {
            return Err(Corrupt::Entry(offset));
        };
        if prev != offset - tail {
            return Err(Corrupt::PrevLength(offset));
        }
        see(element);
        (tail, offset) = (offset, offset + size);
        count += 1;
    }
    if u32::from_le_bytes([e, f, g, h]) as usize != tail {
        return Err(Corrupt::Tail(tail));
    }
    let said = u16::from_le_bytes([i, j]);
    if said != UNKNOWN && usize::from(said) != count {
        return Err(Corrupt::Count(count));
    }
    Ok(())
}

/// The elements of a ziplist from elsewhere, a dump or a file, as a listpack: what a server since Redis 7.0 makes of
/// it when it loads. All bytes are checked. O(n).
///
/// Strings that hold digits become integers. Whether a hash has a value for every field, and every field once, is the
/// caller's to check.
///
/// # Errors
/// What is wrong, and where.
pub fn to_listpack(bytes: &[u8]) -> Result<Listpack, Corrupt> {
    // What `bytes` holds there is known to be true only at the end, hence no more is reserved than was received.
    let mut listpack = Listpack::with_capacity(bytes.len().min(LONGEST));
    check(bytes, |element| {
        listpack.push_back(match element {
            Element::Bytes(text) => Element::new(text),
            integer => integer,
        });
    })?;
    listpack.shrink_to_fit();
    Ok(listpack)
}

impl Ziplist {
    /// Takes bytes from elsewhere, a dump or a file, after checking all of them. O(n).
    ///
    /// Strings that hold digits are accepted as strings, lengths and integers may be written in a wider form than they need, and
    /// any number of elements may be called unknown, as Redis does.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn from_bytes(bytes: &[u8]) -> Result<Ziplist, Corrupt> {
        check(bytes, |_| ())?;
        Ok(Ziplist(Block::from_slice(bytes)))
    }

    /// Checks every invariant. O(n).
    ///
    /// # Errors
    /// What is wrong, and where: a bug in this module.
    pub fn validate(&self) -> Result<(), Corrupt> {
        check(self.as_bytes(), |_| ())
    }
}
