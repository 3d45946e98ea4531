//! DEBUG QUICKLIST-PACKED-THRESHOLD: from which size on an element of a list gets a node of its own.

use russet_engine::debug_subcommand;
use russet_engine::params::amount;
use russet_engine::prelude::*;
use russet_engine::value::ListLimits;

debug_subcommand! {
    name: "QUICKLIST-PACKED-THRESHOLD", words: 3..=3,
    help: &[
        "QUICKLIST-PACKED-THRESHOLD <size>",
        "    Sets the threshold for elements to be inserted as plain vs packed nodes",
        "    Default value is 1GB, allows values up to 4GB. Setting to 0 restores to default.",
    ],
    run: threshold,
}

/// Somewhat less than 4 GiB.
const MOST: u64 = (1 << 32) - (1 << 20);

fn threshold(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let bytes = amount(args.word(2)).filter(|&bytes| bytes <= MOST).and_then(|bytes| u32::try_from(bytes).ok());
    cx.core.large_element = match bytes {
        Some(0) => ListLimits::LARGE,
        Some(bytes) => bytes,
        None => {
            return Err(Error::new("ERR argument must be a memory value bigger than 1 and smaller than 4gb"));
        }
    };
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn elements_of_that_size_stand_alone() {
        let mut shell = shell();
        for (line, reply) in [
            ("CONFIG SET list-max-listpack-size 4", "+OK"),
            ("RPUSH k 1 2 3 4 5", ":5"),
            ("DEBUG QUICKLIST-PACKED-THRESHOLD 3b", "+OK"),
            ("RPUSH k abc ab", ":7"),
            ("DEBUG QUICKLIST-PACKED-THRESHOLD 0", "+OK"),
            ("RPUSH k abc", ":8"),
            ("LRANGE k 4 7", "*4 $1 5 $3 abc $2 ab $3 abc"),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
        // 1 2 3 4 | 5 | abc | ab abc
        assert!(shell.run("DEBUG OBJECT k").contains(" ql_nodes:4 "));
    }

    #[test]
    fn there_are_limits() {
        let mut shell = shell();
        let error = "-ERR argument must be a memory value bigger than 1 and smaller than 4gb";
        for (size, reply) in [
            ("4293918720", "+OK"),
            ("4293918721", error),
            ("4gb", error),
            ("-1", error),
            ("x", error),
            ("100mb", "+OK"),
        ] {
            assert_eq!(shell.run(&format!("DEBUG QUICKLIST-PACKED-THRESHOLD {size}")), reply, "{size}");
        }
    }
}
