//! Access control: who may run which command on which keys and channels.
//!
//! # How is a request judged?
//!
//! ```text
//!  session ── user ──┬─ root selector      may it run the command, on these keys, on these channels?
//!                    ├─ (selector)         all three must be answered yes by one and the same selector
//!                    └─ (selector)
//! ```
//!
//! # What does that cost?
//!
//! A session whose user may do everything is *trusted*: the pipeline tests that one flag and asks nothing else. For any
//! other user the command is a bit in the selector's [set of commands](command_set); keys and channels are looked for
//! only where the selector restricts them.
//!
//! # What changes when?
//!
//! A [`User`] never changes: whoever modifies one makes another with its name, and every session that was the old one
//! becomes the new one at once ([`Context::put_user`](crate::Context::put_user)). Rules name commands, which come and go with plugins: a selector keeps its
//! rules as they were given and compiles them into bits again whenever the set of commands changes.

mod channels;
mod check;
mod command_set;
mod file;
mod key_patterns;
mod log;
mod password;
mod permission;
mod refusal;
mod selector;
mod sessions;
#[cfg(test)]
mod tests;
mod user;
mod words;

pub use check::Denied;
pub use file::{FileError, UserLine, read_users};
pub use log::{Entry as LogEntry, Log, Occasion, Reason};
pub use refusal::Refusal;
pub use selector::Selector;
pub use user::{PayloadCheck, User};
pub use words::{is_one_word, merge_selectors};

pub(crate) use permission::{permit, permit_again, permit_in_script, permit_nested, require_login};

use crate::command::Registry;
use crate::params::choice::PubsubDefault;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The user that a session is until it authenticates itself as another.
pub const DEFAULT_USER: &[u8] = b"default";

/// All users, and what they were refused.
pub struct Acl {
    users: BTreeMap<Box<[u8]>, Arc<User>>,
    default: Arc<User>,
    /// What was refused, the latest first.
    pub log: Log,
    /// `requirepass` as it was when it last became the default user's password.
    requirepass: Vec<u8>,
}

impl Default for Acl {
    /// The default user alone, who may do everything.
    fn default() -> Self {
        let default = Arc::new(User::unlimited());
        let users = BTreeMap::from([(DEFAULT_USER.into(), default.clone())]);
        Acl { users, default, log: Log::default(), requirepass: Vec::new() }
    }
}

impl Acl {
    /// The user with this name. O(log users).
    pub fn user(&self, name: &[u8]) -> Option<&Arc<User>> {
        self.users.get(name)
    }

    /// The default user, who is always there.
    #[inline]
    pub fn default_user(&self) -> &Arc<User> {
        &self.default
    }

    /// All users, by name.
    pub fn users(&self) -> impl ExactSizeIterator<Item = &Arc<User>> {
        self.users.values()
    }

    /// Whether a session that has not authenticated itself must.
    #[inline]
    pub fn requires_login(&self) -> bool {
        !self.default.is_open()
    }

    /// The user called `name`, or a new one, with more rules; nothing changes until it is put in place.
    ///
    /// # Errors
    /// The rule that makes no sense, and why; or a selector that is not closed.
    pub fn stage(
        &self,
        registry: &Registry,
        pubsub: PubsubDefault,
        name: &[u8],
        rules: &[&[u8]],
    ) -> Result<User, StageError> {
        let rules = merge_selectors(rules).map_err(StageError::Unclosed)?;
        let mut user = match self.user(name) {
            Some(user) => User::clone(user),
            None => User::new(name, pubsub),
        };
        for rule in rules {
            user.apply(&rule, registry, pubsub).map_err(|refusal| StageError::Rule(rule, refusal))?;
        }
        Ok(user)
    }

    /// Whether these are a user's name and a password of it, and the user is enabled. Takes as long whether there is such a
    /// user or not, and whichever of its passwords is the right one.
    pub fn authenticate(&self, name: &[u8], password: &[u8]) -> Option<Arc<User>> {
        let digest = password::Digest::of(password);
        let user = self.user(name);
        let known = user.map_or(&[][..], |user| user.passwords());
        let right = digest.is_among(known);
        user.filter(|user| user.is_enabled() && (user.takes_any_password() || right)).cloned()
    }

    /// What the `user` lines of a configuration file say of all users, without that word.
    pub fn lines(&self) -> Vec<Vec<u8>> {
        let own = |line: Vec<u8>| line.strip_prefix(b"user ").unwrap_or_default().to_vec();
        self.users().map(|user| own(user.line())).collect()
    }

    /// All users as the text of an ACL file.
    pub fn to_text(&self) -> Vec<u8> {
        self.users().flat_map(|user| [&*user.line(), b"\n"].concat()).collect()
    }

    /// Makes `requirepass` the password of the default user if it has changed. Returns whether it has.
    fn adopt_requirepass(&mut self, requirepass: &[u8]) -> bool {
        if self.requirepass == requirepass {
            return false;
        }
        self.requirepass = requirepass.to_vec();
        let mut user = User::clone(&self.default);
        user.set_only_password(requirepass);
        self.put(Arc::new(user));
        true
    }

    /// Puts a user in the place of the one with its name. Sessions still have the old one.
    fn put(&mut self, user: Arc<User>) {
        if user.name() == DEFAULT_USER {
            self.default = user.clone();
        }
        self.users.insert(user.name().into(), user);
    }

    /// Puts all users in the place of those there are; a default user that is not among them is as a new server has it.
    fn put_all(&mut self, users: Vec<User>) {
        *self = Acl {
            log: std::mem::take(&mut self.log),
            requirepass: std::mem::take(&mut self.requirepass),
            ..Acl::default()
        };
        users.into_iter().for_each(|user| self.put(Arc::new(user)));
    }

    /// Compiles all rules for another set of commands.
    fn compile(&mut self, registry: &Registry) {
        let users: Vec<Arc<User>> = self.users().cloned().collect();
        for user in users {
            let mut user = User::clone(&user);
            user.compile(registry);
            self.put(Arc::new(user));
        }
    }
}

/// Why a user could not be given rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageError {
    /// A selector begins with this word and does not end.
    Unclosed(Vec<u8>),
    /// This rule makes no sense.
    Rule(Vec<u8>, Refusal),
}
