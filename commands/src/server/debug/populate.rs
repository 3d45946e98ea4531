//! DEBUG POPULATE: make many keys quickly.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "POPULATE", words: 3..=5,
    help: &[
        "POPULATE <count> [<prefix>] [<size>]",
        "    Create <count> string keys named key:<num>. If <prefix> is specified then",
        "    it is used instead of the 'key' prefix. These are not propagated to",
        "    replicas. Cluster slots are not respected so keys not belonging to the",
        "    current node can be created in cluster mode.",
    ],
    run: populate,
}

/// Nobody is told of the keys: neither watchers nor the journal.
fn populate(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let count = args.int(2).ok().filter(|&count| count >= 0).ok_or(Error::NOT_POSITIVE)?;
    let prefix = args.get(3).unwrap_or(b"key");
    let size = match args.get(4) {
        Some(_) => args.int(4).ok().and_then(|size| usize::try_from(size).ok()).ok_or(Error::NOT_POSITIVE)?,
        None => 0,
    };
    // Redis takes any size, and ends where there is no memory for it.
    crate::string::length::check_length(cx.core, size)?;
    for number in 0..count {
        let name = [prefix, b":", number.to_string().as_bytes()].concat();
        let key = cx.db.key(&name);
        if cx.db.inspect(key).is_none() {
            let mut value = format!("value:{number}").into_bytes();
            if size > 0 {
                value.resize(size, 0);
            }
            cx.db.set(key, New::Printed(&value), Expiry::Clear);
        }
    }
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn keys_with_numbers() {
        let mut shell = shell();
        shell.run("SET key:1 mine");
        for (request, reply) in [
            ("DEBUG POPULATE 3", "+OK"),
            ("DBSIZE", ":3"),
            ("GET key:0", "$7 value:0"),
            ("GET key:1", "$4 mine"),
            ("DEBUG POPULATE 1 p 9", "+OK"),
            ("GET p:0", "$9 value:0\0\0"),
            ("DEBUG POPULATE 1 q 3", "+OK"),
            ("GET q:0", "$3 val"),
            ("DEBUG POPULATE 0", "+OK"),
            ("DEBUG POPULATE x", "-ERR value is out of range, must be positive"),
            ("DEBUG POPULATE -1", "-ERR value is out of range, must be positive"),
            (
                "DEBUG POPULATE 1 k 9223372036854775807",
                "-ERR string exceeds maximum allowed size (proto-max-bulk-len)",
            ),
            ("DEBUG POPULATE 5 k x", "-ERR value is out of range, must be positive"),
        ] {
            assert_eq!(shell.run(request), reply, "{request}");
        }
    }
}
