//! BITPOS: the first 1 or the first 0 of a string.

use super::range::BitRange;
use russet_engine::prelude::*;
use russet_structures::bitmap;

command! {
    name: "BITPOS", group: Bitmap, since: "2.8.7", complexity: "O(N)",
    summary: "Finds the first set (1) or clear (0) bit in a string.",
    syntax: "key bit [start [end [BYTE | BIT]]]",
    notes: [
        of("start [end [BYTE | BIT]]").name("range"),
        of("start").kind("integer"),
        of("end [BYTE | BIT]").name("end-unit-block"),
        of("end").kind("integer"),
        of("BYTE | BIT").name("unit").since("7.0.0"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("7.0.0", "Added the `BYTE|BIT` option."),
    ],
    run: bitpos,
}

fn bitpos(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let bit = match args.int(2)? {
        0 => false,
        1 => true,
        _ => return Err(Error::new("ERR The bit argument must be 1 or 0.")),
    };
    let range = BitRange::read(args, 3)?;
    let Some(text) = cx.db.string(args.key(1))? else { return cx.reply.int(if bit { -1 } else { 0 }) };
    let mut buffer = itoa::Buffer::new();
    let bytes = text.bytes(&mut buffer);
    let Some(bits) = range.bits(bytes.len()) else { return cx.reply.int(-1) };
    match bitmap::position_in(bytes, bits, bit) {
        Some(position) => cx.reply.int(position as i64),
        // A string is as if zeros followed, unless the range says where to stop.
        None if !bit && !range.has_end() => cx.reply.int(bytes.len() as i64 * 8),
        None => cx.reply.int(-1),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn ones_zeros_and_ends() {
        conversation! {
            "SETBIT k 12 1 => :0"
            "BITPOS k 1 => :12"
            "BITPOS k 0 => :0"
            "BITPOS k 1 1 => :12"
            "BITPOS k 1 2 => :-1"
            "BITPOS k 0 12 12 BIT => :-1"
            "BITPOS k 0 12 13 BIT => :13"
            "BITPOS k 1 -1 -1 => :12"
            "BITPOS k 0 -1 -2 => :-1"
            "BITPOS k 0 -20 -30 => :0"
            "BITPOS k 1 -20 -30 => :-1"
            "BITPOS k 0 -40 -50 BIT => :0"
            "BITFIELD full SET u16 0 65535 => *1 :0"
            "BITPOS full 0 => :16"
            "BITPOS full 0 1 => :16"
            "BITPOS full 0 0 -1 => :-1"
            "BITPOS none 0 => :0"
            "BITPOS none 1 => :-1"
            "BITPOS k 2 => -ERR The bit argument must be 1 or 0."
            "BITPOS k x => -ERR value is not an integer or out of range"
            "BITPOS k 1 0 1 NIBBLE => -ERR syntax error"
        };
    }
}
