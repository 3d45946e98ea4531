//! Topics: the names that clients listen to, each with its listeners in the order in which they came.

use super::Name;
use crate::session::ClientKey;
use std::collections::HashMap;

/// One name's listeners.
#[derive(Default)]
pub(super) struct Topic {
    /// The ticket of its first listener: the order of patterns.
    born: u64,
    /// By ticket. One that has left leaves a gap, so that leaving moves nobody.
    places: Vec<(u64, Option<ClientKey>)>,
    gaps: usize,
}

impl Topic {
    /// The number of listeners.
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.gaps
    }

    /// The listeners, the first to come first.
    pub(super) fn listeners(&self) -> impl Iterator<Item = ClientKey> {
        self.places.iter().filter_map(|(_, client)| *client)
    }

    fn remove(&mut self, ticket: u64) {
        let Ok(at) = self.places.binary_search_by_key(&ticket, |(ticket, _)| *ticket) else { return };
        self.gaps += usize::from(self.places[at].1.take().is_some());
        if self.gaps > self.places.len() / 2 {
            self.places.retain(|(_, client)| client.is_some());
            self.places.shrink_to(self.places.len() * 2);
            self.gaps = 0;
        }
    }
}

/// All names of one space. A name that nobody listens to is not there.
#[derive(Default)]
pub(super) struct Topics {
    by_name: HashMap<Name, Topic, ahash::RandomState>,
}

impl Topics {
    /// The number of names.
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// A name's listeners. O(1).
    pub(super) fn get(&self, name: &[u8]) -> Option<&Topic> {
        self.by_name.get(name)
    }

    /// All names, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.by_name.keys().map(|name| &**name)
    }

    /// The patterns that match a channel, each once, the eldest first. O(patterns).
    pub(super) fn matching(&self, channel: &[u8]) -> Vec<(&[u8], &Topic)> {
        let matches = |(pattern, _): &(&Name, &Topic)| crate::glob::matches(pattern, channel, false);
        let mut found: Vec<(&[u8], &Topic)> =
            self.by_name.iter().filter(matches).map(|(pattern, topic)| (&**pattern, topic)).collect();
        found.sort_unstable_by_key(|(_, topic)| topic.born);
        found
    }

    /// Adds a listener, whose ticket is the highest yet, and returns the name as it is kept. O(1), growth aside.
    pub(super) fn add(&mut self, name: &[u8], ticket: u64, client: ClientKey) -> Name {
        let name = self.by_name.get_key_value(name).map_or_else(|| name.into(), |(name, _)| name.clone());
        let topic =
            self.by_name.entry(name.clone()).or_insert_with(|| Topic { born: ticket, ..Topic::default() });
        topic.places.push((ticket, Some(client)));
        name
    }

    /// Removes a listener. O(log listeners), amortised.
    pub(super) fn remove(&mut self, name: &[u8], ticket: u64) {
        let Some(topic) = self.by_name.get_mut(name) else { return };
        topic.remove(ticket);
        if topic.len() == 0 {
            self.by_name.remove(name);
            // Memory that a burst of names has left behind is given back, seldom enough to cost nothing.
            if self.by_name.len() < self.by_name.capacity() / 8 {
                self.by_name.shrink_to(self.by_name.len() * 2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn listeners_come_in_the_order_of_their_tickets(steps in prop::collection::vec((any::<bool>(), 0usize..40), 0..300)) {
            let (mut topics, mut model) = (Topics::default(), Vec::<u64>::new());
            for (ticket, (join, at)) in (1u64..).zip(steps) {
                if join || model.is_empty() {
                    topics.add(b"a", ticket, ClientKey(ticket as usize));
                    model.push(ticket);
                } else {
                    let left = model.remove(at % model.len());
                    topics.remove(b"a", left);
                }
                let listeners: Vec<u64> =
                    topics.get(b"a").map(|topic| topic.listeners().map(|key| key.0 as u64).collect()).unwrap_or_default();
                prop_assert_eq!(&listeners, &model);
                prop_assert_eq!(topics.get(b"a").map_or(0, Topic::len), model.len());
                prop_assert_eq!(topics.is_empty(), model.is_empty());
            }
        }
    }

    #[test]
    fn names_that_are_gone_leave_no_memory_behind() {
        let mut topics = Topics::default();
        for ticket in 0..10_000u64 {
            topics.add(&ticket.to_le_bytes(), ticket, ClientKey(0));
        }
        for ticket in 0..10_000u64 {
            topics.remove(&ticket.to_le_bytes(), ticket);
        }
        assert!(topics.is_empty() && topics.by_name.capacity() < 100);
    }

    #[test]
    fn patterns_that_match_come_the_eldest_first() {
        let mut topics = Topics::default();
        let patterns: [&[u8]; 6] = [b"c*", b"b*", b"*x", b"b?x", b"a", b"*"];
        for (ticket, pattern) in (0..).zip(patterns) {
            topics.add(pattern, ticket, ClientKey(0));
        }
        let found: Vec<&[u8]> = topics.matching(b"box").into_iter().map(|(pattern, _)| pattern).collect();
        assert_eq!(found, [&b"b*"[..], b"*x", b"b?x", b"*"]);
    }
}
