//! Module values: what a module wrote of a value of its own type, kept and given back without being understood.
//!
//! A dataset that was filled with a module loaded goes on to be whole without it: the key can be seen, copied, dumped,
//! moved and removed, and is saved as it came.
//!
//! The type is a number of 64 bits that spells its name:
//!
//! ```text
//!  63                                                    10 9        0
//!  ┌────┬────┬────┬────┬────┬────┬────┬────┬────┬──────────┐
//!  │ c1 │ c2 │ c3 │ c4 │ c5 │ c6 │ c7 │ c8 │ c9 │ version  │  nine characters of six bits, ten bits
//!  └────┴────┴────┴────┴────┴────┴────┴────┴────┴──────────┘
//! ```

/// The characters of names, by their six bits.
const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bits of the version of the type's encoding.
const VERSION_BITS: u32 = 10;

/// A value of a module's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleValue {
    id: u64,
    parts: Box<[u8]>,
}

impl ModuleValue {
    /// The value that a module of this type wrote as these parts, the end of the value included.
    pub fn new(id: u64, parts: Vec<u8>) -> ModuleValue {
        ModuleValue { id, parts: parts.into_boxed_slice() }
    }

    /// The number of its type.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What the module wrote, the end of the value included.
    pub fn parts(&self) -> &[u8] {
        &self.parts
    }

    /// The name of its type.
    pub fn type_name(&self) -> String {
        let character = |place: u32| CHARACTERS[(self.id >> (VERSION_BITS + 6 * place)) as usize & 63];
        (0..9).rev().map(|place| char::from(character(place))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_by_its_number() {
        let number = |name: &str, version: u64| {
            let place = |byte| CHARACTERS.iter().position(|character| *character == byte).unwrap() as u64;
            name.bytes().fold(0, |number, byte| number << 6 | place(byte)) << VERSION_BITS | version
        };
        for name in ["ReJSON-RL", "MBbloom--", "AAAAAAAAA", "_________"] {
            assert_eq!(ModuleValue::new(number(name, 3), Vec::new()).type_name(), name);
        }
    }
}
