//! Clocks against plain seconds.

use super::LruClock;
use proptest::prelude::*;

proptest! {
    #[test]
    fn idle_times_are_differences_of_seconds(used in 0i64..=4_000_000_000, idle in 0u32..=LruClock::MAX) {
        let (then, now) = (LruClock::at(used), LruClock::at(used + i64::from(idle)));
        prop_assert_eq!(now.idle_since(then), idle);
        prop_assert_eq!(now.before(u64::from(idle)), then);
        prop_assert!(then.bits() <= LruClock::MAX);
        prop_assert_eq!(LruClock::from_bits(then.bits()), then);
    }

    #[test]
    fn longer_idle_times_are_the_longest(now in 0i64..=4_000_000_000, idle in u64::from(LruClock::MAX)..) {
        let now = LruClock::at(now);
        prop_assert_eq!(now.idle_since(now.before(idle)), LruClock::MAX);
    }
}

#[test]
fn a_clock_wraps_after_194_days() {
    let seconds = ((194 * 24 + 4) * 60 + 20) * 60 + 16;
    assert_eq!(LruClock::at(seconds), LruClock::at(0));
    assert_eq!(LruClock::at(seconds - 1).bits(), LruClock::MAX);
    // Before 1970, where a clock of the machine is wrong: no panic, and differences are right.
    assert_eq!(LruClock::at(5).idle_since(LruClock::at(-5)), 10);
}
