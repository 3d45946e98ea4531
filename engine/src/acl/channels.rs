//! The channels that a selector permits: all, or those that match patterns.

use super::refusal::Refusal;
use super::words::is_one_word;
use crate::glob;

/// Patterns of channels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ChannelPatterns {
    all: bool,
    patterns: Vec<Box<[u8]>>,
}

impl ChannelPatterns {
    /// All channels, or none.
    pub(super) fn filled(all: bool) -> Self {
        ChannelPatterns { all, patterns: Vec::new() }
    }

    /// Whether all channels are permitted.
    #[inline]
    pub(super) fn is_all(&self) -> bool {
        self.all
    }

    /// Takes a rule that begins with `&`.
    pub(super) fn add(&mut self, rule: &[u8]) -> Result<(), Refusal> {
        if self.all {
            return Err(Refusal::ChannelsComplete);
        }
        let pattern = rule.get(1..).filter(|pattern| is_one_word(pattern)).ok_or(Refusal::Syntax)?;
        if !self.patterns.iter().any(|known| **known == *pattern) {
            self.patterns.push(pattern.into());
        }
        Ok(())
    }

    /// Whether a channel may be used. A subscription to a pattern must be permitted by that very pattern.
    pub(super) fn permits(&self, channel: &[u8], is_pattern: bool) -> bool {
        let fits = |pattern: &[u8]| match is_pattern {
            true => pattern == channel,
            false => glob::matches(pattern, channel, false),
        };
        self.all || self.patterns.iter().any(|pattern| fits(pattern))
    }

    /// The rules that make it, one after the other, but for the one that says that there are none before.
    pub(super) fn rules(&self) -> Vec<Vec<u8>> {
        if self.all {
            return vec![b"&*".to_vec()];
        }
        self.patterns.iter().map(|pattern| [b"&", &**pattern].concat()).collect()
    }
}
