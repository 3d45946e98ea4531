//! What a command answers when it cannot do its work: a RESP error, with its code and text.

use std::borrow::Cow;
use std::fmt;

/// What running a command yields: a reply that has been written, or an error still to be written.
pub type Outcome = Result<(), Error>;

/// An error reply without its leading `-`: a code in capitals, a space, a text (`ERR syntax error`).
///
/// Bytes, not text: some errors quote what a client sent. CR and LF become spaces when it is written.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Cow<'static, [u8]>);

impl Error {
    /// The arguments do not follow the command's syntax.
    pub const SYNTAX: Error = Error::new("ERR syntax error");
    /// An argument or a value should be a 64-bit integer.
    pub const NOT_AN_INTEGER: Error = Error::new("ERR value is not an integer or out of range");
    /// An argument or a value should be a floating point number.
    pub const NOT_A_FLOAT: Error = Error::new("ERR value is not a valid float");
    /// An argument should be zero or more.
    pub const NOT_POSITIVE: Error = Error::new("ERR value is out of range, must be positive");
    /// The key holds a value of another type.
    pub const WRONG_TYPE: Error =
        Error::new("WRONGTYPE Operation against a key holding the wrong kind of value");
    /// The key does not exist.
    pub const NO_SUCH_KEY: Error = Error::new("ERR no such key");
    /// A database index is outside `databases`.
    pub const DB_INDEX: Error = Error::new("ERR DB index is out of range");
    /// An index or an offset is outside what is allowed.
    pub const OUT_OF_RANGE: Error = Error::new("ERR index out of range");

    /// An error with a fixed text.
    pub const fn new(text: &'static str) -> Self {
        Error(Cow::Borrowed(text.as_bytes()))
    }

    /// An error with a text made for the occasion.
    pub fn owned(text: impl Into<Vec<u8>>) -> Self {
        Error(Cow::Owned(text.into()))
    }

    /// The error for a command that was given too few or too many arguments; `name` as in `client|list`.
    pub fn arity(name: &str) -> Self {
        Error::owned(format!("ERR wrong number of arguments for '{name}' command"))
    }

    /// The error for a subcommand whose arguments it cannot make sense of; `given` is its name as it was sent.
    pub fn subcommand(container: &str, given: &[u8]) -> Self {
        const QUOTED_MAX: usize = 128;
        let given = String::from_utf8_lossy(&given[..given.len().min(QUOTED_MAX)]);
        Error::owned(format!(
            "ERR unknown subcommand or wrong number of arguments for '{given}'. Try {container} HELP."
        ))
    }

    /// Begins with `before`, quotes `given`, ends with `after`.
    pub fn quoting(before: &str, given: &[u8], after: &str) -> Self {
        // Redis formats these texts as C strings.
        let given = given.split(|&b| b == 0).next().unwrap_or_default();
        Error::owned([before.as_bytes(), given, after.as_bytes()].concat())
    }

    /// Code and text.
    pub fn text(&self) -> &[u8] {
        &self.0
    }

    /// The code alone: everything before the first space. Error statistics are kept by it.
    pub fn code(&self) -> &[u8] {
        self.0.split(|&b| b == b' ').next().unwrap_or_default()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?})", String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl std::error::Error for Error {}
