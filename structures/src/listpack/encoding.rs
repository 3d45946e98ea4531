//! The bytes of one entry: its encoding byte, its data, its back length.

use crate::block::Block;
use crate::element::Element;

/// Bytes of the header: total length and number of elements.
pub(super) const HEADER: usize = 6;

/// The byte behind the last entry.
pub(super) const END: u8 = 0xff;

/// Strings of this length and above have a length of 12 bits.
const SHORT: usize = 1 << 6;

/// Strings of this length and above have a length of 32 bits.
const LONG: usize = 1 << 12;

const STRING_32: u8 = 0xf0;
const INT_16: u8 = 0xf1;
const INT_24: u8 = 0xf2;
const INT_32: u8 = 0xf3;
const INT_64: u8 = 0xf4;

/// What stands in front of a string, or all of an integer: 1 to 9 bytes.
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
            0..=127 => Head::of([le[0]]),
            -4096..=4095 => Head::of([0xc0 | le[1] & 0x1f, le[0]]),
            -0x8000..=0x7fff => Head::of([INT_16, le[0], le[1]]),
            -0x80_0000..=0x7f_ffff => Head::of([INT_24, le[0], le[1], le[2]]),
            -0x8000_0000..=0x7fff_ffff => Head::of([INT_32, le[0], le[1], le[2], le[3]]),
            _ => Head::of([INT_64, le[0], le[1], le[2], le[3], le[4], le[5], le[6], le[7]]),
        }
    }

    #[inline]
    fn string(len: usize) -> Head {
        let le = (len as u32).to_le_bytes();
        match len {
            0..SHORT => Head::of([0x80 | le[0]]),
            SHORT..LONG => Head::of([0xe0 | le[1], le[0]]),
            _ => Head::of([STRING_32, le[0], le[1], le[2], le[3]]),
        }
    }
}

/// An entry that is about to be written.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    head: Head,
    text: &'a [u8],
    back: usize,
}

