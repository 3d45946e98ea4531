//! The `command!` macro, and the vocabulary that a declaration may use.
//!
//! Everything public here is in scope inside `command! { ... }`, and only there.

use crate::error::Outcome;
use crate::{Args, Context};
use russet_plugin_abi as abi;
pub use russet_plugin_abi::flag::*;
use russet_plugin_abi::{Slice, key, key_spec};

#[doc(hidden)]
pub use inventory;

/// The function that a command runs.
pub type Run = fn(&mut Context<'_>, Args<'_>) -> Outcome;

/// A declaration, as [`command!`](macro@crate::command) makes it.
#[derive(Clone, Copy)]
pub struct Command {
    /// The name in capitals; of a subcommand both names, as in `CLIENT|LIST`.
    pub name: &'static str,
    /// The first version that had it.
    pub since: &'static str,
    /// Time complexity, as a manual says it.
    pub complexity: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The arguments as a manual shows them, the name left out: `key value [NX | XX]`.
    pub syntax: &'static str,
    /// What the syntax line cannot say of its arguments.
    pub notes: &'static [Note],
    /// Command flags.
    pub flags: u64,
    /// Where its keys are.
    pub keys: &'static [KeySpec],
    /// What it does. A container of subcommands has nothing to run.
    pub run: Option<Run>,
}

impl Command {
    /// A declaration that says nothing.
    pub const EMPTY: Command = Command {
        name: "",
        since: "",
        complexity: "",
        summary: "",
        syntax: "",
        notes: &[],
        flags: 0,
        keys: &[],
        run: None,
    };

    /// Runs `with` on the declaration as it crosses to the server.
    pub(crate) fn with_abi<R>(
        &'static self,
        run: abi::Run,
        with: impl FnOnce(*const abi::Command) -> R,
    ) -> R {
        let text = |text: &'static str| Slice::of(text.as_bytes());
        let said = |text: Option<&'static str>| text.map_or(Slice::NONE, |text| Slice::of(text.as_bytes()));
        let keys: Vec<abi::KeySpec> = self
            .keys
            .iter()
            .map(|spec| abi::KeySpec {
                begin: spec.begin,
                find: spec.find,
                keyword: said(spec.keyword),
                index: spec.index,
                last: spec.last,
                step: spec.step,
                limit: 0,
                first: 1, // of a count: right behind it
                reserved: 0,
                flags: spec.flags,
            })
            .collect();
        let notes: Vec<abi::Note> = self
            .notes
            .iter()
            .map(|note| abi::Note {
                of: text(note.of),
                name: said(note.name),
                kind: said(note.kind),
                since: said(note.since),
            })
            .collect();
        with(&abi::Command {
            size: size_of::<abi::Command>(),
            name: text(self.name),
            summary: text(self.summary),
            syntax: text(self.syntax),
            since: text(self.since),
            complexity: text(self.complexity),
            flags: self.flags,
            keys: keys.as_ptr(),
            key_count: keys.len(),
            notes: notes.as_ptr(),
            note_count: notes.len(),
            run: self.run.map(|_| run),
            data: std::ptr::from_ref(self).cast_mut().cast(),
        })
    }
}

/// A declaration on its way to the server, with the crate that has it.
#[doc(hidden)]
pub struct Registration {
    /// The crate.
    pub of: &'static str,
    /// The declaration.
    pub command: &'static Command,
}

inventory::collect!(Registration);

/// Where keys stand. Built by [`at`], [`range`], [`after`] or [`counted`] and the methods that add flags.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    begin: u32,
    find: u32,
    keyword: Option<&'static str>,
    index: i32,
    last: i32,
    step: i32,
    flags: u64,
}

const fn spec(begin: u32, find: u32, index: i32) -> KeySpec {
    KeySpec { begin, find, keyword: None, index, last: 0, step: 1, flags: 0 }
}

/// One key, at word `index`.
pub const fn at(index: i32) -> KeySpec {
    spec(key_spec::BEGIN_INDEX, key_spec::FIND_RANGE, index)
}

