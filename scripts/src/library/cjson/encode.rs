//! A value written as JSON.
//!
//! # Array or object?
//!
//! One pass over the keys decides. All of them whole numbers from 1 on: an array as long as the largest, unless that has
//! too many holes (`encode_sparse_array`). Anything else, and the empty table: an object, whose numeric keys become
//! strings.

use super::number::append_general;
use super::{INVALID_BY_NAME, INVALID_REFUSED, Settings};
use crate::library::arguments::{truncated_to_32, type_name};
use crate::library::nesting::Nesting;
use crate::library::{LONGEST, SLOTS, raise};
use mlua::{Function, Lua, Result, Table, Value};

/// Bytes that a number takes at most.
const NUMBER: usize = 32;

struct Writer<'a> {
    lua: &'a Lua,
    settings: Settings,
    out: Vec<u8>,
}

/// A table that is being written.
struct Open {
    table: Table,
    shape: Shape,
}

enum Shape {
    Array {
        next: i32,
        len: i32,
    },
    Object {
        /// The key that was written last; nil before the first.
        key: Value,
    },
}

/// `value` as JSON. `next` is Lua's function of this name. O(bytes written).
pub(super) fn encode(lua: &Lua, next: &Function, settings: Settings, mut value: Value) -> Result<Vec<u8>> {
    let mut writer = Writer { lua, settings, out: Vec::new() };
    let mut open: Option<Open> = None;
    // Outside the open table: their tables, with their keys above them, and what else is known of them.
    let (mut nesting, mut outer) = (Nesting::default(), Vec::new());
    let (mut depth, mut slots) = (0, 1);
    loop {
        if let Value::Table(table) = &value {
            depth += 1;
            if depth > settings.encode_max_depth || slots + 3 > SLOTS {
                return Err(raise::here(lua, format!("Cannot serialise, excessive nesting ({depth})")));
            }
            let shape = writer.shape(table)?;
            writer.out.push(if matches!(shape, Shape::Array { .. }) { b'[' } else { b'{' });
            slots += if matches!(shape, Shape::Array { .. }) { 1 } else { 2 };
            if let Some(Open { table, shape }) = open.take() {
                nesting.push(lua, Value::Table(table))?;
                outer.push(match shape {
                    Shape::Array { next, len } => Some((next, len)),
                    Shape::Object { key } => {
                        nesting.push(lua, key)?;
                        None
                    }
                });
            }
            open = Some(Open { table: table.clone(), shape });
        } else {
            writer.scalar(&value)?;
        }
        // What is written next: a value of the innermost table that has more.
        loop {
            let Some(Open { table, shape }) = &mut open else { return Ok(writer.out) };
            match shape {
                Shape::Array { next, len } if *next <= *len => {
                    if *next > 1 {
                        writer.out.push(b',');
                    }
                    value = table.raw_get(*next)?;
                    *next = next.wrapping_add(1);
                    break;
                }
                Shape::Array { .. } => writer.out.push(b']'),
                Shape::Object { key } => {
                    let first = key.is_nil();
                    let (new, its): (Value, Value) = next.call((&*table, &*key))?;
                    if !new.is_nil() {
                        if !first {
                            writer.out.push(b',');
                        }
                        writer.key(&new)?;
                        (*key, value) = (new, its);
                        break;
                    }
                    writer.out.push(b'}');
                }
            }
            slots -= if matches!(shape, Shape::Array { .. }) { 1 } else { 2 };
            depth -= 1;
            open = match outer.pop() {
                None => None,
                Some(numbers) => {
                    let shape = match numbers {
                        Some((next, len)) => Shape::Array { next, len },
                        None => Shape::Object { key: nesting.pop()? },
                    };
                    nesting.pop_table()?.map(|table| Open { table, shape })
                }
            };
        }
        if writer.out.len() > LONGEST {
            return Err(raise::too_much());
        }
    }
}

