//! The random numbers of scripts: a sequence that depends on nothing but its seed.
//!
//! The generator is the one of the `drand48` family, with 48 bits of state; Redis has it too, so the sequences are the same. It
//! goes on from script to script, until one sets a seed.

use std::cell::Cell;

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const INCREMENT: u64 = 0xB;
/// What the state is at first.
const BEGINNING: u64 = 0x1234_ABCD_330E;
const MASK: u64 = (1 << 48) - 1;

/// The generator.
pub(crate) struct Random(Cell<u64>);

impl Random {
    /// A generator as scripts find it.
    pub(crate) fn new() -> Random {
        Random(Cell::new(BEGINNING))
    }

    /// Begins the sequence of this seed.
    pub(crate) fn seed(&self, seed: i32) {
        self.0.set((u64::from(seed as u32) << 16) | 0x330E);
    }

    /// A number in 0..1.
    pub(crate) fn next(&self) -> f64 {
        let state = self.0.get().wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT) & MASK;
        self.0.set(state);
        const MOST: u64 = i32::MAX as u64;
        ((state >> 17) % MOST) as f64 / MOST as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_those_of_redis() {
        let random = Random::new();
        let close = |expected: f64| assert!((random.next() - expected).abs() < 1e-13);
        close(0.396_464_773_638_39);
        close(0.840_485_369_712_34);
        random.seed(0);
        let close = |expected: f64| assert!((random.next() - expected).abs() < 1e-13);
        close(0.170_828_036_112_17);
        close(0.749_901_980_510_87);
        random.seed(5);
        assert!((random.next() - 0.524_839_579_372_13).abs() < 1e-13);
    }
}
