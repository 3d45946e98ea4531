//! `bit`: operations on numbers of 32 bits, as Lua BitOp 1.0.2 does them inside Redis 7.2.
//!
//! Arguments wrap around modulo 2^32, results are signed. `tobit`, `bnot`, `bswap` and `tohex(number, digits)` take one
//! number, `band`, `bor` and `bxor` one or more, and `lshift`, `rshift`, `arshift`, `rol` and `ror` two, of which the
//! second counts modulo 32.

use super::arguments::Arguments;
use mlua::{Lua, MultiValue, Result, Table, Value};

pub(super) fn table(lua: &Lua) -> Result<Table> {
    let table = lua.create_table()?;
    one(lua, &table, "tobit", |bits| bits)?;
    one(lua, &table, "bnot", |bits| !bits)?;
    one(lua, &table, "bswap", u32::swap_bytes)?;
    many(lua, &table, "band", |a, b| a & b)?;
    many(lua, &table, "bor", |a, b| a | b)?;
    many(lua, &table, "bxor", |a, b| a ^ b)?;
    shift(lua, &table, "lshift", |bits, count| bits << count)?;
    shift(lua, &table, "rshift", |bits, count| bits >> count)?;
    shift(lua, &table, "arshift", |bits, count| (bits as i32 >> count) as u32)?;
    shift(lua, &table, "rol", u32::rotate_left)?;
    shift(lua, &table, "ror", u32::rotate_right)?;
    table.raw_set(
        "tohex",
        lua.create_function(|lua, values: MultiValue| tohex(&Arguments::new(lua, values)))?,
    )?;
    Ok(table)
}

/// Argument `number` modulo 2^32, halves rounded to even.
fn bits(arguments: &Arguments<'_>, number: usize) -> Result<u32> {
    /// 2^52 + 2^51: in a sum with it the low bits of a double are a whole number.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let value = arguments.as_number(number)?;
    value.map(|value| (value + WHOLE).to_bits() as u32).ok_or_else(|| arguments.type_error(number, "number"))
}

fn signed(bits: u32) -> Value {
    Value::Integer((bits as i32).into())
}

fn one(lua: &Lua, table: &Table, name: &str, operation: fn(u32) -> u32) -> Result<()> {
    let function = lua.create_function(move |lua, values: MultiValue| {
        Ok(signed(operation(bits(&Arguments::new(lua, values), 1)?)))
    })?;
    table.raw_set(name, function)
}

fn many(lua: &Lua, table: &Table, name: &str, operation: fn(u32, u32) -> u32) -> Result<()> {
    let function = lua.create_function(move |lua, values: MultiValue| {
        let arguments = Arguments::new(lua, values);
        let mut result = bits(&arguments, 1)?;
        // From the end, so that of two wrong arguments the last is named.
        for number in (2..=arguments.len()).rev() {
            result = operation(result, bits(&arguments, number)?);
        }
        Ok(signed(result))
    })?;
    table.raw_set(name, function)
}

fn shift(lua: &Lua, table: &Table, name: &str, operation: fn(u32, u32) -> u32) -> Result<()> {
    let function = lua.create_function(move |lua, values: MultiValue| {
        let arguments = Arguments::new(lua, values);
        let value = bits(&arguments, 1)?;
        Ok(signed(operation(value, bits(&arguments, 2)? & 31)))
    })?;
    table.raw_set(name, function)
}

/// The lowest 8 digits, or as many as are asked for, in capitals if less than none are.
fn tohex(arguments: &Arguments<'_>) -> Result<String> {
    let value = bits(arguments, 1)?;
    let count = if arguments.len() < 2 { 8 } else { bits(arguments, 2)? as i32 };
    let digits = if count < 0 { format!("{value:08X}") } else { format!("{value:08x}") };
    let count = count.unsigned_abs().min(8) as usize;
    Ok(digits[8 - count..].to_owned())
}
