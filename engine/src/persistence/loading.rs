//! Loading: how far the dataset has come that is being read from files.

/// A dataset that is being read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loading {
    /// When it began, Unix time in seconds.
    pub started_s: i64,
    /// Bytes that there are to read.
    pub total_bytes: u64,
    /// Bytes that have been read.
    pub loaded_bytes: u64,
    /// Bytes of memory that whoever wrote the snapshot had in use; 0 if it does not say.
    pub used_memory: u64,
}

impl Loading {
    /// How much has been read, in percent.
    pub fn percent(&self) -> f64 {
        if self.total_bytes == 0 { 0.0 } else { self.loaded_bytes as f64 * 100.0 / self.total_bytes as f64 }
    }

    /// Seconds that are left, if it goes on at the pace that it had until `now_s`; 1 while that cannot be known.
    pub fn seconds_left(&self, now_s: i64) -> i64 {
        let elapsed = now_s - self.started_s;
        if elapsed <= 0 || self.loaded_bytes == 0 {
            return 1; // a fake value since there is not enough to tell from
        }
        let left = self.total_bytes.saturating_sub(self.loaded_bytes);
        (elapsed as f64 * left as f64 / self.loaded_bytes as f64) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_so_far_tells_what_is_left() {
        let loading = Loading { started_s: 100, total_bytes: 1000, loaded_bytes: 250, used_memory: 0 };
        assert_eq!(loading.percent(), 25.0);
        assert_eq!(loading.seconds_left(110), 30);
        assert_eq!(loading.seconds_left(100), 1);
        assert_eq!(Loading::default().percent(), 0.0);
    }
}
