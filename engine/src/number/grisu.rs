//! Grisu2: the decimal digits of a double, almost always the fewest that read back as the same double.
//!
//! # Why not the shortest, which newer algorithms give?
//!
//! Redis 7.2 prints scores with Grisu2 (Florian Loitsch, "Printing Floating-Point Numbers Quickly and
//! Accurately with Integers", 2010). It works in 64-bit integers without ever checking whether its rounding
//! errors mattered, so about one double in a thousand comes out one digit longer than need be. Clients and
//! differential tests compare texts, so Russet prints the same digits.
//!
//! # How
//!
//! All doubles between `low` and `high`, the midpoints to the neighbours, read back as `value`. The three are
//! scaled by a power of ten from [`powers`](super::powers) such that `high` has its integer part in 32 bits,
//! and shrunk by one unit each to be safe against the rounding of that product. Digits of `high` are then
//! produced until what is left is smaller than `high - low`; at last the final digit is lowered while that
//! brings the result nearer to `value`.

use super::powers::{FIRST, POWERS, STEP};

/// Most digits that a double can take.
pub(super) const MAX_DIGITS: usize = 18;

/// Digits without leading or trailing zero, and the power of ten of the last one: `0.012` is `12`, `-3`.
pub(super) struct Digits {
    buffer: [u8; MAX_DIGITS],
    length: usize,
    /// Exponent of ten of the last digit.
    pub(super) exponent: i32,
}

impl Digits {
    /// The digits, as ASCII.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    fn push(&mut self, digit: u64) {
        if (digit > 0 || self.length > 0) && self.length < MAX_DIGITS {
            self.buffer[self.length] = b'0' + digit as u8;
            self.length += 1;
        }
    }
}

/// `significand × 2^exponent`.
#[derive(Clone, Copy)]
struct Scaled {
    significand: u64,
    exponent: i32,
}

impl Scaled {
    /// The same number with the top bit of its significand set.
    fn normalized(self) -> Self {
        let shift = self.significand.leading_zeros();
        Scaled { significand: self.significand << shift, exponent: self.exponent - shift as i32 }
    }

    /// The product's top 64 bits, rounded half up.
    fn times(self, other: Scaled) -> Self {
        let product = u128::from(self.significand) * u128::from(other.significand) + (1 << 63);
        Scaled { significand: (product >> 64) as u64, exponent: self.exponent + other.exponent + 64 }
    }
}

/// Exponents between which the scaled `high` must lie, so that its integer part fits 32 bits and its fraction
/// can be multiplied by ten.
const EXPONENTS: std::ops::RangeInclusive<i32> = -60..=-32;

/// The power of ten that brings a number with the binary exponent `exponent` into [`EXPONENTS`], and its
/// decimal exponent.
///
/// Two neighbouring powers sometimes both fit, and the choice shows in the digits. The estimate, and that it
/// is only corrected when it does not fit, were found to give the servers' choice.
fn power_for(exponent: i32) -> (Scaled, i32) {
    let estimate = -f64::from(exponent + POWERS.len() as i32) * std::f64::consts::LOG10_2;
    let mut index = (estimate as i32 - FIRST) / STEP;
    loop {
        let (significand, power_exponent) = POWERS[index.clamp(0, POWERS.len() as i32 - 1) as usize];
        let scaled = exponent + power_exponent + 64;
        if scaled < *EXPONENTS.start() {
            index += 1;
        } else if scaled > *EXPONENTS.end() {
            index -= 1;
        } else {
            return (Scaled { significand, exponent: power_exponent }, FIRST + index * STEP);
        }
    }
}

/// The digits of `value`, which is finite and greater than zero.
pub(super) fn digits(value: f64) -> Digits {
    const HIDDEN: u64 = 1 << 52;
    let bits = value.to_bits();
    let biased = (bits >> 52) as i32;
    let fraction = bits & (HIDDEN - 1);
    let exact = match biased {
        0 => Scaled { significand: fraction, exponent: 1 - 1075 },
        _ => Scaled { significand: fraction | HIDDEN, exponent: biased - 1075 },
    };
    let high = Scaled { significand: exact.significand * 2 + 1, exponent: exact.exponent - 1 }.normalized();
    // Below a power of two the neighbour is only half as far away.
    let near = if fraction == 0 { 2 } else { 1 };
    let low = Scaled { significand: (exact.significand << near) - 1, exponent: exact.exponent - near };
    let low_significand = low.significand << (low.exponent - high.exponent);

    let (power, decimal_exponent) = power_for(high.exponent);
    let middle = exact.normalized().times(power);
    let low = Scaled { significand: low_significand, exponent: high.exponent }.times(power).significand + 1;
    let high = high.times(power);
    generate(
        middle.significand,
        low,
        Scaled { significand: high.significand - 1, exponent: high.exponent },
        -decimal_exponent,
    )
}

/// Produces the digits of `high` until the rest is within `high - low`. `middle` and `low` share its
/// exponent; `exponent` is the decimal exponent of its units.
fn generate(middle: u64, low: u64, high: Scaled, exponent: i32) -> Digits {
    let mut digits = Digits { buffer: [0; MAX_DIGITS], length: 0, exponent };
    let above = high.significand - middle;
    let mut tolerance = high.significand - low;
    let fraction_bits = -high.exponent as u32;
    let one = 1u64 << fraction_bits;
    let mut whole = high.significand >> fraction_bits;
    let mut fraction = high.significand & (one - 1);

    for position in (0..10).rev() {
        let unit = 10u64.pow(position);
        digits.push(whole / unit);
        whole %= unit;
        let rest = (whole << fraction_bits) + fraction;
        if rest <= tolerance {
            digits.exponent += position as i32;
            round(&mut digits, above, tolerance, rest, unit << fraction_bits);
            return digits;
        }
    }
    let mut scale = 1u64;
    loop {
        fraction *= 10;
        tolerance *= 10;
        scale = scale.wrapping_mul(10);
        digits.exponent -= 1;
        digits.push(fraction >> fraction_bits);
        fraction &= one - 1;
        if fraction < tolerance {
            round(&mut digits, above.wrapping_mul(scale), tolerance, fraction, one);
            return digits;
        }
    }
}

/// Lowers the last digit while the result stays within `tolerance` below `high` and comes nearer to the
/// value, which lies `above` below `high`.
fn round(digits: &mut Digits, above: u64, tolerance: u64, mut rest: u64, unit: u64) {
    while rest < above
        && tolerance - rest >= unit
        && (rest.wrapping_add(unit) < above || above - rest > rest.wrapping_add(unit).wrapping_sub(above))
    {
        digits.buffer[digits.length - 1] -= 1;
        rest += unit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(value: f64) -> f64 {
        let digits = digits(value);
        let text = format!("{}e{}", std::str::from_utf8(digits.as_bytes()).unwrap(), digits.exponent);
        text.parse().unwrap()
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(5_000))]
        #[test]
        fn every_double_reads_back(bits in 1u64..0x7ff0_0000_0000_0000) {
            let value = f64::from_bits(bits);
            proptest::prop_assert_eq!(read_back(value).to_bits(), bits);
        }
    }

    #[test]
    fn the_ends_of_every_binade_read_back() {
        for biased in 0..0x7ffu64 {
            for fraction in [0, 1, 2, (1 << 52) - 2, (1 << 52) - 1] {
                let bits = biased << 52 | fraction;
                if bits != 0 {
                    assert_eq!(read_back(f64::from_bits(bits)).to_bits(), bits, "{bits:#x}");
                }
            }
        }
    }
}
