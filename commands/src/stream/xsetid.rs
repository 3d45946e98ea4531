//! XSETID: set what a stream remembers of its past.

use super::ids;
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::SetIdError;

command! {
    name: "XSETID", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "An internal command for replicating stream values.",
    syntax: "key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]",
    notes: [
        of("ENTRIESADDED").since("7.0.0"),
        of("MAXDELETEDID").since("7.0.0"),
    ],
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().update()],
    history: [
        ("7.0.0", "Added the `entries_added` and `max_deleted_entry_id` arguments."),
    ],
    run: xsetid,
}

fn xsetid(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let last_id = ids::exact(args.word(2))?;
    let (mut entries_added, mut max_deleted_id) = (None, None);
    let mut at = 3;
    while at < args.len() {
        let has_more = at + 1 < args.len();
        if has_more && args.is(at, "ENTRIESADDED") {
            let added = u64::try_from(args.int(at + 1)?);
            entries_added = Some(added.map_err(|_| Error::new("ERR entries_added must be positive"))?);
        } else if has_more && args.is(at, "MAXDELETEDID") {
            let id = ids::exact(args.word(at + 1))?;
            if last_id < id {
                return Err(refusal(SetIdError::BelowGivenDeleted));
            }
            max_deleted_id = Some(id);
        } else {
            return Err(Error::SYNTAX);
        }
        at += 2;
    }
    let edited = cx.db.edit(key, |stream: &mut Stream| stream.set_id(last_id, entries_added, max_deleted_id))?;
    edited.ok_or(Error::NO_SUCH_KEY)?.result.map_err(refusal)?;
    // Redis does not tell those who watch the key.
    cx.db.count_changes(1);
    cx.db.note(key, Event::XSetId);
    cx.reply.ok()
}

fn refusal(error: SetIdError) -> Error {
    Error::new(match error {
        SetIdError::BelowGivenDeleted => {
            "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"
        }
        SetIdError::BelowDeleted => {
            "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"
        }
        SetIdError::BelowLast => {
            "ERR The ID specified in XSETID is smaller than the target stream top item"
        }
        SetIdError::AddedBelowLength => {
            "ERR The entries_added specified in XSETID is smaller than the target stream length"
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn what_goes_together() {
        conversation! {
            "XSETID s x => -ERR Invalid stream ID specified as stream command argument"
            "XSETID s 1 ENTRIESADDED -1 => -ERR entries_added must be positive"
            "XSETID s 1 MAXDELETEDID 2 => -ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"
            "XSETID s 1 MAXDELETEDID => -ERR syntax error"
            "XSETID s 1 => -ERR no such key"
            "XADD s 2 a 1 => $3 2-0"
            "XSETID s 1 => -ERR The ID specified in XSETID is smaller than the target stream top item"
            "XSETID s 5 ENTRIESADDED 0 => -ERR The entries_added specified in XSETID is smaller than the target stream length"
            "XSETID s 5 ENTRIESADDED 9 MAXDELETEDID 4 => +OK"
            "XSETID s 3 => -ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"
            "XADD s 5 a 1 => -ERR The ID specified in XADD is equal or smaller than the target stream top item"
            "XADD s 5-* a 1 => $3 5-1"
        };
    }
}
