//! Morris counter (LFU): how often a key is used, in 24 bits with the time.
//!
//! # What problem does it solve?
//!
//! Which key should a full cache do without? The one that will be used least, and how often it was used up to now is a
//! good guess. A counter of 32 bits per key would tell, but Redis has 24 bits in a key's header, the ones of the
//! [LRU clock](crate::lru_clock), and what was used often last year but no more since should go as well, so that
//! the time has to be in these bits too. Eight bits are left for a number of uses that may be millions.
//!
//! # What was there before?
//!
//! In 1978 Robert Morris had to count many kinds of events in registers of 8 bits. His counter holds about the logarithm of the
//! number, and an event raises it only sometimes: at the value c with a chance of b^-c. So the higher it stands, the less
//! often it is raised, and one register counts to 2^255 if need be, with a relative error that b decides. Flajolet
//! worked out in 1985 how far it strays. (R. Morris, "Counting large numbers of events in small registers", Communications
//! of the ACM 21, 1978; P. Flajolet, "Approximate counting: a detailed analysis", BIT 25, 1985.)
//!
//! # Where does Redis use it?
//!
//! Under `maxmemory-policy allkeys-lfu` and `volatile-lfu`, for every key. `OBJECT FREQ` shows the counter, `RESTORE ...
//! FREQ` sets it, `redis-cli --hotkeys` looks for the largest. Eviction takes the key with the smallest of a few
//! ([`eviction`](crate::eviction)).
//!
//! # What does it look like?
//!
//! ```text
//!  bit 23                           8 7              0
//!  +---------------------------------+----------------+
//!  | minutes since 1970, modulo 2^16 | counter        |
//!  | when the counter was last set   | 0 to 255       |
//!  +---------------------------------+----------------+
//! ```
//!
//! The second 1,700,000,000 lies in minute 28,333,333, which is 0x1B05515. A key that is made there has 0x5515 and
//! the counter 5:
//!
//! ```
//! use russet_structures::morris::{Counter, Rules, minute};
//!
//! let (rules, now) = (Rules { log_factor: 10, decay_minutes: 1 }, minute(1_700_000_000));
//! let key = Counter::new(now);
//! assert_eq!(key.bits(), 0x55_1505);
//!
//! // A use: at 5 a counter is always raised, whatever the random number is.
//! let key = key.touch(rules, now, || u64::MAX);
//! assert_eq!(key.bits(), 0x55_1506);
//!
//! // At 6 the chance is 1 in 11: only random numbers in the lowest eleventh raise it.
//! assert_eq!(key.touch(rules, now, || u64::MAX / 10).value(), 6);
//! assert_eq!(key.touch(rules, now, || u64::MAX / 12).value(), 7);
//!
//! // Two minutes later it stands at 4, for whoever reads it. The bits change with the next use.
//! assert_eq!(key.read(rules, now + 2), 4);
//! assert_eq!(key.bits(), 0x55_1506);
//! ```
//!
//! # How is it raised?
//!
//! With a chance of
//!
//! ```text
//!                          1
//!   chance(c) = ------------------------        f = lfu-log-factor, 10 by default
//!                1 + f * max(c - 5, 0)          c = the counter, after decay
//! ```
//!
//! and never above 255. The denominator is a whole number, d, so no floating point is needed: of the 2^64 random numbers
//! those below 2^64 / d raise the counter, and these are the ones whose product with d fits into 64 bits.
//!
//! From c to c + 1 it takes d uses on average. The sum of that is what a new key needs to get to a value, with n = c - 5:
//!
//! ```text
//!   expected uses(c) = n + f * n * (n - 1) / 2
//! ```
//!
//! | counter | 5 | 6 | 10 | 50 | 100 | 150 | 200 | 254 | 255 |
//! |---|---|---|---|---|---|---|---|---|---|
//! | chance of the next step, f = 10: 1 in | 1 | 11 | 51 | 451 | 951 | 1,451 | 1,951 | 2,491 | never |
//! | uses up to here, f = 0 | 0 | 1 | 5 | 45 | 95 | 145 | 195 | 249 | 250 |
//! | f = 1 | 0 | 1 | 15 | 1,035 | 4,560 | 10,585 | 19,110 | 31,125 | 31,375 |
//! | f = 10 | 0 | 1 | 105 | 9,945 | 44,745 | 104,545 | 189,345 | 309,009 | 311,500 |
//! | f = 100 | 0 | 1 | 1,005 | 99,045 | 446,595 | 1,044,145 | 1,891,695 | 3,087,849 | 3,112,750 |
//!
//! ```
//! # use russet_structures::morris::{Rules, expected_uses};
//! let uses = |factor| [10, 50, 100, 150, 200, 254, 255].map(|value| expected_uses(value, factor));
//! assert_eq!(uses(1), [15, 1035, 4560, 10585, 19110, 31125, 31375]);
//! assert_eq!(uses(10), [105, 9945, 44745, 104545, 189345, 309009, 311500]);
//! assert_eq!(uses(100), [1005, 99045, 446595, 1044145, 1891695, 3087849, 3112750]);
//! ```
//!
//! ![Counter value against true number of uses, for four factors, with the spread](../../../../docs/src/plots/structures/morris-uses.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots morris
//! ```
//!
//! Each line is the mean of many counters, the grey around it holds nine in ten of them, the dots are the formula above.
//! A factor of 0 counts exactly, and only to 255. With 10, a million uses are more than the counter can say; with 100 it
//! still tells one million from three.
//!
//! # Is it a logarithm?
//!
//! Not quite, though `lfu-log-factor` says so. Morris's chance falls by a constant ratio at each step, which makes the
//! counter a logarithm. Redis's falls as 1/c, so the uses grow with the square of the counter, and the counter with
//! their square root: four times as many uses are about twice the value. In the plot, whose axis of uses is logarithmic, a
//! logarithm would be a straight line, and these bend upwards. The price is range: a few million instead of
//! astronomical numbers. What it buys is precision where it ends: Morris's relative error is the same everywhere, here
//! it shrinks as the counter grows. One counter at 105 (n = 100) stands for a number of uses with a standard deviation
//! of 12%, one at 255 for 7% (about 1.15 / sqrt(n), if the factor is not small).
//!
//! # How does it fall?
//!
//! By one for every `lfu-decay-time` minutes since it was last set, down to 0. Nothing runs in the background for
//! that: who reads the counter subtracts, and a use subtracts first, then raises, then writes down counter and minute. A
//! decay time of 0 means no decay.
//!
//! ![Counter value by idle minutes, for four decay times](../../../../docs/src/plots/structures/morris-decay.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots morris-decay
//! ```
//!
//! The slope is the same at every height, so the highest counter is gone after 255 periods, and what got there by a hundred
//! thousand uses loses as much in a minute as what was used ten times.
//!
//! # Why does a new key start at 5?
//!
//! It would be the next to be evicted if it started at 0, before it had a chance to be used at all. With 5 it outlives
//! all keys that have been idle for so long that they fell below. Up to 5 every use counts in full.
//!
//! # What can it do, and at what cost?
//!
//! | operation | cost |
//! |---|---|
//! | [`new`](Counter::new), [`with_value`](Counter::with_value) | O(1) |
//! | [`read`](Counter::read): the value after decay, as `OBJECT FREQ` shows it | O(1), a division if a minute has passed |
//! | [`touch`](Counter::touch): decay, raise, write down the minute | O(1), as read, and a random number |
//! | [`expected_uses`] | O(1) |
//!
//! # What does it cost?
//!
//! 24 bits per key, in a header that is there anyway. A use costs a random number, a multiplication and, where minutes have
//! passed, a division: several times what it takes to add one to a plain counter, if the key is in the processor's caches
//! (`cargo bench -p russet-structures -- eviction/use`). If it is not, waiting for it costs more than all of that.
//!
//! # What is it bad at?
//!
//! - **Steady trickles do not fade.** Each use writes the minute down and forgets what of a period has passed. With a decay
//!   time of 10 minutes, a key that is used every 9 minutes never loses anything.
//! - **Minutes wrap after 45 days.** What was idle for longer loses only what the minutes beyond that ask for. With a decay
//!   time of 300 minutes, a counter of 255 would need 53 days to fall to 0, and never gets there.
//! - **It is a guess.** Two keys with the same number of uses may stand well apart at low values, and the small numbers of a
//!   large factor mean little: with 100, a new key and one that has been used fifty times mostly differ by one or two.
//!
//! # How does it differ from Redis's?
//!
//! The bits, the chances and the decay are the same. Redis draws a floating point number and divides; the chances here
//! are exact to 2^-64. 2,000 keys of a Redis 7.0.15 server, read 1, 10, 100 and 1,000 times at each of the four factors,
//! showed the means and the spread that the formula gives (19.3 on average after 1,000 reads at a factor of 10, with
//! a standard deviation of 2.2), and the test `counters_spread_as_they_should` holds ours against the same exact distribution.
//! Over a wrap of the minutes Redis counts one minute less.

