//! Values: what a key can hold, and how its type and encoding are named.
//!
//! A string stands inside its [record](russet_structures::record) or is a [`Blob`]. Every other type is a
//! [`Collection`]: a type of its own that knows its encodings and changes from the small one to the large one by
//! itself. Commands reach a collection through [`Db::get`](crate::keyspace::Db::get) and
//! [`Db::edit`](crate::keyspace::Db::edit), which know nothing of the single types:
//!
//! ```text
//!  Object::List ── List  ── Packed(Listpack)              listpack
//!                        └─ Quick(Quicklist)              quicklist
//!  Object::Hash ── Hash  ── Packed(Listpack)              listpack: field, value, field, value ...
//!                        └─ Table(hash::Table)            hashtable
//!  Object::Set  ── Set   ── Ints(Intset)                  intset
//!                        ├─ Packed(Listpack)              listpack
//!                        └─ Table(Set)                    hashtable
//!  Object::SortedSet ─── ── Packed(Listpack)              listpack: member, score, in order
//!                        └─ Sorted(SortedSet)             skiplist
//!  Object::Stream                                         stream
//!  Object::Module                                         raw, whatever a module made of it
//! ```

pub mod hash;
mod list;
mod memory;
mod module;
mod set;
pub mod sorted_set;
mod stream;
mod text;

pub use hash::Hash;
pub use list::{End, List, ListLimits};
pub use module::ModuleValue;
pub use set::{Members, Set, SetLimits};
pub use sorted_set::SortedSet;
pub use stream::Stream;
pub use text::{EMBSTR_MAX, New, Text};

use crate::output::Blob;
use russet_structures::record::{Payload, Record};
use std::borrow::Cow;

/// A value too large to stand inside its record.
#[derive(Debug)]
pub enum Object {
    /// A long string. Shared, so that a reply can leave without copying it.
    Blob(Blob),
    /// A list.
    List(List),
    /// A hash.
    Hash(Hash),
    /// A set.
    Set(Set),
    /// A sorted set.
    SortedSet(SortedSet),
    /// A stream.
    Stream(Box<Stream>),
    /// A value of a module's type.
    Module(Box<ModuleValue>),
}

const _: () = assert!(size_of::<Object>() <= 24);

/// A key with its value.
pub type Entry = Record<Object>;

/// Redis's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Bytes.
    String,
    /// Elements in the order in which they were put.
    List,
    /// Members without order, each once.
    Set,
    /// Members in the order of their scores.
    SortedSet,
    /// Fields with values.
    Hash,
    /// A log of entries.
    Stream,
    /// What a module made: each of its types has a name of its own.
    Module,
}

impl Type {
    /// The name that `TYPE` answers, but for types of modules.
    pub fn name(self) -> &'static str {
        match self {
            Type::String => "string",
            Type::List => "list",
            Type::Set => "set",
            Type::SortedSet => "zset",
            Type::Hash => "hash",
            Type::Stream => "stream",
            Type::Module => "module",
        }
    }
}

/// Redis's encodings, each with its type. The discriminant is the record's tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Encoding {
    /// A string that is a 64-bit integer.
    Int,
    /// A string of at most [`EMBSTR_MAX`] bytes that was set as a whole.
    Embstr,
    /// Any other string.
    Raw,
    /// A small list.
    ListPacked,
    /// Any other list.
    ListQuick,
    /// A small hash.
    HashPacked,
    /// Any other hash.
    HashTable,
    /// A small set of integers.
    SetInts,
    /// A small set.
    SetPacked,
    /// Any other set.
    SetTable,
    /// A small sorted set.
    SortedPacked,
    /// Any other sorted set.
    SortedTree,
    /// A stream.
    Stream,
    /// A value of a module's type.
    Module,
}

/// All encodings, by tag.
const ENCODINGS: [Encoding; 14] = [
    Encoding::Int,
    Encoding::Embstr,
    Encoding::Raw,
    Encoding::ListPacked,
    Encoding::ListQuick,
    Encoding::HashPacked,
    Encoding::HashTable,
    Encoding::SetInts,
    Encoding::SetPacked,
    Encoding::SetTable,
    Encoding::SortedPacked,
    Encoding::SortedTree,
    Encoding::Stream,
    Encoding::Module,
];

const _: () = {
    let mut tag = 0;
    while tag < ENCODINGS.len() {
        assert!(ENCODINGS[tag] as usize == tag);
        tag += 1;
    }
};

impl Encoding {
    /// The encoding of a record.
    #[inline]
    pub fn of(entry: &Entry) -> Self {
        ENCODINGS[usize::from(entry.tag())]
    }

