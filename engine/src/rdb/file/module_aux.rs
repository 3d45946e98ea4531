//! Data of modules that belongs to no key: where it stood, then parts as in a module's value. It is kept as it came.

use super::super::error::Error;
use super::super::kind::{module_opcode, opcode};
use super::super::reader::Reader;
use super::super::value::read_parts;
use super::super::writer::Writer;
use std::io::{Read, Write};

/// Where in a file it stood: before the keys.
const BEFORE_KEYS: u64 = 1;

/// One module's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleAux {
    /// The number of the module's type.
    id: u64,
    /// Where it stood.
    when: u64,
    /// What the module wrote.
    parts: Vec<u8>,
}

impl ModuleAux {
    /// Whether it stands before the keys, not behind them.
    pub fn before_keys(&self) -> bool {
        self.when == BEFORE_KEYS
    }

    /// Reads what stands behind the opcode. O(bytes).
    pub(super) fn read<R: Read>(reader: &mut Reader<R>) -> Result<Self, Error> {
        let id = reader.length()?;
        if reader.length()? != module_opcode::UNSIGNED {
            return Err(Error::corrupt("bad when_opcode"));
        }
        Ok(ModuleAux { id, when: reader.length()?, parts: read_parts(reader)? })
    }

    /// Writes it, opcode included.
    pub(super) fn write<W: Write>(&self, writer: &mut Writer<W>) {
        writer.byte(opcode::MODULE_AUX);
        for length in [self.id, module_opcode::UNSIGNED, self.when] {
            writer.length(length);
        }
        writer.put(&self.parts);
    }
}
