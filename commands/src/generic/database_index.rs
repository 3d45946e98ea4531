//! An argument that is the index of a database: COPY, MOVE and SWAPDB read it alike.

use russet_engine::prelude::*;

/// An integer that fits C's `int`.
///
/// # Errors
/// Redis's texts for one that is none, and for one that does not fit.
pub(crate) fn small_int(args: Args<'_>, at: usize) -> Result<i64, Error> {
    let value = args.int(at)?;
    if i32::try_from(value).is_err() {
        return Err(Error::new(
            "ERR value is out of range, value must between -2147483648 and 2147483647",
        ));
    }
    Ok(value)
}

/// The database that `value` is the index of.
///
/// # Errors
/// If there is none.
pub(crate) fn existing(cx: &Context<'_>, value: i64) -> Result<usize, Error> {
    let index = usize::try_from(value).ok().filter(|&index| index < cx.db.databases());
    index.ok_or(Error::DB_INDEX)
}
