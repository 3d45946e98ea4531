//! HSETNX: give a field a value if it has none.

use crate::hash::fields;
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Rules;

command! {
    name: "HSETNX", group: Hash, since: "2.0.0", complexity: "O(1)",
    summary: "Sets the value of a field in a hash only when the field doesn't exist.",
    syntax: "key field value",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    run: hsetnx,
}

fn hsetnx(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let (field, value) = (args.word(2), args.word(3));
    let horizon_ms = cx.db.horizon_ms();
    if cx.db.get_for_write::<Hash>(key)?.is_some_and(|hash| hash.at(horizon_ms).contains(field)) {
        return cx.reply.int(0);
    }
    let rules = Rules::of(&cx.core.params, cx.db.keyspace().hasher());
    let put = |hash: &mut Hash| hash.put(field, value, Expiry::Clear, &rules, horizon_ms);
    let stood = cx.db.edit_or_insert(key, Hash::default, put)?.result;
    fields::Stood::one(stood).tell(cx, key);
    cx.db.changed(key, Event::HSet);
    // Where this is replayed, a field that has expired here may still stand.
    cx.journal([&b"HSET"[..], key.bytes, field, value]);
    cx.reply.int(1)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn a_field_that_is_there_keeps_its_value() {
        conversation! {
            "HSETNX h a 1 => :1"
            "HSETNX h a 2 => :0"
            "HSETNX h b 2 => :1"
            "HGETALL h => *4 $1 a $1 1 $1 b $1 2"
            "SET s 1 => +OK"
            "HSETNX s a 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