#[cfg(test)]
mod tests;

/// What the configuration says about counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `lfu-log-factor`: the larger, the more uses it takes to raise a counter. 0 counts each.
    pub log_factor: u32,
    /// `lfu-decay-time`: minutes after which a counter falls by one; 0 never lets it fall.
    pub decay_minutes: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { log_factor: 10, decay_minutes: 1 }
    }
}

/// The minute, modulo 2^16, that a second since 1970 lies in. O(1).
#[inline]
pub const fn minute(unix_seconds: i64) -> u16 {
    unix_seconds.div_euclid(60) as u16
}

/// How many uses are expected to bring a new counter to a value, without decay. O(1).
///
/// Values up to [`Counter::INITIAL`] need none.
pub const fn expected_uses(value: u8, log_factor: u32) -> u64 {
    let steps = value.saturating_sub(Counter::INITIAL) as u64;
    steps + log_factor as u64 * (steps * steps.saturating_sub(1) / 2)
}

/// How often something was used, and when the number was last set; see the [module's page](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Counter(u32);

impl Counter {
    /// Bits of a counter with its minute.
    pub const BITS: u32 = 24;
    /// Where new counters start.
    pub const INITIAL: u8 = 5;

    /// The counter of something new. O(1).
    #[inline]
    pub const fn new(now: u16) -> Counter {
        Counter::with_value(Counter::INITIAL, now)
    }

