//! Slices: pointers and lengths of a plugin, looked at before they are followed.
#![expect(unsafe_code, reason = "a slice is a pointer that somebody else made")]

use russet_plugin_abi::Slice;

/// What is wrong with a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// It is null but has a length.
    Null,
    /// It is not UTF-8.
    NotText,
}

/// The bytes of a slice; `None` for one that is null.
///
/// # Safety
/// It is null, or its bytes can be read for as long as the result is used.
#[inline]
pub(super) unsafe fn bytes<'a>(slice: Slice) -> Result<Option<&'a [u8]>, Bad> {
    match (slice.data.is_null(), slice.len) {
        (true, 0) => Ok(None),
        (true, _) => Err(Bad::Null),
        (false, len) if len > isize::MAX as usize => Err(Bad::Null),
        // SAFETY: the caller's promise.
        (false, len) => Ok(Some(unsafe { std::slice::from_raw_parts(slice.data.cast(), len) })),
    }
}

/// The text of a slice; `None` for one that is null.
///
/// # Safety
/// As [`bytes`].
pub(super) unsafe fn text<'a>(slice: Slice) -> Result<Option<&'a str>, Bad> {
    // SAFETY: the caller's promise.
    match unsafe { bytes(slice) }? {
        None => Ok(None),
        Some(bytes) => std::str::from_utf8(bytes).map(Some).map_err(|_| Bad::NotText),
    }
}

/// An array of `count` elements, of `most` at most; `None` if it is null but not empty, or too long.
///
/// # Safety
/// It is null, or `count` elements can be read for as long as the result is used.
pub(super) unsafe fn array<'a, T>(from: *const T, count: usize, most: usize) -> Option<&'a [T]> {
    match (count, from.is_null() || !from.is_aligned()) {
        (0, _) => Some(&[]),
        (_, true) => None,
        (count, false) if count > most => None,
        // SAFETY: the caller's promise.
        (count, false) => Some(unsafe { std::slice::from_raw_parts(from, count) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_nothing_unless_it_has_a_length() {
        let null = |len| Slice { data: std::ptr::null(), len };
        // SAFETY: null is allowed, and the others are ours.
        unsafe {
            assert_eq!(bytes(Slice::NONE), Ok(None));
            assert_eq!(bytes(null(1)), Err(Bad::Null));
            assert_eq!(bytes(Slice { len: usize::MAX, ..Slice::of(b"x") }), Err(Bad::Null));
            assert_eq!(bytes(Slice::of(b"")), Ok(Some(&b""[..])));
            assert_eq!(text(Slice::of(b"ab")), Ok(Some("ab")));
            assert_eq!(text(Slice::of(b"\xff")), Err(Bad::NotText));
            assert_eq!(array::<u64>(std::ptr::null(), 0, 4), Some(&[][..]));
            assert_eq!(array::<u64>(std::ptr::null(), 1, 4), None);
            assert_eq!(array([1_u64, 2].as_ptr(), 2, 1), None);
            assert_eq!(array([1_u64, 2].as_ptr(), 2, 2), Some(&[1, 2][..]));
        }
    }
}
