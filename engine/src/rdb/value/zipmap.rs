//! Zipmap: the fields and values of a small hash in one string, as Redis before 2.6 kept them.
//!
//! ```text
//!  ┌───────┬────────┬───────┬────────┬──────┬───────┬──────┬─ ··· ─┬──────┐
//!  │ count │ length │ field │ length │ free │ value │ free │       │ 0xff │
//!  └───────┴────────┴───────┴────────┴──────┴───────┴──────┴─ ··· ─┴──────┘
//!  count   a byte; 254 for more than 253 pairs, which are to be counted
//!  length  a byte below 254, else 254 and four bytes, lowest first
//!  free    a byte: how many bytes behind the value are not used
//! ```

use crate::rdb::Error;

const END: u8 = 0xff;
/// The length stands in the four bytes behind; more pairs than can be counted.
const MANY: u8 = 254;

const CORRUPT: Error = Error::corrupt("Zipmap integrity check failed");

/// A field and its value.
pub(super) type Pair<'a> = (&'a [u8], &'a [u8]);

/// The fields and values of a zipmap, all of whose bytes are checked. O(n).
///
/// # Errors
/// If it is not one, or has no pair.
pub(super) fn pairs(zipmap: &[u8]) -> Result<Vec<Pair<'_>>, Error> {
    let (&count, mut rest) = zipmap.split_first().ok_or(CORRUPT)?;
    let mut pairs = Vec::new();
    while let Some((field, behind)) = length(rest)? {
        let (field, behind) = behind.split_at_checked(field).ok_or(CORRUPT)?;
        let (value, behind) = length(behind)?.ok_or(CORRUPT)?;
        let (&free, behind) = behind.split_first().ok_or(CORRUPT)?;
        let (value, behind) = behind.split_at_checked(value).ok_or(CORRUPT)?;
        pairs.push((field, value));
        rest = behind.get(usize::from(free)..).ok_or(CORRUPT)?;
    }
    let counted = count == MANY || usize::from(count) == pairs.len();
    if rest.len() == 1 && counted && !pairs.is_empty() { Ok(pairs) } else { Err(CORRUPT) }
}

/// A length and what stands behind it; `None` at the end.
fn length(bytes: &[u8]) -> Result<Option<(usize, &[u8])>, Error> {
    match bytes.split_first().ok_or(CORRUPT)? {
        (&END, _) => Ok(None),
        (&MANY, behind) => {
            let (length, behind) = behind.split_first_chunk().ok_or(CORRUPT)?;
            Ok(Some((u32::from_le_bytes(*length) as usize, behind)))
        }
        (&short, behind) => Ok(Some((usize::from(short), behind))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_whatever_is_free_behind_them() {
        let zipmap = b"\x02\x03foo\x03\0bar\xfe\x05\0\0\0hello\x05\x02world..\xff";
        assert_eq!(pairs(zipmap).unwrap(), [(&b"foo"[..], &b"bar"[..]), (b"hello", b"world")]);
        let mut many = zipmap.to_vec();
        many[0] = MANY;
        assert_eq!(pairs(&many).unwrap().len(), 2);
    }

    #[test]
    fn whatever_is_none_is_refused() {
        let zipmap = b"\x01\x03foo\x03\x01bar.\xff";
        assert_eq!(pairs(zipmap).unwrap().len(), 1);
        for end in 0..zipmap.len() {
            assert!(pairs(&zipmap[..end]).is_err(), "cut at {end}");
        }
        for wrong in [
            &b"\0\xff"[..],
            b"\x02\x03foo\x03\0bar\xff",
            b"\x01\x03foo\x03\0bar\xff\xff",
            b"\x01\x03foo\xff",
            b"\x01\x03foo\xfe\xff\xff\xff\xff\0bar\xff",
        ] {
            assert!(pairs(wrong).is_err(), "{wrong:?}");
        }
    }
}
