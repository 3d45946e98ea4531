//! How often something was refused, by what it was.

use crate::acl::Reason;

/// Requests and logins that were refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Denials([u64; 4]);

impl Denials {
    /// Counts one.
    pub(crate) fn count(&mut self, reason: Reason) {
        self.0[reason as usize] += 1;
    }

    /// How many there were.
    pub fn of(&self, reason: Reason) -> u64 {
        self.0[reason as usize]
    }
}
