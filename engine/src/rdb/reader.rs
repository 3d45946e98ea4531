//! Reading: the counterparts of what [`Writer`](super::Writer) writes, from bytes that may be anything.
//!
//! # What bounds the memory?
//!
//! What has arrived, not what is claimed: a string is gathered in steps of [`STEP`] bytes until it is whole, so that a
//! length of 2^60 in a file of ten bytes costs ten bytes and an error. Counts of elements are never allocated for.

use super::checksum::Checksum;
use super::error::Error;
use russet_structures::element::Element;
use russet_structures::lzf;
use std::io::Read;

/// Bytes asked for at a time.
const STEP: usize = 256 * 1024;

/// A length, or how a string is kept that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A length.
    Plain(u64),
    /// The kind of a special string: an integer of one, two or four bytes, or compressed bytes.
    Special(u8),
}

/// A reader of the format's parts.
pub struct Reader<R> {
    source: R,
    buffer: Vec<u8>,
    /// What is between `at` and `end` has arrived and was not read.
    at: usize,
    end: usize,
    /// Up to here the checksum has seen the buffer.
    summed: usize,
    checksum: Option<Checksum>,
    /// Bytes of the source that have left the buffer.
    passed: u64,
    unpacked: Vec<u8>,
    packs: u64,
}

impl<R: Read> Reader<R> {
    /// A reader that keeps no checksum.
    pub fn new(source: R) -> Self {
        Reader {
            source,
            buffer: Vec::new(),
            at: 0,
            end: 0,
            summed: 0,
            checksum: None,
            passed: 0,
            unpacked: Vec::new(),
            packs: 0,
        }
    }

    /// Keeps a checksum of everything read.
    #[must_use]
    pub fn with_checksum(mut self) -> Self {
        self.checksum = Some(Checksum::default());
        self
    }

    /// Packed structures that have been read which may hold what they should not: those that `sanitize-dump-payload` is about.
    pub(super) fn packs(&self) -> u64 {
        self.packs
    }

    /// Counts one more of them.
    pub(super) fn note_pack(&mut self) {
        self.packs += 1;
    }

    /// Offset in the source of the next byte.
    pub fn position(&self) -> u64 {
        self.passed + self.at as u64
    }

    /// The checksum of everything read, 0 if none is kept.
    pub fn checksum(&mut self) -> u64 {
        self.sum_up();
        self.checksum.as_ref().map_or(0, Checksum::value)
    }

    /// What has been taken from the source and not been read, and the source itself: who comes next goes on there.
    pub fn into_rest(self) -> (Vec<u8>, R) {
        let Reader { source, mut buffer, at, end, .. } = self;
        buffer.truncate(end);
        buffer.drain(..at);
        (buffer, source)
    }

