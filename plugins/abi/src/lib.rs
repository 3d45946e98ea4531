//! The types that cross between a server and a plugin: `plugins/include/russet_plugin.h`, in Rust.
//!
//! The header is where they are explained. This crate is what the server and the SDK both build on, so that neither can
//! have an opinion of its own; a test compiles a C program that includes the header and compares sizes and offsets.

use std::ffi::c_void;

/// The major version: a server loads plugins that have the same.
pub const MAJOR: u16 = 1;
/// The minor version: functions were added at the ends of tables.
pub const MINOR: u16 = 0;

/// The first bytes of a manifest.
pub const MAGIC: [u8; 8] = *b"RUSSETPL";
/// The section of the file that has the manifest.
pub const SECTION: &str = ".russet.plugin";

/// `RUSSET_...` statuses.
pub type Status = i32;
/// It worked.
pub const OK: Status = 0;
/// It did not work; the call keeps the error.
pub const FAILED: Status = 1;
/// The plugin broke a rule; the call keeps the error.
pub const MISUSED: Status = 2;
/// The plugin's code gave up in the middle.
pub const PANICKED: Status = 3;

/// Declares a set of bits that the header has under the same names.
macro_rules! bits {
    ($(#[$meta:meta])* $module:ident: $type:ty { $($name:ident = $bit:literal),* $(,)? }) => {
        $(#[$meta])*
        #[expect(missing_docs, reason = "the header explains them")]
        pub mod $module {
            $(pub const $name: $type = 1 << $bit;)*
        }
    };
}

bits! {
    /// Features of a server: `RUSSET_FEATURE_...`.
    feature: u64 { KEYS = 0, CALLS = 1 }
}

bits! {
    /// Command flags: `RUSSET_...`.
    flag: u64 {
        WRITE = 0, READONLY = 1, DENYOOM = 2, ADMIN = 3, PUBSUB = 4, NOSCRIPT = 5, BLOCKING = 6, LOADING = 7, STALE = 8,
        SKIP_MONITOR = 9, SKIP_SLOWLOG = 10, FAST = 11, NO_AUTH = 12, MAY_REPLICATE = 13, NO_MANDATORY_KEYS = 14,
        NO_MULTI = 15, ALLOW_BUSY = 16,
    }
}

bits! {
    /// Key flags: `RUSSET_KEY_...`.
    key: u64 {
        RO = 0, RW = 1, OW = 2, RM = 3, ACCESS = 4, UPDATE = 5, INSERT = 6, DELETE = 7, NOT_KEY = 8, INCOMPLETE = 9,
        VARIABLE_FLAGS = 10,
    }
}

bits! {
    /// How a command is run by another: `RUSSET_CALL_...`.
    nested: u32 { RESP2 = 0 }
}

/// `RUSSET_BEGIN_...` and `RUSSET_FIND_...`.
#[expect(missing_docs, reason = "the header explains them")]
pub mod key_spec {
    pub const BEGIN_INDEX: u32 = 0;
    pub const BEGIN_KEYWORD: u32 = 1;
    pub const BEGIN_UNKNOWN: u32 = 2;
    pub const FIND_RANGE: u32 = 0;
    pub const FIND_COUNT: u32 = 1;
    pub const FIND_UNKNOWN: u32 = 2;
}

/// `RUSSET_LOG_...`.
#[expect(missing_docs, reason = "the header explains them")]
pub mod log_level {
    pub const DEBUG: u32 = 0;
    pub const VERBOSE: u32 = 1;
    pub const NOTICE: u32 = 2;
    pub const WARNING: u32 = 3;
}

/// `RUSSET_ANSWER_...`.
#[expect(missing_docs, reason = "the header explains them")]
pub mod answer {
    pub const NULL: u32 = 0;
    pub const SIMPLE: u32 = 1;
    pub const ERROR: u32 = 2;
    pub const INTEGER: u32 = 3;
    pub const BULK: u32 = 4;
    pub const ARRAY: u32 = 5;
    pub const MAP: u32 = 6;
    pub const SET: u32 = 7;
    pub const REAL: u32 = 8;
    pub const BOOLEAN: u32 = 9;
    pub const BIG_NUMBER: u32 = 10;
    pub const VERBATIM: u32 = 11;
}

/// The key does not expire.
pub const NO_EXPIRY: i64 = i64::MIN;
/// The key expires when it would have.
pub const KEEP_EXPIRY: i64 = i64::MAX;

/// `russet_slice`: bytes with their length.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Where they are; null where there is nothing at all.
    pub data: *const c_void,
    /// How many.
    pub len: usize,
}

impl Slice {
    /// Nothing at all.
    pub const NONE: Slice = Slice { data: std::ptr::null(), len: 0 };

    /// The slice of some bytes.
    pub const fn of(bytes: &[u8]) -> Slice {
        Slice { data: bytes.as_ptr().cast(), len: bytes.len() }
    }
}

/// `russet_plugin`: a plugin, as the server knows it.
#[repr(C)]
pub struct Plugin {
    opaque: [u8; 0],
}

/// `russet_call`: a command that runs.
#[repr(C)]
pub struct Call {
    opaque: [u8; 0],
}

/// `russet_answer`: what a command has answered that a plugin ran.
#[repr(C)]
pub struct Answer {
    opaque: [u8; 0],
}

/// `russet_manifest`: what a server must know before it runs anything.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header explains them")]
pub struct Manifest {
    pub magic: [u8; 8],
    pub size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub features: u64,
    pub version: u32,
    pub name: [u8; 36],
    pub about: [u8; 192],
}

impl Manifest {
    /// A manifest of this version of the interface.
    ///
    /// # Panics
    /// At compile time, if a text has no room.
    pub const fn new(name: &str, version: u32, features: u64, about: &str) -> Manifest {
        Manifest {
            magic: MAGIC,
            size: size_of::<Manifest>() as u32,
            abi_major: MAJOR,
            abi_minor: MINOR,
            features,
            version,
            name: padded(name),
            about: padded(about),
        }
    }
}

const fn padded<const N: usize>(text: &str) -> [u8; N] {
    let bytes = text.as_bytes();
    assert!(bytes.len() < N, "a name has room for 35 bytes, what it is about for 191");
    let mut room = [0; N];
    let mut index = 0;
    while index < bytes.len() {
        room[index] = bytes[index];
        index += 1;
    }
    room
}

/// `russet_key_spec`: where keys stand.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header explains them")]
pub struct KeySpec {
    pub begin: u32,
    pub find: u32,
    pub keyword: Slice,
    pub index: i32,
    pub last: i32,
    pub step: i32,
    pub limit: i32,
    pub first: i32,
    pub reserved: i32,
    pub flags: u64,
}

/// `russet_note`: what the syntax line cannot say of an argument.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header explains them")]
pub struct Note {
    pub of: Slice,
    pub name: Slice,
    pub kind: Slice,
    pub since: Slice,
}

/// The function that a command runs.
pub type Run = unsafe extern "C" fn(call: *mut Call, data: *mut c_void) -> Status;

/// `russet_command`: a command's declaration.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header explains them")]
pub struct Command {
    pub size: usize,
    pub name: Slice,
    pub summary: Slice,
    pub syntax: Slice,
    pub since: Slice,
    pub complexity: Slice,
    pub flags: u64,
    pub keys: *const KeySpec,
    pub key_count: usize,
    pub notes: *const Note,
    pub note_count: usize,
    pub run: Option<Run>,
    pub data: *mut c_void,
}

/// Declares a table of the server's functions.
macro_rules! table {
    ($(#[$meta:meta])* $name:ident { $($field:ident: fn($($arg:ident: $type:ty),* $(,)?) $(-> $returns:ty)?),* $(,)? }) => {
        $(#[$meta])*
        #[repr(C)]
        #[expect(missing_docs, reason = "the header explains them")]
        pub struct $name {
            pub size: usize,
            $(pub $field: unsafe extern "C" fn($($arg: $type),*) $(-> $returns)?),*
        }
    };
}

table! {
    /// `russet_core`: about the plugin itself.
    Core {
        register_command: fn(plugin: *mut Plugin, command: *const Command) -> Status,
        refuse: fn(plugin: *mut Plugin, why: Slice) -> Status,
        log: fn(plugin: *mut Plugin, level: u32, line: Slice),
    }
}

table! {
    /// `russet_args`: what a command was sent.
    Args {
        count: fn(call: *const Call) -> usize,
        get: fn(call: *const Call, index: usize) -> Slice,
    }
}

table! {
    /// `russet_reply`: what a command answers.
    Reply {
        simple: fn(call: *mut Call, text: Slice) -> Status,
        bulk: fn(call: *mut Call, bytes: Slice) -> Status,
        integer: fn(call: *mut Call, value: i64) -> Status,
        real: fn(call: *mut Call, value: f64) -> Status,
        boolean: fn(call: *mut Call, value: i32) -> Status,
        null: fn(call: *mut Call) -> Status,
        null_array: fn(call: *mut Call) -> Status,
        verbatim: fn(call: *mut Call, format: Slice, text: Slice) -> Status,
        big_number: fn(call: *mut Call, digits: Slice) -> Status,
        array: fn(call: *mut Call, count: usize) -> Status,
        map: fn(call: *mut Call, count: usize) -> Status,
        set: fn(call: *mut Call, count: usize) -> Status,
        error: fn(call: *mut Call, text: Slice) -> Status,
        fail: fn(call: *mut Call, text: Slice) -> Status,
        protocol: fn(call: *const Call) -> u32,
    }
}

table! {
    /// `russet_keys`: keys of the selected database.
    Keys {
        get_string: fn(call: *mut Call, key: Slice, value: *mut Slice) -> Status,
        set_string: fn(call: *mut Call, key: Slice, value: Slice, expire_at: i64) -> Status,
        remove: fn(call: *mut Call, key: Slice, removed: *mut i32) -> Status,
        exists: fn(call: *mut Call, key: Slice, exists: *mut i32) -> Status,
        type_name: fn(call: *mut Call, key: Slice, name: *mut Slice) -> Status,
        get_expiry: fn(call: *mut Call, key: Slice, expire_at: *mut i64) -> Status,
        set_expiry: fn(call: *mut Call, key: Slice, expire_at: i64) -> Status,
        database: fn(call: *const Call) -> u32,
        now: fn(call: *const Call) -> i64,
    }
}

table! {
    /// `russet_calls`: running commands, and what goes into the journal.
    Calls {
        call: fn(call: *mut Call, words: *const Slice, count: usize, flags: u32, answer: *mut *mut Answer) -> Status,
        journal_effects: fn(call: *mut Call) -> Status,
        kind: fn(answer: *const Answer, part: usize) -> u32,
        bytes: fn(answer: *const Answer, part: usize) -> Slice,
        integer: fn(answer: *const Answer, part: usize) -> i64,
        real: fn(answer: *const Answer, part: usize) -> f64,
        count: fn(answer: *const Answer, part: usize) -> usize,
        child: fn(answer: *const Answer, part: usize, index: usize) -> usize,
        release: fn(answer: *mut Answer),
    }
}

/// `russet_host`: all of it.
#[repr(C)]
#[expect(missing_docs, reason = "the header explains them")]
pub struct Host {
    pub size: usize,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub reserved: u32,
    pub features: u64,
    pub core: *const Core,
    pub args: *const Args,
    pub reply: *const Reply,
    pub keys: *const Keys,
    pub calls: *const Calls,
}

/// `russet_plugin_load`.
pub type Load =
    unsafe extern "C" fn(host: *const Host, plugin: *mut Plugin, args: *const Slice, count: usize) -> Status;
/// `russet_plugin_unload`.
pub type Unload = unsafe extern "C" fn(plugin: *mut Plugin);

/// The name of the symbol of [`Load`].
pub const LOAD: &str = "russet_plugin_load";
/// The name of the symbol of [`Unload`].
pub const UNLOAD: &str = "russet_plugin_unload";

/// A plugin that is part of the server: what its file would have.
#[derive(Clone, Copy)]
pub struct Linked {
    /// What it says of itself.
    pub manifest: Manifest,
    /// How it begins.
    pub load: Load,
    /// How it ends.
    pub unload: Option<Unload>,
}
