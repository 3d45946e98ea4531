//! Data of modules that belongs to no key: parts, each after a number that says what it is, up to one that says END.
//! It can be passed over, and kept, without the module.

use super::super::error::Error;
use super::super::kind::{module_opcode, opcode};
use super::super::reader::Reader;
use super::super::writer::Writer;
use std::io::{Read, Write};

/// Where in a file it stood: before the keys.
const BEFORE_KEYS: u64 = 1;

/// One module's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleAux {
    /// It stands before the keys, not behind them.
    pub before_keys: bool,
    /// Everything behind the opcode, as it is written.
    bytes: Box<[u8]>,
}

impl ModuleAux {
    /// Reads what stands behind the opcode. O(bytes).
    pub(super) fn read<R: Read>(reader: &mut Reader<R>) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, false);
        writer.length(reader.length()?);
        if reader.length()? != module_opcode::UNSIGNED {
            return Err(Error::corrupt("bad when_opcode"));
        }
        let when = reader.length()?;
        writer.length(module_opcode::UNSIGNED);
        writer.length(when);
        copy_parts(reader, &mut writer)?;
        writer.finish().map_err(Error::Io)?;
        drop(writer);
        Ok(ModuleAux { before_keys: when == BEFORE_KEYS, bytes: bytes.into() })
    }

    /// Writes it, opcode included.
    pub(super) fn write<W: Write>(&self, writer: &mut Writer<W>) {
        writer.byte(opcode::MODULE_AUX);
        writer.put(&self.bytes);
    }
}

/// Copies parts up to the one that says END, that one included.
fn copy_parts<R: Read, W: Write>(reader: &mut Reader<R>, writer: &mut Writer<W>) -> Result<(), Error> {
    loop {
        let part = reader.length()?;
        writer.length(part);
        match part {
            module_opcode::END => return Ok(()),
            module_opcode::SIGNED | module_opcode::UNSIGNED => writer.length(reader.length()?),
            module_opcode::FLOAT => writer.put(&reader.array::<4>()?),
            module_opcode::DOUBLE => writer.put(&reader.array::<8>()?),
            module_opcode::STRING => writer.element(reader.string()?),
            _ => return Err(Error::corrupt("a part of a module's data of an unknown kind")),
        }
    }
}