/// Keys from word `first` on, every `step`-th, up to `last` counted from the end (-1 is the last word).
pub const fn range(first: i32, last: i32, step: i32) -> KeySpec {
    KeySpec { last, step, ..at(first) }
}

/// One key, at the word after `word`, which is looked for from word `from` on.
pub const fn after(word: &'static str, from: i32) -> KeySpec {
    KeySpec { keyword: Some(word), ..spec(key_spec::BEGIN_KEYWORD, key_spec::FIND_RANGE, from) }
}

/// As many keys as word `index` says, right behind it.
pub const fn counted(index: i32) -> KeySpec {
    spec(key_spec::BEGIN_INDEX, key_spec::FIND_COUNT, index)
}

/// Keys that only the command's own code can find.
pub const fn unknown() -> KeySpec {
    spec(key_spec::BEGIN_UNKNOWN, key_spec::FIND_UNKNOWN, 0)
}

macro_rules! flag_methods {
    ($($(#[$doc:meta])* $method:ident = $flag:ident),* $(,)?) => {
        $($(#[$doc])* #[must_use] pub const fn $method(mut self) -> Self { self.flags |= key::$flag; self })*
    };
}

impl KeySpec {
    flag_methods! {
        /// The key is only read.
        read_only = RO,
        /// The key is read and changed.
        read_write = RW,
        /// The key is overwritten.
        overwrite = OW,
        /// The key is removed.
        remove = RM,
        /// The value is returned or copied.
        access = ACCESS,
        /// The value is updated.
        update = UPDATE,
        /// Data is inserted.
        insert = INSERT,
        /// Data is deleted.
        delete = DELETE,
        /// It is no key.
        not_key = NOT_KEY,
        /// There may be more keys.
        incomplete = INCOMPLETE,
        /// The flags depend on the arguments.
        variable_flags = VARIABLE_FLAGS,
    }
}

/// A remark on one argument of the syntax line, found by the words it stands for.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    of: &'static str,
    name: Option<&'static str>,
    kind: Option<&'static str>,
    since: Option<&'static str>,
}

/// Begins a [`Note`] on the argument that the syntax line writes as `of`.
pub const fn of(of: &'static str) -> Note {
    Note { of, name: None, kind: None, since: None }
}

impl Note {
    /// Names the argument.
    #[must_use]
    pub const fn name(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Gives its type.
    #[must_use]
    pub const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Says which version added it.
    #[must_use]
    pub const fn since(mut self, since: &'static str) -> Self {
        self.since = Some(since);
        self
    }
}

/// Declares a command and registers it. See the [crate's page](crate) for an example and [`Command`] for the fields; all but
/// `name` may be left out.
#[macro_export]
macro_rules! command {
    ($($field:ident : $value:expr),* $(,)?) => {
        const _: () = {
            #[allow(unused_imports, reason = "a declaration uses the words it needs")]
            use $crate::declare::*;
            static COMMAND: $crate::declare::Command = {
                let command = $crate::declare::Command::EMPTY;
                $( let command = $crate::__command_field!(command, $field, $value); )*
                command
            };
            inventory::submit! {
                $crate::declare::Registration { of: env!("CARGO_PKG_NAME"), command: &COMMAND }
            }
        };
    };
}

/// Stores one field of a declaration.
#[doc(hidden)]
#[macro_export]
macro_rules! __command_field {
    ($command:ident, keys, $value:expr) => {{
        const KEYS: &[$crate::declare::KeySpec] = &$value;
        $crate::declare::Command { keys: KEYS, ..$command }
    }};
    ($command:ident, notes, $value:expr) => {{
        const NOTES: &[$crate::declare::Note] = &$value;
        $crate::declare::Command { notes: NOTES, ..$command }
    }};
    ($command:ident, run, $value:expr) => {
        $crate::declare::Command { run: Some($value), ..$command }
    };
    ($command:ident, $field:ident, $value:expr) => {
        $crate::declare::Command { $field: $value, ..$command }
    };
}
