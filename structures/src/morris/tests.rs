//! Counters against what arithmetic and probability say.

use super::*;
use proptest::prelude::*;

/// Weyl's sequence, mixed (splitmix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

fn denominator(value: usize, factor: u32) -> f64 {
    1.0 + f64::from(factor) * value.saturating_sub(5) as f64
}

/// How likely each value is after so many uses of something new: the Markov chain, step by step.
fn distribution(uses: usize, factor: u32) -> Vec<f64> {
    let mut chances = vec![0.0; 256];
    chances[5] = 1.0;
    for _ in 0..uses {
        for value in (0..255).rev() {
            let up = chances[value] / denominator(value, factor);
            chances[value] -= up;
            chances[value + 1] += up;
        }
    }
    chances
}

fn mean_and_deviation(weights: impl Iterator<Item = (f64, f64)> + Clone) -> (f64, f64) {
    let mean: f64 = weights.clone().map(|(value, weight)| value * weight).sum();
    let variance: f64 = weights.map(|(value, weight)| (value - mean).powi(2) * weight).sum();
    (mean, variance.sqrt())
}

#[test]
fn counters_spread_as_they_should() {
    const KEYS: usize = 2000;
    let mut state = 1978;
    for factor in [0, 1, 10, 100] {
        let rules = Rules { log_factor: factor, decay_minutes: 1 };
        for uses in [1, 10, 100, 1000, 5000] {
            let mut seen = vec![0usize; 256];
            for _ in 0..KEYS {
                let key =
                    (0..uses).fold(Counter::new(7), |key, _| key.touch(rules, 7, || random(&mut state)));
                seen[usize::from(key.value())] += 1;
            }
            let expected = distribution(uses, factor);
            let weights = expected.iter().enumerate().map(|(value, weight)| (value as f64, *weight));
            let (mean, deviation) = mean_and_deviation(weights);
            let weights =
                seen.iter().enumerate().map(|(value, count)| (value as f64, *count as f64 / KEYS as f64));
            let (found, spread) = mean_and_deviation(weights);
            // The seed is fixed, so this holds always or never. 4 standard errors.
            let allowed = 4.0 * deviation / (KEYS as f64).sqrt();
            assert!(
                (found - mean).abs() <= allowed + 1e-9,
                "factor {factor}, {uses} uses: {found}, not {mean}"
            );
            assert!(
                (spread - deviation).abs() <= 0.08 * deviation + 1e-9,
                "factor {factor}, {uses} uses: spread {spread}, not {deviation}"
            );
        }
    }
}

#[test]
fn expected_uses_are_the_sum_of_the_steps() {
    for factor in [0, 1, 7, 10, 100, u32::MAX] {
        let mut sum = 0;
        for value in 0..=255u8 {
            assert_eq!(expected_uses(value, factor), sum, "factor {factor}, value {value}");
            if value >= 5 {
                sum += 1 + u64::from(factor) * u64::from(value - 5);
            }
        }
    }
}

#[test]
fn the_chance_is_that_of_the_formula() {
    for factor in [0u32, 1, 10, 100, i32::MAX as u32, u32::MAX] {
        for value in 0..=255u8 {
            let steps = u128::from(value.saturating_sub(5));
            // The first random number that is too large: ceil(2^64 / d).
            let limit = (1u128 << 64).div_ceil(1 + u128::from(factor) * steps);
            let raised = |number: u128| raise(value, factor, || number as u64) > value;
            assert_eq!(raised(limit - 1), value < 255, "factor {factor}, value {value}");
            assert!(limit == 1 << 64 || !raised(limit), "factor {factor}, value {value}");
        }
    }
}

proptest! {
    #[test]
    fn counters_fall_by_one_a_period(
        value: u8, set: u16, decay in prop_oneof![0u32..6, any::<u32>()], passed: u16, bits: u32
    ) {
        let rules = Rules { decay_minutes: decay, ..Rules::default() };
        let counter = Counter::with_value(value, set);
        let periods = u32::from(passed).checked_div(decay).unwrap_or(0);
        let left = u32::from(value).saturating_sub(periods) as u8;
        let now = set.wrapping_add(passed);
        prop_assert_eq!(counter.read(rules, now), left);
        prop_assert_eq!((counter.value(), counter.minute()), (value, set));
        // A use that does not raise writes the decay down, one that does is one higher.
        prop_assert_eq!(counter.touch(rules, now, || 0), Counter::with_value(left.saturating_add(1), now));
        let kept = counter.touch(rules, now, || u64::MAX);
        prop_assert_eq!(kept, Counter::with_value(if left <= 5 { left + 1 } else { left }, now));
        prop_assert_eq!(Counter::from_bits(bits).bits(), bits & 0xff_ffff);
    }
}

#[test]
fn minutes_are_those_of_the_clock() {
    assert_eq!((minute(0), minute(59), minute(60), minute(65_536 * 60 + 61)), (0, 0, 1, 1));
    assert_eq!(minute(-1), u16::MAX);
}

#[test]
fn the_last_value_asks_for_no_random_number() {
    let full = Counter::with_value(255, 3);
    assert_eq!(full.touch(Rules::default(), 3, || unreachable!("not needed")), full);
}

/// A period is over with its last minute, not after it.
#[test]
fn a_whole_period_takes_one_away() {
    let rules = Rules { log_factor: 10, decay_minutes: 3 };
    let key = Counter::new(100);
    let values = [0, 2, 3, 5, 6, 15, 18].map(|minutes| key.read(rules, 100 + minutes));
    assert_eq!(values, [5, 5, 4, 4, 3, 0, 0]);
}
