//! Why a rule is refused, in Redis's words.

use std::fmt;

/// Why a rule is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It names a command or a category that there is not.
    Unknown,
    /// It is no rule.
    Syntax,
    /// All keys are permitted already.
    KeysComplete,
    /// All channels are permitted already.
    ChannelsComplete,
    /// The password that it takes away is none of the user's.
    NoSuchPassword,
    /// It is not the hash of a password.
    NoHash,
    /// The user was declared before.
    Duplicate,
    /// It wants to permit one first argument of a subcommand.
    ArgumentOfSubcommand,
}

impl Refusal {
    /// The reason.
    pub fn text(self) -> &'static str {
        match self {
            Refusal::Unknown => "Unknown command or category name in ACL",
            Refusal::Syntax => "Syntax error",
            Refusal::KeysComplete => {
                "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any \
                 effect. Try 'resetkeys' to start with an empty list of patterns"
            }
            Refusal::ChannelsComplete => {
                "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any \
                 effect. Try 'resetchannels' to start with an empty list of channels"
            }
            Refusal::NoSuchPassword => "The password you are trying to remove from the user does not exist",
            Refusal::NoHash => {
                "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters"
            }
            Refusal::Duplicate => "Duplicate user found. A user can only be defined once in config files",
            Refusal::ArgumentOfSubcommand => "Allowing first-arg of a subcommand is not supported",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
