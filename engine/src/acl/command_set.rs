//! A set of commands: a bit for each, by its place in the registry.

use crate::command::CommandId;

/// A set of commands. Those that have no bit yet are all in it, or none is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CommandSet {
    words: Vec<u64>,
    rest: bool,
}

impl CommandSet {
    /// All of so many commands and of those that may come, or none.
    pub(super) fn filled(all: bool, commands: usize) -> Self {
        CommandSet { words: vec![if all { u64::MAX } else { 0 }; commands.div_ceil(64)], rest: all }
    }

    /// Whether a command is in it. O(1).
    #[inline]
    pub(super) fn has(&self, id: CommandId) -> bool {
        match self.words.get(id.index() / 64) {
            Some(word) => word >> (id.index() % 64) & 1 != 0,
            None => self.rest,
        }
    }

    /// Puts a command in, or takes it out.
    pub(super) fn set(&mut self, id: CommandId, is_in: bool) {
        let Some(word) = self.words.get_mut(id.index() / 64) else { return };
        let bit = 1 << (id.index() % 64);
        *word = if is_in { *word | bit } else { *word & !bit };
    }

    /// Whether every command is in it, those that may come among them.
    pub(super) fn is_all(&self) -> bool {
        self.rest && self.words.iter().all(|word| *word == u64::MAX)
    }
}
