//! Bit fields: integers of any width at any bit.

/// What happens with a value that does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Only its low bits are kept.
    #[default]
    Wrap,
    /// The largest or the smallest value that fits is taken.
    Saturate,
    /// Nothing is changed.
    Fail,
}

/// The type of a field: how many bits, and whether the first is a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    signed: bool,
    bits: u8,
}

impl Field {
    /// A field without sign, of 1 to 63 bits. (With 64 its values would not fit into the integers that commands
    /// reply with.)
    pub const fn unsigned(bits: u8) -> Option<Field> {
        if matches!(bits, 1..=63) { Some(Field { signed: false, bits }) } else { None }
    }

    /// A field with sign, of 1 to 64 bits.
    pub const fn signed(bits: u8) -> Option<Field> {
        if matches!(bits, 1..=64) { Some(Field { signed: true, bits }) } else { None }
    }

    /// Number of bits.
    pub const fn bits(self) -> u8 {
        self.bits
    }

    /// Whether the first bit is a sign.
    pub const fn is_signed(self) -> bool {
        self.signed
    }

    /// The least value that fits.
    pub const fn min(self) -> i64 {
        if self.signed { i64::MIN >> (64 - self.bits) } else { 0 }
    }

    /// The greatest value that fits.
    pub const fn max(self) -> i64 {
        let magnitude = if self.signed { self.bits - 1 } else { self.bits };
        if magnitude == 0 { 0 } else { i64::MAX >> (63 - magnitude) }
    }

    /// Number of bytes that hold the field at this bit, or `None` where it ends beyond 2^64 bits. O(1).
    pub const fn bytes_for(self, at: u64) -> Option<u64> {
        match at.checked_add(self.bits as u64 - 1) {
            Some(last) => Some(super::bytes_for(last)),
            None => None,
        }
    }

    /// The value whose low bits are these.
    const fn cut(self, bits: u64) -> i64 {
        let above = 64 - self.bits;
        if self.signed { (bits << above) as i64 >> above } else { (bits << above >> above) as i64 }
    }

    /// The value at a bit; what is beyond the end is 0. O(1).
    pub fn get(self, bytes: &[u8], at: u64) -> i64 {
        let first = usize::try_from(at / 8).unwrap_or(usize::MAX);
        let there = bytes.get(first..).unwrap_or_default();
        // A field lies in at most 9 bytes. A copy of 16 takes one instruction, one of a length that varies a call.
        let window = match there.first_chunk::<16>() {
            Some(window) => *window,
            None => {
                let mut window = [0; 16];
                window[..there.len()].copy_from_slice(there);
                window
            }
        };
        self.cut((u128::from_be_bytes(window) >> self.below(at)) as u64)
    }

    /// Number of bits that follow the field in the 16 bytes from its first byte on.
    const fn below(self, at: u64) -> u32 {
        128 - (at % 8) as u32 - self.bits as u32
    }

    /// Writes the low bits of `value` at a bit.
    fn put(self, bytes: &mut [u8], at: u64, value: i64) {
        let first = (at / 8) as usize;
        let last = first + ((at % 8) as usize + usize::from(self.bits) - 1) / 8;
        let below = self.below(at);
        let mask = u128::from(u64::MAX >> (64 - self.bits)) << below;
        let renewed = |window: [u8; 16]| {
            (u128::from_be_bytes(window) & !mask | u128::from(value as u64) << below & mask).to_be_bytes()
        };
        if let Some(window) = bytes[first..].first_chunk_mut::<16>() {
            *window = renewed(*window);
        } else {
            let there = &mut bytes[first..=last];
            let mut window = [0; 16];
            window[..there.len()].copy_from_slice(there);
            there.copy_from_slice(&renewed(window)[..there.len()]);
        }
    }

    /// What a sum that may be out of range becomes.
    fn fit(self, sum: i128, overflow: Overflow) -> Option<i64> {
        let (min, max) = (self.min(), self.max());
        match overflow {
            _ if i128::from(min) <= sum && sum <= i128::from(max) => Some(sum as i64),
            Overflow::Wrap => Some(self.cut(sum as u64)),
            Overflow::Saturate => Some(if sum < 0 { min } else { max }),
            Overflow::Fail => None,
        }
    }

    /// Sets the value at a bit and returns the one before, or changes nothing and returns `None` where it does not fit
    /// and `overflow` is to fail. O(1).
    ///
    /// Two oddities of Redis are kept, since their results can be read. For a field without sign, `value` is taken
    /// as 64 bits without sign, so that -1 saturates at the greatest value. And for a field with sign, values
    /// so far below 0 that their distance to the greatest value exceeds an `i64` saturate there.
    ///
    /// # Panics
    /// When the field is not inside the bytes, see [`bytes_for`](Field::bytes_for).
    pub fn set(self, bytes: &mut [u8], at: u64, value: i64, overflow: Overflow) -> Option<i64> {
        let wanted = match self.signed {
            false => i128::from(value as u64),
            true if self.max().checked_sub(value).is_none() && self.bits < 64 => i128::from(value as u64),
            true => i128::from(value),
        };
        let fresh = self.fit(wanted, overflow)?;
        let before = self.get(bytes, at);
        self.put(bytes, at, fresh);
        Some(before)
    }

    /// Adds to the value at a bit and returns the sum, or changes nothing and returns `None` where it does not fit and
    /// `overflow` is to fail. O(1).
    ///
    /// # Panics
    /// When the field is not inside the bytes, see [`bytes_for`](Field::bytes_for).
    pub fn add(self, bytes: &mut [u8], at: u64, increment: i64, overflow: Overflow) -> Option<i64> {
        let sum = i128::from(self.get(bytes, at)) + i128::from(increment);
        let fresh = self.fit(sum, overflow)?;
        self.put(bytes, at, fresh);
        Some(fresh)
    }
}
