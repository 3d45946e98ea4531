//! What a command is: one declaration, from which everything else that is known about it is derived.
//!
//! ```
//! use russet_engine::prelude::*;
//!
//! command! {
//!     name: "HALF", group: String, since: "1.0.0", complexity: "O(1)",
//!     summary: "Returns half of the integer in a key.",
//!     syntax: "key",
//!     flags: READONLY | FAST,
//!     keys: [at(1).read_only().access()],
//!     run: half,
//! }
//!
//! fn half(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
//!     let value = cx.db.string(args.key(1))?.map_or(Ok(0), |text| text.int())?;
//!     cx.reply.int(value / 2)
//! }
//! # fn main() {}
//! ```
//!
//! The declaration registers itself: the crate that holds it has only to be linked.

mod argument;
mod change;
mod channels;
pub mod declare;
mod derive;
pub mod flags;
mod group;
mod key_finder;
pub mod keys;
pub mod keyspec;
mod lookup;
mod note;
pub mod page;
pub mod phrase;
pub mod registry;
mod syntax;

pub use argument::Argument;
pub use channels::Channels;
pub use group::Group;
pub use keys::FoundKey;
pub use keyspec::KeySpec;
pub use note::Note;
pub use registry::{CommandId, Entry, Registry};

use crate::args::Args;
use crate::context::Context;
use crate::error::Outcome;

/// The function that a command runs.
pub type Run = fn(&mut Context<'_>, Args<'_>) -> Outcome;

/// A function that finds keys among arguments. It must do with any, for it is asked before the command runs.
pub type FindKeys = fn(Args<'_>) -> Vec<FoundKey>;

/// Finds the words of a request that are secrets.
pub type FindSecrets = fn(Args<'_>) -> Vec<usize>;

/// A declaration, as [`command!`](macro@crate::command) makes it. Fields that a declaration leaves out keep the
/// value that [`Command::EMPTY`] has.
#[derive(Clone, Copy)]
pub struct Command {
    /// The name in capitals; of a subcommand both names, as in `CLIENT|LIST`.
    pub name: &'static str,
    /// The chapter of the manual.
    pub group: Group,
    /// The first version that had it.
    pub since: &'static str,
    /// Time complexity, as the manual says it.
    pub complexity: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The arguments as the manual shows them, the name left out: `key value [NX | XX]`.
    pub syntax: &'static str,
    /// What the syntax line cannot say of its arguments: see [`Note`].
    pub notes: &'static [Note],
    /// Command flags ([`flags::command`]).
    pub flags: u64,
    /// ACL categories that flags and group do not imply ([`flags::category`]).
    pub acl: u64,
    /// Where its keys are.
    pub keys: &'static [KeySpec],
    /// Finds its keys where `keys` cannot say which they are, or what happens to them.
    pub find_keys: Option<FindKeys>,
    /// Where the channels are that it publishes to or subscribes to.
    pub channels: Option<Channels>,
    /// Finds the words of a request that nobody is shown: passwords.
    pub secrets: Option<FindSecrets>,
    /// Hints for clients and proxies, as in `request_policy:all_shards`.
    pub tips: &'static [&'static str],
    /// What changed in which version.
    pub history: &'static [(&'static str, &'static str)],
    /// Since when it is deprecated, and what replaces it.
    pub deprecated: Option<(&'static str, &'static str)>,
    /// Documentation flags ([`flags::doc`]); `DEPRECATED` is implied.
    pub doc_flags: u64,
    /// The arity that Redis gives the command where the syntax line implies another: a few commands check
    /// less than they document. A container's is -2 without being said.
    pub arity: Option<i32>,
    /// What it does. A container of subcommands may have nothing to run.
    pub run: Option<Run>,
}

impl Command {
    /// A declaration that says nothing.
    pub const EMPTY: Command = Command {
        name: "",
        group: Group::Generic,
        since: "",
        complexity: "",
        summary: "",
        syntax: "",
        notes: &[],
        flags: 0,
        acl: 0,
        keys: &[],
        find_keys: None,
        channels: None,
        secrets: None,
        tips: &[],
        history: &[],
        deprecated: None,
        doc_flags: 0,
        arity: None,
        run: None,
    };
}

/// A declaration on its way to the registry.
pub struct Registration(pub &'static Command);

inventory::collect!(Registration);
