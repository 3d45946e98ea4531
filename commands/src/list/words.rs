//! Words that several commands of lists share: an end of a list, and what `LMPOP` and its blocking form are asked for.

use russet_engine::prelude::*;
use russet_engine::value::End;

/// The end that word `index` names.
pub(super) fn end(args: Args<'_>, index: usize) -> Result<End, Error> {
    match args.get(index) {
        Some(word) if word.eq_ignore_ascii_case(b"LEFT") => Ok(End::Head),
        Some(word) if word.eq_ignore_ascii_case(b"RIGHT") => Ok(End::Tail),
        _ => Err(Error::SYNTAX),
    }
}

/// The name of an end.
pub(super) fn name(end: End) -> &'static str {
    match end {
        End::Head => "LEFT",
        End::Tail => "RIGHT",
    }
}

/// Some keys, an end, and how many elements are wanted: `numkeys key [key ...] <LEFT | RIGHT> [COUNT count]`.
pub(super) struct Many {
    /// The index of the first key.
    pub(super) first: usize,
    /// The number of keys.
    pub(super) keys: usize,
    pub(super) end: End,
    pub(super) count: usize,
}

impl Many {
    /// Reads the words from `index`, that of `numkeys`, on.
    pub(super) fn read(args: Args<'_>, index: usize) -> Result<Many, Error> {
        let keys = args.at_least(index, 1, "ERR numkeys should be greater than 0")?;
        let first = index + 1;
        let keys = usize::try_from(keys).ok().filter(|&keys| keys < args.len() - first).ok_or(Error::SYNTAX)?;
        let at = first + keys;
        let end = end(args, at)?;
        let mut count = None;
        let mut option = at + 1;
        while option < args.len() {
            if count.is_some() || !args.is(option, "COUNT") || option + 1 == args.len() {
                return Err(Error::SYNTAX);
            }
            count = Some(args.at_least(option + 1, 1, "ERR count should be greater than 0")?);
            option += 2;
        }
        let count = usize::try_from(count.unwrap_or(1)).unwrap_or(usize::MAX);
        Ok(Many { first, keys, end, count })
    }
}
