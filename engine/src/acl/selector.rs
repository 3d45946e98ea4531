//! A selector: commands, keys and channels that belong together.
//!
//! The rules about commands are kept as they were given, less those that a later one has made meaningless, and are
//! compiled into a set of bits. So they can be shown as Redis shows them, and be compiled again for other commands.

use super::channels::ChannelPatterns;
use super::command_set::CommandSet;
use super::key_patterns::KeyPatterns;
use super::refusal::Refusal;
use crate::command::flags::category;
use crate::command::{CommandId, Entry, Registry};
use crate::params::choice::PubsubDefault;
use crate::params::words;
use std::collections::BTreeMap;

/// A rule about commands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CommandRule {
    allow: bool,
    /// `get`, `config|get`, `select|0` or `@read`, in lower case.
    name: Vec<u8>,
}

/// Commands, keys and channels that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    pub(super) keys: KeyPatterns,
    pub(super) channels: ChannelPatterns,
    /// Whether the rules about commands begin from all of them or from none.
    from_all: bool,
    rules: Vec<CommandRule>,
    pub(super) commands: CommandSet,
    /// First arguments with which a command may run that may not otherwise.
    pub(super) first_words: BTreeMap<CommandId, Vec<Box<[u8]>>>,
}

impl Selector {
    /// One that permits nothing but what `acl-pubsub-default` does.
    pub(super) fn new(pubsub: PubsubDefault) -> Self {
        Selector {
            keys: KeyPatterns::filled(false),
            channels: ChannelPatterns::filled(pubsub == PubsubDefault::AllChannels),
            from_all: false,
            rules: Vec::new(),
            commands: CommandSet::default(),
            first_words: BTreeMap::new(),
        }
    }

    /// One that permits everything.
    pub(super) fn unlimited() -> Self {
        Selector {
            keys: KeyPatterns::filled(true),
            channels: ChannelPatterns::filled(true),
            from_all: true,
            commands: CommandSet::filled(true, 0),
            ..Selector::new(PubsubDefault::ResetChannels)
        }
    }

    /// Reads the rules between the parentheses of `text`.
    pub(super) fn read(text: &[u8], registry: &Registry, pubsub: PubsubDefault) -> Result<Self, Refusal> {
        let parenthesis = |byte: &u8| matches!(byte, b'(' | b')');
        let start = text.iter().position(|byte| !parenthesis(byte)).unwrap_or(text.len());
        let end = text.iter().rposition(|byte| !parenthesis(byte)).map_or(start, |last| last + 1);
        let mut selector = Selector::new(pubsub);
        for rule in words::split(&text[start..end]).ok_or(Refusal::Syntax)? {
            selector.apply(&rule, registry)?;
        }
        selector.compile(registry);
        Ok(selector)
    }

    /// Takes one rule. What it says of commands is in force once it has been [compiled](Selector::compile).
    pub(super) fn apply(&mut self, rule: &[u8], registry: &Registry) -> Result<(), Refusal> {
        let is = |names: &[&str]| names.iter().any(|name| rule.eq_ignore_ascii_case(name.as_bytes()));
        if is(&["allkeys", "~*"]) {
            self.keys = KeyPatterns::filled(true);
        } else if is(&["resetkeys"]) {
            self.keys = KeyPatterns::filled(false);
        } else if is(&["allchannels", "&*"]) {
            self.channels = ChannelPatterns::filled(true);
        } else if is(&["resetchannels"]) {
            self.channels = ChannelPatterns::filled(false);
        } else if is(&["allcommands", "+@all"]) {
            self.begin_from(true);
        } else if is(&["nocommands", "-@all"]) {
            self.begin_from(false);
        } else {
            match rule {
                [b'~' | b'%', ..] => self.keys.add(rule)?,
                [b'&', ..] => self.channels.add(rule)?,
                [sign @ (b'+' | b'-'), name @ ..] => self.add_command_rule(*sign == b'+', name, registry)?,
                _ => return Err(Refusal::Syntax),
            }
        }
        Ok(())
    }

    fn begin_from(&mut self, all: bool) {
        self.from_all = all;
        self.rules.clear();
    }

