//! `cjson`: JSON, as lua-cjson 2.1.0 reads and writes it inside Redis 7.2.
//!
//! | function | does | by default |
//! |---|---|---|
//! | `encode(value)` | JSON of a value | |
//! | `decode(text)` | the value of a JSON text | |
//! | `encode_sparse_array(convert, ratio, safe)` | which arrays have too many holes, and whether those are objects or errors | `false, 2, 10` |
//! | `encode_max_depth(depth)`, `decode_max_depth(depth)` | tables inside tables, at most | 1000 |
//! | `encode_number_precision(digits)` | digits of a number, 1 to 14 | 14 |
//! | `encode_keep_buffer(boolean)` | nothing any more, but is remembered | `true` |
//! | `encode_invalid_numbers(setting)` | what is written for NaN and infinities: an error (`false`), their names (`true`) or `null` | `false` |
//! | `decode_invalid_numbers(boolean)` | whether NaN, infinities, hexadecimal and signed numbers and those with leading zeros are read | `true` |
//! | `new()` | the library once more, with settings of its own | |
//!
//! An empty table is an object. A table whose keys are whole numbers from 1 on is an array. `null` inside JSON is
//! `cjson.null`, a light userdata, since a table cannot hold nil.
//!
//! Both directions walk with a stack of their own (`nesting`), so a nest that is deeper than any native stack is an
//! error like the one of 1,001 levels.

mod decode;
mod encode;
mod number;

use super::arguments::Arguments;
use mlua::{Function, Lua, MultiValue, Result, Table, Value};
use std::cell::Cell;
use std::rc::Rc;

/// What the functions with `_` in their names set.
#[derive(Clone, Copy)]
struct Settings {
    sparse_convert: i32,
    sparse_ratio: i32,
    sparse_safe: i32,
    encode_max_depth: i32,
    decode_max_depth: i32,
    encode_invalid_numbers: i32,
    decode_invalid_numbers: i32,
    encode_keep_buffer: i32,
    precision: i32,
}

const DEFAULT: Settings = Settings {
    sparse_convert: 0,
    sparse_ratio: 2,
    sparse_safe: 10,
    encode_max_depth: 1000,
    decode_max_depth: 1000,
    encode_invalid_numbers: INVALID_REFUSED,
    decode_invalid_numbers: 1,
    encode_keep_buffer: 1,
    precision: 14,
};

/// Values of `encode_invalid_numbers`, which are indexes into its options: refused, written by name, or `null`.
const INVALID_REFUSED: i32 = 0;
const INVALID_BY_NAME: i32 = 1;

const SWITCH: &[&str] = &["off", "on"];
const INVALID: &[&str] = &["off", "on", "null"];

/// The library, with settings of its own.
pub(super) fn table(lua: &Lua) -> Result<Table> {
    let next: Function = lua.globals().raw_get("next")?;
    module(lua, &next)
}

