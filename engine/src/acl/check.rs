//! The judgement: may a user run a command with these arguments?

use super::key_patterns::Access;
use super::selector::Selector;
use super::user::User;
use crate::args::Args;
use crate::command::Entry;
use crate::command::flags::{command as flag, key};
use crate::command::keys::FoundKey;

/// Why a user may not run a command. What is said of several selectors is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Denied {
    /// The command itself.
    Command,
    /// The key that is this word.
    Key(usize),
    /// The channel that is this word.
    Channel(usize),
}

impl Denied {
    /// Tells the user why; what is not the user's to know is told only if it is `verbose`.
    pub fn text(self, user: &User, entry: &Entry, args: Args<'_>, verbose: bool) -> Vec<u8> {
        let about = |kind: &str, at: usize| match verbose {
            true => {
                let kind = format!("' {kind}");
                let object = args.get(at).unwrap_or_default();
                [b"User ", user.name(), b" has no permissions to access the '", object, kind.as_bytes()]
                    .concat()
            }
            false => format!("No permissions to access a {kind}").into_bytes(),
        };
        match self {
            Denied::Command => {
                let end = format!(" has no permissions to run the '{}' command", entry.name);
                [b"User ", user.name(), end.as_bytes()].concat()
            }
            Denied::Key(at) => about("key", at),
            Denied::Channel(at) => about("channel", at),
        }
    }

    /// The word that it is about: the key or the channel.
    pub(super) fn word(self) -> Option<usize> {
        match self {
            Denied::Command => None,
            Denied::Key(at) | Denied::Channel(at) => Some(at),
        }
    }
}

/// The keys that a request names, found once for all selectors.
#[derive(Default)]
struct Keys(Option<Vec<FoundKey>>);

impl Keys {
    /// Arguments that do not fit what the command declares name no keys: the command itself refuses them.
    fn of(&mut self, entry: &Entry, args: Args<'_>) -> &[FoundKey] {
        self.0.get_or_insert_with(|| entry.keys_in(args).unwrap_or_default())
    }
}

impl User {
    /// Whether it may run this request.
    ///
    /// # Errors
    /// What stands against it: of all selectors', what is hardest to change.
    pub fn check(&self, entry: &Entry, args: Args<'_>) -> Result<(), Denied> {
        if self.is_unlimited() {
            return Ok(());
        }
        let mut keys = Keys::default();
        let mut worst = Denied::Command;
        for selector in self.selectors() {
            match selector.check(entry, args, &mut keys) {
                Ok(()) => return Ok(()),
                Err(denied) => worst = worst.max(denied),
            }
        }
        Err(worst)
    }

    /// Whether it may run this request, and may besides read every key there is: for a command that finds keys by data.
    pub fn may_read_all_keys(&self, entry: &Entry, args: Args<'_>) -> bool {
        let wanted = Access::of_flags(key::ACCESS);
        self.is_unlimited()
            || self.selectors().any(|selector| {
                selector.keys.permits_everywhere(wanted)
                    && selector.check(entry, args, &mut Keys::default()).is_ok()
            })
    }

    /// Whether it may listen to a channel or to a pattern.
    pub(super) fn may_listen(&self, channel: &[u8], is_pattern: bool) -> bool {
        self.selectors().any(|selector| selector.channels.permits(channel, is_pattern))
    }
}

impl Selector {
    fn check(&self, entry: &Entry, args: Args<'_>, keys: &mut Keys) -> Result<(), Denied> {
        // Who may not log in could never become anybody.
        if !self.commands.has(entry.id) && !entry.has(flag::NO_AUTH) && !self.permits_first_word(entry, args)
        {
            return Err(Denied::Command);
        }
        if !self.keys.is_all() && entry.may_have_keys() {
            for found in keys.of(entry, args) {
                let key = args.get(found.index).unwrap_or_default();
                if !self.keys.permits(key, Access::of_flags(found.flags)) {
                    return Err(Denied::Key(found.index));
                }
            }
        }
        if let Some(channels) = &entry.command.channels
            && !self.channels.is_all()
        {
            for at in channels.positions(args.len()) {
                if !self.channels.permits(args.word(at), channels.patterns) {
                    return Err(Denied::Channel(at));
                }
            }
        }
        Ok(())
    }

    fn permits_first_word(&self, entry: &Entry, args: Args<'_>) -> bool {
        let (Some(known), Some(word)) = (self.first_words.get(&entry.id), args.get(1)) else { return false };
        known.iter().any(|known| known.eq_ignore_ascii_case(word))
    }
}
