//! Retry: how soon a rewrite that failed is tried again by itself.
//!
//! Each attempt begins a new increment. After three failures in a row the server waits a minute before it tries again,
//! then two, then four, up to an hour, so that they do not pile up. Whoever asks by `BGREWRITEAOF` does not wait.

/// So many failures in a row are tried again at once.
const TOLERATED: u64 = 3;
const LONGEST_MINUTES: i64 = 60;

/// When the next attempt is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Retry {
    minutes: i64,
    not_before_s: Option<i64>,
}

impl Retry {
    /// Whether to wait on, after so many failures in a row.
    pub(super) fn waits(&mut self, failures: u64, now_s: i64) -> bool {
        if failures < TOLERATED {
            *self = Retry::default();
            return false;
        }
        match self.not_before_s {
            Some(not_before_s) if now_s < not_before_s => true,
            Some(_) => {
                self.not_before_s = None;
                false
            }
            None => {
                self.minutes = (self.minutes * 2).clamp(1, LONGEST_MINUTES);
                self.not_before_s = Some(now_s + self.minutes * 60);
                tracing::warn!(
                    "Background AOF rewrite has repeatedly failed and triggered the limit, will retry in {} minutes",
                    self.minutes
                );
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_the_third_failure_on_it_waits_twice_as_long_each_time() {
        let (mut retry, mut now_s) = (Retry::default(), 1000);
        assert!(!retry.waits(2, now_s));
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert!(retry.waits(3, now_s));
            assert!(retry.waits(3, now_s + minutes * 60 - 1), "{minutes}");
            now_s += minutes * 60;
            assert!(!retry.waits(3, now_s), "the attempt that is due");
        }
        assert!(!retry.waits(0, now_s));
        assert!(retry.waits(3, now_s) && !retry.waits(3, now_s + 60), "begins with a minute again");
    }
}
