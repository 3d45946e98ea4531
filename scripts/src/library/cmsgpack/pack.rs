//! Values written as MessagePack, each in its shortest form.

use crate::library::arguments::{Arguments, truncated, truncated_to_32};
use crate::library::{LONGEST, SLOTS, raise};
use mlua::{Result, Table, Value};

/// Tables around a table, at most; a deeper one is written as nil.
const MAX_NESTING: usize = 16;

/// The arguments, one behind the other. O(bytes written).
pub(super) fn pack(arguments: &Arguments<'_>) -> Result<Vec<u8>> {
    let count = arguments.len();
    if count == 0 {
        return Err(raise::argument(arguments.lua, 0, "MessagePack pack needs input."));
    }
    if 2 * count > SLOTS {
        return Err(raise::argument(arguments.lua, 0, "Too many arguments for MessagePack pack."));
    }
    let mut out = Vec::new();
    for number in 1..=count {
        if let Some(value) = arguments.get(number) {
            append(&mut out, value, 0)?;
        }
    }
    Ok(out)
}

fn append(out: &mut Vec<u8>, value: &Value, level: usize) -> Result<()> {
    if out.len() > LONGEST {
        return Err(raise::too_much());
    }
    match value {
        Value::String(string) => {
            let bytes = string.as_bytes();
            if out.len() + bytes.len() > LONGEST {
                return Err(raise::too_much());
            }
            head(out, bytes.len(), (0xa0, 31), Some(0xd9), [0xda, 0xdb]);
            out.extend_from_slice(&bytes);
        }
        Value::Boolean(true) => out.push(0xc3),
        Value::Boolean(false) => out.push(0xc2),
        Value::Integer(integer) => append_integer(out, *integer),
        Value::Number(number) => append_number(out, *number),
        Value::Table(table) if level < MAX_NESTING => append_table(out, table, level)?,
        _ => out.push(0xc0),
    }
    Ok(())
}

/// The type and length of what follows: in one byte with `fixed.0` if it is at most `fixed.1`, else behind the byte of
/// `small` (8 bits, where there is such a form) or of `large` (16 and 32 bits).
fn head(out: &mut Vec<u8>, len: usize, fixed: (u8, usize), small: Option<u8>, large: [u8; 2]) {
    if len <= fixed.1 {
        out.push(fixed.0 | len as u8);
    } else if let (Some(small), Ok(len)) = (small, u8::try_from(len)) {
        out.extend_from_slice(&[small, len]);
    } else if let Ok(len) = u16::try_from(len) {
        out.push(large[0]);
        out.extend_from_slice(&len.to_be_bytes());
    } else {
        out.push(large[1]);
        out.extend_from_slice(&(len as u32).to_be_bytes());
    }
}

fn append_integer(out: &mut Vec<u8>, integer: i64) {
    let mut tagged = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(bytes);
    };
    match integer {
        -32..=127 => out.push(integer as u8),
        128..=0xff => tagged(0xcc, &[integer as u8]),
        0x100..=0xffff => tagged(0xcd, &(integer as u16).to_be_bytes()),
        0x1_0000..=0xffff_ffff => tagged(0xce, &(integer as u32).to_be_bytes()),
        0x1_0000_0000.. => tagged(0xcf, &integer.to_be_bytes()),
        -0x80..-32 => tagged(0xd0, &[integer as u8]),
        -0x8000..-0x80 => tagged(0xd1, &(integer as i16).to_be_bytes()),
        -0x8000_0000..-0x8000 => tagged(0xd2, &(integer as i32).to_be_bytes()),
        ..-0x8000_0000 => tagged(0xd3, &integer.to_be_bytes()),
    }
}

fn append_number(out: &mut Vec<u8>, number: f64) {
    if number.is_finite() && truncated(number) as f64 == number {
        append_integer(out, truncated(number));
    } else if f64::from(number as f32) == number {
        out.push(0xca);
        out.extend_from_slice(&(number as f32).to_be_bytes());
    } else {
        out.push(0xcb);
        out.extend_from_slice(&number.to_be_bytes());
    }
}

fn append_table(out: &mut Vec<u8>, table: &Table, level: usize) -> Result<()> {
    let mut count = 0;
    let array = is_array(table)?;
    if array {
        let len = table.raw_len();
        head(out, len, (0x90, 15), None, [0xdc, 0xdd]);
        for index in 1..=len {
            // As `t[index]`: what `__index` gives for a hole that the length passes over.
            append(out, &table.get(index)?, level + 1)?;
        }
        return Ok(());
    }
    for pair in table.pairs::<bool, bool>() {
        pair?;
        count += 1;
    }
    head(out, count, (0x80, 15), None, [0xde, 0xdf]);
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        append(out, &key, level + 1)?;
        append(out, &value, level + 1)?;
    }
    Ok(())
}

/// Whether the keys are the numbers from 1 to their count.
fn is_array(table: &Table) -> Result<bool> {
    let (mut count, mut max) = (0, 0);
    // A boolean is what costs least to be told of a value that does not matter.
    for pair in table.pairs::<Value, bool>() {
        let key = match pair?.0 {
            Value::Integer(integer) => integer as f64,
            Value::Number(number) => number,
            _ => return Ok(false),
        };
        let index = truncated_to_32(key);
        if !(key > 0.0 && f64::from(index) == key) {
            return Ok(false);
        }
        max = max.max(index);
        count += 1;
    }
    Ok(max == count)
}
