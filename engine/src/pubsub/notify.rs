//! Keyspace notifications: events of keys, published on channels that are named after the key and after the event.

use super::Space;
use crate::core::Core;
use crate::event::Events;
use crate::reply::Protocol;
use std::io::Write;

impl Core {
    /// Publishes the events that have been noted, in their order; `own` is the protocol of the client whose command
    /// runs, if one does.
    #[cold]
    pub(crate) fn publish_events(&mut self, events: &mut Events, own: Protocol) {
        let listens = [Space::Channels, Space::Patterns].iter().any(|&space| self.pubsub.names(space) > 0);
        let mut channel = Vec::new();
        events.take(|channels, db, event, key| {
            if !listens {
                return;
            }
            let mut publish = |kind: &str, about: &[u8], message: &[u8]| {
                channel.clear();
                // Writing to a vector cannot fail.
                let _ = write!(channel, "__{kind}@{db}__:");
                channel.extend_from_slice(about);
                self.publish(own, Space::Channels, &channel, message);
            };
            if channels.keyspace {
                publish("keyspace", key, event.name.as_bytes());
            }
            if channels.keyevent {
                publish("keyevent", event.name.as_bytes(), key);
            }
        });
    }
}
