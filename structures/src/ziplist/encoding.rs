//! The bytes of one entry: the length of the entry before it, its encoding, its data.

use crate::element::Element;

/// Bytes of the header: total length, offset of the last entry, number of elements.
pub(super) const HEADER: usize = 10;

/// The byte behind the last entry.
pub(super) const END: u8 = 0xff;

/// Announces a previous length of 4 bytes.
const WIDE: u8 = 0xfe;

/// Bytes of a previous length that is announced by [`WIDE`].
pub(super) const WIDE_SIZE: usize = 5;

const INT_16: u8 = 0xc0;
const INT_24: u8 = 0xf0;
const INT_32: u8 = 0xd0;
const INT_64: u8 = 0xe0;
const INT_8: u8 = 0xfe;

/// The encoding of the integer 0; those up to [`IMMEDIATE`] follow.
const ZERO: u8 = 0xf1;

/// The greatest integer that stands in its encoding byte.
const IMMEDIATE: i64 = 12;

const STRING_32: u8 = 0x80;

/// Bytes that the previous length needs for this value.
#[inline]
pub(super) fn prev_size(prev: usize) -> usize {
    if prev < usize::from(WIDE) { 1 } else { WIDE_SIZE }
}

/// Writes a previous length into all of `out`: 1 byte, or 5 even where 1 would do.
#[inline]
pub(super) fn write_prev(prev: usize, out: &mut [u8]) {
    match out {
        [byte] => *byte = prev as u8,
        _ => {
            out[0] = WIDE;
            out[1..].copy_from_slice(&(prev as u32).to_le_bytes());
        }
    }
}

/// What stands between the previous length and a string, or behind the previous length of an integer: 1 to 9 bytes.
#[derive(Clone, Copy)]
struct Head {
    bytes: [u8; 9],
    len: usize,
}

impl Head {
    #[inline]
    fn of<const N: usize>(start: [u8; N]) -> Head {
        let mut bytes = [0; 9];
        bytes[..N].copy_from_slice(&start);
        Head { bytes, len: N }
    }

    #[inline]
    fn integer(value: i64) -> Head {
        let le = value.to_le_bytes();
        match value {
            0..=IMMEDIATE => Head::of([ZERO + le[0]]),
            -0x80..=0x7f => Head::of([INT_8, le[0]]),
            -0x8000..=0x7fff => Head::of([INT_16, le[0], le[1]]),
            -0x80_0000..=0x7f_ffff => Head::of([INT_24, le[0], le[1], le[2]]),
            -0x8000_0000..=0x7fff_ffff => Head::of([INT_32, le[0], le[1], le[2], le[3]]),
            _ => Head::of([INT_64, le[0], le[1], le[2], le[3], le[4], le[5], le[6], le[7]]),
        }
    }

    #[inline]
    fn string(len: usize) -> Head {
        let be = (len as u32).to_be_bytes();
        match len {
            ..0x40 => Head::of([be[3]]),
            0x40..0x4000 => Head::of([0x40 | be[2], be[3]]),
            _ => Head::of([STRING_32, be[0], be[1], be[2], be[3]]),
        }
    }
}

/// An entry that is about to be written.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    head: Head,
    text: &'a [u8],
}

impl<'a> Entry<'a> {
    #[inline]
    pub(super) fn new(element: Element<'a>) -> Entry<'a> {
        match element {
            Element::Int(value) => Entry { head: Head::integer(value), text: &[] },
            Element::Bytes(text) => Entry { head: Head::string(text.len()), text },
        }
    }

    /// Bytes that the entry takes behind one of `prev` bytes.
    #[inline]
    pub(super) fn size(&self, prev: usize) -> usize {
        prev_size(prev) + self.head.len + self.text.len()
    }

    /// Writes the entry into `out`, which must have its size.
    #[inline]
    pub(super) fn write(&self, prev: usize, out: &mut [u8]) {
        let (before, rest) = out.split_at_mut(prev_size(prev));
        let (head, text) = rest.split_at_mut(self.head.len);
        write_prev(prev, before);
        head.copy_from_slice(&self.head.bytes[..self.head.len]);
        text.copy_from_slice(self.text);
    }
}

/// An entry as it stands in a ziplist.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    /// Bytes of the entry before it, as it says.
    pub(super) prev: usize,
    /// Bytes that this takes: 1 or 5.
    pub(super) prev_size: usize,
    pub(super) element: Element<'a>,
    /// Bytes of the whole entry.
    pub(super) size: usize,
}

/// Little-endian bytes as a signed integer.
#[inline]
fn signed<const N: usize>(bytes: [u8; N]) -> i64 {
    let mut wide = [0; 8];
    wide[..N].copy_from_slice(&bytes);
    let unused = 64 - 8 * N as u32;
    i64::from_le_bytes(wide) << unused >> unused
}

/// Reads the entry in front of `bytes`. `None` where none begins (the end does not either), or it is longer.
#[inline]
pub(super) fn decode(bytes: &[u8]) -> Option<Found<'_>> {
    let (prev, rest) = match *bytes {
        [prev @ ..WIDE, ref rest @ ..] => (usize::from(prev), rest),
        [WIDE, a, b, c, d, ref rest @ ..] => (u32::from_le_bytes([a, b, c, d]) as usize, rest),
        _ => return None,
    };
    let string = |head: usize, len: usize| {
        let end = head.checked_add(len)?;
        Some((Element::Bytes(rest.get(head..end)?), end))
    };
    let (element, len) = match *rest {
        [len @ ..0x40, ..] => string(1, usize::from(len))?,
        [high @ 0x40..STRING_32, low, ..] => string(2, usize::from(high & 0x3f) << 8 | usize::from(low))?,
        // Redis looks at the upper two bits alone.
        [STRING_32..INT_16, a, b, c, d, ..] => string(5, u32::from_be_bytes([a, b, c, d]) as usize)?,
        [value @ ZERO..INT_8, ..] => (Element::Int(i64::from(value - ZERO)), 1),
        [INT_8, a, ..] => (Element::Int(signed([a])), 2),
        [INT_16, a, b, ..] => (Element::Int(signed([a, b])), 3),
        [INT_24, a, b, c, ..] => (Element::Int(signed([a, b, c])), 4),
        [INT_32, a, b, c, d, ..] => (Element::Int(signed([a, b, c, d])), 5),
        [INT_64, a, b, c, d, e, f, g, h, ..] => (Element::Int(signed([a, b, c, d, e, f, g, h])), 9),
        _ => return None,
    };
    let prev_size = bytes.len() - rest.len();
    Some(Found { prev, prev_size, element, size: prev_size + len })
}

/// The entry at `offset`.
///
/// # Panics
/// When no entry begins there, which a valid ziplist and a valid offset exclude.
#[inline]
pub(super) fn read(bytes: &[u8], offset: usize) -> Found<'_> {
    match decode(&bytes[offset..]) {
        Some(found) => found,
        None => no_entry(offset),
    }
}

#[cold]
fn no_entry(offset: usize) -> ! {
    panic!("no entry of the ziplist begins at byte {offset}")
}
