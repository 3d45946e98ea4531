//! MessagePack read into values.
//!
//! A length that is claimed reserves nothing: values are read one by one until the text ends. Containers are walked
//! with a stack of their own.

use super::Values;
use crate::library::arguments::Arguments;
use crate::library::nesting::Nesting;
use crate::library::{SLOTS, raise};
use mlua::{Lua, MultiValue, Result, Table, Value};

/// A container that is being filled.
struct Open {
    table: Table,
    /// Values, or pairs, that are still to come.
    left: usize,
    place: Place,
}

enum Place {
    /// The next value has this index in an array.
    Index(i64),
    /// The next value is the key of a pair.
    Key,
    /// The next value belongs to this key.
    Pair(Value),
}

/// What the bytes at the front of a text begin.
enum Head {
    Value(Value),
    Array(usize),
    Map(usize),
}

struct Reader<'a> {
    lua: &'a Lua,
    text: &'a [u8],
    at: usize,
    /// Slots of Lua's stack that the C library would have filled by now.
    slots: usize,
}

/// The values at `offset`, `limit` of them at most (`all`, or both 0: whatever there is), behind the offset to go on at
/// unless it was all.
pub(super) fn unpack(arguments: &Arguments<'_>, limit: i64, offset: i64, all: bool) -> Result<MultiValue> {
    let lua = arguments.lua;
    let string = arguments.string(1)?;
    let text = string.as_bytes();
    let all_of_it = limit == 0 && offset == 0;
    let len = text.len() as i32;
    if offset < 0 || limit < 0 {
        let offset = offset as i32;
        let message = format!("Invalid request to unpack with offset of {offset} and limit of {len}.");
        return Err(raise::here(lua, message));
    }
    if offset as u64 > text.len() as u64 {
        let offset = offset as i32;
        return Err(raise::here(lua, format!("Start offset {offset} greater than input length {len}.")));
    }
    let limit = if all_of_it { i64::from(i32::MAX) } else { limit };
    let taken = if all { arguments.len() } else { 1 };
    let mut reader = Reader { lua, text: &text, at: offset as usize, slots: taken };
    let mut values = Values::new();
    let mut count = 0;
    while reader.at < text.len() && count < limit {
        values.push(reader.value()?);
        reader.slots += 1;
        count += 1;
    }
    if !all_of_it {
        reader.room("in function mp_unpack_full")?;
        let next = if reader.at == text.len() { -1 } else { reader.at as i64 };
        values.insert(0, Value::Integer(next));
    }
    Ok(MultiValue::from_vec(values))
}

