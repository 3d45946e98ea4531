//! The numbers of the format: types of values, opcodes between keys, versions.

/// A value's type: the byte before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub u8);

/// Declares the types' numbers.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        impl Kind {
            $($(#[$doc])* pub const $name: Kind = Kind($number);)*
        }
    };
}

kinds! {
    /// A string.
    STRING = 0,
    /// A list: count, elements. Before 2.6, and while loading still.
    LIST = 1,
    /// A set: count, members.
    SET = 2,
    /// A sorted set with scores as text: count, members and scores.
    SORTED_SET_1 = 3,
    /// A hash: count, fields and values.
    HASH = 4,
    /// A sorted set with scores as eight bytes.
    SORTED_SET = 5,
    /// A module's value as release candidates of Redis 4.0 wrote it; it cannot be skipped.
    MODULE_1 = 6,
    /// A module's value, made of parts with opcodes.
    MODULE = 7,
    /// A hash in a zipmap (before 2.6).
    HASH_ZIPMAP = 9,
    /// A list in a ziplist (before 3.2).
    LIST_ZIPLIST = 10,
    /// A set of integers.
    SET_INTSET = 11,
    /// A sorted set in a ziplist (before 7.0).
    SORTED_SET_ZIPLIST = 12,
    /// A hash in a ziplist (before 7.0).
    HASH_ZIPLIST = 13,
    /// A list of ziplists (before 7.0).
    LIST_QUICKLIST_1 = 14,
    /// A stream without the history of its length (before 7.0).
    STREAM_1 = 15,
    /// A hash in a listpack.
    HASH_LISTPACK = 16,
    /// A sorted set in a listpack.
    SORTED_SET_LISTPACK = 17,
    /// A list of listpacks and of plain elements.
    LIST_QUICKLIST = 18,
    /// A stream whose consumers have one time (7.0).
    STREAM_2 = 19,
    /// A set in a listpack (since 7.2).
    SET_LISTPACK = 20,
    /// A stream whose consumers have two times (since 7.2).
    STREAM = 21,
    /// A hash whose fields can expire, as Valkey 9 writes it: count, then field, value, deadline.
    HASH_EXPIRING_VALKEY = 22,
    /// A hash whose fields can expire, as Redis 7.4 writes it: the first deadline, count, then deadline, field, value.
    HASH_EXPIRING = 24,
    /// The same in a listpack: the first deadline, then a listpack of field, value, deadline.
    HASH_EXPIRING_LISTPACK = 25,
}

/// What stands between keys.
pub mod opcode {
    /// Libraries of functions, one each.
    pub const FUNCTION: u8 = 245;
    /// The same as release candidates of Redis 7.0 wrote it.
    pub const FUNCTION_1: u8 = 246;
    /// Data of a module that belongs to no key.
    pub const MODULE_AUX: u8 = 247;
    /// Seconds since the next key was used.
    pub const IDLE: u8 = 248;
    /// How often the next key is used: a byte.
    pub const FREQUENCY: u8 = 249;
    /// A name and a value about the file.
    pub const AUX: u8 = 250;
    /// How many keys the database has, and how many that expire.
    pub const RESIZE: u8 = 251;
    /// Until when the next key stands, Unix time in milliseconds.
    pub const EXPIRY_MS: u8 = 252;
    /// The same in seconds.
    pub const EXPIRY_SECONDS: u8 = 253;
    /// The database of the keys that follow.
    pub const SELECT: u8 = 254;
    /// The end; a checksum follows.
    pub const END: u8 = 255;
}

/// The parts of which a module's value is made.
pub mod module_opcode {
    /// The end of the value.
    pub const END: u64 = 0;
    /// A signed integer.
    pub const SIGNED: u64 = 1;
    /// An unsigned integer.
    pub const UNSIGNED: u64 = 2;
    /// Four bytes.
    pub const FLOAT: u64 = 3;
    /// Eight bytes.
    pub const DOUBLE: u64 = 4;
    /// A string.
    pub const STRING: u64 = 5;
}

/// The version that a file or a dumped value says it needs.
///
/// Redis 7.0 reads up to 10, 7.2 and Valkey 8 up to 11, Redis 7.4 writes 12, Valkey 9 writes 80.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16);

impl Version {
    /// Redis 7.0's: what is written where nothing newer is used.
    pub const OLDEST: Version = Version(10);
    /// Redis 7.2's: consumers of streams have two times.
    pub const CONSUMERS: Version = Version(11);
    /// Valkey 9's: fields of hashes can expire.
    pub const FIELDS: Version = Version(80);
    /// The newest that is read.
    pub const NEWEST: Version = Version::FIELDS;
}
