//! The slow log: the latest commands that took longer than `slowlog-log-slower-than`.
//!
//! It is bounded in both directions: by `slowlog-max-len` entries, and each of them by [`WORDS`] words of [`BYTES`] bytes, what
//! is beyond told as a number. The time is that of the command alone, not that of a client that waited or read.

use std::borrow::Cow;
use std::collections::VecDeque;

/// Words of a request that are kept; the last of them tells how many more there were.
const WORDS: usize = 32;
/// Bytes of a word that are kept.
const BYTES: usize = 128;

/// A command that took long.
#[derive(Debug)]
pub struct SlowCommand {
    /// Counted up from 0 since the server began.
    pub id: u64,
    /// Unix time in seconds when it was done.
    pub unix_s: i64,
    /// Microseconds that it took.
    pub took_us: u64,
    /// Its words, cut.
    pub words: Vec<Vec<u8>>,
    /// The address of the client.
    pub peer: String,
    /// The name of the client.
    pub name: Vec<u8>,
}

/// The latest of them.
#[derive(Debug, Default)]
pub struct SlowLog {
    /// The latest stands in front.
    entries: VecDeque<SlowCommand>,
    next_id: u64,
    limit: usize,
}

impl SlowLog {
    /// As many entries stay. What is above that goes when the next one comes.
    pub(super) fn limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Adds a command. O(bytes kept).
    pub(super) fn add<'a>(
        &mut self,
        unix_s: i64,
        took_us: u64,
        words: &mut dyn ExactSizeIterator<Item = Cow<'a, [u8]>>,
        peer: &str,
        name: &[u8],
    ) {
        if self.limit == 0 {
            return;
        }
        let id = self.next_id;
        self.next_id += 1;
        let words = cut(words);
        self.entries.push_front(SlowCommand {
            id,
            unix_s,
            took_us,
            words,
            peer: peer.into(),
            name: name.into(),
        });
        self.entries.truncate(self.limit);
    }

    /// The entries, the latest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SlowCommand> {
        self.entries.iter()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets all entries. Ids go on.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

fn cut<'a>(words: &mut dyn ExactSizeIterator<Item = Cow<'a, [u8]>>) -> Vec<Vec<u8>> {
    let count = words.len();
    let kept = if count > WORDS { WORDS - 1 } else { count };
    let mut cut: Vec<Vec<u8>> = words.take(kept).map(|word| shortened(&word)).collect();
    if count > kept {
        cut.push(format!("... ({} more arguments)", count - kept).into_bytes());
    }
    cut
}

fn shortened(word: &[u8]) -> Vec<u8> {
    match word.split_at_checked(BYTES) {
        Some((beginning, rest)) if !rest.is_empty() => {
            [beginning, format!("... ({} more bytes)", rest.len()).as_bytes()].concat()
        }
        _ => word.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(limit: usize, requests: &[Vec<Vec<u8>>]) -> SlowLog {
        let mut log = SlowLog { limit, ..SlowLog::default() };
        for (number, request) in requests.iter().enumerate() {
            let words = &mut request.iter().map(|word| Cow::Borrowed(&word[..]));
            log.add(number as i64, 10, words, "peer", b"name");
        }
        log
    }

    #[test]
    fn the_latest_stay() {
        let requests: Vec<_> = (0..5).map(|number| vec![vec![b'0' + number]]).collect();
        let mut log = log(3, &requests);
        assert_eq!(log.iter().map(|entry| entry.id).collect::<Vec<_>>(), [4, 3, 2]);
        log.clear();
        assert!(log.is_empty());
        log.add(9, 1, &mut [Cow::Borrowed(&b"x"[..])].into_iter(), "", b"");
        assert_eq!(log.iter().map(|entry| (entry.id, entry.unix_s)).collect::<Vec<_>>(), [(5, 9)]);
    }

    #[test]
    fn what_is_long_is_cut() {
        let word = |length| vec![b'a'; length];
        let log =
            log(9, &[vec![word(128), word(129)], vec![word(1); 32], vec![word(1); 33], vec![word(1); 100]]);
        let words = |id: usize| &log.iter().nth(3 - id).unwrap().words;
        assert_eq!(words(0)[0], word(128));
        assert_eq!(words(0)[1], [&word(128)[..], b"... (1 more bytes)"].concat());
        assert_eq!(words(1), &vec![word(1); 32]);
        assert_eq!((words(2).len(), &words(2)[31][..]), (32, &b"... (2 more arguments)"[..]));
        assert_eq!((words(3).len(), &words(3)[31][..]), (32, &b"... (69 more arguments)"[..]));
    }

    #[test]
    fn nothing_is_kept_where_nothing_may_be() {
        assert!(log(0, &[vec![vec![1]]]).is_empty());
    }
}
