//! Operations on an eviction pool, against a sorted list; and clocks and counters with any bits, against plain arithmetic.

use arbitrary::Unstructured;
use russet_structures::eviction::{CAPACITY, Pool, by_expiry, by_frequency, by_idle_time};
use russet_structures::lru_clock::LruClock;
use russet_structures::morris::{Counter, Rules, expected_uses, minute};

/// A clock that any bits may stand for, and times that may be far off.
fn clocks(input: &mut Unstructured<'_>) -> arbitrary::Result<u64> {
    let (bits, seconds, idle): (u32, i64, u64) = input.arbitrary()?;
    let (used, now) = (LruClock::from_bits(bits), LruClock::at(seconds));
    assert_eq!(used.bits(), bits % (1 << 24));
    assert_eq!(i64::from(now.bits()), seconds.rem_euclid(1 << 24));
    assert_eq!(i64::from(now.idle_since(used)), (seconds.rem_euclid(1 << 24) - i64::from(used.bits())).rem_euclid(1 << 24));
    assert_eq!(u64::from(now.idle_since(now.before(idle))), idle.min(u64::from(LruClock::MAX)));
    Ok(by_idle_time(now.idle_since(used)))
}

fn counters(input: &mut Unstructured<'_>) -> arbitrary::Result<u64> {
    let (bits, seconds, random): (u32, i64, u64) = input.arbitrary()?;
    let rules = Rules { log_factor: input.arbitrary()?, decay_minutes: input.arbitrary()? };
    // Small parameters are the usual ones.
    let rules = if bits >> 31 == 0 { Rules { log_factor: rules.log_factor % 128, decay_minutes: rules.decay_minutes % 8 } } else { rules };
    let (counter, now) = (Counter::from_bits(bits), minute(seconds));
    assert_eq!(i64::from(now), seconds.div_euclid(60).rem_euclid(1 << 16));
    assert_eq!((u32::from(counter.minute()) << 8) | u32::from(counter.value()), bits % (1 << 24));
    assert_eq!(Counter::with_value(counter.value(), counter.minute()), counter);
    let passed = (i64::from(now) - i64::from(counter.minute())).rem_euclid(1 << 16);
    let periods = passed.checked_div(i64::from(rules.decay_minutes)).unwrap_or(0);
    let left = (i64::from(counter.value()) - periods).max(0);
    assert_eq!(i64::from(counter.read(rules, now)), left);
    let mut asked = 0;
    let touched = counter.touch(rules, now, || {
        asked += 1;
        random
    });
    let denominator = 1 + u128::from(rules.log_factor) * (left - 5).max(0) as u128;
    let raised = left < 255 && u128::from(random) * denominator < 1 << 64;
    assert_eq!(i64::from(touched.value()), left + i64::from(raised));
    assert_eq!((touched.minute(), asked), (now, i32::from(left < 255)));
    assert!(expected_uses(touched.value(), rules.log_factor) >= expected_uses(left as u8, rules.log_factor));
    Ok(by_frequency(touched.value()))
}

target! { run, "the pool agrees with a sorted list, clocks and counters with plain arithmetic" }

/// Input: bytes that choose operations, and what scores are made from.
pub fn run(data: &[u8]) {
    // An input that ends within a step ends the run.
    let _ = steps(&mut Unstructured::new(data));
}

fn steps(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let mut pool = Pool::new();
    // The best first; of equals, the one that came first.
    let mut model: Vec<(u64, String)> = Vec::new();
    for number in 0..2000u32 {
        let choice = input.arbitrary::<u8>()?;
        if input.is_empty() {
            break;
        }
        match choice % 16 {
            0 => assert_eq!(pool.pop(), (!model.is_empty()).then(|| model.remove(0))),
            1 => {
                let wanted = |key: &String| key.ends_with(char::from(b'0' + choice % 10));
                let at = model.iter().position(|candidate| wanted(&candidate.1));
                let rest = model.split_off(at.map_or(model.len(), |at| at + 1));
                let best = model.pop().filter(|_| at.is_some());
                assert_eq!(pool.pop_if(wanted), best);
                model = rest;
            }
            2 => {
                let gone = |key: &String| key.len() == usize::from(choice / 64);
                pool.forget(gone);
                model.retain(|candidate| !gone(&candidate.1));
            }
            3 if choice >= 240 => {
                pool.clear();
                model.clear();
            }
            _ => {
                let score = match choice / 16 {
                    0..4 => clocks(input)?,
                    4..8 => counters(input)?,
                    8..10 => by_expiry(input.arbitrary()?),
                    10..12 => input.arbitrary()?,
                    _ => u64::from(input.arbitrary::<u8>()? % 32),
                };
                let admitted = model.len() < CAPACITY || model.last().is_some_and(|worst| worst.0 < score);
                assert_eq!(pool.admits(score), admitted);
                let mut made = false;
                pool.offer(score, || {
                    made = true;
                    number.to_string()
                });
                assert_eq!(made, admitted);
                let at = model.iter().take_while(|candidate| candidate.0 >= score).count();
                model.insert(at, (score, number.to_string()));
                model.truncate(CAPACITY);
            }
        }
        assert_eq!(pool.validate(), Ok(()));
        assert_eq!((pool.len(), pool.is_empty()), (model.len(), model.is_empty()));
        assert!(pool.iter().rev().eq(model.iter().map(|(score, key)| (*score, key))));
    }
    Ok(())
}
