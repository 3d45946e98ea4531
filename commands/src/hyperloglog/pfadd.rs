//! PFADD: elements are added to a HyperLogLog.

use super::fault::{check, fault, max_sparse};
use russet_engine::prelude::*;
use russet_structures::hyperloglog;

command! {
    name: "PFADD", group: HyperLogLog, since: "2.8.9", complexity: "O(1) to add every element.",
    summary: "Adds elements to a HyperLogLog key. Creates the key if it doesn't exist.",
    syntax: "key [element [element ...]]",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    run: pfadd,
}

fn pfadd(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let exists = check(cx.db.string_for_write(key)?)?;
    let max_sparse = max_sparse(cx);
    let added = cx.db.edit_string(key, |bytes| {
        if !exists {
            *bytes = hyperloglog::new();
            hyperloglog::invalidate(bytes);
        }
        let mut changed = !exists;
        for element in args.iter_from(2) {
            changed |= hyperloglog::add(bytes, element, max_sparse)?;
        }
        Ok(changed)
    });
    let changed = added.map_err(fault)?;
    if changed {
        cx.db.changed(key, Event::PfAdd);
    }
    cx.reply.flag(changed)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn says_whether_something_changed() {
        conversation! {
            "PFADD k => :1"
            "PFADD k => :0"
            "PFADD k a b c => :1"
            "PFADD k a b c => :0"
            "SET s text => +OK"
            "PFADD s a => -WRONGTYPE Key is not a valid HyperLogLog string value."
            "SET n 12 => +OK"
            "PFADD n => -WRONGTYPE Key is not a valid HyperLogLog string value."
            "OBJECT ENCODING n => $3 int"
        };
    }
}