impl Reader<'_> {
    /// One whole value.
    fn value(&mut self) -> Result<Value> {
        let mut outer = Outer::default();
        let mut open: Option<Open> = None;
        loop {
            let (len, place) = match self.head()? {
                Head::Value(value) => {
                    let Some(inner) = &mut open else { return Ok(value) };
                    self.put(inner, value)?;
                    (None, Place::Key)
                }
                Head::Array(len) => (Some(len), Place::Index(1)),
                Head::Map(len) => (Some(len), Place::Key),
            };
            if let Some(left) = len {
                let table = self.lua.create_table()?;
                self.slots += 1;
                if matches!(place, Place::Index(_)) {
                    self.room("in function mp_decode_to_lua_array")?;
                    self.slots += 1;
                }
                if let Some(around) = open.replace(Open { table, left, place }) {
                    outer.push(self.lua, around)?;
                }
            }
            while let Some(full) = open.take_if(|open| open.left == 0) {
                self.slots -= if matches!(full.place, Place::Index(_)) { 2 } else { 1 };
                let Some(mut around) = outer.pop()? else { return Ok(Value::Table(full.table)) };
                self.put(&mut around, Value::Table(full.table))?;
                open = Some(around);
            }
        }
    }

    /// `value` has been read: into the container with it, or, if it is a key, beside it until its value is there.
    fn put(&mut self, open: &mut Open, value: Value) -> Result<()> {
        match std::mem::replace(&mut open.place, Place::Key) {
            Place::Index(index) => {
                open.table.raw_set(index, value)?;
                open.place = Place::Index(index + 1);
            }
            Place::Key => {
                self.slots += 1;
                open.place = Place::Pair(value);
                return Ok(());
            }
            Place::Pair(Value::Nil) => return Err(raise::plainly("table index is nil")),
            Place::Pair(Value::Number(key)) if key.is_nan() => {
                return Err(raise::plainly("table index is NaN"));
            }
            Place::Pair(key) => {
                self.slots -= 1;
                open.table.raw_set(key, value)?;
            }
        }
        open.left -= 1;
        Ok(())
    }

    /// One more slot of the stack is needed.
    fn room(&self, wherefore: &str) -> Result<()> {
        if self.slots < SLOTS {
            return Ok(());
        }
        Err(raise::here(self.lua, format!("stack overflow ({wherefore})")))
    }

    fn take(&mut self, len: usize) -> Result<&[u8]> {
        match self.text.get(self.at..).and_then(|rest| rest.get(..len)) {
            Some(bytes) => {
                self.at += len;
                Ok(bytes)
            }
            None => Err(raise::here(self.lua, "Missing bytes in input.")),
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    /// An unsigned number of `width` bytes.
    fn unsigned(&mut self, width: usize) -> Result<u64> {
        Ok(self.take(width)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn string(&mut self, len: usize) -> Result<Value> {
        let lua = self.lua;
        Ok(Value::String(lua.create_string(self.take(len)?)?))
    }

    /// Reads a value that is no container, or what begins one.
    fn head(&mut self) -> Result<Head> {
        let first = self.unsigned(1)? as u8;
        self.room("too many return values at once; use unpack_one or unpack_limit instead.")?;
        let value = match first {
            0x00..=0x7f => Value::Integer(first.into()),
            0xe0..=0xff => Value::Integer((first as i8).into()),
            0xa0..=0xbf => self.string(usize::from(first & 0x1f))?,
            0xd9..=0xdb => {
                let len = self.unsigned(1 << (first - 0xd9))?;
                self.string(len as usize)?
            }
            0x90..=0x9f => return Ok(Head::Array(usize::from(first & 0xf))),
            0xdc | 0xdd => return Ok(Head::Array(self.unsigned(2 << (first - 0xdc))? as usize)),
            0x80..=0x8f => return Ok(Head::Map(usize::from(first & 0xf))),
            0xde | 0xdf => return Ok(Head::Map(self.unsigned(2 << (first - 0xde))? as usize)),
            0xc0 => Value::Nil,
            0xc2 => Value::Boolean(false),
            0xc3 => Value::Boolean(true),
            0xca => Value::Number(f32::from_be_bytes(self.bytes()?).into()),
            0xcb => Value::Number(f64::from_be_bytes(self.bytes()?)),
            // Unsigned 64 bits too go through a signed integer.
            0xcc..=0xcf => Value::Number(self.unsigned(1 << (first - 0xcc))? as i64 as f64),
            0xd0 => Value::Integer(i8::from_be_bytes(self.bytes()?).into()),
            0xd1 => Value::Integer(i16::from_be_bytes(self.bytes()?).into()),
            0xd2 => Value::Integer(i32::from_be_bytes(self.bytes()?).into()),
            0xd3 => Value::Number(i64::from_be_bytes(self.bytes()?) as f64),
            _ => return Err(raise::here(self.lua, "Bad data format in input.")),
        };
        Ok(Head::Value(value))
    }
}

/// The containers around the one that is being filled.
#[derive(Default)]
struct Outer {
    /// Their tables, each with its key above it where one waits for its value.
    tables: Nesting,
    /// Their other fields; a key is left out.
    rest: Vec<(usize, Place)>,
}

impl Outer {
    fn push(&mut self, lua: &Lua, open: Open) -> Result<()> {
        self.tables.push(lua, Value::Table(open.table))?;
        let place = match open.place {
            Place::Pair(key) => {
                self.tables.push(lua, key)?;
                Place::Pair(Value::Nil)
            }
            place => place,
        };
        self.rest.push((open.left, place));
        Ok(())
    }

    fn pop(&mut self) -> Result<Option<Open>> {
        let Some((left, place)) = self.rest.pop() else { return Ok(None) };
        let place = if matches!(place, Place::Pair(_)) { Place::Pair(self.tables.pop()?) } else { place };
        Ok(self.tables.pop_table()?.map(|table| Open { table, left, place }))
    }
}