impl<'a> Entry<'a> {
    #[inline]
    pub(super) fn new(element: Element<'a>) -> Entry<'a> {
        let (head, text) = match element {
            Element::Int(value) => (Head::integer(value), &[][..]),
            Element::Bytes(text) => (Head::string(text.len()), text),
        };
        Entry { head, text, back: back_size(head.len + text.len()) }
    }

    /// Bytes that the entry takes, back length included.
    #[inline]
    pub(super) fn size(&self) -> usize {
        self.head.len + self.text.len() + self.back
    }

    /// Writes the entry to the front of `out`, which must hold it.
    #[inline]
    pub(super) fn write(&self, out: &mut [u8]) {
        let len = self.head.len + self.text.len();
        out[..self.head.len].copy_from_slice(&self.head.bytes[..self.head.len]);
        out[self.head.len..len].copy_from_slice(self.text);
        write_back(len, &mut out[len..len + self.back]);
    }
}

/// Appends an entry to a block that ends with [`END`], in front of that.
#[inline]
pub(super) fn append(block: &mut Block, element: Element<'_>) {
    match element {
        Element::Bytes(text) if text.len() < SHORT => {
            let len = text.len() as u8;
            block.replace_end(1, [&[0x80 | len], text, &[len + 1, END]]);
        }
        Element::Int(value) => append_integer(block, value),
        Element::Bytes(text) => append_long(block, text),
    }
}

/// One arm for each size, so that each is a few stores; that was faster than to write sixteen bytes without a branch.
#[inline]
fn append_integer(block: &mut Block, value: i64) {
    let le = value.to_le_bytes();
    let [a, b, c, d, ..] = le;
    match value {
        0..=127 => block.replace_end(1, [&[a, 1, END]]),
        -4096..=4095 => block.replace_end(1, [&[0xc0 | b & 0x1f, a, 2, END]]),
        -0x8000..=0x7fff => block.replace_end(1, [&[INT_16, a, b, 3, END]]),
        -0x80_0000..=0x7f_ffff => block.replace_end(1, [&[INT_24, a, b, c, 4, END]]),
        -0x8000_0000..=0x7fff_ffff => block.replace_end(1, [&[INT_32, a, b, c, d, 5, END]]),
        _ => block.replace_end(1, [&[INT_64], &le, &[9, END]]),
    }
}

fn append_long(block: &mut Block, text: &[u8]) {
    let head = Head::string(text.len());
    let len = head.len + text.len();
    let mut back = [0; 5];
    let back = &mut back[..back_size(len)];
    write_back(len, back);
    block.replace_end(1, [&head.bytes[..head.len], text, back, &[END]]);
}

/// Bytes of the back length of an entry whose encoding and data take `len` bytes.
#[inline]
pub(super) fn back_size(len: usize) -> usize {
    // The largest number of 14, 21 and 28 bits takes a byte more than it would need: Redis compares with "less".
    match len {
        0..128 => 1,
        128..0x3fff => 2,
        0x3fff..0x1f_ffff => 3,
        0x1f_ffff..0xfff_ffff => 4,
        _ => 5,
    }
}

/// Writes a back length into all of `out`: seven bits a byte, the highest first; every byte but the first says
/// with its top bit that more stand before it.
#[inline]
fn write_back(len: usize, out: &mut [u8]) {
    if let [one] = out {
        *one = len as u8;
        return;
    }
    let mut rest = len;
    for byte in out.iter_mut().rev() {
        *byte = rest as u8 & 0x7f | 0x80;
        rest >>= 7;
    }
    out[0] &= 0x7f;
}

/// Reads the back length that ends where `bytes` ends: the length of encoding and data, and the bytes it took.
#[inline]
pub(super) fn read_back(bytes: &[u8]) -> (usize, usize) {
    let (mut len, mut size) = (0, 0);
    for &byte in bytes.iter().rev().take(5) {
        len |= usize::from(byte & 0x7f) << (7 * size);
        size += 1;
        if byte < 0x80 {
            break;
        }
    }
    (len, size)
}

/// Whether `bytes` is exactly the back length of an entry of `len` bytes.
pub(super) fn is_back(len: usize, bytes: &[u8]) -> bool {
    let mut right = [0; 5];
    let right = &mut right[..back_size(len)];
    write_back(len, right);
    bytes == right
}

/// Little-endian bytes as a signed integer.
#[inline]
fn signed<const N: usize>(bytes: [u8; N]) -> i64 {
    let mut wide = [0; 8];
    wide[..N].copy_from_slice(&bytes);
    let unused = 64 - 8 * N as u32;
    i64::from_le_bytes(wide) << unused >> unused
}

/// Reads the element in front of `bytes`, and the length of its encoding and data.
///
/// `None` where no encoding begins with this byte (the end does not either), or the entry is longer than `bytes`.
#[inline]
pub(super) fn decode(bytes: &[u8]) -> Option<(Element<'_>, usize)> {
    let string = |head: usize, len: usize| {
        let end = head.checked_add(len)?;
        Some((Element::Bytes(bytes.get(head..end)?), end))
    };
    match *bytes {
        [value @ 0..0x80, ..] => Some((Element::Int(i64::from(value)), 1)),
        [len @ 0x80..0xc0, ..] => string(1, usize::from(len & 0x3f)),
        [high @ 0xc0..0xe0, low, ..] => {
            Some((Element::Int(i64::from(i16::from_be_bytes([high << 3, 0]) >> 3 | i16::from(low))), 2))
        }
        [high @ 0xe0..=0xef, low, ..] => string(2, usize::from(high & 0xf) << 8 | usize::from(low)),
        [STRING_32, a, b, c, d, ..] => string(5, u32::from_le_bytes([a, b, c, d]) as usize),
        [INT_16, a, b, ..] => Some((Element::Int(signed([a, b])), 3)),
        [INT_24, a, b, c, ..] => Some((Element::Int(signed([a, b, c])), 4)),
        [INT_32, a, b, c, d, ..] => Some((Element::Int(signed([a, b, c, d])), 5)),
        [INT_64, a, b, c, d, e, f, g, h, ..] => Some((Element::Int(signed([a, b, c, d, e, f, g, h])), 9)),
        _ => None,
    }
}
