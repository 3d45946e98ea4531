//! Combining bitmaps: AND, OR, XOR, NOT.

use super::raw;

/// What [`combine`] does with the bits that stand at the same index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// 1 where all inputs have 1.
    And,
    /// 1 where any input has 1.
    Or,
    /// 1 where an odd number of inputs have 1.
    Xor,
    /// 1 where the only input has 0.
    Not,
}

/// Bytes that are worked on at a time: the result's piece and an input's stay in the first cache.
const PIECE: usize = 8192;

/// The bytes of `input` that belong to the piece which begins at `start`; may be shorter than a piece, or nothing.
fn piece(input: &[u8], start: usize) -> &[u8] {
    let rest = input.get(start..).unwrap_or_default();
    &rest[..rest.len().min(PIECE)]
}

/// The inputs combined; as long as the longest, with the shorter ones as if zeros followed. Without inputs, nothing.
/// O(bytes of all inputs).
///
/// # Panics
/// When NOT gets more than one input.
pub fn combine(operation: Operation, inputs: &[&[u8]]) -> Vec<u8> {
    assert!(operation != Operation::Not || inputs.len() <= 1, "NOT of {} inputs", inputs.len());
    let len = inputs.iter().map(|input| input.len()).max().unwrap_or(0);
    let mut result = Vec::with_capacity(len);
    let Some((first, others)) = inputs.split_first() else { return result };
    while result.len() < len {
        let start = result.len();
        let end = len.min(start + PIECE);
        result.extend_from_slice(piece(first, start));
        result.resize(end, 0);
        let target = &mut result[start..];
        if operation == Operation::Not {
            raw::invert(target);
        }
        for other in others {
            let other = piece(other, start);
            let (both, alone) = target.split_at_mut(other.len());
            match operation {
                Operation::And => {
                    raw::and(both, other);
                    alone.fill(0);
                }
                Operation::Or => raw::or(both, other),
                Operation::Xor | Operation::Not => raw::xor(both, other),
            }
        }
    }
    result
}
