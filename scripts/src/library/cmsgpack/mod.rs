//! `cmsgpack`: MessagePack, as lua-cmsgpack 0.4.0 reads and writes it inside Redis 7.2.
//!
//! | function | does |
//! |---|---|
//! | `pack(value, ...)` | the values, one behind the other |
//! | `unpack(text)` | all values that the text holds |
//! | `unpack_one(text, offset)` | where to go on (-1 at the end), and the value at `offset` |
//! | `unpack_limit(text, limit, offset)` | where to go on, and up to `limit` values |
//!
//! A table with the keys 1 to n and no others, the empty one too, is an array; any other is a map. Whole numbers are
//! written as integers, others as the shorter float that holds them. Functions, userdata and tables inside 16 others
//! are nil. Binary, extension and timestamp formats are not read.

mod pack;
mod unpack;

use super::arguments::Arguments;
use mlua::{Lua, MultiValue, Result, Table, Value};

pub(super) fn table(lua: &Lua) -> Result<Table> {
    let table = lua.create_table()?;
    table.raw_set(
        "pack",
        lua.create_function(|lua, values: MultiValue| {
            let arguments = Arguments::new(lua, values);
            lua.create_string(pack::pack(&arguments)?)
        })?,
    )?;
    table.raw_set(
        "unpack",
        lua.create_function(|lua, values: MultiValue| {
            unpack::unpack(&Arguments::new(lua, values), 0, 0, true)
        })?,
    )?;
    table.raw_set(
        "unpack_one",
        lua.create_function(|lua, values: MultiValue| {
            let arguments = Arguments::new(lua, values);
            let offset = arguments.integer_or(2, 0)?;
            unpack::unpack(&arguments, 1, offset, false)
        })?,
    )?;
    table.raw_set(
        "unpack_limit",
        lua.create_function(|lua, values: MultiValue| {
            let arguments = Arguments::new(lua, values);
            let limit = arguments.integer(2)?;
            let offset = arguments.integer_or(3, 0)?;
            unpack::unpack(&arguments, limit, offset, false)
        })?,
    )?;
    for (name, text) in [
        ("_NAME", "cmsgpack"),
        ("_VERSION", "lua-cmsgpack 0.4.0"),
        ("_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo"),
        ("_DESCRIPTION", "MessagePack C implementation for Lua"),
    ] {
        table.raw_set(name, text)?;
    }
    Ok(table)
}

/// Values that a call returns.
type Values = Vec<Value>;
