//! The libraries that scripts find beside Lua's own: `cjson`, `cmsgpack`, `bit` and `struct`.
//!
//! Each does what the C library of that name does inside Redis 7.2, to the last word of its errors, since scripts match
//! on them. None of them holds more than a multiple of what it was given: a length that is only claimed reserves
//! nothing, nesting is walked with a stack on the heap and ends where Lua's own stack would have ended in C, and what
//! is written stops at [`LONGEST`].
//!
//! | file | library | what can be hostile |
//! |---|---|---|
//! | [`cjson`] | JSON, both ways | nesting, sparse arrays, numbers, broken escapes |
//! | [`cmsgpack`] | MessagePack, both ways | claimed lengths, nesting, keys that no table takes |
//! | [`structs`] | C structures in strings | sizes and alignments |
//! | [`bit`] | operations on 32 bits | nothing |

mod arguments;
mod bit;
mod cjson;
mod cmsgpack;
mod nesting;
mod raise;
mod structs;

pub use raise::{Raised, raised};

use mlua::{Lua, Result};

/// Bytes that one call writes at most: as much as a string of Redis holds. A table that stands in itself many times
/// would otherwise be written out exponentially often. More is refused as Lua refuses an allocation.
const LONGEST: usize = 512 << 20;

/// Slots of Lua's stack that a C function may take (`LUAI_MAXCSTACK`). The C libraries keep what they have begun there,
/// so this is where their nesting and the number of their results end, whatever their options allow.
const SLOTS: usize = 8000;

/// Puts the four libraries into the globals of `lua`.
///
/// # Errors
/// Lua is out of memory.
pub fn open(lua: &Lua) -> Result<()> {
    let globals = lua.globals();
    globals.raw_set("cjson", cjson::table(lua)?)?;
    globals.raw_set("cmsgpack", cmsgpack::table(lua)?)?;
    globals.raw_set("bit", bit::table(lua)?)?;
    globals.raw_set("struct", structs::table(lua)?)
}
