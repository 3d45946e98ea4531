//! Single entries: the first, the last, one at random.

use super::Rax;

impl<V> Rax<V> {
    /// The smallest key and its value. O(length of the key).
    pub fn first(&self) -> Option<(Vec<u8>, &V)> {
        self.iter().next()
    }

    /// The largest key and its value. O(length of the key).
    pub fn last(&self) -> Option<(Vec<u8>, &V)> {
        self.iter().next_back()
    }

    /// The value of the largest key, to be changed. O(length of the key).
    pub fn last_mut(&mut self) -> Option<&mut V> {
        let mut node = self.root.as_mut()?;
        while node.count() > 0 {
            let last = node.count() - 1;
            node = &mut node.children_mut()[last];
        }
        node.value_mut()
    }

    /// A key by a random walk from the root, where every way on is as likely as to stay. Every key is possible, but not
    /// equally likely. O(length of the key).
    pub fn random(&self, mut random: impl FnMut() -> u64) -> Option<(Vec<u8>, &V)> {
        let mut node = self.root.as_ref()?;
        let mut key = node.prefix().to_vec();
        loop {
            let ways = node.count() + usize::from(node.has_value());
            // Multiplied rather than divided: the upper bits of a random number are the better ones.
            let way = ((u128::from(random()) * ways as u128) >> 64) as usize;
            if way == node.count() {
                return Some((key, node.value()?));
            }
            key.push(node.edges()[way]);
            node = &node.children()[way];
            key.extend_from_slice(node.prefix());
        }
    }
}
