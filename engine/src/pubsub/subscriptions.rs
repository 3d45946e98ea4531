//! What one session listens to, and how it begins and ends.

use super::{Name, Space};
use crate::context::Context;
use crate::core::Core;
use crate::error::Outcome;
use crate::reply::Reply;
use crate::session::{ReplyMode, Session};
use std::collections::HashMap;

/// The names that a session listens to, each with its ticket. A session that listens to nothing has none.
#[derive(Default)]
pub(crate) struct Subscriptions {
    spaces: [HashMap<Name, u64, ahash::RandomState>; 3],
    /// Bytes of the names.
    bytes: usize,
}

impl Subscriptions {
    fn is_empty(&self) -> bool {
        self.spaces.iter().all(HashMap::is_empty)
    }

    /// Bytes of memory. O(1).
    pub(crate) fn memory(&self) -> usize {
        let entry = size_of::<(Name, u64)>() + 1;
        size_of::<Self>()
            + self.bytes
            + self.spaces.iter().map(|names| names.capacity() * entry).sum::<usize>()
    }
}

impl Session {
    /// Whether it listens to anything.
    #[inline]
    pub fn is_subscribed(&self) -> bool {
        self.subscriptions.is_some()
    }

    /// The number of names that it listens to.
    pub fn subscriptions(&self, space: Space) -> usize {
        self.subscriptions.as_ref().map_or(0, |own| own.spaces[space as usize].len())
    }

    /// The names that it listens to, in no order.
    pub(crate) fn names_listened_to(&self, space: Space) -> impl Iterator<Item = &[u8]> {
        let own = self.subscriptions.as_ref().map(|own| own.spaces[space as usize].keys());
        own.into_iter().flatten().map(|name| &**name)
    }
}

impl Context<'_> {
    /// Begins to listen. Returns whether the session did not before.
    pub fn subscribe(&mut self, space: Space, name: &[u8]) -> bool {
        let own = self.session.subscriptions.get_or_insert_default();
        if own.spaces[space as usize].contains_key(name) {
            return false;
        }
        let pubsub = &mut self.core.pubsub;
        pubsub.tickets += 1;
        let name = pubsub.spaces[space as usize].add(name, pubsub.tickets, self.client);
        own.bytes += name.len();
        own.spaces[space as usize].insert(name, pubsub.tickets);
        true
    }

    /// Stops listening. Returns whether the session did before.
    pub fn unsubscribe(&mut self, space: Space, name: &[u8]) -> bool {
        let Some(own) = &mut self.session.subscriptions else { return false };
        let Some(ticket) = own.spaces[space as usize].remove(name) else { return false };
        own.bytes -= name.len();
        self.core.pubsub.spaces[space as usize].remove(name, ticket);
        if own.is_empty() {
            self.session.subscriptions = None;
        }
        true
    }

    /// The names that the session listens to, in the order in which it began to.
    pub fn subscribed_to(&self, space: Space) -> Vec<Box<[u8]>> {
        let Some(own) = &self.session.subscriptions else { return Vec::new() };
        let mut names: Vec<(&Name, u64)> =
            own.spaces[space as usize].iter().map(|(name, &ticket)| (name, ticket)).collect();
        names.sort_unstable_by_key(|(_, ticket)| *ticket);
        names.into_iter().map(|(name, _)| (**name).into()).collect()
    }

    /// Writes what is sent even to a session that does not want answers: it stands in their place, or follows the
    /// request that has none.
    pub fn push(&mut self, write: impl FnOnce(&mut Reply<'_>) -> Outcome) -> Outcome {
        match self.session.reply_mode {
            ReplyMode::On => write(&mut self.reply),
            _ => write(&mut Reply::new(&mut self.core.pushes, self.session.protocol)),
        }
    }
}

/// Ends all subscriptions of a session. O(its subscriptions).
pub fn leave(core: &mut Core, session: &mut Session) {
    let Some(own) = session.subscriptions.take() else { return };
    for (topics, names) in core.pubsub.spaces.iter_mut().zip(own.spaces) {
        names.into_iter().for_each(|(name, ticket)| topics.remove(&name, ticket));
    }
}
