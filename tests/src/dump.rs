//! The payload of DUMP and RESTORE: a type, the value as an RDB file holds it, a version, a checksum.
//!
//! ```text
//!  +------+------------------- ··· ---+-------------+-------------+
//!  | type | value, made of strings    | version u16 | CRC-64      |
//!  |      | and lengths               | little end. | little end. |
//!  +------+------------------- ··· ---+-------------+-------------+
//! ```

use crate::client::Client;
use crate::resp::Value;
use crc::{CRC_64_REDIS, Crc};

/// An intset of a set.
pub const RDB_SET_INTSET: u8 = 11;

/// A stream of listpacks as Redis 7.0 writes it: nodes, history, groups.
pub const RDB_STREAM_LISTPACKS_2: u8 = 19;

/// The same since 7.2: consumers have a time of activity.
pub const RDB_STREAM_LISTPACKS_3: u8 = 21;

/// The version that [`restore`] writes: Redis 6.0's, which all servers read.
const VERSION: u16 = 9;

const CRC: Crc<u64> = Crc::<u64>::new(&CRC_64_REDIS);

/// What DUMP gave, its checksum verified.
#[derive(Clone, Debug)]
pub struct Dump {
    /// The value's type in RDB files.
    pub kind: u8,
    /// The value.
    pub body: Vec<u8>,
}

/// Dumps a key.
///
/// # Errors
/// A text: the key is not there, or the payload is not sound.
pub fn dump(client: &mut Client, key: &str) -> Result<Dump, String> {
    let reply = client.call(&["DUMP", key]).map_err(|e| e.to_string())?.value;
    let Value::Bulk(payload) = reply else { return Err(format!("DUMP {key}: {reply:?}")) };
    let [kind, .., _, _, _, _, _, _, _, _, _, _] = payload[..] else { return Err("a short payload".into()) };
    let (covered, checksum) = payload.split_at(payload.len() - 8);
    if CRC.checksum(covered).to_le_bytes() != checksum {
        return Err(format!("DUMP {key}: wrong checksum"));
    }
    Ok(Dump { kind, body: covered[1..covered.len() - 2].to_vec() })
}

/// Restores a value under a key, in the place of what is there.
///
/// # Errors
/// The server's answer, if it is not OK.
pub fn restore(client: &mut Client, key: &str, kind: u8, body: &[u8]) -> Result<(), String> {
    let mut payload = vec![kind];
    payload.extend_from_slice(body);
    payload.extend_from_slice(&VERSION.to_le_bytes());
    payload.extend_from_slice(&CRC.checksum(&payload).to_le_bytes());
    let words: [&[u8]; 5] = [b"RESTORE", key.as_bytes(), b"0", &payload, b"REPLACE"];
    match client.call(&words).map_err(|e| e.to_string())?.value {
        Value::Simple(ok) if ok == b"OK" => Ok(()),
        other => Err(format!("RESTORE {key}: {other:?}")),
    }
}

/// A length as RDB files hold it, or the two bits and six that announce a special string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A number.
    Plain(u64),
    /// 0 to 2: an integer of 1, 2, 4 bytes; 3: LZF.
    Special(u8),
}

/// Reads the parts of a value. Every method fails, with a text, where the value ends early.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the front of `body`.
    pub fn new(body: &'a [u8]) -> Reader<'a> {
        Reader { rest: body }
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("the value ends early")?;
        self.rest = rest;
        Ok(taken)
    }

    /// A length.
    pub fn length(&mut self) -> Result<Length, String> {
        let first = self.take(1)?[0];
        Ok(match (first >> 6, first) {
            (0, _) => Length::Plain(u64::from(first & 63)),
            (1, _) => Length::Plain(u64::from(first & 63) << 8 | u64::from(self.take(1)?[0])),
            (2, 0x80) => {
                Length::Plain(u64::from(u32::from_be_bytes(self.take(4)?.try_into().expect("4 bytes"))))
            }
            (2, 0x81) => Length::Plain(u64::from_be_bytes(self.take(8)?.try_into().expect("8 bytes"))),
            (3, _) => Length::Special(first & 63),
            _ => return Err(format!("no length begins with {first:#x}")),
        })
    }

    /// A plain length, as a number.
    pub fn number(&mut self) -> Result<u64, String> {
        match self.length()? {
            Length::Plain(number) => Ok(number),
            Length::Special(_) => Err("a string in the place of a number".into()),
        }
    }

    /// A plain length, as a count.
    pub fn count(&mut self) -> Result<usize, String> {
        usize::try_from(self.number()?).map_err(|e| e.to_string())
    }

    /// A string; one that stands as an integer is given as its digits. Compressed ones are [`Reader::compressed`].
    pub fn string(&mut self) -> Result<Vec<u8>, String> {
        let integer = |bytes: &[u8]| {
            let mut wide = [if bytes[bytes.len() - 1] & 0x80 == 0 { 0 } else { 0xff }; 8];
            wide[..bytes.len()].copy_from_slice(bytes);
            i64::from_le_bytes(wide).to_string().into_bytes()
        };
        match self.length()? {
            Length::Plain(len) => Ok(self.take(usize::try_from(len).map_err(|e| e.to_string())?)?.to_vec()),
            Length::Special(width @ 0..=2) => Ok(integer(self.take(1 << width)?)),
            Length::Special(_) => Err("a compressed string".into()),
        }
    }

    /// A string that LZF made shorter: the compressed bytes and the length of the original. `None`, and nothing
    /// read, where the next string is not compressed.
    pub fn compressed(&mut self) -> Result<Option<(&'a [u8], usize)>, String> {
        let before = self.rest;
        if self.length()? != Length::Special(3) {
            self.rest = before;
            return Ok(None);
        }
        let (short, long) = (self.count()?, self.count()?);
        Ok(Some((self.take(short)?, long)))
    }
}

/// Writes the parts of a value.
#[derive(Clone, Debug, Default)]
pub struct Writer(
    /// What was written.
    pub Vec<u8>,
);

impl Writer {
    /// Appends a length.
    pub fn length(&mut self, length: u64) -> &mut Writer {
        match length {
            0..64 => self.0.push(length as u8),
            64..16384 => self.0.extend_from_slice(&(length as u16 | 0x4000).to_be_bytes()),
            16384..0x1_0000_0000 => {
                self.0.push(0x80);
                self.0.extend_from_slice(&(length as u32).to_be_bytes());
            }
            _ => {
                self.0.push(0x81);
                self.0.extend_from_slice(&length.to_be_bytes());
            }
        }
        self
    }

    /// Appends a string.
    pub fn string(&mut self, bytes: &[u8]) -> &mut Writer {
        self.length(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }
}
