//! Writing: bytes, lengths, strings and doubles, gathered in a buffer on their way to wherever they go.
//!
//! Errors latch: once the sink has failed nothing more reaches it, and [`Writer::finish`] says what it was. So the
//! code that writes a value reads as if writing could not fail.

use super::checksum::Checksum;
use russet_structures::element::Element;
use russet_structures::lzf;
use std::io::{self, Write};

/// Bytes gathered before they are handed on.
const BUFFER: usize = 64 * 1024;
/// Strings up to this length are not worth compressing.
const SHORT: usize = 20;
/// A string that is compressed has to become this much shorter.
const GAIN: usize = 4;
/// The longest text that can spell an integer of 32 bits.
const INTEGER_TEXT: usize = 11;

/// A writer of the format's parts.
pub struct Writer<W> {
    sink: W,
    buffer: Vec<u8>,
    checksum: Option<Checksum>,
    compress: bool,
    /// Bytes handed to the sink.
    passed: u64,
    failure: Option<io::Error>,
    packed: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// A writer that compresses long strings if told to (`rdbcompression`).
    pub fn new(sink: W, compress: bool) -> Self {
        Writer {
            sink,
            buffer: Vec::new(),
            checksum: None,
            compress,
            passed: 0,
            failure: None,
            packed: Vec::new(),
        }
    }

    /// Keeps a checksum of everything written.
    #[must_use]
    pub fn with_checksum(mut self) -> Self {
        self.checksum = Some(Checksum::default());
        self
    }

    /// The number of bytes written so far.
    pub fn written(&self) -> u64 {
        self.passed + self.buffer.len() as u64
    }

    /// Where the bytes go.
    pub fn sink(&mut self) -> &mut W {
        &mut self.sink
    }

    /// What has gone wrong, if something has: a caller of many writes may look in between and give up.
    pub fn failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Hands what is gathered to the sink.
    ///
    /// # Errors
    /// The first error of the sink.
    pub fn finish(&mut self) -> io::Result<()> {
        self.flush();
        self.failure.take().map_or(Ok(()), Err)
    }

    /// The checksum of everything written, 0 if none is kept.
    pub fn checksum(&mut self) -> u64 {
        self.flush();
        self.checksum.as_ref().map_or(0, Checksum::value)
    }

    /// Writes bytes.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush();
            if bytes.len() > BUFFER {
                self.pass(bytes);
                return;
            }
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Writes a byte.
    #[inline]
    pub fn byte(&mut self, byte: u8) {
        self.put(&[byte]);
    }

    /// Writes a length: one byte below 64, two below 16384, five below 2^32, else nine.
    #[inline]
    pub fn length(&mut self, length: u64) {
        match length {
            0..0x40 => self.byte(length as u8),
            0x40..0x4000 => self.put(&(length as u16 | 0x4000).to_be_bytes()),
            0x4000..=0xffff_ffff => {
                self.byte(0x80);
                self.put(&(length as u32).to_be_bytes());
            }
            _ => {
                self.byte(0x81);
                self.put(&length.to_be_bytes());
            }
        }
    }

    /// Writes a string: as an integer if it spells one of 32 bits, compressed where that gains, else as it is. O(n).
    pub fn string(&mut self, bytes: &[u8]) {
        if bytes.len() <= INTEGER_TEXT
            && let Element::Int(value) = Element::new(bytes)
            && self.small_integer(value)
        {
            return;
        }
        if self.compress && bytes.len() > SHORT && self.compressed(bytes) {
            return;
        }
        self.length(bytes.len() as u64);
        self.put(bytes);
    }

    /// Writes an integer as a string.
    pub fn integer(&mut self, value: i64) {
        if !self.small_integer(value) {
            Element::Int(value).with_text(|text| {
                self.length(text.len() as u64);
                self.put(text);
            });
        }
    }

    /// Writes a string of `length` bytes that is compressed already. O(n).
    pub fn packed(&mut self, packed: &[u8], length: usize) {
        self.byte(0xc3);
        self.length(packed.len() as u64);
        self.length(length as u64);
        self.put(packed);
    }

    /// Writes an element as a string.
    pub fn element(&mut self, element: Element<'_>) {
        match element {
            Element::Int(value) => self.integer(value),
            Element::Bytes(bytes) => self.string(bytes),
        }
    }

