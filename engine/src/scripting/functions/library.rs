//! One library: its first line, and what it has registered.

use super::Registered;
use crate::error::Error;
use crate::params::words;
use crate::scripting::shebang::Flags;
use std::sync::Arc;

/// A library of functions.
#[derive(Debug)]
pub struct Library {
    /// Its name.
    pub name: Arc<str>,
    /// The language that it is written in.
    pub engine: &'static str,
    /// Its code, the first line included.
    pub code: Box<[u8]>,
    /// What it has registered, in this order.
    pub functions: Vec<Arc<Function>>,
}

/// A function of a library.
#[derive(Clone, Debug)]
pub struct Function {
    /// By what it is called.
    pub name: Arc<str>,
    /// What its author says about it.
    pub description: Option<Vec<u8>>,
    /// What it promises.
    pub flags: Flags,
    /// By what its engine knows it.
    pub id: u64,
}

impl Library {
    pub(super) fn new(
        name: String,
        engine: &'static str,
        code: &[u8],
        functions: Vec<Registered>,
    ) -> Library {
        let functions = functions.into_iter().map(|Registered { name, description, flags, id }| {
            Arc::new(Function { name: name.into(), description, flags, id })
        });
        Library { name: name.into(), engine, code: code.into(), functions: functions.collect() }
    }

    /// Bytes that it takes here, what its engine keeps of it left aside. O(functions).
    pub fn memory(&self) -> usize {
        let function = |function: &Arc<Function>| {
            size_of::<Function>() + function.name.len() + function.description.as_ref().map_or(0, Vec::len)
        };
        let own = size_of::<Library>() + self.name.len() + self.code.len();
        own + self.functions.iter().map(function).sum::<usize>()
    }
}

/// What the first line of a library says: `#!lua name=mylib`.
pub(super) struct Header<'a> {
    pub(super) engine: Vec<u8>,
    pub(super) name: String,
    /// The code without the line, its end included, so that errors name the right line.
    pub(super) body: &'a [u8],
}

/// Names of libraries and functions.
const NAMES: &str = "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one \
                     character long";

/// Whether a library or a function may be called so.
pub(super) fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

impl<'a> Header<'a> {
    /// Reads the first line.
    ///
    /// # Errors
    /// If there is none, or it says too little or too much.
    pub(super) fn read(code: &'a [u8]) -> Result<Header<'a>, Error> {
        let invalid = || Error::new("ERR Invalid library metadata");
        if !code.starts_with(b"#!") {
            return Err(Error::new("ERR Missing library metadata"));
        }
        let end = memchr::memchr(b'\n', code).ok_or_else(invalid)?;
        let (line, body) = code.split_at(end);
        let mut parts = words::split(line).ok_or_else(invalid)?.into_iter();
        let engine = parts.next().ok_or_else(invalid)?.split_off(2);
        let mut name = None;
        for part in parts {
            match part.split_at_checked(5) {
                Some((key, value)) if key.eq_ignore_ascii_case(b"name=") => {
                    if name.replace(value.to_vec()).is_some() {
                        let text = "ERR Invalid metadata value, name argument was given multiple times";
                        return Err(Error::new(text));
                    }
                }
                _ => return Err(Error::quoting("ERR Invalid metadata value given: ", &part, "")),
            }
        }
        let name = name.ok_or(Error::new("ERR Library name was not given"))?;
        match String::from_utf8(name) {
            Ok(name) if is_name(name.as_bytes()) => Ok(Header { engine, name, body }),
            _ => Err(Error::new(NAMES)),
        }
    }
}

/// The name of the library with this code, if it says one.
pub(crate) fn library_name(code: &[u8]) -> Option<String> {
    Header::read(code).ok().map(|header| header.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str) -> String {
        match Header::read(code.as_bytes()) {
            Ok(Header { engine, name, body }) => {
                format!("{} {name} {}", String::from_utf8_lossy(&engine), String::from_utf8_lossy(body))
            }
            Err(error) => String::from_utf8_lossy(error.text()).into_owned(),
        }
    }

    #[test]
    fn first_lines() {
        assert_eq!(told("#!lua name=lib\ncode"), "lua lib \ncode");
        assert_eq!(told("#!LUA  NAME=\"lib\" \ncode"), "LUA lib \ncode");
        assert_eq!(told("return 1"), "ERR Missing library metadata");
        assert_eq!(told("#!lua name=lib"), "ERR Invalid library metadata");
        assert_eq!(told("#!lua \"name=a\nx"), "ERR Invalid library metadata");
        assert_eq!(told("#!\nx"), "ERR Library name was not given");
        assert_eq!(told("#!lua name=a extra\nx"), "ERR Invalid metadata value given: extra");
        assert!(told("#!lua name=a name=a\nx").ends_with("multiple times"));
        for name in ["", "a.b", "\u{e9}", "a-b"] {
            assert_eq!(told(&format!("#!lua name={name}\nx")), NAMES);
        }
    }
}
