//! DEBUG SET-SKIP-CHECKSUM-VALIDATION: restore dumped values whatever their checksums, so that a test may change them.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "SET-SKIP-CHECKSUM-VALIDATION", words: 3..=3,
    help: &[
        "SET-SKIP-CHECKSUM-VALIDATION <0|1>",
        "    With 1, RESTORE does not compare checksums.",
    ],
    run: skip,
}

fn skip(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.core.skip_checksums = args.int(2).is_ok_and(|number| number != 0);
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn a_wrong_checksum_is_passed_over_while_it_is_asked_for() {
        let mut shell = shell();
        let words = [&b"RESTORE"[..], b"k", b"0", b"\0\x01v\x0a\0\0\0\0\0\0\0\0\0", b"REPLACE"];
        for (skip, reply) in [("1", "+OK"), ("0", "-ERR DUMP payload version or checksum are wrong")] {
            assert_eq!(shell.run(&format!("DEBUG SET-SKIP-CHECKSUM-VALIDATION {skip}")), "+OK");
            assert_eq!(shell.words(&words), reply);
        }
    }
}
