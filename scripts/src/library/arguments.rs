//! What a library function was called with, read as Lua's auxiliary library reads it for C functions.
//!
//! Strings and numbers stand for each other, a whole number is cut out of a double as x86-64 does it, and each refusal
//! names the argument and the function.

use super::raise;
use mlua::{Lua, LuaString, MultiValue, Result, Value};

/// The arguments of one call, counted from 1 as in Lua.
pub(super) struct Arguments<'a> {
    pub(super) lua: &'a Lua,
    values: MultiValue,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(lua: &'a Lua, values: MultiValue) -> Self {
        Arguments { lua, values }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Argument `number`; `None` if there is none.
    pub(super) fn get(&self, number: usize) -> Option<&Value> {
        self.values.get(number - 1)
    }

    /// Argument `number`, unless it is missing or nil.
    pub(super) fn given(&self, number: usize) -> Option<&Value> {
        self.get(number).filter(|value| !value.is_nil())
    }

    /// Argument `number` is wrong.
    pub(super) fn error(&self, number: usize, problem: impl AsRef<[u8]>) -> mlua::Error {
        raise::argument(self.lua, number, problem)
    }

    /// Argument `number` is of a type that is not `expected`.
    pub(super) fn type_error(&self, number: usize, expected: &str) -> mlua::Error {
        let got = self.get(number).map_or("no value", type_name);
        self.error(number, format!("{expected} expected, got {got}"))
    }

    /// A string, or a number as Lua prints it.
    pub(super) fn string(&self, number: usize) -> Result<LuaString> {
        let string = match self.get(number) {
            Some(Value::String(string)) => return Ok(string.clone()),
            Some(value @ (Value::Integer(_) | Value::Number(_))) => self.lua.coerce_string(value.clone())?,
            _ => None,
        };
        string.ok_or_else(|| self.type_error(number, "string"))
    }

    /// A number, or a string that reads as one.
    pub(super) fn number(&self, number: usize) -> Result<f64> {
        self.as_number(number)?.ok_or_else(|| self.type_error(number, "number"))
    }

    /// As [`number`](Self::number), `None` for what is none.
    pub(super) fn as_number(&self, number: usize) -> Result<Option<f64>> {
        self.get(number).map_or(Ok(None), |value| as_number(self.lua, value))
    }

    /// A number without what stands behind its point.
    pub(super) fn integer(&self, number: usize) -> Result<i64> {
        self.number(number).map(truncated)
    }

    /// As [`integer`](Self::integer), 0 or the like where it is not given.
    pub(super) fn integer_or(&self, number: usize, default: i64) -> Result<i64> {
        if self.given(number).is_none() { Ok(default) } else { self.integer(number) }
    }
}

/// `value` as a number, if it is one or a string that reads as one.
pub(super) fn as_number(lua: &Lua, value: &Value) -> Result<Option<f64>> {
    match value {
        Value::Integer(integer) => Ok(Some(*integer as f64)),
        Value::Number(number) => Ok(Some(*number)),
        Value::String(_) => lua.coerce_number(value.clone()),
        _ => Ok(None),
    }
}

/// The type of `value` as Lua's `type` names it.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Nil => "nil",
        Value::Boolean(_) => "boolean",
        Value::Integer(_) | Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Table(_) => "table",
        Value::Function(_) => "function",
        Value::Thread(_) => "thread",
        _ => "userdata",
    }
}

/// C's `(int64_t)number` on x86-64: what does not fit is the lowest integer.
pub(super) fn truncated(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&number) { number as i64 } else { i64::MIN }
}

/// C's `(int)number` on x86-64.
pub(super) fn truncated_to_32(number: f64) -> i32 {
    let whole = number.trunc();
    if (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&whole) { whole as i32 } else { i32::MIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_the_lowest() {
        assert_eq!(truncated(-3.9), -3);
        assert_eq!(truncated(9.3e18), i64::MIN);
        assert_eq!(truncated(f64::NAN), i64::MIN);
        assert_eq!(truncated(-9_223_372_036_854_775_808.0), i64::MIN);
        assert_eq!(truncated_to_32(-2_147_483_648.9), i32::MIN);
        assert_eq!(truncated_to_32(2_147_483_647.9), i32::MAX);
        assert_eq!(truncated_to_32(2_147_483_648.0), i32::MIN);
        assert_eq!(truncated_to_32(f64::INFINITY), i32::MIN);
    }
}
