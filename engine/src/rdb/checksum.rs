//! The checksum at the end of a snapshot and of a dumped value: CRC-64 with Jones's polynomial, reflected, starting
//! at 0 and ending as it is.

use crc::{CRC_64_REDIS, Crc, Digest, Table};

/// Sixteen tables: 32 KiB that let sixteen bytes be digested at a time.
static CRC: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_REDIS);

/// The checksum of bytes that come one part after the other.
pub struct Checksum(Digest<'static, u64, Table<16>>);

impl Default for Checksum {
    fn default() -> Self {
        Checksum(CRC.digest())
    }
}

impl Checksum {
    /// The checksum of `bytes`.
    pub fn of(bytes: &[u8]) -> u64 {
        CRC.checksum(bytes)
    }

    /// Takes in more bytes. O(n).
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all bytes so far.
    pub fn value(&self) -> u64 {
        self.0.clone().finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_polynomial() {
        assert_eq!(Checksum::of(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
        assert_eq!(Checksum::of(b""), 0);
    }

    #[test]
    fn parts_give_what_the_whole_gives() {
        let mut parts = Checksum::default();
        parts.update(b"1234");
        assert_eq!(parts.value(), Checksum::of(b"1234"));
        parts.update(b"56789");
        assert_eq!(parts.value(), Checksum::of(b"123456789"));
    }
}
