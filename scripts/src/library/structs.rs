//! `struct`: C structures in strings, as Roberto Ierusalimschy's library reads and writes them inside Redis 7.2.
//!
//! | function | does |
//! |---|---|
//! | `pack(format, value, ...)` | the values as bytes |
//! | `unpack(format, bytes, position)` | the values at a position, and the position behind them |
//! | `size(format)` | bytes that a format takes |
//!
//! | option | is |
//! |---|---|
//! | `>` `<` | from here on big endian, little endian (as at first) |
//! | `!n` | from here on values begin at multiples of their size, of `n` at most (8; 1 at first) |
//! | `x` | a byte 0 |
//! | `b` `h` `l` `T`, `B` `H` `L` | integers of 1, 2, 8 and 8 bytes, signed and, in capitals (and `T`), unsigned |
//! | `in` `In` | integers of `n` bytes (4), 32 at most |
//! | `f` `d` | floats of 4 and 8 bytes |
//! | `cn` | `n` bytes (1) of a string; `c0` when packing all of it, when unpacking as many as the value before says |
//! | `s` | a string and a 0 behind it |
//!
//! Where C leaves open what a shift or a conversion does, this is what x86-64 does.

use super::arguments::{Arguments, as_number, truncated};
use super::{LONGEST, SLOTS, raise};
use mlua::{Lua, MultiValue, Result, Table, Value};

/// Bytes of an integer, at most.
const MAX_INTEGER: usize = 32;

/// The alignment of `!` without a number.
const MAX_ALIGN: usize = 8;

pub(super) fn table(lua: &Lua) -> Result<Table> {
    let table = lua.create_table()?;
    table.raw_set(
        "pack",
        lua.create_function(|lua, values: MultiValue| {
            lua.create_string(pack(&Arguments::new(lua, values))?)
        })?,
    )?;
    table.raw_set(
        "unpack",
        lua.create_function(|lua, values: MultiValue| unpack(&Arguments::new(lua, values)))?,
    )?;
    table.raw_set(
        "size",
        lua.create_function(|lua, values: MultiValue| size(&Arguments::new(lua, values)))?,
    )?;
    Ok(table)
}

/// A format that is being read.
struct Format<'a> {
    arguments: &'a Arguments<'a>,
    /// What is left of it.
    rest: &'a [u8],
    big_endian: bool,
    align: usize,
}

impl<'a> Format<'a> {
    fn new(arguments: &'a Arguments<'a>, text: &'a [u8]) -> Self {
        // As C reads it: a NUL ends it.
        let rest = text.split(|byte| *byte == 0).next().unwrap_or_default();
        Format { arguments, rest, big_endian: false, align: 1 }
    }

    /// The next option, and the bytes that it takes as far as its text says.
    fn next(&mut self) -> Result<Option<(u8, usize)>> {
        let Some((&option, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        let size = match option {
            b'b' | b'B' | b'x' => 1,
            b'h' | b'H' => 2,
            b'f' => 4,
            b'l' | b'L' | b'T' | b'd' => 8,
            b'c' => self.number(1)?,
            b'i' | b'I' => {
                let size = self.number(4)?;
                if size > MAX_INTEGER {
                    let message = format!("integral size {size} is larger than limit of {MAX_INTEGER}");
                    return Err(raise::here(self.arguments.lua, message));
                }
                size
            }
            _ => 0,
        };
        Ok(Some((option, size)))
    }

    /// The number that stands here, `default` if none does.
    fn number(&mut self, default: usize) -> Result<usize> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return Ok(default);
        }
        let (text, rest) = self.rest.split_at(digits);
        self.rest = rest;
        let number = text
            .iter()
            .try_fold(0i32, |number, digit| number.checked_mul(10)?.checked_add(i32::from(digit - b'0')));
        let overflow = || raise::here(self.arguments.lua, "integral size overflow");
        number.map(|number| number as usize).ok_or_else(overflow)
    }