fn module(lua: &Lua, next: &Function) -> Result<Table> {
    let settings = Rc::new(Cell::new(DEFAULT));
    let table = lua.create_table()?;
    let own = (Rc::clone(&settings), next.clone());
    table.raw_set(
        "encode",
        lua.create_function(move |lua, values: MultiValue| {
            let arguments = Arguments::new(lua, values);
            let value = only(&arguments)?.clone();
            lua.create_string(encode::encode(lua, &own.1, own.0.get(), value)?)
        })?,
    )?;
    let own = Rc::clone(&settings);
    table.raw_set(
        "decode",
        lua.create_function(move |lua, values: MultiValue| {
            let arguments = Arguments::new(lua, values);
            only(&arguments)?;
            let text = arguments.string(1)?;
            decode::decode(lua, own.get(), &text.as_bytes())
        })?,
    )?;
    let setting =
        |name: &str, most: usize, set: fn(&mut Settings, &Arguments<'_>, &mut Vec<Value>) -> Result<()>| {
            let own = Rc::clone(&settings);
            let function = lua.create_function(move |lua, values: MultiValue| {
                let arguments = Arguments::new(lua, values);
                if arguments.len() > most {
                    return Err(arguments.error(most + 1, "found too many arguments"));
                }
                let (mut changed, mut answer) = (own.get(), Vec::with_capacity(most));
                let result = set(&mut changed, &arguments, &mut answer);
                own.set(changed);
                result.map(|()| MultiValue::from_vec(answer))
            })?;
            table.raw_set(name, function)
        };
    setting("encode_sparse_array", 3, |settings, arguments, answer| {
        answer.push(option(arguments, 1, &mut settings.sparse_convert, SWITCH)?);
        answer.push(integer(arguments, 2, &mut settings.sparse_ratio, 0, i32::MAX)?);
        answer.push(integer(arguments, 3, &mut settings.sparse_safe, 0, i32::MAX)?);
        Ok(())
    })?;
    setting("encode_max_depth", 1, |settings, arguments, answer| {
        answer.push(integer(arguments, 1, &mut settings.encode_max_depth, 1, i32::MAX)?);
        Ok(())
    })?;
    setting("decode_max_depth", 1, |settings, arguments, answer| {
        answer.push(integer(arguments, 1, &mut settings.decode_max_depth, 1, i32::MAX)?);
        Ok(())
    })?;
    setting("encode_number_precision", 1, |settings, arguments, answer| {
        answer.push(integer(arguments, 1, &mut settings.precision, 1, 14)?);
        Ok(())
    })?;
    setting("encode_keep_buffer", 1, |settings, arguments, answer| {
        answer.push(option(arguments, 1, &mut settings.encode_keep_buffer, SWITCH)?);
        Ok(())
    })?;
    setting("encode_invalid_numbers", 1, |settings, arguments, answer| {
        answer.push(option(arguments, 1, &mut settings.encode_invalid_numbers, INVALID)?);
        Ok(())
    })?;
    setting("decode_invalid_numbers", 1, |settings, arguments, answer| {
        answer.push(option(arguments, 1, &mut settings.decode_invalid_numbers, SWITCH)?);
        Ok(())
    })?;
    let own = next.clone();
    table.raw_set("new", lua.create_function(move |lua, _: MultiValue| module(lua, &own))?)?;
    table.raw_set("null", Value::NULL)?;
    table.raw_set("_NAME", "cjson")?;
    table.raw_set("_VERSION", "2.1.0")?;
    Ok(table)
}

fn only<'a>(arguments: &'a Arguments<'_>) -> Result<&'a Value> {
    match arguments.get(1) {
        Some(value) if arguments.len() == 1 => Ok(value),
        _ => Err(arguments.error(1, "expected 1 argument")),
    }
}

/// Sets a number if one is given, and answers what is set. Whatever argument is wrong, it is called the first.
fn integer(arguments: &Arguments<'_>, number: usize, setting: &mut i32, min: i32, max: i32) -> Result<Value> {
    if arguments.given(number).is_some() {
        let value = arguments.integer(number)? as i32;
        if !(min..=max).contains(&value) {
            return Err(arguments.error(1, format!("expected integer between {min} and {max}")));
        }
        *setting = value;
    }
    Ok(Value::Integer((*setting).into()))
}

/// Sets one of `options` by name, or one of the first two as a boolean, and answers what is set.
fn option(
    arguments: &Arguments<'_>,
    number: usize,
    setting: &mut i32,
    options: &[&'static str],
) -> Result<Value> {
    match arguments.given(number) {
        None => {}
        Some(Value::Boolean(on)) => *setting = i32::from(*on),
        Some(_) => {
            let name = arguments.string(number)?;
            let name = name.as_bytes();
            // As C compares them: a NUL ends the name.
            let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
            let Some(index) = options.iter().position(|option| option.as_bytes() == name) else {
                return Err(arguments.error(number, [b"invalid option '", name, b"'"].concat()));
            };
            *setting = index as i32;
        }
    }
    Ok(match *setting {
        0 => Value::Boolean(false),
        1 => Value::Boolean(true),
        index => Value::String(arguments.lua.create_string(options[index as usize])?),
    })
}
