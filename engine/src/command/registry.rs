//! The registry: every declared command, with what is derived from its declaration.
//!
//! It is a value, built once from `inventory`'s entries (in whatever order the linker left them), sorted, with
//! duplicates refused.

use super::derive::derive;
use super::flags::{doc, names};
use super::{Argument, Command, Registration};
use crate::command::lookup::NameTable;
use std::collections::BTreeMap;

/// Which command: an index into the registry, stable for the registry's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub(super) u16);

impl CommandId {
    /// The index.
    #[inline]
    pub fn index(self) -> usize {
        self.0.into()
    }
}

/// A command with what is derived from its declaration.
#[derive(Clone)]
pub struct Entry {
    /// The declaration.
    pub command: &'static Command,
    /// Its own place in the registry.
    pub id: CommandId,
    /// The name as replies show it: lower case, `client|list` for a subcommand.
    pub name: String,
    /// The number of words: exact if positive, at least if negative.
    pub arity: i32,
    /// Command flags, the derived ones included.
    pub flags: u64,
    /// ACL categories, the derived ones included.
    pub categories: u64,
    /// The arguments, as `COMMAND DOCS` shows them.
    pub arguments: Vec<Argument>,
    /// First key, last key and step, as old clients want them; zeros if there are none.
    pub keys: (i32, i32, i32),
    /// The word that is certainly a key, whose hash is worth computing early; 0 if there is none.
    pub hashed_word: u32,
    /// It runs scripts, and may take as long as they do.
    pub runs_scripts: bool,
    /// The container that this is a subcommand of.
    pub parent: Option<CommandId>,
    /// The subcommands of a container, by name.
    pub subcommands: Vec<CommandId>,
}

impl Entry {
    /// Whether all of `flags` ([`super::flags::command`]) are set.
    #[inline]
    pub fn has(&self, flags: u64) -> bool {
        self.flags & flags == flags
    }

    /// Whether `words` is a permitted number of words, the name included.
    #[inline]
    pub fn accepts(&self, words: usize) -> bool {
        let words = words as i32;
        if self.arity >= 0 { words == self.arity } else { words >= -self.arity }
    }

    /// Its documentation flags, by name.
    pub fn doc_flags(&self) -> impl Iterator<Item = &'static str> + Clone {
        let implied = if self.command.deprecated.is_some() { doc::DEPRECATED } else { 0 };
        names(self.command.doc_flags | implied, doc::NAMES)
    }

    /// The last part of the name: `list` of `client|list`.
    pub fn own_name(&self) -> &str {
        self.name.rsplit('|').next().unwrap_or(&self.name)
    }
}

/// What a request's first words name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// A command that can be run.
    Found(CommandId),
    /// There is no such command.
    Unknown,
    /// The container exists, the subcommand does not.
    UnknownSubcommand(CommandId),
}

/// All commands.
#[derive(Clone)]
pub struct Registry {
    pub(super) entries: Vec<Entry>,
    pub(super) top: NameTable,
    pub(super) subcommands: Vec<Option<NameTable>>,
    /// Commands that `rename-command` took away or that went with their plugin, by index; empty while there are none.
    pub(super) removed: Vec<bool>,
}

/// Why a registry could not be built.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict(pub String);

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Conflict {}

impl Registry {
    /// Collects every command that is linked into the program.
    ///
    /// # Errors
    /// Two declarations with one name, a subcommand without its container, or a syntax line or a note that
    /// means nothing.
    pub fn collect() -> Result<Self, Conflict> {
        Registry::build(inventory::iter::<Registration>().map(|registration| registration.0))
    }