    /// Bytes to pass over at `position` before a value of `size` bytes.
    fn padding(&self, position: usize, option: u8, size: usize) -> usize {
        if size == 0 || option == b'c' {
            return 0;
        }
        let size = size.min(self.align);
        size.wrapping_sub(position & (size - 1)) & (size - 1)
    }

    /// An option that stands for no value.
    fn control(&mut self, option: u8) -> Result<()> {
        match option {
            b' ' => {}
            b'>' => self.big_endian = true,
            b'<' => self.big_endian = false,
            b'!' => {
                let align = self.number(MAX_ALIGN)?;
                if !align.is_power_of_two() {
                    let message = format!("alignment {align} is not a power of 2");
                    return Err(raise::here(self.arguments.lua, message));
                }
                self.align = align;
            }
            _ => {
                return Err(self
                    .arguments
                    .error(1, [b"invalid format option '", &[option][..], b"'"].concat()));
            }
        }
        Ok(())
    }
}

fn pack(arguments: &Arguments<'_>) -> Result<Vec<u8>> {
    let text = arguments.string(1)?;
    let text = text.as_bytes();
    let mut format = Format::new(arguments, &text);
    let mut out = Vec::new();
    let mut number = 2;
    while let Some((option, size)) = format.next()? {
        out.resize(out.len() + format.padding(out.len(), option, size), 0);
        if let b'b' | b'B' | b'h' | b'H' | b'l' | b'L' | b'T' | b'i' | b'I' | b'f' | b'd' | b'c' | b's' =
            option
        {
            missing_is_nil(
                arguments,
                number,
                if matches!(option, b'c' | b's') { "string" } else { "number" },
            )?;
            number += 1;
        }
        match option {
            b'b' | b'B' | b'h' | b'H' | b'l' | b'L' | b'T' | b'i' | b'I' => {
                append_integer(&mut out, as_unsigned(arguments.number(number - 1)?), size, format.big_endian);
            }
            b'x' => out.push(0),
            b'f' => append(&mut out, (arguments.number(number - 1)? as f32).to_le_bytes(), format.big_endian),
            b'd' => append(&mut out, arguments.number(number - 1)?.to_le_bytes(), format.big_endian),
            b'c' | b's' => {
                let string = arguments.string(number - 1)?;
                let string = string.as_bytes();
                let size = if size == 0 { string.len() } else { size };
                if string.len() < size {
                    return Err(arguments.error(number, "string too short"));
                }
                if out.len() + size > LONGEST {
                    return Err(raise::too_much());
                }
                out.extend_from_slice(&string[..size]);
                if option == b's' {
                    out.push(0);
                }
            }
            _ => format.control(option)?,
        }
    }
    Ok(out)
}

/// The C library marks the end of its arguments with a nil, which is what it finds where one is missing.
fn missing_is_nil(arguments: &Arguments<'_>, number: usize, expected: &str) -> Result<()> {
    if number <= arguments.len() {
        return Ok(());
    }
    Err(arguments.error(number, format!("{expected} expected, got nil")))
}

fn append<const N: usize>(out: &mut Vec<u8>, mut bytes: [u8; N], big_endian: bool) {
    if big_endian {
        bytes.reverse();
    }
    out.extend_from_slice(&bytes);
}

/// `size` bytes of a number of 8; those above are 0.
fn append_integer(out: &mut Vec<u8>, value: u64, size: usize, big_endian: bool) {
    let mut bytes = [0; MAX_INTEGER];
    bytes[..8].copy_from_slice(&value.to_le_bytes());
    let bytes = &mut bytes[..size];
    if big_endian {
        bytes.reverse();
    }
    out.extend_from_slice(bytes);
}

/// A number as 64 bits: a negative one as its two's complement.
fn as_unsigned(number: f64) -> u64 {
    const SIGN: f64 = 9_223_372_036_854_775_808.0;
    if number < SIGN || number.is_nan() {
        truncated(number) as u64
    } else {
        truncated(number - SIGN) as u64 ^ 1 << 63
    }
}

/// A C size made of a number that was read or given.
fn as_size(number: f64) -> usize {
    as_unsigned(number) as usize
}

