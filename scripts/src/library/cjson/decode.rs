//! JSON read into a value.
//!
//! The text is taken as C takes it: a NUL byte is its end, wherever it stands. Strings need not be UTF-8, and control
//! characters may stand in them as they are. Words and numbers end where they end, so `[1true]` is refused for the
//! missing comma only.
//!
//! A table goes into the one around it before it has been filled, which saves keeping its key.

use super::{Settings, number};
use crate::library::nesting::Nesting;
use crate::library::{SLOTS, raise};
use mlua::{Lua, LuaString, Result, Table, Value};
use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    ObjectBegin,
    ObjectEnd,
    ArrayBegin,
    ArrayEnd,
    String(Text),
    Number(f64),
    Boolean(bool),
    Null,
    Colon,
    Comma,
    End,
    Error(&'static str),
}

/// Where the bytes of a string are.
#[derive(Clone, Debug, PartialEq)]
enum Text {
    /// In the input, as they are.
    Plain(Range<usize>),
    /// In the reader's buffer, since they had escapes.
    Unescaped,
}

struct Reader<'a> {
    lua: &'a Lua,
    settings: Settings,
    text: &'a [u8],
    at: usize,
    /// Where the last token began.
    begun: usize,
    buffer: Vec<u8>,
    depth: i32,
    slots: usize,
}

/// A table that is being filled; `next` is the index of the next value, if it is an array.
struct Open {
    table: Table,
    next: Option<i64>,
}

impl Open {
    /// Slots of Lua's stack that the C library keeps for it while it reads a value inside: the table, and its key.
    fn slots(&self) -> usize {
        if self.next.is_some() { 1 } else { 2 }
    }
}

