//! Adding elements, and the change from sparse to dense that an addition may need.

use super::sparse::{self, Raised};
use super::{
    DENSE_LEN, Error, Form, HEADER, STALE, dense, dense_mut, encoding, form, hash, invalidate, place,
};

/// Adds an element. True if a register changed: then the cached count is stale. O(element) for a dense one,
/// O(element + length) for a sparse one.
///
/// A sparse one becomes dense where it would be longer than `max_len` bytes, header included.
///
/// # Errors
/// As [`super::validate`], but runs that are not visited are not checked. On an error nothing was changed.
#[inline]
pub fn add(bytes: &mut Vec<u8>, element: &[u8], max_len: usize) -> Result<bool, Error> {
    add_hash(bytes, hash(element), max_len)
}

/// As [`add`], for an element whose [`hash()`] is known.
#[inline]
pub fn add_hash(bytes: &mut Vec<u8>, hash: u64, max_len: usize) -> Result<bool, Error> {
    let Some(dense) = dense_mut(bytes) else { return add_sparse(bytes, hash, max_len) };
    if !dense::raise_hash(dense, hash) {
        return Ok(false);
    }
    dense[HEADER - 1] |= STALE;
    Ok(true)
}

/// As [`add`] of one element after the other, and quicker: PFADD of many. True if a register changed.
///
/// Elements are hashed some dozens ahead, so that a change, which the processor does not foresee, interrupts the
/// registers' work only.
///
/// # Errors
/// As [`add`]; the elements in front have been added then.
pub fn add_all<'a>(
    bytes: &mut Vec<u8>,
    elements: impl IntoIterator<Item = &'a [u8]>,
    max_len: usize,
) -> Result<bool, Error> {
    const AHEAD: usize = 32;
    let mut elements = elements.into_iter();
    let mut changed = false;
    loop {
        let (mut hashes, mut len) = ([0; AHEAD], 0);
        for (place, element) in hashes.iter_mut().zip(&mut elements) {
            *place = hash(element);
            len += 1;
        }
        let hashes = &hashes[..len];
        if let Some(dense) = dense_mut(bytes) {
            let mut raised = false;
            for &hash in hashes {
                raised |= dense::raise_hash(dense, hash);
            }
            if raised {
                dense[HEADER - 1] |= STALE;
            }
            changed |= raised;
        } else {
            for &hash in hashes {
                changed |= add_hash(bytes, hash, max_len)?;
            }
        }
        if len < AHEAD {
            return Ok(changed);
        }
    }
}

/// Adds to what is not dense.
#[cold]
#[inline(never)]
fn add_sparse(bytes: &mut Vec<u8>, hash: u64, max_len: usize) -> Result<bool, Error> {
    encoding(bytes)?;
    let (index, value) = place(hash);
    match sparse::raise(bytes, index, value, max_len)? {
        Raised::Kept => return Ok(false),
        Raised::Changed => (),
        Raised::NeedsDense => {
            to_dense(bytes)?;
            if let Some(dense) = dense_mut(bytes) {
                dense::raise(dense, index, value);
            }
        }
    }
    invalidate(bytes);
    Ok(true)
}

/// Makes a sparse one dense, and keeps its cached count. False if it was dense. O(16384).
///
/// # Errors
/// As [`super::validate`]; then nothing was changed.
pub fn to_dense(bytes: &mut Vec<u8>) -> Result<bool, Error> {
    let Form::Sparse(opcodes) = form(bytes)? else { return Ok(false) };
    let mut dense = vec![0; DENSE_LEN];
    dense[..HEADER].copy_from_slice(&bytes[..HEADER]);
    dense[4] = 0;
    if let Some(dense) = dense_mut(&mut dense) {
        sparse::unpack(opcodes, dense)?;
    }
    *bytes = dense;
    Ok(true)
}