fn unpack(arguments: &Arguments<'_>) -> Result<MultiValue> {
    let text = arguments.string(1)?;
    let text = text.as_bytes();
    let data = arguments.string(2)?;
    let data = data.as_bytes();
    let position = arguments.integer_or(3, 1)?;
    if position == 0 {
        return Err(arguments.error(3, "offset must be 1 or greater"));
    }
    let mut at = (position as usize).wrapping_sub(1);
    let mut format = Format::new(arguments, &text);
    let mut values: Vec<Value> = Vec::new();
    let too_short = || arguments.error(2, "data string too short");
    let given = arguments.len();
    while let Some((option, size)) = format.next()? {
        at = at.wrapping_add(format.padding(at, option, size));
        let field = |size: usize| data.get(at..at.checked_add(size)?);
        let mut bytes = field(size).ok_or_else(too_short)?;
        if given + values.len() + 2 > SLOTS {
            return Err(raise::here(arguments.lua, "stack overflow (too many results)"));
        }
        let mut taken = size;
        match option {
            b'b' | b'h' | b'l' | b'i' => values.push(Value::Number(signed(bytes, format.big_endian))),
            b'B' | b'H' | b'L' | b'T' | b'I' => {
                values.push(Value::Number(integer(bytes, format.big_endian) as f64));
            }
            b'x' => {}
            b'f' => values.push(Value::Number(f32::from_le_bytes(float(bytes, format.big_endian)).into())),
            b'd' => values.push(Value::Number(f64::from_le_bytes(float(bytes, format.big_endian)))),
            b'c' => {
                if size == 0 {
                    let before = values.last().map_or(Ok(None), |value| as_number(arguments.lua, value))?;
                    let Some(before) = before else {
                        return Err(raise::here(arguments.lua, "format 'c0' needs a previous size"));
                    };
                    values.pop();
                    taken = as_size(before);
                    bytes = field(taken).ok_or_else(too_short)?;
                }
                values.push(Value::String(arguments.lua.create_string(bytes)?));
            }
            b's' => {
                let rest = &data[at..];
                let Some(len) = rest.iter().position(|byte| *byte == 0) else {
                    return Err(raise::here(arguments.lua, "unfinished string in data"));
                };
                values.push(Value::String(arguments.lua.create_string(&rest[..len])?));
                taken = len + 1;
            }
            _ => format.control(option)?,
        }
        at += taken;
    }
    values.push(Value::Number((at as i64).wrapping_add(1) as f64));
    Ok(MultiValue::from_vec(values))
}

fn float<const N: usize>(bytes: &[u8], big_endian: bool) -> [u8; N] {
    let mut float = [0; N];
    float.copy_from_slice(bytes);
    if big_endian {
        float.reverse();
    }
    float
}

/// The lowest 64 bits of an integer of any size.
fn integer(bytes: &[u8], big_endian: bool) -> u64 {
    let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    if big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
}

/// A signed integer of `bytes.len()` bytes; above 8 of them the sign is looked for where a shift by more than 63 ends.
fn signed(bytes: &[u8], big_endian: bool) -> f64 {
    let value = integer(bytes, big_endian);
    let mask = u64::MAX.wrapping_shl((bytes.len() as u32 * 8).wrapping_sub(1));
    (if value & mask != 0 { value | mask } else { value }) as i64 as f64
}

fn size(arguments: &Arguments<'_>) -> Result<Value> {
    let text = arguments.string(1)?;
    let text = text.as_bytes();
    let mut format = Format::new(arguments, &text);
    let mut at = 0usize;
    while let Some((option, size)) = format.next()? {
        at = at.wrapping_add(format.padding(at, option, size));
        match option {
            b's' => return Err(arguments.error(1, "option 's' has no fixed size")),
            b'c' if size == 0 => return Err(arguments.error(1, "option 'c0' has no fixed size")),
            option if option.is_ascii_alphanumeric() => {}
            option => format.control(option)?,
        }
        at = at.wrapping_add(size);
    }
    Ok(Value::Number(at as i64 as f64))
}
