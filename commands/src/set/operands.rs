//! The sets that SINTER, SUNION and SDIFF work on, and where the result of their storing forms goes.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, Set, SetLimits};
use std::ops::Range;

/// What the parameters say of sets.
pub(crate) fn limits(cx: &mut Context<'_>) -> SetLimits {
    SetLimits::new(&cx.core.params, cx.db.keyspace().hasher())
}

/// Looks up the words `keys`.
///
/// # Errors
/// If one of them holds another type.
pub(crate) fn look_up(db: &mut Db<'_>, args: Args<'_>, keys: Range<usize>) -> Outcome {
    keys.into_iter().try_for_each(|index| db.get::<Set>(args.key(index)).map(drop))
}

/// The sets at the words `keys`, which have been looked up; `None` for a key that is not there.
pub(crate) fn sets<'d>(
    db: &'d Db<'_>,
    args: Args<'_>,
    keys: Range<usize>,
) -> impl Iterator<Item = Option<&'d Set>> {
    keys.map(move |index| db.peek_at::<Set>(args.key(index)).ok().flatten())
}

/// Puts a result into the key that is word 1, and answers how many members it has.
pub(crate) fn store(cx: &mut Context<'_>, args: Args<'_>, result: Set, event: Event) -> Outcome {
    let (key, len) = (args.key(1), result.len());
    if len == 0 {
        cx.db.delete(key);
    } else {
        cx.db.replace(key, result);
        cx.db.changed(key, event);
    }
    cx.reply.count(len)
}
