//! RON configuration files: `(port: 6379, bind: ["127.0.0.1", "::1"], save: [(900, 1)], maxmemory: "100mb")`.
//!
//! A struct or a map, whose names are those of the table, with `_` or `-`. serde reads the values without
//! knowing the table; each then becomes the lines that a redis.conf would have, so that the table alone
//! decides what is right:
//!
//! - a number, a word, `true` and `false` become one word; `None` and `()` an empty one;
//! - a list becomes the words of one line;
//! - a list of lists or a map becomes one line for each entry;
//! - each entry of `user`, a list of a name and rules, becomes a line;
//! - each entry of `plugins`, a path or a list of a path and arguments, becomes a line with `loadmodule`.

use ron::Value;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use super::error::ConfigError;
use super::ron_layout;

/// One name of a RON file with what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The line of the file on which the name stands, from 1.
    pub line: usize,
    /// The entry as a message shows it.
    pub text: String,
    /// The lines that a redis.conf would have, as words.
    pub lines: Vec<Vec<Vec<u8>>>,
}

/// Reads the text of a RON file that stands in `place`. Nothing is checked against the table.
pub fn parse(text: &[u8], place: &str) -> Result<Vec<Entry>, ConfigError> {
    let fail = |line: usize, shown: &str, reason: String| ConfigError::Line {
        place: place.to_string(),
        line,
        text: shown.to_string(),
        reason,
    };
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            let line = 1 + text[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            return Err(fail(line, &shown_line(&String::from_utf8_lossy(text), line), "not UTF-8".into()));
        }
    };
    if ron_layout::is_blank(text) {
        return Ok(Vec::new());
    }
    let pairs = read_pairs(text).map_err(|error| {
        // The span begins before the blanks that precede what is wrong.
        let line = error.span.end.line;
        fail(line, &shown_line(text, line), error.code.to_string())
    })?;
    let layout = ron_layout::entries(text).unwrap_or_default();
    let mut entries: Vec<Entry> = Vec::with_capacity(pairs.len());
    for (index, (name, value)) in pairs.iter().enumerate() {
        // serde and the layout see the same entries in the same order.
        let line = layout.get(index).map_or(1, |entry| ron_layout::line_of(text, entry.name.start));
        let shown = layout.get(index).map_or(name.as_str(), |entry| &text[entry.name.start..entry.value.end]);
        let repeated = pairs[..index].iter().any(|(known, _)| plain(known) == plain(name));
        if repeated {
            return Err(fail(line, shown, format!("{name} is given twice")));
        }
        let lines = lines(&plain(name), value).map_err(|reason| fail(line, shown, reason))?;
        entries.push(Entry { line, text: shown.to_string(), lines });
    }
    Ok(entries)
}

fn shown_line(text: &str, line: usize) -> String {
    text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim().to_string()
}

/// A name as the table has it. The few aliases with `_` are known to the table both ways.
fn plain(name: &str) -> String {
    name.replace('_', "-")
}

fn read_pairs(text: &str) -> Result<Vec<(String, Value)>, ron::error::SpannedError> {
    let mut deserializer = ron::de::Deserializer::from_str(text)?;
    let pairs = deserializer.deserialize_any(Pairs).map_err(|error| deserializer.span_error(error))?;
    deserializer.end().map_err(|error| deserializer.span_error(error))?;
    Ok(pairs)
}

/// Collects a struct or map in the order of the file.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("parameters in (name: value, ...) or {\"name\": value, ...}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            pairs.push((name, map.next_value()?));
        }
        Ok(pairs)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E: serde::de::Error>(self, found: &str) -> Result<Self::Value, E> {
        Err(E::invalid_type(serde::de::Unexpected::Str(found), &self))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self))
    }
}

/// The lines that `value` stands for, each with the name first.
fn lines(name: &str, value: &Value) -> Result<Vec<Vec<Vec<u8>>>, String> {
    let named = |words: Vec<Vec<u8>>| {
        let mut line = vec![name.as_bytes().to_vec()];
        line.extend(words);
        line
    };
    if name == "plugins" {
        let load = |entry: &Value| Ok([vec![b"loadmodule".to_vec()], words(entry)?].concat());
        return match value {
            Value::Seq(list) => list.iter().map(load).collect(),
            one => Ok(vec![load(one)?]),
        };
    }
    if name == "user" && matches!(value, Value::Seq(list) if list.is_empty()) {
        return Ok(Vec::new()); // no users, not one without a name
    }
    let is_compound = |value: &Value| matches!(value, Value::Seq(_) | Value::Map(_));
    match value {
        Value::Option(Some(inner)) => lines(name, inner),
        Value::Map(map) => {
            map.iter().map(|(class, value)| Ok(named([vec![word(class)?], words(value)?].concat()))).collect()
        }
        // An empty list says "none", for which a line needs the empty word.
        Value::Seq(list) if list.is_empty() => Ok(vec![named(vec![Vec::new()])]),
        Value::Seq(list) if list.iter().any(is_compound) => {
            list.iter().map(|entry| Ok(named(words(entry)?))).collect()
        }
        _ => Ok(vec![named(words(value)?)]),
    }
}

/// The words of one line.
fn words(value: &Value) -> Result<Vec<Vec<u8>>, String> {
    match value {
        Value::Seq(list) => list.iter().map(word).collect(),
        other => Ok(vec![word(other)?]),
    }
}

fn word(value: &Value) -> Result<Vec<u8>, String> {
    Ok(match value {
        Value::Bool(true) => b"yes".to_vec(),
        Value::Bool(false) => b"no".to_vec(),
        Value::String(text) => text.clone().into_bytes(),
        Value::Bytes(bytes) => bytes.clone(),
        Value::Char(char) => char.to_string().into_bytes(),
        Value::Number(ron::Number::F32(number)) => number.get().to_string().into_bytes(),
        Value::Number(ron::Number::F64(number)) => number.get().to_string().into_bytes(),
        Value::Number(number) => whole(number)?,
        Value::Unit | Value::Option(None) => Vec::new(),
        Value::Option(Some(inner)) => word(inner)?,
        Value::Seq(_) | Value::Map(_) => return Err("lists are nested too deeply".into()),
    })
}

fn whole(number: &ron::Number) -> Result<Vec<u8>, String> {
    let value = Value::Number(*number);
    let text = match value.clone().into_rust::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => value.into_rust::<u64>().map_err(|error| error.to_string())?.to_string(),
    };
    Ok(text.into_bytes())
}
