//! Key specifications: where a command's keys stand among its arguments, and what happens to them.
//!
//! A specification has two halves, as in Redis: where the search *begins* (a fixed word, or the word after a
//! keyword) and how keys are *found* from there (a range with a step, or a count that precedes them).

use super::flags::key;
use crate::args::Args;
use crate::number;

/// Where the search for keys begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At this word.
    Index(i32),
    /// At the word after this keyword, searched from `from` on (backwards from the end if negative).
    Keyword {
        /// The keyword, compared without case.
        word: &'static str,
        /// The first word to look at.
        from: i32,
    },
    /// Nobody can say.
    Unknown,
}

/// How keys are found from where the search begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// Every `step`-th word up to `last`, which is relative to the beginning, or to the end if negative.
    Range {
        /// Last word.
        last: i32,
        /// Distance from one key to the next.
        step: i32,
        /// With `last` = -1: only the first `1/limit` of the remaining words (0 and 1: all).
        limit: i32,
    },
    /// As many keys as the word `count` says, from word `first` on, both relative to the beginning.
    Count {
        /// Where the number of keys stands.
        count: i32,
        /// Where the first key stands.
        first: i32,
        /// Distance from one key to the next.
        step: i32,
    },
    /// Nobody can say.
    Unknown,
}

/// One specification. Built by [`at`], [`range`], [`after`] or [`counted`] and the methods that add flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySpec {
    /// Where to begin.
    pub begin: Begin,
    /// How to go on.
    pub find: Find,
    /// Key flags ([`super::flags::key`]).
    pub flags: u64,
    /// A remark for `COMMAND INFO`.
    pub notes: Option<&'static str>,
}

const fn spec(begin: Begin, find: Find) -> KeySpec {
    KeySpec { begin, find, flags: 0, notes: None }
}

/// One key, at word `index`.
pub const fn at(index: i32) -> KeySpec {
    spec(Begin::Index(index), Find::Range { last: 0, step: 1, limit: 0 })
}

/// Keys from word `first` on, every `step`-th, up to `last` counted from the end (-1 is the last word).
pub const fn range(first: i32, last: i32, step: i32) -> KeySpec {
    spec(Begin::Index(first), Find::Range { last, step, limit: 0 })
}

/// One key, at the word after `word`.
pub const fn after(word: &'static str, from: i32) -> KeySpec {
    spec(Begin::Keyword { word, from }, Find::Range { last: 0, step: 1, limit: 0 })
}

/// As many keys as word `index` says, right behind it.
pub const fn counted(index: i32) -> KeySpec {
    spec(Begin::Index(index), Find::Count { count: 0, first: 1, step: 1 })
}

/// Keys that only the command's own code can find: the names are made from data, or stand anywhere.
pub const fn unknown() -> KeySpec {
    spec(Begin::Unknown, Find::Unknown)
}

macro_rules! flag_methods {
    ($($(#[$doc:meta])* $method:ident = $flag:ident),* $(,)?) => {
        $($(#[$doc])* #[must_use] pub const fn $method(mut self) -> Self { self.flags |= key::$flag; self })*
    };
}

impl KeySpec {
    flag_methods! {
        /// The key is only read.
        read_only = RO,
        /// The key is read and changed.
        read_write = RW,
        /// The key is overwritten.
        overwrite = OW,
        /// The key is removed.
        remove = RM,
        /// The value is returned or copied.
        access = ACCESS,
        /// The value is updated.
        update = UPDATE,
        /// Data is inserted.
        insert = INSERT,
        /// Data is deleted.
        delete = DELETE,
        /// It is no key.
        not_key = NOT_KEY,
        /// There may be more keys.
        incomplete = INCOMPLETE,
        /// The flags depend on the arguments.
        variable_flags = VARIABLE_FLAGS,
    }

    /// Adds a remark.
    #[must_use]
    pub const fn notes(mut self, notes: &'static str) -> Self {
        self.notes = Some(notes);
        self
    }

    /// Goes on to `last`, which is relative to the beginning, or to the end if negative.
    #[must_use]
    pub const fn to(mut self, last: i32) -> Self {
        if let Find::Range { step, limit, .. } = self.find {
            self.find = Find::Range { last, step, limit };
        }
        self
    }

    /// Limits a range to the first `1/limit` of the remaining words.
    #[must_use]
    pub const fn limit(mut self, limit: i32) -> Self {
        if let Find::Range { last, step, .. } = self.find {
            self.find = Find::Range { last, step, limit };
        }
        self
    }

    /// Calls `found` with the index of each key in `args`; `None`, after none, if the arguments do not fit the
    /// specification. O(keys).
    pub fn positions(&self, args: Args<'_>, found: impl FnMut(usize)) -> Option<()> {
        let len = i32::try_from(args.len()).ok()?;
        let begin = match self.begin {
            Begin::Index(index) => index,
            Begin::Keyword { word, from } => {
                // The last word is no keyword: no key could follow it.
                let is_word = |&i: &i32| i + 1 < len && args.is(i as usize, word);
                let hit =
                    if from > 0 { (from..len).find(is_word) } else { (1..=len + from).rev().find(is_word) };
                match hit {
                    Some(index) => index + 1,
                    None => return Some(()), // an absent keyword means no keys, which is fine
                }
            }
            Begin::Unknown => return None,
        };
        let (first, last, step) = match self.find {
            Find::Range { last, step, limit } => {
                let last = match last {
                    l if l >= 0 => begin + l,
                    l if limit > 1 => begin + (len - begin) / limit + l,
                    l => len + l,
                };
                (begin, last, step)
            }
            Find::Count { count, first, step } => {
                let count = number::parse_i64(args.get((begin + count) as usize)?)?;
                let first = begin + first;
                let last = count.checked_sub(1)?.checked_mul(step.into())?.checked_add(first.into())?;
                (first, i32::try_from(last).ok()?, step)
            }
            Find::Unknown => return None,
        };
        if first >= len || last >= len || last < first {
            return None;
        }
        (first..=last).step_by(step.max(1) as usize).map(|i| i as usize).for_each(found);
        Some(())
    }
}
