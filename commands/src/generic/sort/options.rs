//! What the words behind SORT's key ask for.

use super::pattern::Pattern;
use russet_engine::prelude::*;

/// The options of one request.
#[derive(Default)]
pub(super) struct Options<'a> {
    /// What elements are ordered by, in place of themselves.
    pub(super) by: Option<Pattern<'a>>,
    /// Elements come as they are kept: the pattern of `BY` is the same for all of them.
    pub(super) unsorted: bool,
    /// How many elements are passed over.
    pub(super) offset: i64,
    /// How many elements are wanted at most, if it is not negative.
    pub(super) count: i64,
    /// What is answered of each element, in place of itself.
    pub(super) get: Vec<Pattern<'a>>,
    pub(super) descending: bool,
    /// Ordered as text, not as numbers.
    pub(super) alpha: bool,
    /// Where the result is stored, in place of an answer.
    pub(super) store: Option<Key<'a>>,
}

impl<'a> Options<'a> {
    /// Reads the words from the third on; `SORT_RO` does not store. Names of keys that are made from data are permitted only
    /// to who `reads_all` keys.
    pub(super) fn read(args: Args<'a>, read_only: bool, reads_all: bool) -> Result<Self, Error> {
        let mut options = Options { count: -1, ..Options::default() };
        let mut at = 2;
        while at < args.len() {
            let behind = args.len() - at - 1;
            if args.is(at, "ASC") {
                options.descending = false;
            } else if args.is(at, "DESC") {
                options.descending = true;
            } else if args.is(at, "ALPHA") {
                options.alpha = true;
            } else if args.is(at, "LIMIT") && behind >= 2 {
                (options.offset, options.count) = (args.int(at + 1)?, args.int(at + 2)?);
                at += 2;
            } else if args.is(at, "STORE") && behind >= 1 && !read_only {
                options.store = Some(args.key(at + 1));
                at += 1;
            } else if args.is(at, "BY") && behind >= 1 {
                let pattern = Pattern::read(args.word(at + 1));
                if !pattern.is_constant() && !reads_all {
                    return Err(Error::new("ERR BY option of SORT denied due to insufficient ACL permissions."));
                }
                // Once said, it stays said: a later BY changes the pattern only.
                options.unsorted |= pattern.is_constant();
                options.by = Some(pattern);
                at += 1;
            } else if args.is(at, "GET") && behind >= 1 {
                if !reads_all {
                    return Err(Error::new("ERR GET option of SORT denied due to insufficient ACL permissions."));
                }
                options.get.push(Pattern::read(args.word(at + 1)));
                at += 1;
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        Ok(options)
    }

    /// Which of `len` elements are wanted: from, and up to without.
    pub(super) fn window(&self, len: usize) -> std::ops::Range<usize> {
        let from = usize::try_from(self.offset.max(0)).unwrap_or(usize::MAX).min(len);
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        from..from.saturating_add(count).min(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_with_the_elements() {
        let window = |offset, count| Options { offset, count, ..Options::default() }.window(5);
        assert_eq!(window(0, -1), 0..5);
        assert_eq!(window(-7, 2), 0..2);
        assert_eq!(window(3, 9), 3..5);
        assert_eq!(window(i64::MAX, i64::MAX), 5..5);
        assert_eq!(window(i64::MIN, i64::MIN), 0..5);
        assert_eq!(window(2, 0), 2..2);
    }
}