    /// Writes a double as its eight bytes.
    pub fn double(&mut self, value: f64) {
        self.put(&value.to_le_bytes());
    }

    /// Writes a time in milliseconds.
    pub fn time_ms(&mut self, at: i64) {
        self.put(&at.to_le_bytes());
    }

    /// Writes an integer of up to 32 bits, the smallest way; returns whether it is one.
    fn small_integer(&mut self, value: i64) -> bool {
        if let Ok(value) = i8::try_from(value) {
            self.put(&[0xc0, value as u8]);
        } else if let Ok(value) = i16::try_from(value) {
            let [a, b] = value.to_le_bytes();
            self.put(&[0xc1, a, b]);
        } else if let Ok(value) = i32::try_from(value) {
            let [a, b, c, d] = value.to_le_bytes();
            self.put(&[0xc2, a, b, c, d]);
        } else {
            return false;
        }
        true
    }

    /// Writes a string compressed, if that is shorter. Returns whether it was.
    fn compressed(&mut self, bytes: &[u8]) -> bool {
        if u32::try_from(bytes.len()).is_err() {
            return false;
        }
        let mut packed = std::mem::take(&mut self.packed);
        packed.clear();
        let shorter = lzf::compress(bytes, bytes.len() - GAIN, &mut packed).is_some();
        if shorter {
            self.packed(&packed, bytes.len());
        }
        self.packed = packed;
        shorter
    }

    /// Hands the buffer to the sink.
    fn flush(&mut self) {
        let mut buffer = std::mem::take(&mut self.buffer);
        self.pass(&buffer);
        buffer.clear();
        self.buffer = buffer;
    }

    /// Hands bytes to the sink.
    fn pass(&mut self, bytes: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(bytes);
        }
        self.passed += bytes.len() as u64;
        if let Err(error) = self.sink.write_all(bytes) {
            self.failure = Some(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(compress: bool, write: impl FnOnce(&mut Writer<&mut Vec<u8>>)) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, compress);
        write(&mut writer);
        writer.finish().unwrap();
        out
    }

    #[test]
    fn lengths_take_the_fewest_bytes() {
        for (length, bytes) in [
            (0, &[0][..]),
            (63, &[63]),
            (64, &[0x40, 64]),
            (16383, &[0x7f, 0xff]),
            (16384, &[0x80, 0, 0, 0x40, 0]),
            (0xffff_ffff, &[0x80, 0xff, 0xff, 0xff, 0xff]),
            (0x1_0000_0000, &[0x81, 0, 0, 0, 1, 0, 0, 0, 0]),
        ] {
            assert_eq!(written(false, |w| w.length(length)), bytes, "{length}");
        }
    }

    #[test]
    fn strings_that_spell_integers_are_integers() {
        assert_eq!(written(false, |w| w.string(b"-128")), [0xc0, 0x80]);
        assert_eq!(written(false, |w| w.string(b"128")), [0xc1, 0x80, 0]);
        assert_eq!(written(false, |w| w.string(b"-32769")), [0xc2, 0xff, 0x7f, 0xff, 0xff]);
        assert_eq!(written(false, |w| w.string(b"007")), [3, b'0', b'0', b'7']);
        assert_eq!(written(false, |w| w.string(b"2147483648")), b"\x0a2147483648");
        assert_eq!(written(false, |w| w.integer(i64::MIN)), b"\x14-9223372036854775808");
    }

    #[test]
    fn long_strings_are_compressed_where_that_gains() {
        let same = [b'a'; 100];
        let packed = written(true, |w| w.string(&same));
        assert_eq!(packed[0], 0xc3);
        assert!(packed.len() < 20);
        assert_eq!(written(true, |w| w.string(&same[..20]))[0], 20);
        assert_eq!(written(false, |w| w.string(&same)).len(), 102);
    }

    #[test]
    fn a_failing_sink_is_told_at_the_end_and_left_alone() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                self.0 += 1;
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut writer = Writer::new(Full(0), false);
        for _ in 0..3 {
            writer.put(&[0; BUFFER + 1]);
        }
        assert!(writer.failed());
        assert_eq!(writer.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(writer.sink().0, 1);
    }
}
