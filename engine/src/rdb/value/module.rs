//! Values of modules: the number of the type, then parts, each behind its opcode, to an end. They are kept as they
//! came, without being unpacked.

use crate::rdb::{Error, Length, Reader, Writer, module_opcode};
use crate::value::ModuleValue;
use std::io::{Read, Write};

/// Bytes that are copied at a time.
const STEP: usize = 64 * 1024;

pub(super) fn write<W: Write>(writer: &mut Writer<W>, value: &ModuleValue) {
    writer.length(value.id());
    writer.put(value.parts());
}

pub(super) fn read<R: Read>(reader: &mut Reader<R>) -> Result<ModuleValue, Error> {
    let id = reader.length()?;
    Ok(ModuleValue::new(id, read_parts(reader)?))
}

/// Reads what a module wrote, up to the end of it, and returns it as it came. O(bytes).
///
/// # Errors
/// If the bytes end, or are no such parts.
pub fn read_parts<R: Read>(reader: &mut Reader<R>) -> Result<Vec<u8>, Error> {
    let mut parts = Vec::new();
    let mut copy = Writer::new(&mut parts, false);
    loop {
        let opcode = reader.length()?;
        copy.length(opcode);
        match opcode {
            module_opcode::END => break,
            module_opcode::SIGNED | module_opcode::UNSIGNED => copy.length(reader.length()?),
            module_opcode::FLOAT => copy_bytes(reader, &mut copy, 4)?,
            module_opcode::DOUBLE => copy_bytes(reader, &mut copy, 8)?,
            module_opcode::STRING => copy_string(reader, &mut copy)?,
            _ => return Err(Error::corrupt("a part of a module's value of an unknown kind")),
        }
    }
    // A vector takes everything.
    let _ = copy.finish();
    drop(copy);
    Ok(parts)
}

fn copy_string<R: Read, W: Write>(reader: &mut Reader<R>, copy: &mut Writer<W>) -> Result<(), Error> {
    match reader.length_or_kind()? {
        Length::Plain(length) => {
            copy.length(length);
            copy_bytes(reader, copy, length)
        }
        Length::Special(kind @ 0..=2) => {
            copy.byte(0xc0 | kind);
            copy_bytes(reader, copy, 1 << kind)
        }
        Length::Special(3) => {
            let (packed, length) = (reader.length()?, reader.length()?);
            copy.byte(0xc3);
            copy.length(packed);
            copy.length(length);
            copy_bytes(reader, copy, packed)
        }
        Length::Special(_) => Err(Error::corrupt("a string of an unknown form")),
    }
}

/// Copies so many bytes, as they arrive.
fn copy_bytes<R: Read, W: Write>(
    reader: &mut Reader<R>,
    copy: &mut Writer<W>,
    count: u64,
) -> Result<(), Error> {
    let mut left = count;
    while left > 0 {
        let step = left.min(STEP as u64);
        copy.put(reader.take(step as usize)?);
        left -= step;
    }
    Ok(())
}
