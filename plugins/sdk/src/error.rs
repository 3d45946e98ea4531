//! What a command answers when it cannot do its work.

use russet_plugin_abi::Status;
use std::borrow::Cow;
use std::fmt;

/// What running a command yields: a reply that has been written, or an error still to be written.
pub type Outcome = Result<(), Error>;

/// An error reply: a code in capitals, a space, a text (`ERR syntax error`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub(crate) Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// With this text.
    Text(Cow<'static, [u8]>),
    /// The server keeps it; this is the status that means it.
    Kept(Status),
}

impl Error {
    /// The arguments do not follow the command's syntax.
    pub const SYNTAX: Error = Error::new("ERR syntax error");
    /// An argument or a value should be a 64-bit integer.
    pub const NOT_AN_INTEGER: Error = Error::new("ERR value is not an integer or out of range");
    /// An argument or a value should be a floating point number.
    pub const NOT_A_FLOAT: Error = Error::new("ERR value is not a valid float");
    /// The key does not exist.
    pub const NO_SUCH_KEY: Error = Error::new("ERR no such key");

    /// An error with a fixed text.
    pub const fn new(text: &'static str) -> Error {
        Error(Kind::Text(Cow::Borrowed(text.as_bytes())))
    }

    /// An error with a text made for the occasion.
    pub fn owned(text: impl Into<Vec<u8>>) -> Error {
        Error(Kind::Text(Cow::Owned(text.into())))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Text(text) => f.write_str(&String::from_utf8_lossy(text)),
            Kind::Kept(status) => write!(f, "the server refused (status {status})"),
        }
    }
}

impl std::error::Error for Error {}
