//! BITCOUNT: how many bits of a string are 1.

use super::range::BitRange;
use russet_engine::prelude::*;
use russet_structures::bitmap;

command! {
    name: "BITCOUNT", group: Bitmap, since: "2.6.0", complexity: "O(N)",
    summary: "Counts the number of set bits (population counting) in a string.",
    syntax: "key [start end [BYTE | BIT]]",
    notes: [
        of("start end [BYTE | BIT]").name("range"),
        of("start").kind("integer"),
        of("end").kind("integer"),
        of("BYTE | BIT").name("unit").since("7.0.0"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("7.0.0", "Added the `BYTE|BIT` option."),
    ],
    run: bitcount,
}

fn bitcount(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    // An end is not optional here, and what is wrong with it is said before what is wrong with the unit.
    if matches!(args.len(), 4 | 5) {
        args.int(2)?;
        args.int(3)?;
    }
    let range = if args.len() == 3 { Err(Error::SYNTAX) } else { BitRange::read(args, 2) }?;
    let Some(text) = cx.db.string(args.key(1))? else { return cx.reply.int(0) };
    if range.is_backwards() {
        return cx.reply.int(0);
    }
    let mut buffer = itoa::Buffer::new();
    let bytes = text.bytes(&mut buffer);
    let ones = range.bits(bytes.len()).map_or(0, |bits| bitmap::count_range(bytes, bits));
    cx.reply.int(ones as i64)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn whole_and_in_part() {
        conversation! {
            "SET k foobar => +OK"
            "BITCOUNT k => :26"
            "BITCOUNT k 0 0 => :4"
            "BITCOUNT k 1 1 BYTE => :6"
            "BITCOUNT k 5 30 BIT => :17"
            "BITCOUNT k -2 -1 => :7"
            "BITCOUNT k -1 -2 => :0"
            "BITCOUNT k 5 2 => :0"
            "BITCOUNT k -20 -30 => :0"
            "BITCOUNT k -30 -20 => :4"
            "BITCOUNT k -9223372036854775808 9223372036854775807 => :26"
            "BITCOUNT none => :0"
            "BITCOUNT k 1 => -ERR syntax error"
            "BITCOUNT k 1 2 NIBBLE => -ERR syntax error"
            "BITCOUNT k 1 2 BIT 3 => -ERR syntax error"
            "BITCOUNT none a b => -ERR value is not an integer or out of range"
        };
    }
}
