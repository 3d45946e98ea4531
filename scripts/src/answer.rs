//! From what a command answers to what a script sees.

use mlua::{Lua, Table, Value};

/// What remains to be read.
struct Reader<'a> {
    bytes: &'a [u8],
}

/// The integer that a reply is, if it is one.
pub(crate) fn integer(reply: &[u8]) -> Option<Value> {
    let rest = reply.strip_prefix(b":")?;
    Some(number(Reader { bytes: rest }.int()))
}

/// Makes of a reply, as it would be sent, what a script is given. O(bytes).
pub(crate) fn value(lua: &Lua, reply: &[u8]) -> mlua::Result<Value> {
    Reader { bytes: reply }.read(lua)
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> &'a [u8] {
        let end = self.bytes.iter().position(|&byte| byte == b'\r').unwrap_or(self.bytes.len());
        let (line, rest) = self.bytes.split_at(end);
        self.bytes = rest.get(2..).unwrap_or_default();
        line
    }

    fn int(&mut self) -> i64 {
        let line = self.line();
        std::str::from_utf8(line).ok().and_then(|digits| digits.parse().ok()).unwrap_or_default()
    }

    /// Bytes of this length, and the end of the line behind them.
    fn bulk(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.bytes.split_at(length.min(self.bytes.len()));
        self.bytes = rest.get(2..).unwrap_or_default();
        bytes
    }

    fn read(&mut self, lua: &Lua) -> mlua::Result<Value> {
        let Some((&sign, rest)) = self.bytes.split_first() else { return Ok(Value::Nil) };
        self.bytes = rest;
        match sign {
            b'$' => match usize::try_from(self.int()) {
                Ok(length) => Ok(Value::String(lua.create_string(self.bulk(length))?)),
                Err(_) => Ok(Value::Boolean(false)),
            },
            b':' => Ok(number(self.int())),
            b'*' | b'>' => match usize::try_from(self.int()) {
                Ok(length) => self.array(lua, length),
                Err(_) => Ok(Value::Boolean(false)),
            },
            b'+' => {
                let text = self.line();
                single(lua, "ok", Value::String(lua.create_string(text)?))
            }
            b'-' => {
                let table = lua.create_table_with_capacity(0, 4)?;
                let text = self.line();
                table.raw_set("err", lua.create_string(text)?)?;
                table.raw_set("ignore_error_stats_update", true)?;
                Ok(Value::Table(table))
            }
            b'_' => {
                self.line();
                Ok(Value::Nil)
            }
            b'#' => Ok(Value::Boolean(self.line() == b"t")),
            b',' => {
                let text = String::from_utf8_lossy(self.line());
                single(lua, "double", Value::Number(text.parse().unwrap_or_default()))
            }
            b'(' => {
                let digits = self.line();
                single(lua, "big_number", Value::String(lua.create_string(digits)?))
            }
            b'=' => {
                let length = usize::try_from(self.int()).unwrap_or_default();
                let text = self.bulk(length);
                let parts = lua.create_table_with_capacity(0, 2)?;
                parts.raw_set("format", lua.create_string(text.get(..3).unwrap_or_default())?)?;
                parts.raw_set("string", lua.create_string(text.get(4..).unwrap_or_default())?)?;
                single(lua, "verbatim_string", Value::Table(parts))
            }
            b'%' => {
                let pairs = self.pairs(lua)?;
                single(lua, "map", Value::Table(pairs))
            }
            b'~' => {
                let length = usize::try_from(self.int()).unwrap_or_default();
                let members = lua.create_table_with_capacity(0, self.bounded(length))?;
                for _ in 0..length {
                    let member = self.read(lua)?;
                    put(&members, member, Value::Boolean(true))?;
                }
                single(lua, "set", Value::Table(members))
            }
            b'|' => {
                // Attributes are about the reply behind them, and a script is given the reply.
                self.pairs(lua)?;
                self.read(lua)
            }
            _ => Ok(Value::Nil),
        }
    }

    /// The bytes that follow, if they are bytes and a text.
    fn text(&mut self) -> Option<&'a str> {
        let before = self.bytes;
        self.bytes = before.strip_prefix(b"$")?;
        let length = usize::try_from(self.int()).ok();
        let text = length.and_then(|length| std::str::from_utf8(self.bulk(length)).ok());
        if text.is_none() {
            self.bytes = before;
        }
        text
    }

    /// No more than can follow.
    fn bounded(&self, length: usize) -> usize {
        length.min(self.bytes.len())
    }

    fn array(&mut self, lua: &Lua, length: usize) -> mlua::Result<Value> {
        let table = lua.create_table_with_capacity(self.bounded(length), 0)?;
        for index in 1..=length {
            match self.text() {
                // It goes straight to its place, and not through the table of values that Rust holds.
                Some(text) => table.raw_set(index, text)?,
                None => table.raw_set(index, self.read(lua)?)?,
            }
        }
        Ok(Value::Table(table))
    }

    fn pairs(&mut self, lua: &Lua) -> mlua::Result<Table> {
        let length = usize::try_from(self.int()).unwrap_or_default();
        let pairs = lua.create_table_with_capacity(0, self.bounded(length))?;
        for _ in 0..length {
            let (key, value) = (self.read(lua)?, self.read(lua)?);
            put(&pairs, key, value)?;
        }
        Ok(pairs)
    }
}

/// Puts a pair into a table; what cannot be a key of one is left out.
fn put(table: &Table, key: Value, value: Value) -> mlua::Result<()> {
    match key {
        Value::Nil => Ok(()),
        Value::Number(number) if number.is_nan() => Ok(()),
        key => table.raw_set(key, value),
    }
}

fn single(lua: &Lua, name: &str, value: Value) -> mlua::Result<Value> {
    let table = lua.create_table_with_capacity(0, 1)?;
    table.raw_set(name, value)?;
    Ok(Value::Table(table))
}

/// An integer as Lua has it: a floating point number.
fn number(value: i64) -> Value {
    Value::Number(value as f64)
}
