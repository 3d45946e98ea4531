//! What the registers held, and what was on top of the stack.

use crate::log::{self, Level};
use crate::sys::fault::Fault;
use std::fmt::Write;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Words of the stack that are shown.
const WORDS: usize = 16;
const WORD: usize = size_of::<usize>();

/// Writes them, unless what clients have sent is to be `hidden`: it may well be in them.
pub(super) fn write(fault: &Fault, hidden: bool) {
    log::raw(Level::Warning, "\n------ REGISTERS ------\n");
    if hidden {
        tracing::warn!("hide-user-data-from-log is on: neither registers nor the stack are shown");
        return;
    }
    let mut text = String::new();
    for pair in fault.registers.chunks(2) {
        let shown: Vec<String> = pair.iter().map(|(name, value)| format!("{name}:{value:016x}")).collect();
        let _ = writeln!(text, "{}", shown.join(" "));
    }
    log::raw(Level::Warning, &text);
    for (index, word) in top(fault.stack).iter().enumerate().rev() {
        tracing::warn!("({:016x}) -> {word:016x}", fault.stack + index * WORD);
    }
}

/// The first words from there on, as far as there is memory. Read through the system, which refuses what is not mapped.
fn top(stack: usize) -> Vec<usize> {
    let mut bytes = [0; WORDS * WORD];
    let read =
        File::open("/proc/self/mem").and_then(|memory| memory.read_at(&mut bytes, stack as u64)).unwrap_or(0);
    let words = bytes[..read].chunks_exact(WORD);
    words.map(|word| word.iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_where_there_is_any() {
        let words: [usize; WORDS] = std::array::from_fn(|index| index * 1_000_003);
        let read = top(words.as_ptr() as usize);
        let expected: Vec<usize> =
            words.iter().map(|word| usize::from_le_bytes(word.to_ne_bytes())).collect();
        assert_eq!(read, expected);
        assert!(top(0).is_empty());
    }
}
