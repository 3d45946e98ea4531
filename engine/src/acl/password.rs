//! Passwords: kept as SHA-256 digests, written in hexadecimal digits, compared in a time that tells nothing.

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// The digest of a password, in lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Digest([u8; 64]);

impl Digest {
    /// The digest of a password.
    pub(super) fn of(password: &[u8]) -> Self {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(Sha256::digest(password)) {
            let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        Digest(digits)
    }

    /// Reads a digest as it is written.
    pub(super) fn read(digits: &[u8]) -> Option<Self> {
        let digits: [u8; 64] = digits.try_into().ok()?;
        digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')).then_some(Digest(digits))
    }

    /// As it is written.
    pub fn digits(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is one of `known`. All of them are compared, and all of each.
    pub(super) fn is_among(&self, known: &[Digest]) -> bool {
        known.iter().fold(Choice::from(0), |found, other| found | self.0.ct_eq(&other.0)).into()
    }
}

impl std::fmt::Debug for Digest {
    /// Says nothing of it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_written_and_read() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").digits(), abc.as_bytes());
        assert_eq!(Digest::read(abc.as_bytes()), Some(Digest::of(b"abc")));
        assert_eq!(Digest::read(&abc.as_bytes()[1..]), None);
        assert_eq!(Digest::read(abc.to_uppercase().as_bytes()), None);
    }

    #[test]
    fn one_of_several_is_found_wherever_it_stands() {
        let known = [b"a", b"b", b"c"].map(|word| Digest::of(word));
        assert!([b"a", b"b", b"c"].iter().all(|word| Digest::of(*word).is_among(&known)));
        assert!(!Digest::of(b"d").is_among(&known) && !Digest::of(b"a").is_among(&[]));
    }
}
