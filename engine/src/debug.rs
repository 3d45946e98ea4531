//! DEBUG: what developers ask of a server, each as a subcommand that registers itself.
//!
//! `DEBUG` is one command, not a container as `CONFIG` is: its subcommands have no documentation, no flags and
//! no statistics of their own, only a number of words and lines for `DEBUG HELP`.

use crate::command::Run;
use std::ops::RangeInclusive;

/// A subcommand of `DEBUG`.
pub struct Subcommand {
    /// Its name, in capitals; it is found in any case.
    pub name: &'static str,
    /// How many words a request has, `DEBUG` and the name included.
    pub words: RangeInclusive<usize>,
    /// Its lines in `DEBUG HELP`.
    pub help: &'static [&'static str],
    /// What it does.
    pub run: Run,
}

inventory::collect!(Subcommand);

/// Declares a subcommand of `DEBUG` and registers it: see [`Subcommand`].
#[macro_export]
macro_rules! debug_subcommand {
    ($($field:ident : $value:expr),* $(,)?) => {
        const _: () = {
            use $crate::command::declare::inventory;
            inventory::submit! { $crate::debug::Subcommand { $($field: $value),* } }
        };
    };
}

/// Every subcommand that is linked into the program, by name.
pub fn subcommands() -> Vec<&'static Subcommand> {
    let mut all: Vec<_> = inventory::iter::<Subcommand>().collect();
    all.sort_by_key(|subcommand| subcommand.name);
    all
}

/// The subcommand that a request of `words` words means by `name`.
pub fn find(name: &[u8], words: usize) -> Option<&'static Subcommand> {
    inventory::iter::<Subcommand>().find(|subcommand| {
        subcommand.name.as_bytes().eq_ignore_ascii_case(name) && subcommand.words.contains(&words)
    })
}
