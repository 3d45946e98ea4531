//! The groups of a stream, and how far each is behind.

use super::{Group, Stream};

impl Stream {
    /// Adds a group; says whether there was none of this name: XGROUP CREATE. O(log groups).
    pub fn add_group(&mut self, name: &[u8], group: Group) -> bool {
        let is_new = !self.groups.contains_key(name);
        if is_new {
            self.groups.insert(name.into(), group);
        }
        is_new
    }

    /// Removes a group: XGROUP DESTROY. O(log groups).
    pub fn remove_group(&mut self, name: &[u8]) -> Option<Group> {
        self.groups.remove(name)
    }

    /// A group by its name. O(log groups).
    pub fn group(&self, name: &[u8]) -> Option<&Group> {
        self.groups.get(name)
    }

    /// A group, to be changed. O(log groups).
    pub fn group_mut(&mut self, name: &[u8]) -> Option<&mut Group> {
        self.groups.get_mut(name)
    }

    /// The groups in the order of their names. O(1) for each.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (&[u8], &Group)> {
        self.groups.iter().map(|(name, group)| (&name[..], group))
    }

    /// How many entries the group has before it, if that is known: XINFO's `lag`. O(1).
    pub fn lag(&self, group: &Group) -> Option<i64> {
        self.counters.lag(group.last_id(), group.entries_read())
    }
}
