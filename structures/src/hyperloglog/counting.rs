//! Counting, with the cached count in front, and what the registers hold.

use super::estimate::{Histogram, estimate};
use super::{COUNT, Error, Form, REGISTERS, STALE, Union, dense, form, raw, sparse};

/// The cached count, if it is not stale. O(1).
///
/// # Errors
/// [`Error::NotHyperLogLog`].
#[inline]
pub fn cached(bytes: &[u8]) -> Result<Option<u64>, Error> {
    form(bytes)?;
    let mut count = [0; 8];
    count.copy_from_slice(&bytes[COUNT]);
    Ok((count[7] & STALE == 0).then_some(u64::from_le_bytes(count)))
}

/// The estimated cardinality, computed anew. O(16384) for a dense one, O(opcodes) for a sparse one.
///
/// # Errors
/// As [`super::validate`].
pub fn count(bytes: &[u8]) -> Result<u64, Error> {
    Ok(estimate(&histogram(bytes)?))
}

/// How many registers have each value. As [`count`] in cost and errors.
pub fn histogram(bytes: &[u8]) -> Result<Histogram, Error> {
    match form(bytes)? {
        Form::Dense(dense) => Ok(raw::histogram(dense)),
        Form::Sparse(opcodes) => {
            let mut histogram = [0; 64];
            sparse::runs(opcodes, |_, run, value| histogram[usize::from(value)] += run as u32)?;
            Ok(histogram)
        }
    }
}

/// The cached count, or the count, which is then cached: PFCOUNT of one key. If it was not cached before, the
/// bytes changed. As [`count`] in cost and errors.
pub fn count_cached(bytes: &mut [u8]) -> Result<u64, Error> {
    if let Some(count) = cached(bytes)? {
        return Ok(count);
    }
    let count = count(bytes)?;
    // An estimate of 2^63 sets the bit for "stale", as in Redis: it is counted again each time.
    bytes[COUNT].copy_from_slice(&count.to_le_bytes());
    Ok(count)
}

/// A register. O(1) of a dense one, O(opcodes) of a sparse one.
///
/// # Errors
/// As [`super::validate`].
///
/// # Panics
/// When `index` is not below [`REGISTERS`].
pub fn register(bytes: &[u8], index: usize) -> Result<u8, Error> {
    assert!(index < REGISTERS, "register {index}");
    match form(bytes)? {
        Form::Dense(dense) => Ok(dense::get(dense, index)),
        Form::Sparse(opcodes) => {
            let mut found = 0;
            sparse::runs(opcodes, |first, run, value| {
                if (first..first + run).contains(&index) {
                    found = value;
                }
            })?;
            Ok(found)
        }
    }
}

/// All registers, for PFDEBUG GETREG. O(16384).
///
/// # Errors
/// As [`super::validate`].
pub fn registers(bytes: &[u8]) -> Result<Box<[u8; REGISTERS]>, Error> {
    let mut union = Union::new();
    union.add(bytes)?;
    Ok(union.into_registers())
}
