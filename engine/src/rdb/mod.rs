//! The RDB codec: values as bytes, for snapshots, `DUMP` and `RESTORE`, and whoever sends a dataset elsewhere.
//!
//! ```text
//!  file:   REDIS0010  AUX name value ...  FUNCTION code ...
//!          SELECT db  RESIZE keys volatile  [EXPIRY at] [IDLE | FREQUENCY] type key value ...  END checksum
//!  dump:   type value version checksum
//! ```
//!
//! Everything is made of three parts: lengths of one to nine bytes, strings (plain, compressed, or integers of up to
//! four bytes), and doubles. [`Writer`] and [`Reader`] know these, and files know nothing else.
//!
//! | file | what it is about |
//! |---|---|
//! | `kind.rs` | the numbers: types, opcodes, versions |
//! | `writer.rs`, `reader.rs` | the parts |
//! | `checksum.rs` | CRC-64 |
//! | `value/` | values of every type, made of the parts |
//! | `file/` | what stands around the values of a snapshot |
//! | `dump.rs` | a value by itself |
//!
//! # Which version is written?
//!
//! The oldest that can hold the data, so that an older server can read it: 10, unless a stream's consumers were active
//! at another time than they were seen (11), or fields of hashes expire (80, Valkey 9's form).

mod checksum;
mod dump;
mod error;
pub mod file;
mod kind;
mod reader;
mod value;
mod writer;

pub use checksum::Checksum;
pub use dump::{Refusal, dump, length_of, restore};
pub use error::Error;
pub use kind::{Kind, Version, module_opcode, opcode};
pub use reader::{Length, Reader};
pub use value::{Rules, kind_of, read_entry, read_parts, version_of, write_value};
pub use writer::Writer;