    /// A counter that stands at `value`, set in the minute `now`. O(1).
    #[inline]
    pub const fn with_value(value: u8, now: u16) -> Counter {
        Counter((now as u32) << 8 | value as u32)
    }

    /// A counter from its bits; those above the 24th are left out. O(1).
    #[inline]
    pub const fn from_bits(bits: u32) -> Counter {
        Counter(bits & ((1 << Self::BITS) - 1))
    }

    /// The 24 bits.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The value when it was last set, without decay.
    #[inline]
    pub const fn value(self) -> u8 {
        self.0 as u8
    }

    /// The minute in which the value was last set.
    #[inline]
    pub const fn minute(self) -> u16 {
        (self.0 >> 8) as u16
    }

    /// The value that is left of it in the minute `now`. O(1).
    #[inline]
    pub const fn read(self, rules: Rules, now: u16) -> u8 {
        let elapsed = now.wrapping_sub(self.minute()) as u32;
        // Most keys that are used are used within a minute: no division for them.
        if elapsed < rules.decay_minutes || rules.decay_minutes == 0 {
            return self.value();
        }
        let periods = elapsed / rules.decay_minutes;
        self.value().saturating_sub(if periods > 255 { 255 } else { periods as u8 })
    }

    /// The counter after one more use in the minute `now`. `random` is asked for 64 random bits unless the value is at
    /// its end. O(1).
    #[inline]
    #[must_use]
    pub fn touch(self, rules: Rules, now: u16, random: impl FnOnce() -> u64) -> Counter {
        Counter::with_value(raise(self.read(rules, now), rules.log_factor, random), now)
    }
}

/// Raises a value by one, with the chance that its height leaves (after Morris, 1978).
#[inline]
fn raise(value: u8, log_factor: u32, random: impl FnOnce() -> u64) -> u8 {
    if value == u8::MAX {
        return value;
    }
    let denominator = 1 + u64::from(log_factor) * u64::from(value.saturating_sub(Counter::INITIAL));
    value + u8::from(random().checked_mul(denominator).is_some())
}
