//! Which of a command's key specifications finds which of its arguments, told from tokens and places.

use super::KeySpec;
use super::argument::{Argument, BLOCK, KEY, ONE_OF, PURE_TOKEN};
use super::keyspec::{Begin, Find};

/// Fills in [`Argument::key_spec`] for every key that has none yet; the first argument is word `first`.
pub(super) fn find(arguments: &mut [Argument], keys: &[KeySpec], first: i32) {
    KeyFinder { keys, position: Some(first), after: None }.sequence(arguments);
}

/// Walks the arguments in order.
struct KeyFinder<'a> {
    keys: &'a [KeySpec],
    /// The word that comes next, as long as that is certain.
    position: Option<i32>,
    /// The last token before it.
    after: Option<&'static str>,
}

impl KeyFinder<'_> {
    fn sequence(&mut self, arguments: &mut [Argument]) {
        for argument in arguments {
            self.argument(argument);
        }
    }

    fn argument(&mut self, argument: &mut Argument) {
        if let Some(token) = argument.token {
            self.after = Some(token);
            self.advance();
        }
        match argument.kind {
            PURE_TOKEN => {}
            BLOCK => self.sequence(&mut argument.arguments),
            ONE_OF => {
                let begin = self.position;
                let mut ends = Vec::new();
                for member in &mut argument.arguments {
                    self.position = begin;
                    self.argument(member);
                    ends.push(self.position);
                }
                self.position =
                    ends.first().copied().flatten().filter(|_| ends.windows(2).all(|w| w[0] == w[1]));
            }
            KEY => {
                argument.key_spec = argument.key_spec.or_else(|| self.specification());
                self.advance();
            }
            _ => self.advance(),
        }
        self.after = None;
        if argument.optional || argument.multiple {
            self.position = None;
        }
    }

    fn advance(&mut self) {
        self.position = self.position.map(|position| position + 1);
    }

    fn specification(&self) -> Option<usize> {
        let by_token = self
            .keys
            .iter()
            .position(|key| matches!(key.begin, Begin::Keyword { word, .. } if self.after == Some(word)));
        let by_position = || {
            let position = self.position?;
            self.keys.iter().position(|key| match (key.begin, key.find) {
                (Begin::Index(begin), Find::Range { last, .. }) => {
                    begin <= position && (last < 0 || position <= begin + last)
                }
                (Begin::Index(begin), Find::Count { first, .. }) => begin + first == position,
                _ => false,
            })
        };
        by_token.or_else(by_position)
    }
}
