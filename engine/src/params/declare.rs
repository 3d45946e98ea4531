//! What a row of the parameter table says, and the macro that turns an area's rows into fields, accessors and
//! the table.
//!
//! A row is the single place that knows a parameter. From
//!
//! ```text
//! /// Close a connection that has been idle for this long; 0 never does.
//! timeout: i64 = "0" in Range::new(0, I32_MAX).unit("seconds"), [];
//! ```
//!
//! come the typed field, `Params::timeout()`, the entry that `CONFIG GET/SET/REWRITE` and the configuration
//! files use, the default, and the line in the book. The name is the field's name with `-` for `_`.

use std::borrow::Cow;

use super::Params;

/// Why a value was refused, in Redis's words, without the `ERR` and the parameter's name around it.
pub type Reason = Cow<'static, str>;

/// Reads the words of one line into the field of a row.
pub(super) type Assign = fn(&mut Params, &[&[u8]], How) -> Result<(), Reason>;

/// Whether a value replaces what is there or continues it.
///
/// Only a configuration file continues: its second `save` line adds to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The value stands for the whole parameter.
    Replace,
    /// The value is one more line of the same file.
    Continue,
}

bitflags::bitflags! {
    /// How a parameter may be used.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Flags: u8 {
        /// Can be set only at start.
        const IMMUTABLE = 1;
        /// `CONFIG GET` shows it only by its exact name.
        const HIDDEN = 2;
        /// Its value is a secret, which the slow log and `MONITOR` must not show.
        const SENSITIVE = 4;
        /// Can be set at run time only where `enable-protected-configs` says so.
        const PROTECTED = 8;
        /// Takes several words, which `CONFIG SET` gives as one string.
        const WORDS = 16;
        /// A line of a file that gives no value is one that gives no words: `save`, which saves never.
        const BARE = 32;
    }
}

/// Whether setting the parameter does something in this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is in force.
    Applied,
    /// It is read and kept, and takes effect once the named part of the server is built.
    Later(&'static str),
    /// It is read and kept so that a Redis configuration works unchanged; the text says why it does nothing.
    Accepted(&'static str),
}

/// What a value looks like, for the page of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The values that are taken: `yes or no`, `0 to 65535`, ...
    pub values: String,
    /// The unit of a number, or empty.
    pub unit: &'static str,
}

/// One parameter: a row of the table.
pub struct Parameter {
    /// The name that Redis 7.2 prefers.
    pub name: &'static str,
    /// Older names that mean the same.
    pub aliases: &'static [&'static str],
    /// The default, written as `CONFIG SET` would take it.
    pub default: &'static str,
    /// How it may be used.
    pub flags: Flags,
    /// Whether it does something here.
    pub status: Status,
    /// One sentence about it.
    pub help: &'static str,
    pub(super) shape: fn() -> Shape,
    pub(super) assign: Assign,
    pub(super) show: fn(&Params) -> Vec<u8>,
    pub(super) lines: fn(&Params) -> Vec<Vec<u8>>,
}

impl Parameter {
    /// The values it takes and their unit.
    pub fn shape(&self) -> Shape {
        (self.shape)()
    }

    /// The name and all aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// Whether `name` is its name or an alias, in any case.
    pub fn is_called(&self, name: &[u8]) -> bool {
        self.names().any(|own| own.as_bytes().eq_ignore_ascii_case(name))
    }

    /// Whether its value is a secret.
    pub fn is_sensitive(&self) -> bool {
        self.flags.contains(Flags::SENSITIVE)
    }
}

impl std::fmt::Debug for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The bytes of `name` with `-` for `_`: what a field's name becomes in the table.
pub(super) const fn dashed<const N: usize>(name: &str) -> [u8; N] {
    let bytes = name.as_bytes();
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = if bytes[i] == b'_' { b'-' } else { bytes[i] };
        i += 1;
    }
    out
}

/// Declares one area of the table: see the module's page for what a row looks like.
macro_rules! parameters {
    (
        $(#[doc = $area_doc:literal])+
        $area:ident in $slot:ident;
        $(
            $(#[doc = $help:literal])+
            $field:ident: $ty:ty = $default:literal in $rule:expr, [$($flag:ident)*]
            $(, alias $alias:literal)* $(, later $later:literal)? $(, accepted $why:literal)?;
        )*
    ) => {
        $(#[doc = $area_doc])+
        #[derive(Clone, Debug, Default)]
        pub(super) struct $area {
            $($field: $ty,)*
        }

        impl $crate::params::Params {
            $(
                $(#[doc = $help])+
                #[inline]
                pub fn $field(&self) -> <$ty as $crate::params::setting::Setting>::View<'_> {
                    $crate::params::setting::Setting::view(&self.$slot.$field)
                }
            )*
        }

        /// The rows of this area, in the order in which the book shows them.
        pub(super) static TABLE: &[$crate::params::declare::Parameter] = &[$({
            use $crate::params::{Params, declare, setting::Setting};
            static RULE: <$ty as Setting>::Rule = $rule;
            const FIELD: &str = stringify!($field);
            const NAME: [u8; FIELD.len()] = declare::dashed(FIELD);
            declare::Parameter {
                name: match std::str::from_utf8(&NAME) { Ok(name) => name, Err(_) => FIELD },
                aliases: &[$($alias),*],
                default: $default,
                flags: declare::Flags::empty()$(.union(declare::Flags::$flag))*,
                status: parameters!(@status $(later $later)? $(accepted $why)?),
                help: concat!($($help),+).trim_ascii(),
                shape: || <$ty as Setting>::shape(&RULE),
                assign: |params: &mut Params, args, how| params.$slot.$field.assign(&RULE, args, how),
                show: |params: &Params| params.$slot.$field.show(&RULE),
                lines: |params: &Params| params.$slot.$field.lines(&RULE),
            }
        }),*];
    };
    (@status) => { $crate::params::declare::Status::Applied };
    (@status later $part:literal) => { $crate::params::declare::Status::Later($part) };
    (@status accepted $why:literal) => { $crate::params::declare::Status::Accepted($why) };
}
pub(super) use parameters;
