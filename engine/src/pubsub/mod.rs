//! Publish and subscribe: who listens to what, and how a message reaches them.
//!
//! # Who keeps what?
//!
//! A subscription stands in two places: the name knows its listeners ([`Topics`]), so that publishing touches nobody
//! else, and the session knows its names ([`Subscriptions`]), so that a client that leaves takes its subscriptions
//! along in O(its subscriptions). A ticket, counted up with each subscription, ties the two together and is the order
//! in which listeners are served.
//!
//! # How does a message leave?
//!
//! It is written once and copied into the output of each listener, or shared by all of them where it is large; the two
//! protocol versions differ in its first byte only. The client whose command publishes has its reply half written: what
//! it is itself to receive waits in [`Core::pushes`](crate::Core) until the command, with `EXEC` the whole transaction,
//! has answered.
//!
//! # What about one who does not read?
//!
//! A listener whose output outgrows `client-output-buffer-limit pubsub` is closed at once, in the middle of a command
//! that publishes a million times if need be: nothing more is queued for it.

mod message;
mod notify;
mod publish;
mod subscriptions;
mod topics;

pub(crate) use subscriptions::Subscriptions;
pub use subscriptions::leave;

use std::sync::Arc;
use topics::Topics;

/// A channel or pattern, shared by all who name it.
type Name = Arc<[u8]>;

/// What a client may subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Channels: messages of `PUBLISH`.
    Channels,
    /// Patterns of channels.
    Patterns,
    /// Shard channels, which live in one slot of a cluster: messages of `SPUBLISH`.
    Shard,
}

/// All subscriptions, by name.
#[derive(Default)]
pub struct Pubsub {
    spaces: [Topics; 3],
    /// Tickets that have been given out.
    tickets: u64,
    /// Room for the message that is being written, kept from one to the next.
    scratch: Vec<u8>,
}

impl Pubsub {
    /// The number of names that somebody listens to.
    pub fn names(&self, space: Space) -> usize {
        self.spaces[space as usize].len()
    }

    /// The number of clients that listen to a name. O(1).
    pub fn listeners(&self, space: Space, name: &[u8]) -> usize {
        self.spaces[space as usize].get(name).map_or(0, topics::Topic::len)
    }

    /// The names that somebody listens to, in no order.
    pub fn each_name(&self, space: Space) -> impl Iterator<Item = &[u8]> {
        self.spaces[space as usize].names()
    }
}
