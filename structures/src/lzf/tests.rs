//! LZF against itself, against the `lzf` crate in both directions, and against bytes that nobody compressed.

use super::{Corrupt, MAX_EXPANSION, compress, decompress, worst_len};
use proptest::prelude::*;

fn packed(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let len = compress(input, worst_len(input.len()), &mut out);
    assert_eq!(len, Some(out.len()), "the worst length is enough");
    out
}

/// Inputs with repetitions: words out of a small number of them, and some noise.
fn repetitive() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        prop::sample::select(vec![
            &b"abc"[..],
            b"abcd",
            b"user:1000",
            b"\0\0\0\0\0\0\0\0\0\0\0\0",
            b"{\"id\":"
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(0u8..3, 0..40),
        prop::collection::vec(any::<u8>(), 0..40),
        (any::<u8>(), 1usize..700).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(word, 0..200).prop_map(|words| words.concat())
}

/// The format as its description says it, byte by byte.
fn plainly(packed: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut bytes) = (Vec::new(), packed.iter().map(|byte| usize::from(*byte)));
    while let Some(control) = bytes.next() {
        match control {
            ..32 => {
                for _ in 0..=control {
                    out.push(bytes.next()? as u8);
                }
            }
            _ => {
                let len = 2 + if control < 224 { control / 32 } else { 7 + bytes.next()? };
                let offset = 1 + control % 32 * 256 + bytes.next()?;
                for _ in 0..len {
                    out.push(*out.get(out.len().checked_sub(offset)?)?);
                }
            }
        }
    }
    Some(out)
}

proptest! {
    #[test]
    fn what_is_compressed_comes_back(input in repetitive()) {
        let packed = packed(&input);
        prop_assert!(packed.len() <= worst_len(input.len()));
        prop_assert_eq!(plainly(&packed), Some(input.clone()));
        prop_assert_eq!(decompress(&packed, input.len()), Ok(input.clone()));
        if !input.is_empty() {
            prop_assert_eq!(lzf::decompress(&packed, input.len()).ok(), Some(input.clone()));
            prop_assert_eq!(decompress(&packed, input.len() - 1), Err(Corrupt));
        }
        prop_assert_eq!(decompress(&packed, input.len() + 1), Err(Corrupt));
    }

    #[test]
    fn what_others_compress_is_read(input in repetitive()) {
        if let Ok(packed) = lzf::compress(&input) {
            prop_assert_eq!(decompress(&packed, input.len()), Ok(input));
        }
    }

    #[test]
    fn a_limit_is_kept(input in repetitive(), share in 0usize..=100) {
        let whole = packed(&input);
        let most = whole.len() * share / 100;
        let mut out = b"before".to_vec();
        let len = compress(&input, most, &mut out);
        prop_assert_eq!(len, (whole.len() <= most).then_some(whole.len()));
        prop_assert_eq!(&out[..6], b"before");
        prop_assert_eq!(out.len(), 6 + len.unwrap_or(0));
    }

    #[test]
    fn foreign_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), len in 0usize..5000) {
        let expected = plainly(&bytes);
        let right = expected.as_ref().map_or(usize::MAX, Vec::len);
        prop_assert_eq!(decompress(&bytes, len), expected.clone().filter(|out| out.len() == len).ok_or(Corrupt));
        if right < 1 << 20 {
            prop_assert_eq!(decompress(&bytes, right), expected.ok_or(Corrupt));
        }
    }
}

#[test]
fn a_claim_beyond_what_is_possible_allocates_nothing() {
    assert_eq!(decompress(b"\0a", usize::MAX), Err(Corrupt));
    assert_eq!(decompress(b"", 1), Err(Corrupt));
    assert_eq!(decompress(b"", 0), Ok(Vec::new()));
    // The best that there is: almost 88 bytes for each.
    let packed = packed(&[7; 26402]);
    assert_eq!(decompress(&packed, 26402), Ok(vec![7; 26402]));
    assert!(26402 <= packed.len() * MAX_EXPANSION && packed.len() <= 305);
}

#[test]
fn references_reach_as_far_as_they_may_and_no_further() {
    // A word stands twice, with zeros between.
    for (gap, found) in [(8192 - 12, true), (8192 - 11, false)] {
        let input = [&b"Hello world!"[..], &vec![0; gap], b"Hello world!"].concat();
        let packed = packed(&input);
        assert_eq!(decompress(&packed, input.len()), Ok(input));
        assert_eq!(packed.ends_with(b"\xff\x03\xff"), found, "a gap of {gap}");
    }
}

#[test]
fn each_way_to_be_corrupt_is_refused() {
    const CASES: [(&[u8], usize); 8] = [
        (b"\x02ab", 3),        // a run that is not there
        (b"\x20", 3),          // a reference without its offset
        (b"\xe0", 9),          // ... without its length
        (b"\xe0\x00", 9),      // ... with a length, without its offset
        (b"\x20\x00", 3),      // an offset before the beginning
        (b"\x00a\x20\x01", 4), // ... by one
        (b"\x00a\x20\x00", 3), // more than was claimed, by a reference
        (b"\x01ab", 1),        // ... by a run
    ];
    for (bytes, len) in CASES {
        assert_eq!(decompress(bytes, len), Err(Corrupt), "{bytes:?}");
    }
    assert_eq!(decompress(b"\x00a\x20\x00", 4), Ok(b"aaaa".to_vec()));
}