/// The value of the JSON in `text`. O(length).
pub(super) fn decode(lua: &Lua, settings: Settings, text: &[u8]) -> Result<Value> {
    if matches!(text, [0, _, ..] | [_, 0, ..]) {
        return Err(raise::here(lua, "JSON parser does not support UTF-16 or UTF-32"));
    }
    let mut reader = Reader { lua, settings, text, at: 0, begun: 0, buffer: Vec::new(), depth: 0, slots: 1 };
    let value = reader.value()?;
    match reader.next() {
        Token::End => Ok(value),
        token => Err(reader.expected("the end", &token)),
    }
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Value> {
        let mut token = self.next();
        let (mut nesting, mut outer) = (Nesting::default(), Vec::new());
        let mut open: Option<Open> = None;
        // The key of the value that comes next, in an object.
        let (mut key, mut key_buffer) = (Text::Unescaped, Vec::new());
        let mut root = Value::Nil;
        loop {
            let begins = matches!(token, Token::ObjectBegin | Token::ArrayBegin);
            let value = match &token {
                Token::ObjectBegin | Token::ArrayBegin => {
                    self.slots += open.as_ref().map_or(0, Open::slots);
                    self.descend(if token == Token::ObjectBegin { 3 } else { 2 })?;
                    Value::Table(self.lua.create_table()?)
                }
                Token::Number(number) => Value::Number(*number),
                Token::Boolean(boolean) => Value::Boolean(*boolean),
                Token::Null => Value::NULL,
                Token::String(_) => Value::Nil,
                token => return Err(self.expected("value", token)),
            };
            let child = value.as_table().cloned();
            match &mut open {
                Some(Open { table, next: Some(next) }) => {
                    match &token {
                        Token::String(text) => {
                            table.raw_set(*next, LuaString::wrap(self.bytes(text, &self.buffer)))?
                        }
                        _ => table.raw_set(*next, value)?,
                    }
                    *next += 1;
                }
                Some(Open { table, next: None }) => {
                    let key = LuaString::wrap(self.bytes(&key, &key_buffer));
                    match &token {
                        Token::String(text) => {
                            table.raw_set(key, LuaString::wrap(self.bytes(text, &self.buffer)))?
                        }
                        _ => table.raw_set(key, value)?,
                    }
                }
                None => {
                    root = match &token {
                        Token::String(text) => {
                            Value::String(self.lua.create_string(self.bytes(text, &self.buffer))?)
                        }
                        _ => value,
                    }
                }
            }
            // Behind a value: a comma, or the end of its table; behind an opening bracket: a value, a key, or its end.
            let mut fresh = begins;
            if let Some(table) = child {
                if let Some(Open { table, next }) = open.take() {
                    nesting.push(self.lua, Value::Table(table))?;
                    outer.push(next);
                }
                open = Some(Open { table, next: (token == Token::ArrayBegin).then_some(1) });
            }
            loop {
                let Some(Open { next, .. }) = &open else { return Ok(root) };
                let array = next.is_some();
                token = self.next();
                let ends = if array { Token::ArrayEnd } else { Token::ObjectEnd };
                if token == ends {
                    self.depth -= 1;
                    open = match outer.pop() {
                        None => None,
                        Some(next) => nesting.pop_table()?.map(|table| Open { table, next }),
                    };
                    self.slots -= open.as_ref().map_or(0, Open::slots);
                    fresh = false;
                    continue;
                }
                if !fresh {
                    if token != Token::Comma {
                        let wanted = if array { "comma or array end" } else { "comma or object end" };
                        return Err(self.expected(wanted, &token));
                    }
                    token = self.next();
                }
                if !array {
                    let Token::String(text) = token else {
                        return Err(self.expected("object key string", &token));
                    };
                    key = text;
                    std::mem::swap(&mut key_buffer, &mut self.buffer);
                    token = self.next();
                    if token != Token::Colon {
                        return Err(self.expected("colon", &token));
                    }
                    token = self.next();
                }
                break;
            }
        }
    }

    fn bytes<'b>(&'b self, text: &Text, buffer: &'b [u8]) -> &'b [u8] {
        match text {
            Text::Plain(range) => &self.text[range.clone()],
            Text::Unescaped => buffer,
        }
    }

    /// One table deeper. `wanted` is how many slots of Lua's stack the C library asks for at this place.
    fn descend(&mut self, wanted: usize) -> Result<()> {
        self.depth += 1;
        if self.depth <= self.settings.decode_max_depth && self.slots + wanted <= SLOTS {
            return Ok(());
        }
        let (depth, at) = (self.depth, self.at);
        Err(raise::here(
            self.lua,
            format!("Found too many nested data structures ({depth}) at character {at}"),
        ))
    }

    fn expected(&self, wanted: &str, found: &Token) -> mlua::Error {
        let found = match found {
            Token::Error(problem) => problem,
            Token::ObjectBegin => "T_OBJ_BEGIN",
            Token::ObjectEnd => "T_OBJ_END",
            Token::ArrayBegin => "T_ARR_BEGIN",
            Token::ArrayEnd => "T_ARR_END",
            Token::String(_) => "T_STRING",
            Token::Number(_) => "T_NUMBER",
            Token::Boolean(_) => "T_BOOLEAN",
            Token::Null => "T_NULL",
            Token::Colon => "T_COLON",
            Token::Comma => "T_COMMA",
            Token::End => "T_END",
        };
        let at = self.begun + 1;
        raise::here(self.lua, format!("Expected {wanted} but found {found} at character {at}"))
    }

    /// The byte at `at`; 0 behind the end.
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn error(&mut self, problem: &'static str) -> Token {
        self.begun = self.at;
        Token::Error(problem)
    }

    fn next(&mut self) -> Token {
        while matches!(self.byte(self.at), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.begun = self.at;
        let token = match self.byte(self.at) {
            b'{' => Token::ObjectBegin,
            b'}' => Token::ObjectEnd,
            b'[' => Token::ArrayBegin,
            b']' => Token::ArrayEnd,
            b':' => Token::Colon,
            b',' => Token::Comma,
            0 => return Token::End,
            b'"' => return self.string(),
            b'-' | b'0'..=b'9' => {
                if self.settings.decode_invalid_numbers == 0 && self.is_invalid_number() {
                    return self.error("invalid number");
                }
                return self.number();
            }
            b'f' | b'i' | b'I' | b'n' | b'N' | b't' | b'+' => return self.word(),
            _ => return self.error("invalid token"),
        };
        self.at += 1;
        token
    }

    fn word(&mut self) -> Token {
        let words = [
            (&b"true"[..], Token::Boolean(true)),
            (&b"false"[..], Token::Boolean(false)),
            (&b"null"[..], Token::Null),
        ];
        for (word, token) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return token;
            }
        }
        if self.settings.decode_invalid_numbers != 0 && self.is_invalid_number() {
            return self.number();
        }
        self.error("invalid token")
    }

    /// Whether what stands here is a number to C and none to JSON.
    fn is_invalid_number(&self) -> bool {
        let rest = &self.text[self.at..];
        let unsigned = match rest {
            [b'+', ..] => return true,
            [b'-', rest @ ..] => rest,
            rest => rest,
        };
        match unsigned {
            [b'0', b'x' | b'X' | b'0'..=b'9', ..] => true,
            [first, ..] if *first <= b'9' => false,
            _ => unsigned
                .get(..3)
                .is_some_and(|word| word.eq_ignore_ascii_case(b"inf") || word.eq_ignore_ascii_case(b"nan")),
        }
    }

    fn number(&mut self) -> Token {
        match number::read(&self.text[self.at..]) {
            Some((value, len)) => {
                self.at += len;
                Token::Number(value)
            }
            None => self.error("invalid number"),
        }
    }

    fn string(&mut self) -> Token {
        self.at += 1;
        let from = self.at;
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0);
        let run = |text: &[u8]| text.iter().position(special).unwrap_or(text.len());
        self.at += run(&self.text[from..]);
        if self.byte(self.at) == b'"' {
            let range = from..self.at;
            self.at += 1;
            return Token::String(Text::Plain(range));
        }
        self.buffer.clear();
        self.buffer.extend_from_slice(&self.text[from..self.at]);
        loop {
            match self.byte(self.at) {
                b'"' => {
                    self.at += 1;
                    return Token::String(Text::Unescaped);
                }
                b'\\' => {
                    if let Err(problem) = self.escape() {
                        return self.error(problem);
                    }
                }
                0 => return self.error("unexpected end of string"),
                _ => {
                    let len = run(&self.text[self.at..]);
                    self.buffer.extend_from_slice(&self.text[self.at..self.at + len]);
                    self.at += len;
                }
            }
        }
    }

    /// Reads the escape that begins here.
    fn escape(&mut self) -> std::result::Result<(), &'static str> {
        let byte = match self.byte(self.at + 1) {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'f' => 12,
            b'r' => b'\r',
            b'u' => {
                let (code, len) = self.code_point().ok_or("invalid unicode escape code")?;
                let mut utf8 = [0; 4];
                self.buffer.extend_from_slice(code.encode_utf8(&mut utf8).as_bytes());
                self.at += len;
                return Ok(());
            }
            _ => return Err("invalid escape code"),
        };
        self.buffer.push(byte);
        self.at += 2;
        Ok(())
    }

    /// The character of the `\uXXXX` that begins here, or of two that are a surrogate pair, and their length.
    fn code_point(&self) -> Option<(char, usize)> {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 4)?;
            digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
        };
        let first = unit(self.at + 2)?;
        if first & 0xf800 != 0xd800 {
            return Some((char::from_u32(first)?, 6));
        }
        if first & 0x400 != 0 || self.byte(self.at + 6) != b'\\' || self.byte(self.at + 7) != b'u' {
            return None;
        }
        let second = unit(self.at + 8)?;
        if second & 0xfc00 != 0xdc00 {
            return None;
        }
        let code = ((first & 0x3ff) << 10 | second & 0x3ff) + 0x10000;
        Some((char::from_u32(code)?, 12))
    }
}