    /// The name that `OBJECT ENCODING` answers.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Int => "int",
            Encoding::Embstr => "embstr",
            Encoding::Raw | Encoding::Module => "raw",
            Encoding::ListPacked | Encoding::HashPacked | Encoding::SetPacked | Encoding::SortedPacked => {
                "listpack"
            }
            Encoding::ListQuick => "quicklist",
            Encoding::HashTable | Encoding::SetTable => "hashtable",
            Encoding::SetInts => "intset",
            Encoding::SortedTree => "skiplist",
            Encoding::Stream => "stream",
        }
    }

    /// The type that uses this encoding.
    #[inline]
    pub fn kind(self) -> Type {
        match self {
            Encoding::Int | Encoding::Embstr | Encoding::Raw => Type::String,
            Encoding::ListPacked | Encoding::ListQuick => Type::List,
            Encoding::HashPacked | Encoding::HashTable => Type::Hash,
            Encoding::SetInts | Encoding::SetPacked | Encoding::SetTable => Type::Set,
            Encoding::SortedPacked | Encoding::SortedTree => Type::SortedSet,
            Encoding::Stream => Type::Stream,
            Encoding::Module => Type::Module,
        }
    }
}

/// The name of the type of an entry's value, as `TYPE` answers it.
pub fn type_name(entry: &Entry) -> Cow<'static, str> {
    match Object::of(entry) {
        Some(Object::Module(value)) => Cow::Owned(value.type_name()),
        _ => Cow::Borrowed(Encoding::of(entry).kind().name()),
    }
}

/// A type that holds elements.
#[expect(clippy::len_without_is_empty, reason = "an empty one is not kept: see `vanishes`")]
pub trait Collection: Sized {
    /// Which it is.
    const TYPE: Type;

    /// The collection in a value, if it is of this type.
    fn of(object: &Object) -> Option<&Self>;

    /// As [`Collection::of`], to change it.
    fn of_mut(object: &mut Object) -> Option<&mut Self>;

    /// The value that holds it.
    fn into_object(self) -> Object;

    /// How it is kept at present.
    fn encoding(&self) -> Encoding;

    /// The number of its elements: what `LLEN`, `HLEN` and their like answer. O(1).
    fn len(&self) -> usize;

    /// Whether its key has to go because it holds nothing.
    fn vanishes(&self) -> bool {
        self.len() == 0
    }

    /// When the first of its elements expires, if they do: Unix time in milliseconds. O(1).
    fn next_expiry(&self) -> Option<i64> {
        None
    }

    /// A copy in the same encoding. O(elements).
    fn duplicate(&self) -> Self;
}

impl Object {
    /// How it is kept: for a string `raw`.
    pub fn encoding(&self) -> Encoding {
        match self {
            Object::Blob(_) => Encoding::Raw,
            Object::List(value) => value.encoding(),
            Object::Hash(value) => value.encoding(),
            Object::Set(value) => value.encoding(),
            Object::SortedSet(value) => value.encoding(),
            Object::Stream(value) => value.encoding(),
            Object::Module(_) => Encoding::Module,
        }
    }

    /// The number of elements; 1 for a string or what a module made. O(1).
    #[expect(clippy::len_without_is_empty, reason = "an empty one is not kept")]
    pub fn len(&self) -> usize {
        match self {
            Object::Blob(_) | Object::Module(_) => 1,
            Object::List(value) => value.len(),
            Object::Hash(value) => value.len(),
            Object::Set(value) => value.len(),
            Object::SortedSet(value) => value.len(),
            Object::Stream(value) => Collection::len(&**value),
        }
    }

    /// When the first of its elements expires, if they do. O(1).
    #[inline]
    pub fn next_expiry(&self) -> Option<i64> {
        match self {
            Object::Hash(value) => value.next_expiry(),
            _ => None,
        }
    }

    /// A copy; strings are shared until one is changed. O(elements).
    pub fn duplicate(&self) -> Object {
        match self {
            Object::Blob(blob) => Object::Blob(blob.clone()),
            Object::List(value) => Object::List(value.duplicate()),
            Object::Hash(value) => Object::Hash(value.duplicate()),
            Object::Set(value) => Object::Set(value.duplicate()),
            Object::SortedSet(value) => Object::SortedSet(value.duplicate()),
            Object::Stream(value) => Object::Stream(Box::new(value.duplicate())),
            Object::Module(value) => Object::Module(value.clone()),
        }
    }

    /// When the first element of the collection in an entry expires, if they do. O(1).
    #[inline]
    pub fn next_expiry_in(entry: &Entry) -> Option<i64> {
        Object::of(entry).and_then(Object::next_expiry)
    }

    /// The object of an entry; `None` for a string that stands inside its record.
    pub fn of(entry: &Entry) -> Option<&Object> {
        match entry.payload() {
            Payload::Owned(object) => Some(object),
            Payload::Int(_) | Payload::Inline(_) => None,
        }
    }
}

/// Implements the part of [`Collection`] that says where in [`Object`] a type stands.
macro_rules! stands_in {
    ($variant:ident) => {
        const TYPE: $crate::value::Type = $crate::value::Type::$variant;

        #[inline]
        fn of(object: &$crate::value::Object) -> Option<&Self> {
            match object {
                $crate::value::Object::$variant(value) => Some(value),
                _ => None,
            }
        }

        #[inline]
        fn of_mut(object: &mut $crate::value::Object) -> Option<&mut Self> {
            match object {
                $crate::value::Object::$variant(value) => Some(value),
                _ => None,
            }
        }

        fn into_object(self) -> $crate::value::Object {
            $crate::value::Object::$variant(self.into())
        }
    };
}
use stands_in;
