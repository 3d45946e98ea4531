//! The header and this crate say the same: a C program that includes the header tells the size and the offsets of everything.

use russet_plugin_abi as abi;
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

/// A struct with some of its fields: those of the C program, and the numbers that they should have.
macro_rules! layouts {
    ($($c:ident = $rust:ident { $($field:ident),* $(,)? })*) => {
        (
            concat!($(
                "printf(\"", stringify!($c), " %zu\\n\", sizeof(", stringify!($c), "));",
                $("printf(\"", stringify!($c), ".", stringify!($field), " %zu\\n\", offsetof(", stringify!($c), ", ",
                    stringify!($field), "));",)*
            )*),
            vec![$(
                (stringify!($c).to_owned(), size_of::<abi::$rust>()),
                $((concat!(stringify!($c), ".", stringify!($field)).to_owned(), offset_of!(abi::$rust, $field)),)*
            )*],
        )
    };
}

/// A constant of the header, and the number that it should be.
macro_rules! constants {
    ($($c:ident = $rust:expr),* $(,)?) => {
        (
            concat!($("printf(\"", stringify!($c), " %zu\\n\", (size_t)(", stringify!($c), "));",)*),
            vec![$((stringify!($c).to_owned(), $rust as usize),)*],
        )
    };
}

#[test]
fn the_header_has_the_same_structs_and_numbers() {
    let (structs, mut expected) = layouts! {
        russet_slice = Slice { data, len }
        russet_manifest = Manifest { magic, size, abi_major, abi_minor, features, version, name, about }
        russet_key_spec = KeySpec { begin, find, keyword, index, last, step, limit, first, reserved, flags }
        russet_note = Note { of, name, kind, since }
        russet_command = Command {
            size, name, summary, syntax, since, complexity, flags, keys, key_count, notes, note_count, run, data,
        }
        russet_core = Core { size, register_command, refuse, log }
        russet_args = Args { size, count, get }
        russet_reply = Reply {
            size, simple, bulk, integer, real, boolean, null, null_array, verbatim, big_number, array, map, set, error,
            fail, protocol,
        }
        russet_keys = Keys {
            size, get_string, set_string, remove, exists, type_name, get_expiry, set_expiry, database, now,
        }
        russet_calls = Calls {
            size, call, journal_effects, kind, bytes, integer, real, count, child, release,
        }
        russet_host = Host { size, abi_major, abi_minor, reserved, features, core, args, reply, keys, calls }
    };
    use abi::{answer, feature, flag, key, key_spec, log_level, nested};
    let (numbers, more) = constants! {
        RUSSET_ABI_MAJOR = abi::MAJOR, RUSSET_ABI_MINOR = abi::MINOR,
        RUSSET_OK = abi::OK, RUSSET_FAILED = abi::FAILED, RUSSET_MISUSED = abi::MISUSED,
        RUSSET_PANICKED = abi::PANICKED,
        RUSSET_FEATURE_KEYS = feature::KEYS, RUSSET_FEATURE_CALLS = feature::CALLS,
        RUSSET_WRITE = flag::WRITE, RUSSET_READONLY = flag::READONLY, RUSSET_DENYOOM = flag::DENYOOM,
        RUSSET_ADMIN = flag::ADMIN, RUSSET_PUBSUB = flag::PUBSUB, RUSSET_NOSCRIPT = flag::NOSCRIPT,
        RUSSET_BLOCKING = flag::BLOCKING, RUSSET_LOADING = flag::LOADING, RUSSET_STALE = flag::STALE,
        RUSSET_SKIP_MONITOR = flag::SKIP_MONITOR, RUSSET_SKIP_SLOWLOG = flag::SKIP_SLOWLOG, RUSSET_FAST = flag::FAST,
        RUSSET_NO_AUTH = flag::NO_AUTH, RUSSET_MAY_REPLICATE = flag::MAY_REPLICATE,
        RUSSET_NO_MANDATORY_KEYS = flag::NO_MANDATORY_KEYS, RUSSET_NO_MULTI = flag::NO_MULTI,
        RUSSET_ALLOW_BUSY = flag::ALLOW_BUSY,
        RUSSET_KEY_RO = key::RO, RUSSET_KEY_RW = key::RW, RUSSET_KEY_OW = key::OW, RUSSET_KEY_RM = key::RM,
        RUSSET_KEY_ACCESS = key::ACCESS, RUSSET_KEY_UPDATE = key::UPDATE, RUSSET_KEY_INSERT = key::INSERT,
        RUSSET_KEY_DELETE = key::DELETE, RUSSET_KEY_NOT_KEY = key::NOT_KEY,
        RUSSET_KEY_INCOMPLETE = key::INCOMPLETE, RUSSET_KEY_VARIABLE_FLAGS = key::VARIABLE_FLAGS,
        RUSSET_BEGIN_INDEX = key_spec::BEGIN_INDEX, RUSSET_BEGIN_KEYWORD = key_spec::BEGIN_KEYWORD,
        RUSSET_BEGIN_UNKNOWN = key_spec::BEGIN_UNKNOWN, RUSSET_FIND_RANGE = key_spec::FIND_RANGE,
        RUSSET_FIND_COUNT = key_spec::FIND_COUNT, RUSSET_FIND_UNKNOWN = key_spec::FIND_UNKNOWN,
        RUSSET_LOG_DEBUG = log_level::DEBUG, RUSSET_LOG_VERBOSE = log_level::VERBOSE,
        RUSSET_LOG_NOTICE = log_level::NOTICE, RUSSET_LOG_WARNING = log_level::WARNING,
        RUSSET_NO_EXPIRY = abi::NO_EXPIRY, RUSSET_KEEP_EXPIRY = abi::KEEP_EXPIRY,
        RUSSET_CALL_RESP2 = nested::RESP2,
        RUSSET_ANSWER_NULL = answer::NULL, RUSSET_ANSWER_SIMPLE = answer::SIMPLE,
        RUSSET_ANSWER_ERROR = answer::ERROR, RUSSET_ANSWER_INTEGER = answer::INTEGER,
        RUSSET_ANSWER_BULK = answer::BULK, RUSSET_ANSWER_ARRAY = answer::ARRAY, RUSSET_ANSWER_MAP = answer::MAP,
        RUSSET_ANSWER_SET = answer::SET, RUSSET_ANSWER_REAL = answer::REAL, RUSSET_ANSWER_BOOLEAN = answer::BOOLEAN,
        RUSSET_ANSWER_BIG_NUMBER = answer::BIG_NUMBER, RUSSET_ANSWER_VERBATIM = answer::VERBATIM,
    };
    expected.extend(more);

    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, program) = (place.join("header.c"), place.join("header"));
    let text = format!(
        "#include <stdio.h>\n#include \"russet_plugin.h\"\nint main(void) {{ {structs} {numbers} return 0; }}\n"
    );
    std::fs::write(&source, text).unwrap();
    let header = concat!(env!("CARGO_MANIFEST_DIR"), "/../include");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I", header, "-o"])
        .args([&program, &source])
        .status()
        .unwrap();
    assert!(compiled.success());
    let output = Command::new(&program).output().unwrap();
    let said: Vec<(String, usize)> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, number)| (name.to_owned(), number.parse().unwrap()))
        .collect();
    assert_eq!(said, expected);
    assert_eq!(abi::MAGIC, *b"RUSSETPL");
}
