//! Weaving two 32-bit numbers into one of 64 bits, and back, by shifts and masks.
//!
//! Every step doubles the distance between groups of bits (S. E. Anderson, "Bit Twiddling Hacks", interleave by
//! binary magic numbers). The instructions `pdep` and `pext` would do it in one, but are slow on some processors
//! and absent on others, and ten operations cost less than the divisions around them.

/// The bits that belong to latitude: even ones.
pub(super) const EVEN: u64 = 0x5555_5555_5555_5555;
/// The bits that belong to longitude: odd ones.
pub(super) const ODD: u64 = !EVEN;

/// Distance, and the groups that stay after moving by it, from the widest to single bits.
const STEPS: [(u32, u64); 5] = [
    (16, 0x0000_ffff_0000_ffff),
    (8, 0x00ff_00ff_00ff_00ff),
    (4, 0x0f0f_0f0f_0f0f_0f0f),
    (2, 0x3333_3333_3333_3333),
    (1, EVEN),
];

/// `even`'s bit n becomes bit 2n, `odd`'s becomes bit 2n + 1.
#[inline]
pub(super) fn interleave(even: u32, odd: u32) -> u64 {
    let spread = |bits: u32| STEPS.iter().fold(u64::from(bits), |x, (by, mask)| (x | x << by) & mask);
    spread(even) | spread(odd) << 1
}

/// The even bits and the odd bits: undoes [`interleave`].
#[inline]
pub(super) fn deinterleave(bits: u64) -> (u32, u32) {
    let gather = |bits: u64| {
        let pairs = bits & EVEN;
        // Back along the steps: each moves by the distance of a step and keeps the groups of the one before.
        let shifts = [(1, STEPS[3].1), (2, STEPS[2].1), (4, STEPS[1].1), (8, STEPS[0].1), (16, 0xffff_ffff)];
        shifts.iter().fold(pairs, |x, (by, mask)| (x | x >> by) & mask) as u32
    };
    (gather(bits), gather(bits >> 1))
}