    /// Builds a registry from declarations. O(n log n).
    ///
    /// # Errors
    /// As [`Registry::collect`].
    pub fn build(commands: impl IntoIterator<Item = &'static Command>) -> Result<Self, Conflict> {
        let mut sorted = BTreeMap::new();
        for command in commands {
            if sorted.insert(command.name.to_ascii_lowercase(), command).is_some() {
                return Err(Conflict(format!("two commands are named '{}'", command.name)));
            }
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(sorted.len());
        let mut parents: BTreeMap<String, CommandId> = BTreeMap::new();
        let mut wrong = Vec::new();
        // Containers sort before their subcommands: `|` is greater than any letter.
        for (name, command) in sorted {
            let id =
                CommandId(u16::try_from(entries.len()).map_err(|_| Conflict("too many commands".into()))?);
            let parent = match name.split_once('|') {
                Some((container, _)) => Some(*parents.get(container).ok_or_else(|| {
                    Conflict(format!("'{name}' is a subcommand of a command that does not exist"))
                })?),
                None => {
                    parents.insert(name.clone(), id);
                    None
                }
            };
            if let Some(parent) = parent {
                entries[parent.index()].subcommands.push(id);
            }
            entries.push(derive(command, id, name, parent, &mut wrong));
        }
        if !wrong.is_empty() {
            return Err(Conflict(wrong.join("; ")));
        }
        let top = NameTable::new(
            entries.iter().filter(|e| e.parent.is_none()).map(|e| (e.own_name().as_bytes(), e.id)),
        );
        let subcommands = entries.iter().map(|entry| children_of(&entries, entry)).collect();
        Ok(Registry { entries, top, subcommands, removed: Vec::new() })
    }

    /// Gives the command called `from` the name `to`, as `rename-command` asks; an empty `to` takes it away.
    ///
    /// Only requests see the new name: replies and statistics keep the one that was declared. O(commands).
    ///
    /// # Errors
    /// No command has the old name, or one has the new one: the reason in Redis's words.
    pub fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), &'static str> {
        let id = self.top.get(from).ok_or("No such command in rename-command")?;
        if !to.is_empty() && self.top.get(to).is_some_and(|other| other != id) {
            return Err("Target command name already exists");
        }
        let others = self.top.names().filter(|(_, other)| *other != id);
        let renamed = (!to.is_empty()).then_some((to, id));
        self.top = NameTable::new(others.chain(renamed));
        if to.is_empty() {
            self.set_removed(id, true);
        }
        Ok(())
    }

    pub(super) fn set_removed(&mut self, id: CommandId, removed: bool) {
        self.removed.resize(self.entries.len(), false);
        self.removed[id.index()] = removed;
    }

    /// Whether no request can reach it.
    pub(super) fn is_removed(&self, id: CommandId) -> bool {
        self.removed.get(id.index()).is_some_and(|removed| *removed)
    }

    /// No commands.
    pub(crate) fn empty() -> Self {
        let top = NameTable::new(std::iter::empty());
        Registry { entries: Vec::new(), top, subcommands: Vec::new(), removed: Vec::new() }
    }

    /// All entries by the names that they were declared with, whether a request can reach them or `rename-command` has
    /// taken them away; not those that went with their plugin.
    pub fn declared(&self) -> impl Iterator<Item = &Entry> + Clone {
        self.entries.iter().filter(|entry| !entry.has_gone())
    }

    /// The entry that was declared with the full name `name`, which is in lower case. O(commands).
    pub fn by_declared_name(&self, name: &[u8]) -> Option<&Entry> {
        self.declared().find(|entry| entry.name.as_bytes() == name)
    }

    /// The entry of `id`.
    #[inline]
    pub fn get(&self, id: CommandId) -> &Entry {
        &self.entries[id.index()]
    }

    /// All entries that a request can reach, containers directly before their subcommands, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| !self.is_removed(entry.id) && !entry.parent.is_some_and(|id| self.is_removed(id)))
    }

    /// The number of entries, subcommands included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no command at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What a request that begins with `name` and `sub` runs. Letters are compared without case. O(1).
    #[inline]
    pub fn lookup(&self, name: &[u8], sub: Option<&[u8]>) -> Lookup {
        let Some(id) = self.top.get(name) else { return Lookup::Unknown };
        match (&self.subcommands[id.index()], sub) {
            (None, _) | (_, None) => Lookup::Found(id),
            (Some(children), Some(sub)) => match children.get(sub) {
                Some(child) => Lookup::Found(child),
                None => Lookup::UnknownSubcommand(id),
            },
        }
    }

    /// The entry with the full name `name`, as in `get` or `client|list`.
    pub fn by_full_name(&self, name: &[u8]) -> Option<&Entry> {
        let mut parts = name.splitn(2, |&b| b == b'|');
        let (top, sub) = (parts.next()?, parts.next());
        let id = self.top.get(top)?;
        match sub {
            None => Some(self.get(id)),
            Some(sub) => self.subcommands[id.index()].as_ref()?.get(sub).map(|id| self.get(id)),
        }
    }
}

/// The names of a container's subcommands; `None` for any other command.
pub(super) fn children_of(entries: &[Entry], container: &Entry) -> Option<NameTable> {
    let children = container.subcommands.iter().map(|id| (entries[id.index()].own_name().as_bytes(), *id));
    (!container.subcommands.is_empty()).then(|| NameTable::new(children))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_declaration_has_wrong_is_told_by_name() {
        static COMMANDS: [Command; 4] = [
            Command { name: "A", syntax: "key [value", ..Command::EMPTY },
            Command { name: "B", syntax: "key", notes: &[super::super::note::of("KEYS")], ..Command::EMPTY },
            Command { name: "C", syntax: "key", ..Command::EMPTY },
            Command { name: "D|E", ..Command::EMPTY },
        ];
        fn wrong(commands: impl IntoIterator<Item = &'static Command>) -> String {
            Registry::build(commands).err().expect("refused").0
        }
        let told = wrong(&COMMANDS[..3]);
        assert!(told.starts_with("the syntax of 'A': a bracket is not closed"), "{told}");
        assert!(told.contains("; the syntax of 'B': no argument is written 'KEYS'"), "{told}");
        assert!(!told.contains("'C'"), "{told}");
        assert_eq!(wrong(&COMMANDS[3..]), "'d|e' is a subcommand of a command that does not exist");
        assert_eq!(wrong([&COMMANDS[2], &COMMANDS[2]]), "two commands are named 'C'");
    }

    #[test]
    fn a_renamed_command_answers_to_its_new_name_only() {
        static COMMANDS: [Command; 4] = [
            Command { name: "GET", ..Command::EMPTY },
            Command { name: "SET", ..Command::EMPTY },
            Command { name: "CLIENT", ..Command::EMPTY },
            Command { name: "CLIENT|ID", ..Command::EMPTY },
        ];
        let mut registry = Registry::build(&COMMANDS).unwrap();
        let get = registry.lookup(b"get", None);
        assert_eq!(registry.rename(b"none", b"x"), Err("No such command in rename-command"));
        assert_eq!(registry.rename(b"get", b"SET"), Err("Target command name already exists"));
        registry.rename(b"GET", b"fetch").unwrap();
        assert_eq!((registry.lookup(b"FETCH", None), registry.lookup(b"get", None)), (get, Lookup::Unknown));
        assert_eq!(registry.iter().count(), 4);
        registry.rename(b"client", b"").unwrap();
        assert_eq!(registry.lookup(b"client", Some(b"id")), Lookup::Unknown);
        let left: Vec<&str> = registry.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(left, ["get", "set"]);
        registry.rename(b"set", b"get").unwrap();
    }
}