    /// The next `count` bytes. They stay until the next call. O(count).
    ///
    /// # Errors
    /// If there are not so many.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&[u8], Error> {
        if self.end - self.at < count {
            self.fill(count)?;
        }
        let from = self.at;
        self.at += count;
        Ok(&self.buffer[from..self.at])
    }

    /// The next bytes, as an array.
    ///
    /// # Errors
    /// If there are not so many.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// The next byte.
    ///
    /// # Errors
    /// If there is none.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Error> {
        Ok(self.take(1)?[0])
    }

    /// A length, or the kind of a special string.
    ///
    /// # Errors
    /// If the bytes end, or are no length.
    #[inline]
    pub fn length_or_kind(&mut self) -> Result<Length, Error> {
        let first = self.byte()?;
        Ok(Length::Plain(match first >> 6 {
            0 => u64::from(first),
            1 => u64::from(first & 0x3f) << 8 | u64::from(self.byte()?),
            2 => match first {
                0x80 => u64::from(u32::from_be_bytes(self.array()?)),
                0x81 => u64::from_be_bytes(self.array()?),
                _ => return Err(Error::corrupt("a length of an unknown form")),
            },
            _ => return Ok(Length::Special(first & 0x3f)),
        }))
    }

    /// A length.
    ///
    /// # Errors
    /// If the bytes end, or are no length.
    #[inline]
    pub fn length(&mut self) -> Result<u64, Error> {
        match self.length_or_kind()? {
            Length::Plain(length) => Ok(length),
            Length::Special(_) => Err(Error::corrupt("a string in the place of a length")),
        }
    }

    /// A length that counts bytes or elements in memory.
    ///
    /// # Errors
    /// If the bytes end, or are no length, or it is beyond what can be addressed.
    pub fn count(&mut self) -> Result<usize, Error> {
        usize::try_from(self.length()?).map_err(|_| Error::corrupt("a length beyond the address space"))
    }

    /// A string. An integer is what was written as one: text that spells an integer of more than 32 bits, or was
    /// written by somebody else, is bytes. They stay until the next call. O(n).
    ///
    /// # Errors
    /// If the bytes end, or are no string.
    pub fn string(&mut self) -> Result<Element<'_>, Error> {
        Ok(Element::Int(match self.length_or_kind()? {
            Length::Plain(length) => {
                let length = usize::try_from(length).map_err(|_| Error::Truncated)?;
                return Ok(Element::Bytes(self.take(length)?));
            }
            Length::Special(0) => i64::from(i8::from_le_bytes(self.array()?)),
            Length::Special(1) => i64::from(i16::from_le_bytes(self.array()?)),
            Length::Special(2) => i64::from(i32::from_le_bytes(self.array()?)),
            Length::Special(3) => return self.packed().map(Element::Bytes),
            Length::Special(_) => return Err(Error::corrupt("a string of an unknown form")),
        }))
    }

    /// A string as bytes of one's own. O(n).
    ///
    /// # Errors
    /// If the bytes end, or are no string.
    pub fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        self.string().map(|string| string.to_vec())
    }

    /// A double as eight bytes.
    ///
    /// # Errors
    /// If the bytes end.
    pub fn double(&mut self) -> Result<f64, Error> {
        self.array().map(f64::from_le_bytes)
    }

    /// A time in milliseconds.
    ///
    /// # Errors
    /// If the bytes end.
    pub fn time_ms(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_le_bytes)
    }

    /// A compressed string, unpacked.
    fn packed(&mut self) -> Result<&[u8], Error> {
        let (packed, length) = (self.count()?, self.count()?);
        if length > packed.saturating_mul(lzf::MAX_EXPANSION) {
            return Err(Error::corrupt("a compressed string that claims to hold too much"));
        }
        let mut unpacked = std::mem::take(&mut self.unpacked);
        let packed = self.take(packed)?;
        unpacked.resize(length, 0);
        let result = lzf::decompress_into(packed, &mut unpacked);
        self.unpacked = unpacked;
        result.map_err(|_| Error::corrupt("a compressed string that cannot be unpacked"))?;
        Ok(&self.unpacked)
    }

    fn sum_up(&mut self) {
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&self.buffer[self.summed..self.at]);
        }
        self.summed = self.at;
    }

    /// Makes the next `count` bytes stand in the buffer.
    #[cold]
    fn fill(&mut self, count: usize) -> Result<(), Error> {
        self.sum_up();
        self.buffer.copy_within(self.at..self.end, 0);
        self.passed += self.at as u64;
        self.end -= self.at;
        (self.at, self.summed) = (0, 0);
        if count <= STEP {
            self.buffer.truncate(self.end.max(STEP)); // a long string's room is given back
        }
        while self.end < count {
            if self.buffer.len() - self.end < STEP {
                self.buffer.resize(self.end + STEP.max(self.end / 2), 0);
            }
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Err(Error::Truncated),
                Ok(more) => self.end += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Io(error)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Writer;
    use super::*;

    #[test]
    fn reads_what_was_written() {
        let mut bytes = Vec::new();
        let long = [b"abc".repeat(5000), b"\0\xff".to_vec()].concat();
        let mut writer = Writer::new(&mut bytes, true).with_checksum();
        for length in [0, 63, 64, 16383, 16384, u64::from(u32::MAX), u64::MAX] {
            writer.length(length);
        }
        writer.string(b"");
        writer.string(b"-129");
        writer.string(&long);
        writer.integer(i64::MAX);
        writer.double(-0.0);
        let sum = writer.checksum();
        writer.finish().unwrap();

        let mut reader = Reader::new(&bytes[..]).with_checksum();
        for length in [0, 63, 64, 16383, 16384, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(reader.length().unwrap(), length);
        }
        assert_eq!(reader.string().unwrap(), Element::Bytes(b""));
        assert_eq!(reader.string().unwrap(), Element::Int(-129));
        assert_eq!(reader.bytes().unwrap(), long);
        assert_eq!(reader.bytes().unwrap(), i64::MAX.to_string().as_bytes());
        assert_eq!(reader.double().unwrap().to_bits(), (-0.0f64).to_bits());
        assert_eq!(reader.checksum(), sum);
        assert_eq!(reader.position(), bytes.len() as u64);
        assert!(matches!(reader.byte(), Err(Error::Truncated)));
    }

    #[test]
    fn a_claim_costs_what_arrived() {
        let claim = [&[0x81][..], &(1u64 << 60).to_be_bytes(), b"few"].concat();
        let mut reader = Reader::new(&claim[..]);
        assert!(matches!(reader.string(), Err(Error::Truncated)));
        assert!(reader.buffer.len() <= 2 * STEP);
        let packed = [0xc3, 3, 0x80, 0xff, 0xff, 0xff, 0xff, 0, 0, 0];
        assert!(matches!(Reader::new(&packed[..]).string(), Err(Error::Corrupt(_))));
    }

    #[test]
    fn a_string_longer_than_a_step_arrives_whole() {
        let mut bytes = Vec::new();
        let long: Vec<u8> = (0..3 * STEP as u32).map(|i| (i % 251) as u8).collect();
        let mut writer = Writer::new(&mut bytes, false);
        writer.string(&long);
        writer.string(b"after");
        writer.finish().unwrap();
        let mut reader = Reader::new(&bytes[..]);
        assert_eq!(reader.string().unwrap(), Element::Bytes(&long));
        assert_eq!(reader.string().unwrap(), Element::Bytes(b"after"));
    }
}
