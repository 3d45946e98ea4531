//! The largest buffers that any client has had in the last seconds.

/// Seconds that a peak is remembered.
const SECONDS: usize = 8;

/// Peaks of the last [`SECONDS`] seconds, one slot for each.
#[derive(Default)]
pub struct BufferPeaks {
    slots: [(usize, usize); SECONDS],
    second: i64,
}

impl BufferPeaks {
    /// Notes how many bytes a client's buffers have, at Unix time `now_ms`.
    pub fn note(&mut self, now_ms: i64, input: usize, output: usize) {
        let second = now_ms.div_euclid(1000);
        // Slots of seconds in which nobody was looked at hold what was there a round ago.
        let passed = second.saturating_sub(self.second).clamp(0, SECONDS as i64);
        for ago in 0..passed {
            self.slots[slot(second - ago)] = (0, 0);
        }
        self.second = self.second.max(second);
        let peaks = &mut self.slots[slot(second)];
        *peaks = (peaks.0.max(input), peaks.1.max(output));
    }

    /// The largest input buffer, and the largest output buffer, in bytes.
    pub fn recent(&self) -> (usize, usize) {
        self.slots.iter().fold((0, 0), |most, slot| (most.0.max(slot.0), most.1.max(slot.1)))
    }
}

fn slot(second: i64) -> usize {
    second.rem_euclid(SECONDS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_forgotten_after_eight_seconds() {
        let mut peaks = BufferPeaks::default();
        let start = 1_700_000_000_000;
        peaks.note(start, 100, 5);
        peaks.note(start + 10, 40, 9);
        assert_eq!(peaks.recent(), (100, 9));
        peaks.note(start + 7_000, 1, 1);
        assert_eq!(peaks.recent(), (100, 9));
        peaks.note(start + 8_000, 1, 1);
        assert_eq!(peaks.recent(), (1, 1));
        peaks.note(start + 60_000, 2, 2);
        assert_eq!(peaks.recent(), (2, 2));
    }
}
