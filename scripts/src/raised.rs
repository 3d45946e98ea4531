//! Errors that functions written in Rust raise, and what those see who catch them.

use crate::library;
use mlua::{Lua, Value};
use std::fmt;

/// An error that a function of the API raises, as [`Failure`](russet_engine::scripting::Failure) with a text that begins with its
/// code.
#[derive(Clone, Debug)]
pub(crate) struct Raised {
    pub(crate) text: Vec<u8>,
    /// It has been counted.
    pub(crate) counted: bool,
}

impl Raised {
    /// An error of the API itself.
    pub(crate) fn new(text: &str) -> Raised {
        Raised { text: [b"ERR ", text.as_bytes()].concat(), counted: false }
    }

    /// As it is raised.
    pub(crate) fn raise<T>(self) -> mlua::Result<T> {
        Err(mlua::Error::external(self))
    }

    /// The table that stands for it: what `redis.pcall` returns.
    pub(crate) fn table(&self, lua: &Lua) -> mlua::Result<Value> {
        let table = lua.create_table_with_capacity(0, 4)?;
        table.raw_set("err", lua.create_string(&self.text)?)?;
        if self.counted {
            table.raw_set("ignore_error_stats_update", true)?;
        }
        Ok(Value::Table(table))
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text))
    }
}

impl std::error::Error for Raised {}

/// What is told of something that was raised: a table or a text for what came from Rust, anything else as it is.
pub(crate) fn describe(lua: &Lua, error: Value) -> mlua::Result<Value> {
    let Value::Error(error) = error else { return Ok(error) };
    if let Some(raised) = error.downcast_ref::<Raised>() {
        return raised.table(lua);
    }
    match library::raised(&error) {
        Some(text) => lua.create_string(text).map(Value::String),
        None => lua.create_string(message(&error)).map(Value::String),
    }
}

/// What an error of the interpreter says, without the calls that led to it.
pub(crate) fn message(error: &mlua::Error) -> String {
    use mlua::Error;
    match error {
        Error::CallbackError { cause, .. } | Error::WithContext { cause, .. } => message(cause),
        Error::SyntaxError { message, .. } | Error::RuntimeError(message) | Error::MemoryError(message) => {
            message.lines().next().unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    }
}
