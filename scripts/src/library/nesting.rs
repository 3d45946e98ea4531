//! What a walk through nested tables has begun and comes back to.
//!
//! The interpreter's binding keeps no more than 8,000 values alive at a time, and a stack of native frames would end in
//! the server's death. So the outer values of a deep nest wait in a table of Lua.

use mlua::{Lua, Result, Table, Value};

/// Values that are held directly.
const NEAR: usize = 512;

/// A stack of values of any depth.
#[derive(Default)]
pub(super) struct Nesting {
    near: Vec<Value>,
    far: Option<Table>,
    /// Values in `far`.
    spilled: usize,
}

impl Nesting {
    pub(super) fn push(&mut self, lua: &Lua, value: Value) -> Result<()> {
        if self.near.len() < NEAR {
            self.near.push(value);
            return Ok(());
        }
        let far = match &self.far {
            Some(far) => far,
            None => self.far.insert(lua.create_table()?),
        };
        self.spilled += 1;
        far.raw_set(self.spilled, value)
    }

    /// The value that was pushed last; nil if there is none.
    pub(super) fn pop(&mut self) -> Result<Value> {
        match &self.far {
            Some(far) if self.spilled > 0 => {
                self.spilled -= 1;
                far.raw_get(self.spilled + 1)
            }
            _ => Ok(self.near.pop().unwrap_or(Value::Nil)),
        }
    }

    /// As [`pop`](Self::pop), where a table was pushed.
    pub(super) fn pop_table(&mut self) -> Result<Option<Table>> {
        Ok(self.pop()?.as_table().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_last_comes_first() {
        let lua = Lua::new();
        let mut nesting = Nesting::default();
        for round in 0..2 {
            for number in 0..3 * NEAR as i64 {
                nesting.push(&lua, Value::Integer(number + round)).unwrap();
            }
            for number in (NEAR as i64 / 2..3 * NEAR as i64).rev() {
                assert_eq!(nesting.pop().unwrap(), Value::Integer(number + round));
            }
        }
        for number in (0..NEAR as i64 / 2).rev() {
            assert_eq!(nesting.pop().unwrap(), Value::Integer(number + 1));
        }
    }
}
