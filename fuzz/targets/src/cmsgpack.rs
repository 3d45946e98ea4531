//! `cmsgpack` of scripts: MessagePack that anyone may send.

use super::cjson::{function, with};
use mlua::{LuaString, MultiValue, Value};
use russet_scripts::library;

target! { run, "a length that is claimed takes no memory; what is read is written so that it reads the same" }

/// Input: two bytes that say where and how much is read, then the text.
pub fn run(data: &[u8]) {
    let Some((&[limit, offset], text)) = data.split_first_chunk() else { return };
    with(|lua| {
        let text = lua.create_string(text).expect("a string");
        let unpack = function(lua, "cmsgpack", "unpack");
        let some = function(lua, "cmsgpack", "unpack_limit");
        let before = lua.used_memory();
        let all = unpack.call::<MultiValue>(&text);
        let grown = lua.used_memory().saturating_sub(before);
        assert!(grown < 100_000 + 400 * text.as_bytes().len(), "{grown} bytes for {}", text.as_bytes().len());
        let part = some.call::<MultiValue>((&text, limit % 8, i64::from(offset % 32) - 1));
        for result in [&all, &part] {
            if let Err(error) = result {
                assert!(library::raised(error).is_some_and(|text| !text.is_empty()), "{error}");
            }
        }
        if let Ok(part) = &part
            && !(limit % 8 == 0 && offset % 32 == 1)
        {
            let next = part.front().and_then(Value::as_integer).expect("where to go on");
            assert!((-1..=text.as_bytes().len() as i64).contains(&next));
        }
        let Ok(values) = all else { return };
        if values.is_empty() || values.len() > 4000 {
            return;
        }
        let count = values.len();
        let pack = function(lua, "cmsgpack", "pack");
        let packed: LuaString = pack.call(values).expect("what was read can be written");
        let again = match unpack.call::<MultiValue>(&packed) {
            Ok(again) => again,
            // A table below 16 others was written as nil, which is no key.
            Err(error) => return assert_eq!(library::raised(&error), Some(&b"table index is nil"[..])),
        };
        assert_eq!(again.len(), count);
        let again: LuaString = pack.call(again).expect("and written again");
        // Maps keep no order, and no pairs whose value is nil.
        if !packed.as_bytes().contains(&0xc0) {
            assert_eq!(again.as_bytes().len(), packed.as_bytes().len());
        }
    });
}
