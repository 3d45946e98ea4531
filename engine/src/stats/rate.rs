//! Rates: how fast a counter grows, as the mean of the last samples.

/// A rate as the mean of sixteen samples.
#[derive(Default, Clone)]
pub struct Rate {
    samples: [u64; 16],
    next: usize,
    last: Option<(u64, u64)>,
}

impl Rate {
    /// Takes a sample: the counter stood at `count` when what it is measured against stood at `base`; the rate
    /// is per `per` of that.
    pub(super) fn sample(&mut self, base: u64, count: u64, per: u64) {
        if let Some((base_before, before)) = self.last
            && base > base_before
        {
            let growth = count.saturating_sub(before).saturating_mul(per);
            self.samples[self.next] = growth / (base - base_before);
            self.next = (self.next + 1) % self.samples.len();
        }
        self.last = Some((base, count));
    }

    /// The rate.
    pub fn mean(&self) -> u64 {
        self.samples.iter().sum::<u64>() / self.samples.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_sixteen_samples() {
        let mut rate = Rate::default();
        for tenth in 0..=16 {
            rate.sample(1_000 + tenth * 100, tenth * 50, 1000);
        }
        assert_eq!(rate.mean(), 500);
        rate.sample(2_600, 1_000_000, 1000); // no time has passed: no sample
        assert_eq!(rate.mean(), 500);
        for tenth in 1..=16 {
            rate.sample(2_600 + tenth * 100, 7, 1000); // it was set back, then stood still
        }
        assert_eq!(rate.mean(), 0);
    }
}
