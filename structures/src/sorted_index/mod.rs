//! What the two sorted indexes agree upon: what an entry is, and in which order entries stand.
//!
//! An entry is a score and a member. Entries are in the order of their scores, and those of equal score in the order of
//! their members' bytes; `-0.0` equals `0.0`, and no score is NaN. Sorted sets use the [B+ tree](crate::bptree).

use std::cmp::Ordering;

/// What an index holds beside a score: something that owns bytes, or points to bytes that others own.
///
/// The bytes must stay the same as long as the member is in the index. Where they do not, entries are not found, and
/// nothing worse.
pub trait Member {
    /// The bytes that order entries of equal score.
    fn bytes(&self) -> &[u8];
}

impl Member for Box<[u8]> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl Member for Vec<u8> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl Member for &[u8] {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// The order of two entries. Scores must not be NaN.
#[inline]
pub fn compare(score: f64, member: &[u8], other_score: f64, other_member: &[u8]) -> Ordering {
    match score.partial_cmp(&other_score) {
        Some(Ordering::Equal) | None => member.cmp(other_member),
        Some(order) => order,
    }
}
