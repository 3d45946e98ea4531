//! From registers to a cardinality: Otmar Ertl's improved estimator.
//!
//! "New cardinality estimation algorithms for HyperLogLog sketches", 2017, <https://arxiv.org/abs/1702.01284>,
//! algorithm 6. The order of the floating point operations is Redis's, so that the integer is the same.

use super::{MAX_REGISTER, REGISTERS};

/// How many registers have each value of 0 to 63. Values above 51 come from no hash, and count for nothing.
pub type Histogram = [u32; 64];

/// 1 / (2 ln 2).
const ALPHA: f64 = 0.721_347_520_444_481_7;

/// The estimated cardinality. O(1).
///
/// Registers that stand for more than 2^63 elements, which forged bytes can hold, give 2^63: Redis's conversion
/// of such a number does.
pub fn estimate(histogram: &Histogram) -> u64 {
    let registers = REGISTERS as f64;
    let full = usize::from(MAX_REGISTER);
    let mut sum = registers * tau((registers - f64::from(histogram[full])) / registers);
    for value in (1..full).rev() {
        sum = (sum + f64::from(histogram[value])) * 0.5;
    }
    sum += registers * sigma(f64::from(histogram[0]) / registers);
    let estimate = (ALPHA * registers * registers / sum).round();
    const TOP: u64 = 1 << 63;
    if estimate < TOP as f64 { estimate as u64 } else { TOP }
}

/// What the empty registers stand for: x + x^2 + 2 x^4 + 4 x^8 + ..., `x` their share of 0 to 1.
fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut weight, mut sum) = (1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * weight;
        weight += weight;
        if sum == before {
            return sum;
        }
    }
}

/// What the registers that are full stand for, `x` being the share of those that are not.
fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut weight, mut sum) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        weight *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * weight;
        if sum == before {
            return sum / 3.0;
        }
    }
}