    /// Takes a rule about commands: it makes all before it meaningless that say the same, or say it of a part.
    fn add_command_rule(&mut self, allow: bool, name: &[u8], registry: &Registry) -> Result<(), Refusal> {
        let name = name.to_ascii_lowercase();
        Target::find(&name, allow, registry)?;
        self.rules.retain(|known| match known.name.strip_prefix(&*name) {
            Some(rest) => !rest.is_empty() && rest[0] != b'|',
            None => true,
        });
        self.rules.push(CommandRule { allow, name });
        Ok(())
    }

    /// Finds the commands that the rules name. A rule whose command is not there says nothing until it comes back.
    pub(super) fn compile(&mut self, registry: &Registry) {
        let Selector { from_all, rules, commands, first_words, .. } = self;
        *commands = CommandSet::filled(*from_all, registry.len());
        first_words.clear();
        let mut set = |entry: &Entry, allow: bool, first_words: &mut BTreeMap<CommandId, Vec<Box<[u8]>>>| {
            for id in std::iter::once(&entry.id).chain(&entry.subcommands) {
                commands.set(*id, allow);
                first_words.remove(id);
            }
        };
        for rule in rules {
            match Target::find(&rule.name, rule.allow, registry) {
                Ok(Target::Command(entry)) => set(entry, rule.allow, first_words),
                Ok(Target::FirstWord(entry, word)) => {
                    let known = first_words.entry(entry.id).or_default();
                    if !known.iter().any(|known| **known == *word) {
                        known.push(word.into());
                    }
                }
                Ok(Target::Category(bit)) => {
                    let members = registry.declared().filter(|entry| entry.categories & bit != 0);
                    members.for_each(|entry| set(entry, rule.allow, first_words));
                }
                Err(_) => {}
            }
        }
    }

    /// Whether it permits everything.
    pub(super) fn is_unlimited(&self) -> bool {
        self.keys.is_all() && self.channels.is_all() && self.commands.is_all()
    }

    /// The patterns of keys, as rules.
    pub fn key_rules(&self) -> Vec<u8> {
        self.keys.rules().join(&b' ')
    }

    /// The patterns of channels, as rules.
    pub fn channel_rules(&self) -> Vec<u8> {
        self.channels.rules().join(&b' ')
    }

    /// The rules about commands.
    pub fn command_rules(&self) -> Vec<u8> {
        let mut text = if self.from_all { b"+@all".to_vec() } else { b"-@all".to_vec() };
        for rule in &self.rules {
            text.extend_from_slice(if rule.allow { b" +" } else { b" -" });
            text.extend_from_slice(&rule.name);
        }
        text
    }

    /// All its rules: from nothing they make it again.
    pub(super) fn describe(&self) -> Vec<u8> {
        let mut parts = self.keys.rules();
        if !self.channels.is_all() {
            parts.push(b"resetchannels".to_vec());
        }
        parts.extend(self.channels.rules());
        parts.push(self.command_rules());
        parts.join(&b' ')
    }
}

/// What a rule about commands is about.
enum Target<'a> {
    /// A command, with its subcommands if it has any.
    Command(&'a Entry),
    /// A command with this first argument.
    FirstWord(&'a Entry, &'a [u8]),
    /// The commands of a category.
    Category(u64),
}

impl<'a> Target<'a> {
    /// What `name`, in lower case, names. Only what is permitted may name a first argument.
    fn find(name: &'a [u8], allow: bool, registry: &'a Registry) -> Result<Self, Refusal> {
        if let Some(name) = name.strip_prefix(b"@") {
            let known = category::NAMES.iter().find(|(_, text)| text.as_bytes() == name);
            return known.map(|(bit, _)| Target::Category(*bit)).ok_or(Refusal::Unknown);
        }
        let last_bar = name.iter().rposition(|&byte| byte == b'|').filter(|_| allow);
        let Some(bar) = last_bar else {
            return registry.by_declared_name(name).map(Target::Command).ok_or(Refusal::Unknown);
        };
        let (command, word) = (&name[..bar], &name[bar + 1..]);
        let entry = registry.by_declared_name(command).ok_or(Refusal::Unknown)?;
        if entry.parent.is_some() {
            return Err(Refusal::ArgumentOfSubcommand);
        }
        if word.is_empty() {
            return Err(Refusal::Syntax);
        }
        if entry.subcommands.is_empty() {
            return Ok(Target::FirstWord(entry, word));
        }
        registry.by_declared_name(name).map(Target::Command).ok_or(Refusal::Unknown)
    }
}
