//! What a change of users does to sessions: they become the new user at once, or end.

use super::{Acl, DEFAULT_USER, User};
use crate::command::Registry;
use crate::context::Context;
use crate::core::Core;
use crate::pubsub::Space;
use crate::session::{ClientKey, Closing, Session};
use std::sync::Arc;

impl Session {
    /// Becomes `user`, who has proved who it is.
    pub(crate) fn log_in(&mut self, user: Arc<User>) {
        self.authenticated = true;
        self.set_user(user);
    }

    /// Becomes what a session is at its beginning.
    pub fn log_out(&mut self, acl: &Acl) {
        let user = acl.default_user().clone();
        self.authenticated = user.is_open();
        self.set_user(user);
    }

    /// Is of another opinion what its user may do.
    fn set_user(&mut self, user: Arc<User>) {
        self.trusted = self.authenticated && user.is_unlimited();
        self.user = user;
    }

    /// Whether it listens to something that `user` may not listen to.
    fn overhears(&self, user: &User) -> bool {
        [Space::Channels, Space::Patterns, Space::Shard].into_iter().any(|space| {
            self.names_listened_to(space).any(|name| !user.may_listen(name, space == Space::Patterns))
        })
    }

    /// What has become of it once the users are those of `acl`.
    fn follow(&mut self, acl: &Acl) -> Follow {
        match acl.user(self.user.name()) {
            None => Follow::End,
            Some(user) if Arc::ptr_eq(user, &self.user) => Follow::Stays,
            Some(user) if self.is_subscribed() && self.overhears(user) => Follow::End,
            Some(user) => {
                self.set_user(user.clone());
                Follow::Stays
            }
        }
    }
}

/// What becomes of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follow {
    Stays,
    End,
}

impl Core {
    /// Lets all sessions but the one whose command runs become what their users are now.
    fn follow_users(&mut self) {
        let mut ended: Vec<ClientKey> = Vec::new();
        for (key, client) in self.clients.iter_mut() {
            if client.session.follow(&self.acl) == Follow::End {
                client.session.log_out(&self.acl);
                client.session.close(Closing::Now);
                ended.push(key);
            }
        }
        ended.into_iter().for_each(|key| self.touch(key));
    }

    /// Puts `requirepass` into force if it has changed.
    pub(crate) fn apply_requirepass(&mut self) {
        if self.acl.adopt_requirepass(self.params.requirepass()) {
            self.follow_users();
        }
    }

    /// Puts users in the place of those there are, before any session is there.
    pub fn set_users(&mut self, users: Vec<User>) {
        self.acl.put_all(users);
        self.follow_users();
    }

    /// Puts a user beside those there are, or in the place of the one with its name, before any session is there.
    pub fn set_user(&mut self, user: User) {
        self.acl.put(Arc::new(user));
        self.follow_users();
    }

    /// Compiles all rules for another set of commands.
    pub(crate) fn compile_users(&mut self, registry: &Registry) {
        self.acl.compile(registry);
        self.follow_users();
    }
}

impl Context<'_> {
    /// Lets every session become what its user is now. The one whose command runs must have been answered: if it ends, it is
    /// told nothing more.
    pub(crate) fn follow_users(&mut self) {
        self.core.follow_users();
        if self.session.follow(&self.core.acl) == Follow::End {
            self.session.log_out(&self.core.acl);
            self.close_after_reply();
        }
    }

    /// Makes the session that of the user called `name`, if this is its password. Returns whether it is.
    pub fn log_in(&mut self, name: &[u8], password: &[u8]) -> bool {
        let user = self.core.acl.authenticate(name, password);
        let known = user.is_some();
        if let Some(user) = user {
            self.session.log_in(user);
        }
        known
    }

    /// Puts a user in the place of the one with its name, or beside the others.
    pub fn put_user(&mut self, user: User) {
        self.core.acl.put(Arc::new(user));
        self.follow_users();
    }

    /// Puts all users in the place of those there are.
    pub fn put_all_users(&mut self, users: Vec<User>) {
        self.core.acl.put_all(users);
        self.follow_users();
    }

    /// Removes users, and ends their sessions. The default user stays.
    pub fn remove_users(&mut self, names: &[&[u8]]) {
        for name in names.iter().filter(|name| **name != DEFAULT_USER) {
            self.core.acl.users.remove(*name);
        }
        self.follow_users();
    }
}
