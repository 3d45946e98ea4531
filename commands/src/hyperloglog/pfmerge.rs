//! PFMERGE: a HyperLogLog of everything that several have seen.

use super::fault::{check, fault, max_sparse};
use russet_engine::prelude::*;
use russet_structures::hyperloglog::{self, Union};

command! {
    name: "PFMERGE", group: HyperLogLog, since: "2.8.9",
    complexity: "O(N) to merge N HyperLogLogs, but with high constant times.",
    summary: "Merges one or more HyperLogLog values into a single key.",
    syntax: "destkey [sourcekey [sourcekey ...]]",
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().access().insert(), range(2, -1, 1).read_only().access()],
    run: pfmerge,
}

fn pfmerge(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let mut union = Union::new();
    // The target is one of them, if it is there.
    for index in 1..args.len() {
        let text = cx.db.string(args.key(index))?;
        if check(text)?
            && let Some(text) = text
        {
            union.add(text.bytes(&mut itoa::Buffer::new())).map_err(fault)?;
        }
    }
    let exists = cx.db.string_for_write(key)?.is_some();
    let max_sparse = max_sparse(cx);
    let written = cx.db.edit_string(key, |bytes| {
        if !exists {
            *bytes = hyperloglog::new();
        }
        union.write(bytes, max_sparse)
    });
    written.map_err(fault)?;
    cx.db.changed(key, Event::PfAdd);
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn merges_into_the_target() {
        conversation! {
            "PFADD a 1 2 3 => :1"
            "PFADD b 3 4 => :1"
            "PFMERGE a b none => +OK"
            "PFCOUNT a => :4"
            "PFMERGE fresh => +OK"
            "PFCOUNT fresh => :0"
            "PFDEBUG TODENSE b => :1"
            "PFMERGE fresh b => +OK"
            "PFDEBUG ENCODING fresh => +dense"
            "SET s text => +OK"
            "PFMERGE new s => -WRONGTYPE Key is not a valid HyperLogLog string value."
            "EXISTS new => :0"
        };
    }
}
