//! Changing the registry of a running engine: the commands of a plugin come and go.
//!
//! A [`CommandId`] stays what it is for as long as the process lives, since a queued transaction, a client that waits
//! and the statistics may hold it. A command that goes leaves its place behind, and whoever comes there is told what is
//! told of a command that does not exist. It has the same place again when it comes back, so places are bounded by the
//! number of different names.

use super::Command;
use super::derive::derive;
use super::lookup::NameTable;
use super::registry::{CommandId, Conflict, Entry, Registry, children_of};
use std::collections::BTreeMap;

/// What stands in the place of a command that is gone.
static GONE: Command =
    Command { run: Some(|_, args| Err(crate::dispatch::unknown_command(args))), ..Command::EMPTY };

impl Entry {
    /// Whether it only keeps the place of a command that is gone.
    pub(super) fn has_gone(&self) -> bool {
        std::ptr::eq(self.command, &raw const GONE)
    }
}

impl Registry {
    /// The same commands and `added`, whose ids are returned in their order. O(commands).
    ///
    /// # Errors
    /// One of them has the name of another, is a subcommand without a container, or says something that means nothing.
    pub fn with(&self, added: &[&'static Command]) -> Result<(Registry, Vec<CommandId>), Conflict> {
        let mut registry = self.clone();
        let mut sorted: BTreeMap<String, (usize, &'static Command)> = BTreeMap::new();
        for (index, command) in added.iter().enumerate() {
            let name = command.name.to_ascii_lowercase();
            if name.is_empty() || name.split('|').any(str::is_empty) || name.matches('|').count() > 1 {
                return Err(Conflict(format!("'{name}' is no name for a command")));
            }
            if registry.is_taken(&name) || sorted.insert(name.clone(), (index, command)).is_some() {
                return Err(Conflict(format!("there is a command '{name}' already")));
            }
        }
        let mut ids = vec![CommandId::default(); added.len()];
        let mut wrong = Vec::new();
        // Containers sort before their subcommands: `|` is greater than any letter.
        for (name, (index, command)) in sorted {
            ids[index] = registry.put(name, command, &mut wrong)?;
        }
        if !wrong.is_empty() {
            return Err(Conflict(wrong.join("; ")));
        }
        Ok((registry, ids))
    }

    /// The same commands without those in `gone`; subcommands go with their containers. O(commands).
    #[must_use]
    pub fn without(&self, gone: &[CommandId]) -> Registry {
        let mut registry = self.clone();
        let is_gone = |entry: &Entry| {
            gone.contains(&entry.id) || entry.parent.is_some_and(|parent| gone.contains(&parent))
        };
        let ids: Vec<CommandId> =
            self.entries.iter().filter(|entry| is_gone(entry)).map(|entry| entry.id).collect();
        for &id in &ids {
            let Entry { name, parent, .. } = self.get(id);
            if let Some(parent) = parent {
                registry.entries[parent.index()].subcommands.retain(|other| *other != id);
            }
            registry.entries[id.index()] = Entry {
                arity: -1,
                parent: *parent,
                ..derive(&GONE, id, name.clone(), None, &mut Vec::new())
            };
            registry.set_removed(id, true);
        }
        registry.name_all();
        registry
    }

    /// Whether requests reach a command by this full name.
    fn is_taken(&self, name: &str) -> bool {
        self.by_full_name(name.as_bytes()).is_some()
    }

    /// Puts a command in its place: the one that it had, or a new one.
    fn put(
        &mut self,
        name: String,
        command: &'static Command,
        wrong: &mut Vec<String>,
    ) -> Result<CommandId, Conflict> {
        let parent = match name.split_once('|') {
            None => None,
            Some((container, _)) => Some(
                self.entries
                    .iter()
                    .find(|entry| entry.name == container && !self.is_removed(entry.id))
                    .filter(|entry| entry.command.run.is_none())
                    .map(|entry| entry.id)
                    .ok_or_else(|| {
                        Conflict(format!("'{name}' is a subcommand of a command that is no container"))
                    })?,
            ),
        };
        let left = self.entries.iter().find(|entry| entry.name == name && self.is_removed(entry.id));
        let id = match left {
            Some(entry) => entry.id,
            None => CommandId(
                u16::try_from(self.entries.len()).map_err(|_| Conflict("too many commands".into()))?,
            ),
        };
        let entry = derive(command, id, name, parent, wrong);
        match id.index() {
            index if index < self.entries.len() => self.entries[index] = entry,
            _ => self.entries.push(entry),
        }
        self.set_removed(id, false);
        if let Some(parent) = parent {
            self.entries[parent.index()].subcommands.push(id);
        }
        self.name_all();
        Ok(id)
    }

    /// Builds the tables of names again. A name that `rename-command` gave stays.
    fn name_all(&mut self) {
        let listed: Vec<(Box<[u8]>, CommandId)> = self
            .top
            .names()
            .filter(|(_, id)| !self.is_removed(*id))
            .map(|(name, id)| (name.into(), id))
            .collect();
        let unlisted = self
            .entries
            .iter()
            .filter(|entry| entry.parent.is_none() && !self.is_removed(entry.id))
            .filter(|entry| !listed.iter().any(|(_, id)| *id == entry.id))
            .map(|entry| (entry.own_name().as_bytes(), entry.id));
        self.top = NameTable::new(listed.iter().map(|(name, id)| (&**name, *id)).chain(unlisted));
        self.subcommands = self.entries.iter().map(|entry| children_of(&self.entries, entry)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::registry::Lookup;

    static BUILT_IN: [Command; 3] = [
        Command { name: "GET", syntax: "key", run: Some(|_, _| Ok(())), ..Command::EMPTY },
        Command { name: "OBJECT", ..Command::EMPTY },
        Command { name: "OBJECT|FREQ", syntax: "key", run: Some(|_, _| Ok(())), ..Command::EMPTY },
    ];
    static PLUGIN: [Command; 3] = [
        Command { name: "P.SUB|X", run: Some(|_, _| Ok(())), ..Command::EMPTY },
        Command { name: "P.SUB", ..Command::EMPTY },
        Command { name: "P.ADD", syntax: "key value", run: Some(|_, _| Ok(())), ..Command::EMPTY },
    ];

    fn commands() -> Vec<&'static Command> {
        PLUGIN.iter().collect()
    }

    #[test]
    fn commands_come_and_go_and_have_their_places_again() {
        let before = Registry::build(&BUILT_IN).unwrap();
        let (with, ids) = before.with(&commands()).unwrap();
        assert_eq!(with.lookup(b"p.Add", None), Lookup::Found(ids[2]));
        assert_eq!(with.lookup(b"p.sub", Some(b"X")), Lookup::Found(ids[0]));
        assert_eq!(with.get(ids[2]).arity, 3);
        assert_eq!(with.iter().count(), 6);

        let without = with.without(&[ids[1], ids[2]]);
        assert_eq!(without.lookup(b"p.add", None), Lookup::Unknown);
        assert_eq!(without.lookup(b"p.sub", Some(b"x")), Lookup::Unknown);
        let left: Vec<&str> = without.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(left, ["get", "object", "object|freq"]);
        assert!(without.get(ids[2]).command.run.is_some(), "whoever still holds its id can call it");

        let (again, same) = without.with(&commands()).unwrap();
        assert_eq!(same, ids);
        assert_eq!(again.len(), with.len());
        assert_eq!(again.lookup(b"p.sub", Some(b"x")), Lookup::Found(ids[0]));
    }

    #[test]
    fn a_subcommand_may_join_a_container_and_leave_it() {
        static JOINING: Command =
            Command { name: "OBJECT|P.COLOUR", syntax: "key", run: Some(|_, _| Ok(())), ..Command::EMPTY };
        let (with, ids) = Registry::build(&BUILT_IN).unwrap().with(&[&JOINING]).unwrap();
        assert_eq!(with.lookup(b"object", Some(b"p.colour")), Lookup::Found(ids[0]));
        let without = with.without(&ids);
        assert!(matches!(without.lookup(b"object", Some(b"p.colour")), Lookup::UnknownSubcommand(_)));
        assert!(matches!(without.lookup(b"object", Some(b"freq")), Lookup::Found(_)));
    }

    #[test]
    fn what_cannot_be_added_is_told_and_nothing_has_changed() {
        static WRONG: [Command; 5] = [
            Command { name: "get", ..Command::EMPTY },
            Command { name: "GET|X", ..Command::EMPTY },
            Command { name: "NONE|X", ..Command::EMPTY },
            Command { name: "", ..Command::EMPTY },
            Command { name: "Q", syntax: "[key", run: Some(|_, _| Ok(())), ..Command::EMPTY },
        ];
        let registry = Registry::build(&BUILT_IN).unwrap();
        let told = |commands: &[&'static Command]| registry.with(commands).err().expect("refused").0;
        assert_eq!(told(&[&WRONG[0]]), "there is a command 'get' already");
        assert_eq!(told(&[&PLUGIN[2], &PLUGIN[2]]), "there is a command 'p.add' already");
        assert_eq!(told(&[&WRONG[1]]), "'get|x' is a subcommand of a command that is no container");
        assert_eq!(told(&[&WRONG[2]]), "'none|x' is a subcommand of a command that is no container");
        assert_eq!(told(&[&WRONG[3]]), "'' is no name for a command");
        assert!(told(&[&WRONG[4]]).starts_with("the syntax of 'Q'"));
    }

    #[test]
    fn a_command_keeps_the_name_that_it_was_given() {
        let mut registry = Registry::build(&BUILT_IN).unwrap();
        registry.rename(b"get", b"fetch").unwrap();
        let (with, ids) = registry.with(&commands()).unwrap();
        let without = with.without(&ids);
        for registry in [&with, &without] {
            assert!(matches!(registry.lookup(b"fetch", None), Lookup::Found(_)));
            assert_eq!(registry.lookup(b"get", None), Lookup::Unknown);
        }
    }
}
