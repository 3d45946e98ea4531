//! SETBIT and GETBIT: one bit of a string.

use super::offset::bit_offset;
use russet_engine::prelude::*;
use russet_structures::bitmap;

command! {
    name: "SETBIT", group: Bitmap, since: "2.2.0", complexity: "O(1)",
    summary: "Sets or clears the bit at offset of the string value. Creates the key if it doesn't exist.",
    syntax: "key offset value",
    notes: [
        of("value").kind("integer"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().access().update()],
    run: setbit,
}

command! {
    name: "GETBIT", group: Bitmap, since: "2.2.0", complexity: "O(1)",
    summary: "Returns a bit value by offset.",
    syntax: "key offset",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: getbit,
}

fn setbit(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let bit = bit_offset(cx.core, args.word(2), None)?;
    let on = match args.int(3) {
        Ok(0) => false,
        Ok(1) => true,
        _ => return Err(Error::new("ERR bit is not an integer or out of range")),
    };
    cx.db.string_for_write(key)?;
    let needed = bitmap::bytes_for(bit) as usize;
    let (before, grown) = cx.db.edit_string(key, |bytes| {
        let grown = bytes.len() < needed;
        if grown {
            bytes.resize(needed, 0);
        }
        (bitmap::set(bytes, bit, on), grown)
    });
    if grown || before != on {
        cx.db.changed(key, Event::SetBit);
    }
    cx.reply.flag(before)
}

fn getbit(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let bit = bit_offset(cx.core, args.word(2), None)?;
    let text = cx.db.string(args.key(1))?;
    let mut buffer = itoa::Buffer::new();
    let on = text.is_some_and(|text| bitmap::get(text.bytes(&mut buffer), bit));
    cx.reply.flag(on)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn one_bit() {
        conversation! {
            "SETBIT k 7 1 => :0"
            "GET k => $1 \u{1}"
            "SETBIT k 7 0 => :1"
            "SETBIT k 100 0 => :0"
            "STRLEN k => :13"
            "GETBIT k 99999 => :0"
            "GETBIT none 0 => :0"
            "SETBIT k -1 1 => -ERR bit offset is not an integer or out of range"
            "SETBIT k 4294967296 1 => -ERR bit offset is not an integer or out of range"
            "SETBIT k #1 1 => -ERR bit offset is not an integer or out of range"
            "SETBIT k 1 2 => -ERR bit is not an integer or out of range"
            "SET n 12 => +OK"
            "GETBIT n 7 => :1"
            "SETBIT n 7 0 => :1"
            "GET n => $2 02"
        };
    }
}
