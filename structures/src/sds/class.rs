//! Header classes: how many bytes say how long a string is.

/// The kind of header that a string has, named for the bits of its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The length stands in the flags byte; there is no capacity.
    Bits5,
    /// A byte each for length and capacity.
    Bits8,
    /// Two bytes each.
    Bits16,
    /// Four bytes each.
    Bits32,
    /// Eight bytes each.
    Bits64,
}

const _: () = assert!(
    Class::Bits5.header() == 1
        && Class::Bits8.header() == 3
        && Class::Bits16.header() == 5
        && Class::Bits32.header() == 9
        && Class::Bits64.header() == 17
);

impl Class {
    /// All of them, the smallest first.
    pub const ALL: [Class; 5] = [Class::Bits5, Class::Bits8, Class::Bits16, Class::Bits32, Class::Bits64];

    /// The smallest class that counts up to `capacity`. O(1).
    #[inline]
    pub const fn of(capacity: usize) -> Class {
        match capacity as u64 {
            0..32 => Class::Bits5,
            32..0x100 => Class::Bits8,
            0x100..0x1_0000 => Class::Bits16,
            0x1_0000..0x1_0000_0000 => Class::Bits32,
            _ => Class::Bits64,
        }
    }

    /// The class in the low three bits of a flags byte.
    #[inline]
    pub(super) const fn of_flags(flags: u8) -> Class {
        match flags & 7 {
            0 => Class::Bits5,
            1 => Class::Bits8,
            2 => Class::Bits16,
            3 => Class::Bits32,
            _ => Class::Bits64,
        }
    }

    /// Bytes of each of length and capacity, where they are fields.
    #[inline]
    pub(super) const fn width(self) -> usize {
        match self {
            Class::Bits5 => 0,
            _ => 1 << (self as usize - 1),
        }
    }

    /// Bytes of the header: length, capacity, flags. O(1).
    #[inline]
    pub const fn header(self) -> usize {
        2 * self.width() + 1
    }

    /// The longest string that the header can describe, in bytes. O(1).
    #[inline]
    pub const fn longest(self) -> usize {
        match self {
            Class::Bits5 => 31,
            Class::Bits8 => u8::MAX as usize,
            Class::Bits16 => u16::MAX as usize,
            Class::Bits32 if usize::BITS > 32 => u32::MAX as usize,
            _ => super::MAX_LEN,
        }
    }

    /// The capacity that an allocation for `need` bytes gets, header and bytes being rounded up to the next multiple of
    /// 8 where the class can count that: allocators round to as much anyway.
    ///
    /// With [`Class::Bits5`] nobody has to remember it, since every length gives the same.
    #[inline]
    pub(super) const fn room(self, need: usize) -> usize {
        if need == 0 {
            return 0;
        }
        let room = (self.header() + need).next_multiple_of(8) - self.header();
        if room > self.longest() { self.longest() } else { room }
    }
}
