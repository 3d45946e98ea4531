//! What SCAN, SSCAN, HSCAN and ZSCAN have in common: their cursor, their options, and how they answer.

#[cfg(test)]
pub(crate) mod whole;

use russet_engine::Collected;
use russet_engine::glob::{self, Glob};
use russet_engine::number;
use russet_engine::prelude::*;

/// How many elements a call looks at unless it is told.
const COUNT: usize = 10;

/// What the options ask for.
pub(crate) struct Options<'a> {
    /// Only names that match it.
    pattern: Option<Glob<'a>>,
    /// About how many elements to look at.
    pub(crate) count: usize,
    /// Only keys of this type.
    pub(crate) kind: Option<&'a [u8]>,
    /// Fields of a hash with their values, members of a sorted set with their scores.
    pub(crate) values: bool,
}

/// What is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// The keys of a database, which have types.
    Keys,
    /// Names that have something beside them, which this option leaves out.
    Pairs(&'static str),
    /// The members of a set.
    Members,
}

impl<'a> Options<'a> {
    /// Reads the options from word `from` on.
    ///
    /// # Errors
    /// If there is another option than `MATCH`, `COUNT` and, of keys, `TYPE`, or its value makes no sense.
    pub(crate) fn parse(args: Args<'a>, from: usize, of_keys: bool) -> Result<Self, Error> {
        Options::read(args, from, if of_keys { Of::Keys } else { Of::Members })
    }

    /// As [`Options::parse`], with an option to leave out what stands beside the names: `NOVALUES`, `NOSCORES`.
    pub(crate) fn parse_of_pairs(args: Args<'a>, from: usize, without: &'static str) -> Result<Self, Error> {
        Options::read(args, from, Of::Pairs(without))
    }

    fn read(args: Args<'a>, from: usize, of: Of) -> Result<Self, Error> {
        let mut options = Options { pattern: None, count: COUNT, kind: None, values: true };
        let mut at = from;
        while at < args.len() {
            if let Of::Pairs(without) = of
                && args.is(at, without)
            {
                options.values = false;
                at += 1;
                continue;
            }
            let Some(value) = args.get(at + 1) else { return Err(Error::SYNTAX) };
            if args.is(at, "COUNT") {
                let count = args.int(at + 1)?;
                options.count = usize::try_from(count).ok().filter(|&n| n > 0).ok_or(Error::SYNTAX)?;
            } else if args.is(at, "MATCH") {
                options.pattern = (!glob::is_everything(value)).then(|| Glob::new(value, false));
            } else if of == Of::Keys && args.is(at, "TYPE") {
                options.kind = Some(value);
            } else {
                return Err(Error::SYNTAX);
            }
            at += 2;
        }
        Ok(options)
    }

    /// Whether a name is asked for.
    pub(crate) fn admits(&self, name: &[u8]) -> bool {
        self.pattern.as_ref().is_none_or(|glob| glob.is_match(name))
    }
}

/// Reads a cursor.
///
/// # Errors
/// If it is none.
pub(crate) fn cursor(word: &[u8]) -> Result<u64, Error> {
    number::parse_u64_lenient(word).ok_or(Error::new("ERR invalid cursor"))
}

/// Answers with the cursor to go on with, 0 at the end, and what was found.
pub(crate) fn answer(cx: &mut Context<'_>, next: u64, found: Collected) -> Outcome {
    cx.reply.array(2)?;
    cx.reply.bulk(next.to_string().as_bytes())?;
    cx.reply.array_of(found)
}
