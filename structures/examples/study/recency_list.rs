//! The exact order of use: a doubly linked list of numbers, whose links are 32-bit indexes. 8 bytes per key.

/// Numbers in the order in which they were used last.
pub(crate) struct RecencyList {
    /// Previous and next of each number, at its index + 1. The first pair is the ends': the list is a ring.
    links: Vec<[u32; 2]>,
}

impl RecencyList {
    /// A list that numbers below `limit` may enter. None is in it.
    pub(crate) fn new(limit: usize) -> RecencyList {
        RecencyList { links: vec![[0, 0]; limit + 1] }
    }

    fn join(&mut self, before: u32, after: u32) {
        self.links[before as usize][1] = after;
        self.links[after as usize][0] = before;
    }

    /// Puts a number that is not in the list in front.
    pub(crate) fn push(&mut self, number: u32) {
        let first = self.links[0][1];
        self.join(number + 1, first);
        self.join(0, number + 1);
    }

    /// Takes out a number that is in the list.
    pub(crate) fn remove(&mut self, number: u32) {
        let [before, after] = self.links[number as usize + 1];
        self.join(before, after);
    }

    /// Moves a number that is in the list to the front.
    #[inline]
    pub(crate) fn touch(&mut self, number: u32) {
        self.remove(number);
        self.push(number);
    }

    /// The number that was used longest ago.
    pub(crate) fn oldest(&self) -> Option<u32> {
        self.links[0][0].checked_sub(1)
    }
}
