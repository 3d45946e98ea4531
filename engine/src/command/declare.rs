//! The `command!` macro, and the vocabulary that a declaration may use.
//!
//! Everything public here is in scope inside `command! { ... }`, and only there.

pub use super::channels::{channel, channels_from};
pub use super::flags::command::*;
pub use super::flags::{category, doc};
pub use super::group::Group::*;
pub use super::keyspec::{after, at, counted, range, unknown};
pub use super::note::of;
use super::{Command, KeySpec, Note};
pub use inventory;

/// Fields whose declared form is not their stored form.
#[doc(hidden)]
pub mod store {
    use super::*;
    pub const fn keys(command: Command, keys: &'static [KeySpec]) -> Command {
        Command { keys, ..command }
    }
    pub const fn notes(command: Command, notes: &'static [Note]) -> Command {
        Command { notes, ..command }
    }
}

/// Declares a command and registers it. See the [module's page](mod@crate::command) for an example and
/// [`Command`] for the fields; all but `name` may be left out.
#[macro_export]
macro_rules! command {
    ($($field:ident : $value:expr),* $(,)?) => {
        const _: () = {
            #[allow(unused_imports, reason = "a declaration uses the words it needs")]
            use $crate::command::declare::*;
            static COMMAND: $crate::command::Command = {
                let command = $crate::command::Command::EMPTY;
                $( let command = $crate::__command_field!(command, $field, $value); )*
                command
            };
            inventory::submit! { $crate::command::Registration(&COMMAND) }
        };
    };
}

/// Stores one field of a declaration.
#[doc(hidden)]
#[macro_export]
macro_rules! __command_field {
    ($command:ident, keys, $value:expr) => {{
        const KEYS: &[$crate::command::KeySpec] = &$value;
        $crate::command::declare::store::keys($command, KEYS)
    }};
    ($command:ident, notes, $value:expr) => {{
        const NOTES: &[$crate::command::Note] = &$value;
        $crate::command::declare::store::notes($command, NOTES)
    }};
    ($command:ident, tips, $value:expr) => {
        $crate::command::Command { tips: &$value, ..$command }
    };
    ($command:ident, history, $value:expr) => {
        $crate::command::Command { history: &$value, ..$command }
    };
    ($command:ident, run, $value:expr) => {
        $crate::command::Command { run: Some($value), ..$command }
    };
    ($command:ident, find_keys, $value:expr) => {
        $crate::command::Command { find_keys: Some($value), ..$command }
    };
    ($command:ident, channels, $value:expr) => {
        $crate::command::Command { channels: Some($value), ..$command }
    };
    ($command:ident, secrets, $value:expr) => {
        $crate::command::Command { secrets: Some($value), ..$command }
    };
    ($command:ident, deprecated, $value:expr) => {
        $crate::command::Command { deprecated: Some($value), ..$command }
    };
    ($command:ident, arity, $value:expr) => {
        $crate::command::Command { arity: Some($value), ..$command }
    };
    ($command:ident, $field:ident, $value:expr) => {
        $crate::command::Command { $field: $value, ..$command }
    };
}
