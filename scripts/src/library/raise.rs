//! Errors of library functions, which are strings to a script.
//!
//! A C function raises a string that begins with the place of its caller, `user_script:3: `. What a Rust function
//! returns as its error reaches Lua as a userdata of the interpreter's binding, so whoever hands errors to a script
//! (its `pcall` and `xpcall`) or to a client unwraps it with [`raised`].

use mlua::{Error, Lua};
use std::fmt;

/// What a library function raised: the string that Lua's `error` would have been called with.
#[derive(Debug)]
pub struct Raised {
    message: Vec<u8>,
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.message))
    }
}

impl std::error::Error for Raised {}

/// The string that stands for `error` in a script, where a library function raised it.
pub fn raised(error: &Error) -> Option<&[u8]> {
    match error {
        Error::CallbackError { cause, .. } | Error::WithContext { cause, .. } => raised(cause),
        Error::ExternalError(cause) => cause.downcast_ref::<Raised>().map(|raised| &raised.message[..]),
        _ => None,
    }
}

/// An error of exactly these words.
pub(super) fn plainly(message: impl Into<Vec<u8>>) -> Error {
    Error::external(Raised { message: message.into() })
}

/// An error with the place of the script that called the function, as `luaL_error` raises it.
pub(super) fn here(lua: &Lua, message: impl AsRef<[u8]>) -> Error {
    let mut text = place(lua).into_bytes();
    text.extend_from_slice(message.as_ref());
    plainly(text)
}

/// What Lua says when it has no memory, for what a library refuses to write.
pub(super) fn too_much() -> Error {
    plainly("not enough memory")
}

/// `user_script:3: `, or nothing where the caller is no Lua function.
fn place(lua: &Lua) -> String {
    let place = lua.inspect_stack(1, |caller| {
        let line = caller.current_line().filter(|line| *line > 0)?;
        Some(format!("{}:{line}: ", caller.source().short_src.unwrap_or_default()))
    });
    place.flatten().unwrap_or_default()
}

/// Argument `number` is wrong, in the words of `luaL_argerror`: the function has the name under which it was called.
pub(super) fn argument(lua: &Lua, number: usize, problem: impl AsRef<[u8]>) -> Error {
    let (name, method) = lua
        .inspect_stack(0, |function| {
            let names = function.names();
            (names.name.map(|name| name.into_owned()), names.name_what == Some("method"))
        })
        .unwrap_or_default();
    let name = name.unwrap_or_else(|| "?".into());
    let mut text = match number {
        1 if method => format!("calling '{name}' on bad self ("),
        number => format!("bad argument #{} to '{name}' (", number - usize::from(method)),
    }
    .into_bytes();
    text.extend_from_slice(problem.as_ref());
    text.push(b')');
    here(lua, text)
}
