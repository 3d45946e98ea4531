//! Counting replies: whether a command has answered with one whole reply.
//!
//! A client that is sent too much or too little takes the rest for the answer to its next request, or waits for ever; so
//! what a plugin writes is counted as it is written.

/// How deep a reply may be nested without memory of its own.
const INLINE: usize = 8;

/// What has been answered.
#[derive(Debug, Default)]
pub(super) struct Replies {
    /// Replies that stand in no other.
    whole: u64,
    /// How many are missing in each of those that are open, the innermost last.
    open: [u64; INLINE],
    depth: usize,
    deeper: Vec<u64>,
}

impl Replies {
    /// One that has no others in it.
    #[inline]
    pub(super) fn one(&mut self) {
        if self.depth == 0 {
            self.whole += 1;
        } else {
            self.within();
        }
    }

    /// One that `count` others follow.
    pub(super) fn begin(&mut self, count: u64) {
        if count == 0 {
            return self.one();
        }
        match self.open.get_mut(self.depth) {
            Some(place) => *place = count,
            None => self.deeper.push(count),
        }
        self.depth += 1;
    }

    fn within(&mut self) {
        while self.depth > 0 {
            let missing = match self.depth.checked_sub(INLINE + 1) {
                None => &mut self.open[self.depth - 1],
                Some(place) => &mut self.deeper[place],
            };
            *missing -= 1;
            if *missing > 0 {
                return;
            }
            // The last of its elements: it is itself complete now, in what it stands in.
            if self.depth > INLINE {
                self.deeper.pop();
            }
            self.depth -= 1;
        }
        self.whole += 1;
    }

    /// What is wrong with what has been answered, if anything is.
    pub(super) fn fault(&self) -> Option<String> {
        let missing = match self.depth {
            0 => 0,
            depth if depth > INLINE => self.deeper[depth - INLINE - 1],
            depth => self.open[depth - 1],
        };
        match (self.whole, missing) {
            (1, 0) => None,
            (0, 0) => Some("it did not answer".into()),
            (_, 0) => Some(format!("it answered with {} replies instead of one", self.whole)),
            (_, missing) => Some(format!("its answer ends {missing} elements too early")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_whole_reply_is_right() {
        let mut replies = Replies::default();
        replies.one();
        assert_eq!(replies.fault(), None);

        let mut replies = Replies::default();
        replies.begin(3);
        replies.one();
        replies.begin(0);
        replies.begin(1);
        replies.one();
        assert_eq!(replies.fault(), None);
    }

    #[test]
    fn too_few_and_too_many_are_told() {
        let mut replies = Replies::default();
        assert_eq!(replies.fault().unwrap(), "it did not answer");
        replies.one();
        replies.one();
        assert_eq!(replies.fault().unwrap(), "it answered with 2 replies instead of one");

        let mut replies = Replies::default();
        replies.begin(3);
        replies.one();
        assert_eq!(replies.fault().unwrap(), "its answer ends 2 elements too early");
    }

    #[test]
    fn depth_has_no_end() {
        for depth in 1..40 {
            let mut replies = Replies::default();
            (0..depth).for_each(|_| replies.begin(2));
            assert!(replies.fault().unwrap().contains("2 elements"));
            // Every level lacks one besides the one within it.
            (0..=depth).for_each(|_| replies.one());
            assert_eq!(replies.fault(), None, "{depth}");
        }
    }
}
