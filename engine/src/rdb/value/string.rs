//! Strings: the encoding that they would have if they were set as a whole.

use crate::rdb::{Error, Reader};
use crate::value::{Entry, New};
use russet_structures::element::Element;
use std::io::Read;

pub(super) fn read<R: Read>(reader: &mut Reader<R>, key: &[u8], expiry: Option<i64>) -> Result<Entry, Error> {
    let new = match reader.string()? {
        Element::Int(value) => New::Int(value),
        Element::Bytes(bytes) => New::Text(bytes),
    };
    let mut scratch = Vec::new();
    let (encoding, value) = new.prepare(key.len(), &mut scratch);
    Ok(Entry::new(key, encoding as u8, expiry, value))
}
