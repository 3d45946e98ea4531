//! `cjson` of scripts: JSON that anyone may send.

use russet_scripts::library;
use mlua::{Function, Lua, Value};

/// Longer texts than a few bytes may stand for are not made again.
const LONGEST: usize = 1 << 20;

target! { run, "what is read is written so that it reads the same; anything else is an error with a place" }

/// What a library is asked through: its state is kept, as a server keeps it.
pub(crate) fn with<R>(work: impl FnOnce(&Lua) -> R) -> R {
    thread_local! {
        static LUA: Lua = {
            let lua = Lua::new();
            library::open(&lua).expect("there is memory for the libraries");
            lua
        };
    }
    LUA.with(|lua| {
        let done = work(lua);
        lua.gc_collect().expect("garbage is collected");
        done
    })
}

/// The function of this name in that library.
pub(crate) fn function(lua: &Lua, library: &str, name: &str) -> Function {
    let library: mlua::Table = lua.globals().raw_get(library).expect("the library is there");
    library.raw_get(name).expect("the function is there")
}

/// Input: a byte that says what is read as a number, then the text.
pub fn run(data: &[u8]) {
    let Some((&options, text)) = data.split_first() else { return };
    with(|lua| {
        let (decode, encode) = (function(lua, "cjson", "decode"), function(lua, "cjson", "encode"));
        let strict = function(lua, "cjson", "decode_invalid_numbers");
        strict.call::<()>(options & 1 == 0).expect("a boolean is a setting");
        function(lua, "cjson", "decode_max_depth").call::<()>(1000).expect("a depth");
        let read = |text: &[u8]| decode.call::<Value>(lua.create_string(text).expect("a string"));
        let value = match read(text) {
            Ok(value) => value,
            Err(error) => {
                assert!(library::raised(&error).is_some_and(|text| !text.is_empty()), "{error}");
                return;
            }
        };
        // Numbers that JSON has no name for are refused, and so are arrays full of holes, which null makes none of.
        let Ok(written) = encode.call::<mlua::LuaString>(value) else { return };
        let written = written.as_bytes().to_vec();
        assert!(written.len() <= 6 * text.len() + 64 * (1 + text.len()), "what is written is about as long as what was read");
        if written.len() < LONGEST {
            let again = read(&written).expect("what is written can be read");
            let again = encode.call::<mlua::LuaString>(again).expect("and written again");
            // Objects keep no order, and numbers lose digits once.
            assert_eq!(again.as_bytes().len(), written.len());
        }
    });
}
