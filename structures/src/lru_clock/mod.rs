//! LRU clock: when a key was last used, in 24 bits.
//!
//! # What problem does it solve?
//!
//! A cache that is full throws out what has not been used for longest. To know it exactly, every use has to be put on
//! record in its place: the usual way is a doubly linked list of all keys, from which a key is taken out and put in front
//! whenever it is used. That is two pointers per key, 16 bytes, and up to six writes to memory that nothing else needs at
//! that moment. Redis writes down the time instead, in 24 bits of a header that a read of the key has loaded anyway, and
//! looks for the oldest only when something has to go: among a few keys drawn at random (see
//! [`eviction`](crate::eviction)).
//!
//! # Where does Redis use it?
//!
//! In the header of every key's value, while the eviction policy is not one of the LFU policies. `OBJECT IDLETIME`
//! shows it, `RESTORE ... IDLETIME` sets it, and RDB files carry it from one server to the next when a policy is chosen
//! that looks at it. Under an LFU policy the same 24 bits are a [counter](crate::morris).
//!
//! # What does it look like?
//!
//! ```text
//!  bit 23                                            0
//!  +--------------------------------------------------+
//!  | seconds since 1970, modulo 2^24                  |
//!  +--------------------------------------------------+
//! ```
//!
//! 2^24 seconds are 194 days, 4 hours, 20 minutes and 16 seconds. The second 1,700,000,000 (14 November 2023) is
//! 0x6553F100; what is kept of it is 0x53F100:
//!
//! ```
//! use russet_structures::lru_clock::LruClock;
//!
//! let used = LruClock::at(1_700_000_000);
//! assert_eq!(used.bits(), 0x53_f100);
//!
//! // Ten minutes later. The clock ran, the key's did not.
//! let now = LruClock::at(1_700_000_600);
//! assert_eq!(now.bits(), 0x53_f358);
//! assert_eq!(now.idle_since(used), 600);
//!
//! // The other way about: the clock of a key that has been idle for 600 seconds.
//! assert_eq!(now.before(600), used);
//! ```
//!
//! # What happens when the clock wraps?
//!
//! Nothing, to a key that was used within the last 194 days: the difference is taken modulo 2^24 as well, and comes out
//! right on both sides of the wrap. A key that was idle for longer looks as if it had been used lately, and has to wait
//! for its turn once more:
//!
//! ```
//! # use russet_structures::lru_clock::LruClock;
//! let used = LruClock::from_bits(0xff_fff0);
//! assert_eq!(LruClock::from_bits(0x00_0010).idle_since(used), 32);
//!
//! let days = |days: i64| LruClock::at(1_700_000_000 + days * 86_400);
//! assert_eq!(days(194).idle_since(days(0)), 194 * 86_400);
//! assert!(days(200).idle_since(days(0)) < 6 * 86_400);
//! ```
//!
//! # What can it do, and at what cost?
//!
//! | operation | cost |
//! |---|---|
//! | [`at`](LruClock::at): the clock at a second | O(1), one AND |
//! | [`idle_since`](LruClock::idle_since): seconds from one clock to another | O(1), a subtraction and an AND |
//! | [`before`](LruClock::before): the clock that stands for an idle time | O(1), the same |
//!
//! A use costs one store. The structure reads no time: the server does so once for many commands, and hands it in.
//!
//! ![Time to note a use, of a clock and of a linked list, by number of keys](../../../../docs/src/plots/structures/lru_clock-touch.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots lru_clock
//! ```
//!
//! Keys are used in random order here. Storing the time changes the place that was read; the list changes four others: the
//! key's own links, its two neighbours and the former front. While all that fits into the processor's caches, both are a
//! matter of nanoseconds. Beyond, the list takes twice as long, because its neighbours are keys that nobody
//! asked for.
//!
//! # What does it cost?
//!
//! 24 bits per key, beside 16 bytes for the links of a list (8 where they are 32-bit indexes): in Redis they share a word
//! with the type and the encoding, in Russet as well (see [`record`](crate::record)).
//!
//! # What is it bad at?
//!
//! - **It orders nothing.** The clock of one key says how long that key was idle, and nothing about the others.
//! - **A second is long.** What was used in the same second is of the same age, be it a hundred thousand keys.
//! - **Once is as good as always.** A key that was read once, a second ago, by a job that reads everything, counts more than
//!   one that is read every minute. That is what the [LFU counter](crate::morris) is for.
//!
//! # How does it differ from Redis's?
//!
//! Redis counts the difference over a wrap modulo 2^24 - 1, so an idle time given to RESTORE that is longer than
//! the clock can say starts from zero again: Redis 7.0.15 shows 16,777,300 seconds as 85. Here such a time
//! becomes the longest that there is, since a key that has not been used for long should not look fresh. Redis keeps
//! milliseconds as the unit of its arithmetic, from which a build with a finer clock could profit; the clock itself has
//! seconds in both.

#[cfg(test)]
mod tests;

/// When something was last used, in seconds modulo 2^24; see the [module's page](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct LruClock(u32);

impl LruClock {
    /// Bits of a clock.
    pub const BITS: u32 = 24;
    /// The longest idle time in seconds, and the largest value.
    pub const MAX: u32 = (1 << Self::BITS) - 1;

    /// The clock at this second since 1970. O(1).
    #[inline]
    pub const fn at(unix_seconds: i64) -> LruClock {
        LruClock::from_bits(unix_seconds as u32)
    }

    /// The clock with this value; bits above the 24th are left out. O(1).
    #[inline]
    pub const fn from_bits(bits: u32) -> LruClock {
        LruClock(bits & Self::MAX)
    }

    /// The 24 bits.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Seconds from `used` until this clock, 0 to [`MAX`](Self::MAX); right where less than 194 days lie between them.
    /// O(1).
    #[inline]
    pub const fn idle_since(self, used: LruClock) -> u32 {
        self.0.wrapping_sub(used.0) & Self::MAX
    }

    /// The clock of what is idle for this many seconds now: the inverse of [`idle_since`](Self::idle_since). Idle times
    /// above [`MAX`](Self::MAX) are taken as that. O(1).
    #[inline]
    pub const fn before(self, idle_seconds: u64) -> LruClock {
        let idle = if idle_seconds > Self::MAX as u64 { Self::MAX } else { idle_seconds as u32 };
        LruClock::from_bits(self.0.wrapping_sub(idle))
    }
}
