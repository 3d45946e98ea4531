//! ACL GENPASS: a password that nobody can guess.

use rand::TryRngCore;
use rand::rngs::OsRng;
use russet_engine::prelude::*;

command! {
    name: "ACL|GENPASS", group: Server, since: "6.0.0", complexity: "O(1)",
    summary: "Generates a pseudorandom, secure password that can be used to identify ACL users.",
    syntax: "[bits]",
    flags: NOSCRIPT | LOADING | STALE,
    run: genpass,
}

const MOST_BITS: i64 = 4096;
const BITS: i64 = 256;

fn genpass(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        return Err(Error::subcommand("ACL", args.word(1)));
    }
    let bits = if args.len() > 2 { args.int(2)? } else { BITS };
    if !(1..=MOST_BITS).contains(&bits) {
        return Err(Error::owned(format!(
            "ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to {MOST_BITS}"
        )));
    }
    // The engine's own random numbers can be told from a few of them.
    let mut bytes = vec![0u8; (bits as usize).div_ceil(8)];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| Error::new("ERR the system has no random numbers"))?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    cx.reply.bulk(&digits.as_bytes()[..(bits as usize).div_ceil(4)])
}
