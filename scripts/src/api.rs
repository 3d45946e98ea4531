//! The functions under `redis.`, which is also `server.`.

use crate::lent::{self, Lent};
use crate::raised::Raised;
use crate::{answer, sandbox};
use mlua::{Lua, MultiValue, Table, Value};
use russet_engine::scripting::{Replicate, digest};
use russet_engine::{Protocol, REDIS_VERSION, number};
use std::ops::ControlFlow;

/// Levels of `redis.log`.
const LEVELS: [&str; 4] = ["LOG_DEBUG", "LOG_VERBOSE", "LOG_NOTICE", "LOG_WARNING"];

/// The table of the functions. Those that need no Rust are added in `sandbox.lua`.
pub(crate) fn table(lua: &Lua) -> mlua::Result<Table> {
    let api = lua.create_table()?;
    api.raw_set("call", lua.create_function(call)?)?;
    api.raw_set("pcall", lua.create_function(protected_call)?)?;
    api.raw_set("error_reply", lua.create_function(error_reply)?)?;
    api.raw_set("status_reply", lua.create_function(status_reply)?)?;
    api.raw_set("log", lua.create_function(log)?)?;
    api.raw_set("sha1hex", lua.create_function(sha1hex)?)?;
    api.raw_set("setresp", lua.create_function(setresp)?)?;
    api.raw_set("set_repl", lua.create_function(set_repl)?)?;
    api.raw_set("acl_check_cmd", lua.create_function(acl_check_cmd)?)?;
    Ok(api)
}

/// The numbers and texts beside them.
pub(crate) fn constants(lua: &Lua) -> mlua::Result<Table> {
    let constants = lua.create_table()?;
    for (level, name) in LEVELS.into_iter().enumerate() {
        constants.raw_set(name, level)?;
    }
    for (name, who) in [
        ("REPL_NONE", Replicate::empty()),
        ("REPL_AOF", Replicate::JOURNAL),
        ("REPL_SLAVE", Replicate::REPLICAS),
        ("REPL_REPLICA", Replicate::REPLICAS),
        ("REPL_ALL", Replicate::all()),
    ] {
        constants.raw_set(name, who.bits())?;
    }
    constants.raw_set("REDIS_VERSION", REDIS_VERSION)?;
    let parts = REDIS_VERSION.split('.').filter_map(|part| part.parse::<u32>().ok());
    constants.raw_set("REDIS_VERSION_NUM", parts.fold(0, |number, part| number << 8 | part))?;
    Ok(constants)
}

fn call(lua: &Lua, words: MultiValue) -> mlua::Result<Value> {
    match attempt(lua, &words)? {
        Ok(value) => Ok(value),
        Err(raised) => raised.raise(),
    }
}

fn protected_call(lua: &Lua, words: MultiValue) -> mlua::Result<Value> {
    match attempt(lua, &words)? {
        Ok(value) => Ok(value),
        Err(raised) => raised.table(lua),
    }
}

/// Runs a command.
fn attempt(lua: &Lua, words: &MultiValue) -> mlua::Result<Result<Value, Raised>> {
    let done = lent::with(|lent| {
        if let Err(raised) = write_words(lent, words) {
            lent.words().clear();
            return Ok(Err(raised));
        }
        let reply = match lent.call() {
            Err(error) => return Ok(Err(Raised { text: error.text().to_vec(), counted: true })),
            Ok(reply) => reply,
        };
        if let Some(integer) = answer::integer(reply) {
            return Ok(Ok(integer));
        }
        if let Some(error) = reply.strip_prefix(b"-") {
            return Ok(Err(Raised { text: coded(error, true), counted: true }));
        }
        // An answer may take more memory than a script may ask for: that is looked at when the script asks for more.
        let limit = lua.set_memory_limit(0)?;
        let value = answer::value(lua, reply);
        lua.set_memory_limit(limit)?;
        value.map(Ok)
    });
    done.unwrap_or(Ok(Err(Raised::new("redis.call/pcall can only be called inside a script invocation"))))
}

/// Writes the words of a command where it will be run.
fn write_words(lent: &mut dyn Lent, values: &MultiValue) -> Result<(), Raised> {
    if values.is_empty() {
        return Err(Raised::new("Please specify at least one argument for this redis lib call"));
    }
    let words = lent.words();
    for value in values {
        match value {
            Value::String(text) => words.push(&text.as_bytes()),
            Value::Integer(number) => push_number(words, *number as f64),
            Value::Number(number) => push_number(words, *number),
            _ => return Err(Raised::new("Lua redis lib command arguments must be strings or integers")),
        }
    }
    Ok(())
}

/// A number is written as an integer as long as it cannot have lost any of its digits.
fn push_number(words: &mut russet_engine::args::OwnedArgs, number: f64) {
    const EXACT: f64 = (1u64 << 52) as f64;
    if number.fract() == 0.0 && number.abs() < EXACT {
        words.push(itoa::Buffer::new().format(number as i64).as_bytes());
    } else {
        words.push(&number::double::shortest(number));
    }
}

/// The text of an error with its code: the first word, if it was said that there is one and it is not the only one.
fn coded(text: &[u8], has_code: bool) -> Vec<u8> {
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    let text = text[..end].trim_ascii_end();
    if has_code && text.contains(&b' ') { text.to_vec() } else { [b"ERR ", text].concat() }
}

