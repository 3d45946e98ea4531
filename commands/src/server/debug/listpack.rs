//! DEBUG LISTPACK, DEBUG QUICKLIST: the inside of a value, for the log; Redis prints it where it was started.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;
use russet_engine::value::{Hash, List, Object, Set, SortedSet};
use russet_structures::listpack::Listpack;
use russet_structures::quicklist::Bytes;

debug_subcommand! {
    name: "LISTPACK", words: 3..=3,
    help: &["LISTPACK <key>", "    Show low level info about the listpack encoding of <key>."],
    run: listpack,
}

debug_subcommand! {
    name: "QUICKLIST", words: 3..=4,
    help: &[
        "QUICKLIST <key> [<0|1>]",
        "    Show low level info about the quicklist encoding of <key>.",
        "    The optional argument (0 by default) sets the level of detail",
    ],
    run: quicklist,
}

/// The value at a key; one that stands inside its record is none.
fn object<'d>(cx: &'d mut Context<'_>, key: Key<'_>) -> Result<Option<&'d Object>, Error> {
    cx.db.peek(key).map(Object::of).ok_or(Error::NO_SUCH_KEY)
}

fn listpack(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let pack = match object(cx, args.key(2))? {
        Some(Object::List(List::Packed(pack)) | Object::Hash(Hash::Packed(pack))) => pack,
        Some(Object::Set(Set::Packed(pack)) | Object::SortedSet(SortedSet::Packed(pack))) => pack,
        _ => return Err(Error::new("ERR Not a listpack encoded object.")),
    };
    show(pack);
    cx.reply.simple("Listpack structure printed on stdout")
}

fn show(pack: &Listpack) {
    tracing::info!("listpack of {} bytes, {} elements", pack.bytes(), pack.len());
    for (index, element) in pack.iter().enumerate() {
        tracing::info!("  {index}: {element:?}");
    }
}

fn quicklist(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(Object::List(List::Quick(list))) = object(cx, args.key(2))? else {
        return Err(Error::new("ERR Not a quicklist encoded object."));
    };
    let rules = list.rules();
    tracing::info!("quicklist of {} elements in {} nodes, {rules:?}", list.len(), list.node_count());
    for (number, node) in list.stored().enumerate() {
        let kind = if node.packed { "packed" } else { "plain" };
        match node.bytes {
            Bytes::Raw(bytes) => tracing::info!("  node {number}: {kind}, {} bytes", bytes.len()),
            Bytes::Lzf(lzf, length) => {
                tracing::info!("  node {number}: {kind}, {length} bytes in {} of LZF", lzf.len());
            }
        }
    }
    if args.is(3, "1") {
        let mut elements = list.iter();
        while let Some(element) = elements.next() {
            tracing::info!("  {element:?}");
        }
    }
    cx.reply.simple("Quicklist structure printed on stdout")
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn each_is_for_its_own_encoding() {
        let mut shell = shell();
        for (line, reply) in [
            ("DEBUG LISTPACK k", "-ERR no such key"),
            ("DEBUG QUICKLIST k", "-ERR no such key"),
            ("RPUSH k a 1", ":2"),
            ("DEBUG LISTPACK k", "+Listpack structure printed on stdout"),
            ("DEBUG QUICKLIST k", "-ERR Not a quicklist encoded object."),
            ("CONFIG SET list-max-listpack-size 1", "+OK"),
            ("RPUSH k b", ":3"),
            ("DEBUG LISTPACK k", "-ERR Not a listpack encoded object."),
            ("DEBUG QUICKLIST k", "+Quicklist structure printed on stdout"),
            ("DEBUG QUICKLIST k 1", "+Quicklist structure printed on stdout"),
            ("SET s x", "+OK"),
            ("DEBUG LISTPACK s", "-ERR Not a listpack encoded object."),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
    }
}
