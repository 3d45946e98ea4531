//! From what a script returns to what its client is answered.

use crate::raised;
use mlua::{LuaString, Table, Value};
use russet_engine::scripting::Caller;
use russet_engine::{Error, Protocol};

/// Tables within tables that are answered. Redis counts what Lua's stack for its functions holds, which is as many.
const DEEPEST: usize = 7996;

/// What of a table is still to be answered.
struct Open {
    items: std::vec::IntoIter<Value>,
}

/// Answers what a script has returned. `counted` errors have been counted.
pub(crate) fn answer(caller: &mut Caller<'_, '_>, value: Value) -> mlua::Result<()> {
    let mut open: Vec<Open> = Vec::new();
    let mut next = Some(value);
    loop {
        let value = match next.take() {
            Some(value) => value,
            None => match open.last_mut().map(|innermost| innermost.items.next()) {
                None => return Ok(()),
                Some(Some(value)) => value,
                Some(None) => {
                    open.pop();
                    continue;
                }
            },
        };
        if open.len() >= DEEPEST {
            refuse(caller, &Error::new("ERR reached lua stack limit"));
            continue;
        }
        if let Some(items) = one(caller, value)? {
            open.push(Open { items: items.into_iter() });
        }
    }
}

/// Answers a value, or the head of a collection, of which the items are returned.
fn one(caller: &mut Caller<'_, '_>, value: Value) -> mlua::Result<Option<Vec<Value>>> {
    let resp3 = caller.protocol == Protocol::Resp3;
    let reply = caller.reply();
    let _ = match value {
        Value::String(text) => reply.bulk(&text.as_bytes()),
        Value::Integer(number) => reply.int(number),
        Value::Number(number) => reply.int(to_int(number)),
        Value::Boolean(yes) if resp3 => reply.boolean(yes),
        Value::Boolean(true) => reply.int(1),
        Value::Boolean(false) => reply.null(),
        Value::Table(table) => return answer_table(caller, &table),
        _ => reply.null(),
    };
    Ok(None)
}

/// A number as C converts it to a `long long`: towards zero; what does not fit is the least there is.
fn to_int(number: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) {
        number as i64
    } else {
        i64::MIN
    }
}

fn text(table: &Table, field: &str) -> mlua::Result<Option<LuaString>> {
    Ok(match table.raw_get(field)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

fn table(table: &Table, field: &str) -> mlua::Result<Option<Table>> {
    Ok(match table.raw_get(field)? {
        Value::Table(inner) => Some(inner),
        _ => None,
    })
}

fn answer_table(caller: &mut Caller<'_, '_>, value: &Table) -> mlua::Result<Option<Vec<Value>>> {
    if let Some(error) = text(value, "err")? {
        let counted = matches!(value.raw_get("ignore_error_stats_update")?, Value::Boolean(true));
        let error = Error::owned(error.as_bytes().to_vec());
        if counted {
            caller.fail();
            let _ = caller.reply().error(&error);
        } else {
            refuse(caller, &error);
        }
        return Ok(None);
    }
    if let Some(text) = text(value, "ok")? {
        let _ = caller.reply().status(&text.as_bytes());
        return Ok(None);
    }
    let double = match value.raw_get("double")? {
        Value::Number(double) => Some(double),
        Value::Integer(double) => Some(double as f64),
        _ => None,
    };
    if let Some(double) = double {
        let _ = caller.reply().double(double);
        return Ok(None);
    }
    if let Some(digits) = text(value, "big_number")? {
        let digits = String::from_utf8_lossy(&digits.as_bytes()).replace(['\r', '\n'], " ");
        let _ = caller.reply().big_number(&digits);
        return Ok(None);
    }
    if let Some(verbatim) = table(value, "verbatim_string")?
        && let Some(format) = text(&verbatim, "format")?
        && let Some(text) = text(&verbatim, "string")?
    {
        let format = String::from_utf8_lossy(&format.as_bytes()).into_owned();
        let _ = caller.reply().verbatim(&three(&format), &text.as_bytes());
        return Ok(None);
    }
    if let Some(map) = table(value, "map")? {
        let mut items = Vec::new();
        for pair in map.pairs::<Value, Value>() {
            let (key, value) = pair?;
            items.extend([key, value]);
        }
        let _ = caller.reply().map(items.len() / 2);
        return Ok(Some(items));
    }
    if let Some(set) = table(value, "set")? {
        let items = set.pairs::<Value, Value>().map(|pair| pair.map(|(member, _)| member));
        let items: Vec<Value> = items.collect::<mlua::Result<_>>()?;
        let _ = caller.reply().set(items.len());
        return Ok(Some(items));
    }
    let mut items = Vec::with_capacity(value.raw_len());
    loop {
        match value.raw_get(items.len() + 1)? {
            Value::Nil => break,
            item => items.push(item),
        }
    }
    let _ = caller.reply().array(items.len());
    Ok(Some(items))
}

/// A format has three letters; what is missing is filled up.
fn three(format: &str) -> String {
    let letters: String = format.chars().filter(char::is_ascii).take(3).collect();
    format!("{letters:<3}")
}

/// Answers an error and counts it.
fn refuse(caller: &mut Caller<'_, '_>, error: &Error) {
    caller.context().core.stats.error(error);
    caller.fail();
    let _ = caller.reply().error(error);
}

/// What a script's failure is told as: the table that [`sandbox.lua`](crate::sandbox) makes of what was raised, or a text where
/// there was no memory even for that.
pub(crate) fn failure(name: &str, raised: Value) -> mlua::Result<russet_engine::scripting::Failure> {
    let Value::Table(table) = raised else {
        let why = match &raised {
            Value::String(text) => text.to_string_lossy(),
            Value::Error(error) => raised::message(error),
            _ => "execution failure".into(),
        };
        return Ok(Error::owned(format!("ERR Error running script {name}, {why}")).into());
    };
    let field = |name: &str| -> mlua::Result<Vec<u8>> {
        Ok(match table.raw_get(name)? {
            Value::String(text) => text.as_bytes().to_vec(),
            Value::Integer(number) => number.to_string().into_bytes(),
            _ => Vec::new(),
        })
    };
    let (mut text, source, line) = (field("err")?, field("source")?, field("line")?);
    if !source.is_empty() && !line.is_empty() {
        text.extend_from_slice(format!(" script: {name}, on ").as_bytes());
        text.extend_from_slice(&source);
        text.push(b':');
        text.extend_from_slice(&line);
        text.push(b'.');
    }
    let counted = matches!(table.raw_get("ignore_error_stats_update")?, Value::Boolean(true));
    Ok(russet_engine::scripting::Failure { error: Error::owned(text), counted })
}
