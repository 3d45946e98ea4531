//! `struct` of scripts: formats and bytes that anyone may send.

use super::cjson::{function, with};
use mlua::{LuaString, MultiValue};
use russet_scripts::library;

target! { run, "no format reads outside its bytes, and what it reads it writes again" }

/// Input: the length of the format, where to read, the format, and the bytes.
pub fn run(data: &[u8]) {
    let Some((&[len, position], rest)) = data.split_first_chunk() else { return };
    let (format, bytes) = rest.split_at(usize::from(len).min(rest.len()));
    with(|lua| {
        let string = |bytes: &[u8]| lua.create_string(bytes).expect("a string");
        let (format, bytes) = (string(format), string(bytes));
        let position = i64::from(position as i8);
        let unpacked =
            function(lua, "struct", "unpack").call::<MultiValue>((&format, &bytes, position));
        let size = function(lua, "struct", "size").call::<i64>(&format);
        if let Err(error) = &size {
            assert!(library::raised(error).is_some_and(|text| !text.is_empty()), "{error}");
        }
        let mut values = match unpacked {
            Ok(values) => values,
            Err(error) => {
                assert!(library::raised(&error).is_some_and(|text| !text.is_empty()), "{error}");
                return;
            }
        };
        let next = values.pop_back().and_then(|next| next.as_integer()).expect("where to go on");
        // A format that asks for nothing does not look where it is.
        let inside = next >= 1 && next as usize <= bytes.as_bytes().len() + 1;
        assert!(inside || values.is_empty(), "it reads up to {next}");
        let mut arguments = MultiValue::from_vec(vec![mlua::Value::String(format)]);
        arguments.extend(values);
        // A string that said its own length is one value now, and as many bytes.
        if let Ok(packed) = function(lua, "struct", "pack").call::<LuaString>(arguments)
            && let Ok(size) = size
        {
            assert_eq!(packed.as_bytes().len() as i64, size);
        }
    });
}
