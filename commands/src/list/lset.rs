//! LSET: replace an element of a list.

use russet_engine::prelude::*;
use russet_engine::value::{List, ListLimits};

command! {
    name: "LSET", group: List, since: "1.0.0",
    complexity: "O(N) where N is the length of the list. Setting either the first or the last element of the list is O(1).",
    summary: "Sets the value of an element in a list by its index.",
    syntax: "key index element",
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().update()],
    run: lset,
}

fn lset(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, element) = (args.key(1), args.word(3));
    cx.db.get_for_write::<List>(key)?.ok_or(Error::NO_SUCH_KEY)?;
    let number = args.int(2)?;
    let limits = ListLimits::of(cx.core);
    let edited = cx.db.edit(key, |list: &mut List| {
        // As in Redis, the list has been made ready before the index turns out to be outside.
        list.make_room(element.len(), 1, limits);
        let index = list.index(number)?;
        list.replace(index, element);
        list.shrunk(limits);
        Some(())
    })?;
    edited.and_then(|edited| edited.result).ok_or(Error::OUT_OF_RANGE)?;
    cx.db.changed(key, Event::LSet);
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn an_element_is_replaced() {
        conversation! {
            "LSET k x y => -ERR no such key"
            "RPUSH k a b c => :3"
            "LSET k 0 12 => +OK"
            "LSET k -1 z => +OK"
            "LRANGE k 0 -1 => *3 $2 12 $1 b $1 z"
            "LSET k 3 y => -ERR index out of range"
            "LSET k -4 y => -ERR index out of range"
            "LSET k x y => -ERR value is not an integer or out of range"
            "SET s x => +OK"
            "LSET s x y => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn a_large_element_makes_a_quicklist_and_a_small_one_a_listpack() {
        let mut shell = conversation! { "RPUSH k a b c => :3" };
        shell.words(&[b"LSET", b"k", b"1", &[b'x'; 9000]]);
        assert_eq!(shell.run("OBJECT ENCODING k"), "$9 quicklist");
        assert_eq!(shell.run("LSET k 1 y"), "+OK");
        assert_eq!(shell.run("LRANGE k 0 -1"), "*3 $1 a $1 y $1 c");
        let encoding = shell.run("OBJECT ENCODING k");
        shell.run("LPOP k");
        shell.run("LPOP k");
        assert_eq!((encoding.as_str(), shell.run("OBJECT ENCODING k").as_str()), ("$8 listpack", "$8 listpack"));
    }
}