const WRONG_ARGUMENTS: &str = "wrong number or type of arguments";

fn error_reply(lua: &Lua, args: MultiValue) -> mlua::Result<Value> {
    let raised = match args.front() {
        Some(Value::String(text)) if args.len() == 1 => {
            let text = text.as_bytes();
            Raised { text: coded(text.strip_prefix(b"-").unwrap_or(&text), true), counted: false }
        }
        _ => Raised::new(WRONG_ARGUMENTS),
    };
    raised.table(lua)
}

fn status_reply(lua: &Lua, args: MultiValue) -> mlua::Result<Value> {
    match args.front() {
        Some(Value::String(text)) if args.len() == 1 => {
            let table = lua.create_table_with_capacity(0, 1)?;
            table.raw_set("ok", text)?;
            Ok(Value::Table(table))
        }
        _ => Raised::new(WRONG_ARGUMENTS).table(lua),
    }
}

fn log(lua: &Lua, args: MultiValue) -> mlua::Result<()> {
    if args.len() < 2 {
        return Raised::new("redis.log() requires two arguments or more.").raise();
    }
    let mut args = args.into_iter();
    let Some(level) = args.next().and_then(|level| lua.coerce_number(level).ok().flatten()) else {
        return Raised::new("First argument must be a number (log level).").raise();
    };
    let level = level as i64;
    if !(0..LEVELS.len() as i64).contains(&level) {
        return Raised::new("Invalid log level.").raise();
    }
    let mut text = String::new();
    for (place, arg) in args.enumerate() {
        if let Some(arg) = lua.coerce_string(arg)? {
            text.push_str(if place > 0 { " " } else { "" });
            text.push_str(&arg.to_string_lossy());
        }
    }
    match level {
        0 => tracing::trace!("{text}"),
        1 => tracing::debug!("{text}"),
        2 => tracing::info!("{text}"),
        _ => tracing::warn!("{text}"),
    }
    Ok(())
}

fn sha1hex(lua: &Lua, args: MultiValue) -> mlua::Result<Value> {
    let mut args = args.into_iter();
    let (Some(text), None) = (args.next(), args.next()) else {
        return Raised::new("wrong number of arguments").raise();
    };
    let text = lua.coerce_string(text)?;
    let digest = digest(text.as_ref().map(|text| text.as_bytes()).as_deref().unwrap_or_default());
    Ok(Value::String(lua.create_string(digest)?))
}

/// The only argument, as an integer.
fn only_int(lua: &Lua, args: MultiValue) -> Option<i64> {
    let mut args = args.into_iter();
    match (args.next(), args.next()) {
        (Some(value), None) => Some(lua.coerce_number(value).ok().flatten().unwrap_or_default() as i64),
        _ => None,
    }
}

fn setresp(lua: &Lua, args: MultiValue) -> mlua::Result<()> {
    let protocol = match only_int(lua, args) {
        None => return Raised::new("redis.setresp() requires one argument.").raise(),
        Some(2) => Protocol::Resp2,
        Some(3) => Protocol::Resp3,
        Some(_) => return Raised::new("RESP version must be 2 or 3.").raise(),
    };
    match lent::with(|lent| *lent.protocol() = protocol) {
        Some(()) => Ok(()),
        None => Raised::new("redis.setresp can only be called inside a script invocation").raise(),
    }
}

fn set_repl(lua: &Lua, args: MultiValue) -> mlua::Result<()> {
    let Some(bits) = only_int(lua, args) else {
        return Raised::new("redis.set_repl() requires one argument.").raise();
    };
    let Some(replicate) = u8::try_from(bits).ok().and_then(Replicate::from_bits) else {
        let text = "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.";
        return Raised::new(text).raise();
    };
    match lent::with(|lent| *lent.replicate() = replicate) {
        Some(()) => Ok(()),
        None => Raised::new("redis.set_repl can only be called inside a script invocation").raise(),
    }
}

fn acl_check_cmd(_: &Lua, args: MultiValue) -> mlua::Result<bool> {
    let permitted = lent::with(|lent| {
        if let Err(raised) = write_words(lent, &args) {
            lent.words().clear();
            return Err(raised);
        }
        let permitted = lent.may_call();
        lent.words().clear();
        permitted.ok_or_else(|| Raised::new("Invalid command passed to redis.acl_check_cmd()"))
    });
    match permitted {
        Some(Ok(permitted)) => Ok(permitted),
        Some(Err(raised)) => raised.raise(),
        None => Raised::new("redis.acl_check_cmd can only be called inside a script invocation").raise(),
    }
}

/// Where the script is that called what is running: its source and the line.
pub(crate) fn position(lua: &Lua, (): ()) -> mlua::Result<(Option<String>, Option<String>)> {
    for level in 1.. {
        let found = lua.inspect_stack(level, |frame| {
            let source = frame.source();
            let own = source.source.as_deref().is_none_or(|name| name == sandbox::SOURCE);
            match frame.current_line() {
                Some(line) if !own => {
                    ControlFlow::Break((source.source.map(|name| name.into_owned()), Some(line.to_string())))
                }
                _ => ControlFlow::Continue(()),
            }
        });
        match found {
            Some(ControlFlow::Break(found)) => return Ok(found),
            Some(ControlFlow::Continue(())) => {}
            None => break,
        }
    }
    Ok((None, None))
}
