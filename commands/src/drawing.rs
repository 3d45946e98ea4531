//! What HRANDFIELD, SRANDMEMBER and ZRANDMEMBER have in common: their count, and a reply that may repeat itself.
//!
//! With a negative count each element is drawn from all, so that the reply is as long as the client says, however few
//! there are to choose from. It may become as large as the largest value, `proto-max-bulk-len`, and no larger.

use russet_engine::Reply;
use russet_engine::prelude::*;

/// How many elements are drawn before the length of the reply is looked at.
const BATCH: usize = 1000;

/// Bytes that the shortest bulk string takes.
const SHORTEST: usize = 6;

/// What a count asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Draw {
    /// Up to so many different ones.
    Distinct(usize),
    /// So many, each drawn from all.
    Repeated(usize),
}

/// Reads a count, and what may stand behind it: the word `with`. Returns whether it does.
///
/// # Errors
/// If the count is none, or too large with what stands behind; or something else stands there.
pub(crate) fn parse(args: Args<'_>, at: usize, with: &str) -> Result<(Draw, bool), Error> {
    let count = args.int_in(at, -i64::MAX..=i64::MAX)?;
    let wide = args.len() > at + 1;
    if wide && !(args.len() == at + 2 && args.is(at + 1, with)) {
        return Err(Error::SYNTAX);
    }
    if wide && count.unsigned_abs() > i64::MAX as u64 / 2 {
        return Err(OUT_OF_RANGE);
    }
    let size = usize::try_from(count.unsigned_abs()).map_err(|_| OUT_OF_RANGE)?;
    Ok((if count < 0 { Draw::Repeated(size) } else { Draw::Distinct(size) }, wide))
}

const OUT_OF_RANGE: Error = Error::new("ERR value is out of range");

/// Writes an array of `count` elements, each of which is `width` replies, a batch at a time: `batch` writes so many.
///
/// # Errors
/// If the reply becomes longer than `limit` bytes; then nothing of it is left.
pub(crate) fn repeated(
    reply: &mut Reply<'_>,
    count: usize,
    width: usize,
    limit: u64,
    mut batch: impl FnMut(&mut Reply<'_>, usize) -> Outcome,
) -> Outcome {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // A client that may not leave much unread is closed for what it gets, however long the reply would become.
    let limit = if reply.output().is_limited() { usize::MAX } else { limit };
    if count > limit / SHORTEST / width {
        return Err(OUT_OF_RANGE);
    }
    let (start, before) = (reply.output().mark(), reply.output().len());
    reply.array(count * width)?;
    let mut left = count;
    while left > 0 {
        let now = left.min(BATCH);
        batch(reply, now)?;
        left -= now;
        if reply.output().overflowed() {
            return Ok(());
        }
        if reply.output().len() - before > limit {
            reply.output().truncate(start);
            return Err(OUT_OF_RANGE);
        }
    }
    Ok(())
}
