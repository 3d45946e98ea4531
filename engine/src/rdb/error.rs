//! Why bytes could not be read.

use std::borrow::Cow;
use std::{fmt, io};

/// Why bytes could not be read.
#[derive(Debug)]
pub enum Error {
    /// They could not be got.
    Io(io::Error),
    /// They end too early.
    Truncated,
    /// They are not what the format says; the text says what is wrong.
    Corrupt(Cow<'static, str>),
    /// The checksum behind them is another than theirs.
    Checksum {
        /// Theirs.
        expected: u64,
        /// The one that stands there.
        found: u64,
    },
    /// They were written by a newer version, or for a module that is not there.
    Unknown(Cow<'static, str>),
}

impl Error {
    /// The bytes are not what the format says.
    pub const fn corrupt(why: &'static str) -> Self {
        Error::Corrupt(Cow::Borrowed(why))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(error) => error.fmt(f),
            Error::Truncated => f.write_str("unexpected end of the data"),
            Error::Checksum { expected, found } => {
                write!(f, "Wrong RDB checksum expected: ({expected:x}) but got ({found:x}). Aborting now.")
            }
            Error::Corrupt(why) | Error::Unknown(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}
