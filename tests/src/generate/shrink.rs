//! Makes a failing sequence short enough to read.

use std::time::{Duration, Instant};

use super::grammar::Operation;
use super::lockstep::{Failure, Pair};

/// Leaves out operations as long as the rest still fails, for at most `time`. Returns the shortest failing sequence
/// found and how it fails; `None` when the whole sequence does not fail again.
pub fn shrink(
    pair: &mut Pair,
    operations: &[Operation],
    time: Duration,
) -> Option<(Vec<Operation>, Failure)> {
    let end = Instant::now() + time;
    let mut failure = pair.play(operations).err()?;
    let mut kept = cut(operations, &failure);
    // Halves, quarters, eighths ... of the sequence are left out, from the end to the beginning.
    let mut size = kept.len() / 2;
    while size > 0 {
        let mut start = kept.len().saturating_sub(size);
        loop {
            if Instant::now() > end {
                return Some((kept, failure));
            }
            let shorter = [&kept[..start], &kept[(start + size).min(kept.len())..]].concat();
            if let Err(again) = pair.play(&shorter) {
                kept = cut(&shorter, &again);
                failure = again;
            }
            if start == 0 {
                break;
            }
            start = start.min(kept.len()).saturating_sub(size);
        }
        size /= 2;
    }
    Some((kept, failure))
}

/// What comes after the failing operation does not matter.
fn cut(operations: &[Operation], failure: &Failure) -> Vec<Operation> {
    operations[..operations.len().min(failure.index + 1)].to_vec()
}
