//! Finding a command by its name: a small open-addressed table over folded names.
//!
//! Every request pays for this, so a name is folded to lower case eight bytes at a time (setting bit 5, which
//! leaves letters, digits and `-` as they should be) and the few false friends are told apart by a comparison.

use super::registry::CommandId;

/// Names of one level (commands, or the subcommands of one container).
#[derive(Clone)]
pub(super) struct NameTable {
    /// 0 is an empty slot, else 1 + an index into `names`.
    slots: Vec<u16>,
    mask: usize,
    names: Vec<(Box<[u8]>, CommandId)>,
}

const FOLD: u64 = 0x2020_2020_2020_2020;
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// A hash of the folded name. O(length).
#[inline]
fn hash(name: &[u8]) -> u64 {
    let mut hash = name.len() as u64;
    for chunk in name.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ (u64::from_le_bytes(word) | FOLD)).wrapping_mul(MIX).rotate_left(29);
    }
    hash
}

impl NameTable {
    pub(super) fn new<'n>(names: impl Iterator<Item = (&'n [u8], CommandId)>) -> Self {
        let names: Vec<(Box<[u8]>, CommandId)> = names.map(|(n, id)| (n.into(), id)).collect();
        let size = (names.len() * 4).next_power_of_two().max(8);
        let mut table = NameTable { slots: vec![0; size], mask: size - 1, names: Vec::new() };
        for (name, id) in names {
            let mut at = hash(&name) as usize & table.mask;
            while table.slots[at] != 0 {
                at = (at + 1) & table.mask;
            }
            table.names.push((name, id));
            table.slots[at] = table.names.len() as u16;
        }
        table
    }

    /// All names with what they name.
    pub(super) fn names(&self) -> impl Iterator<Item = (&[u8], CommandId)> {
        self.names.iter().map(|(name, id)| (&**name, *id))
    }

    /// The command called `name`, whatever its case. O(length).
    #[inline]
    pub(super) fn get(&self, name: &[u8]) -> Option<CommandId> {
        let mut at = hash(name) as usize & self.mask;
        loop {
            let (known, id) = &self.names[usize::from(self.slots[at]).checked_sub(1)?];
            if known.eq_ignore_ascii_case(name) {
                return Some(*id);
            }
            at = (at + 1) & self.mask;
        }
    }
}