impl Writer<'_> {
    fn refuse(&self, value: &Value, reason: &str) -> mlua::Error {
        raise::here(self.lua, format!("Cannot serialise {}: {reason}", type_name(value)))
    }

    fn shape(&self, table: &Table) -> Result<Shape> {
        let object = Shape::Object { key: Value::Nil };
        let (mut max, mut count) = (0i32, 0i32);
        // A boolean is what costs least to be told of a value that does not matter.
        for pair in table.pairs::<Value, bool>() {
            let key = match pair?.0 {
                Value::Integer(integer) => integer as f64,
                Value::Number(number) => number,
                _ => return Ok(object),
            };
            if !(key.floor() == key && key >= 1.0) {
                return Ok(object);
            }
            if key > f64::from(max) {
                // In C this is an `int`: a key that is too large for one makes it negative, and the table an object.
                max = truncated_to_32(key);
            }
            count = count.wrapping_add(1);
        }
        let Settings { sparse_ratio: ratio, sparse_safe: safe, sparse_convert: convert, .. } = self.settings;
        if ratio > 0 && max > count.wrapping_mul(ratio) && max > safe {
            if convert == 0 {
                return Err(self.refuse(&Value::Table(table.clone()), "excessively sparse array"));
            }
            return Ok(object);
        }
        Ok(if max > 0 { Shape::Array { next: 1, len: max } } else { object })
    }

    fn scalar(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Boolean(true) => self.out.extend_from_slice(b"true"),
            Value::Boolean(false) => self.out.extend_from_slice(b"false"),
            Value::Integer(integer) => self.number(value, *integer as f64)?,
            Value::Number(number) => self.number(value, *number)?,
            Value::String(string) => self.string(&string.as_bytes())?,
            Value::LightUserData(pointer) if pointer.0.is_null() => self.out.extend_from_slice(b"null"),
            _ => return Err(self.refuse(value, "type not supported")),
        }
        Ok(())
    }

    fn key(&mut self, key: &Value) -> Result<()> {
        match key {
            Value::String(string) => self.string(&string.as_bytes())?,
            Value::Integer(_) | Value::Number(_) => {
                self.out.push(b'"');
                self.scalar(key)?;
                self.out.push(b'"');
            }
            _ => return Err(self.refuse(key, "table key must be a number or string")),
        }
        self.out.push(b':');
        Ok(())
    }

    fn number(&mut self, value: &Value, number: f64) -> Result<()> {
        if !number.is_finite() {
            match self.settings.encode_invalid_numbers {
                INVALID_REFUSED => return Err(self.refuse(value, "must not be NaN or Inf")),
                INVALID_BY_NAME if number.is_nan() => self.out.extend_from_slice(b"nan"),
                INVALID_BY_NAME => self.out.extend_from_slice(if number > 0.0 { b"inf" } else { b"-inf" }),
                _ => self.out.extend_from_slice(b"null"),
            }
            return Ok(());
        }
        self.out.reserve(NUMBER);
        append_general(&mut self.out, number, self.settings.precision as usize);
        Ok(())
    }

    fn string(&mut self, bytes: &[u8]) -> Result<()> {
        if self.out.len() + bytes.len() > LONGEST {
            return Err(raise::too_much());
        }
        self.out.reserve(bytes.len() + 2);
        self.out.push(b'"');
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| escape(*byte) != 0) {
            self.out.extend_from_slice(&rest[..at]);
            let byte = rest[at];
            match escape(byte) {
                b'u' => {
                    let digit = |value: u8| b"0123456789abcdef"[usize::from(value)];
                    self.out.extend_from_slice(&[
                        b'\\',
                        b'u',
                        b'0',
                        b'0',
                        digit(byte >> 4),
                        digit(byte & 15),
                    ]);
                }
                letter => self.out.extend_from_slice(&[b'\\', letter]),
            }
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest);
        self.out.push(b'"');
        Ok(())
    }
}

/// The letter behind the backslash for a byte that needs one, `u` where its number follows; 0 for the others.
fn escape(byte: u8) -> u8 {
    match byte {
        b'"' | b'\\' | b'/' => byte,
        8 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        12 => b'f',
        b'\r' => b'r',
        0..=31 | 127 => b'u',
        _ => 0,
    }
}
