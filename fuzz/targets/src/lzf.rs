//! LZF: round trips, limits, and bytes that nobody compressed.

use russet_structures::lzf::{Corrupt, MAX_EXPANSION, compress, decompress, decompress_into, worst_len};

/// Longer results are not compared: a few bytes may stand for many.
const LONGEST: usize = 1 << 20;

target! { run, "what is compressed comes back; other bytes give what the format says, or are refused" }

/// Input: three bytes that say what is claimed, then text, which is also taken for compressed data.
pub fn run(data: &[u8]) {
    let Some((&[a, b, c], bytes)) = data.split_first_chunk() else { return };
    let claimed = usize::from(u16::from_le_bytes([a, b])) << (c % 48);
    round_trip(bytes, usize::from(c));
    // Repetitions, of which chance makes few.
    let repeated = bytes.repeat(1 + usize::from(a % 8));
    round_trip(&repeated, usize::from(b));
    foreign(bytes, claimed);
}

fn round_trip(input: &[u8], share: usize) {
    let mut packed = b"before".to_vec();
    let len = compress(input, worst_len(input.len()), &mut packed);
    assert_eq!(len, Some(packed.len() - 6), "the worst length is enough");
    let packed = packed.split_off(6);
    assert_eq!(decompress(&packed, input.len()).as_deref(), Ok(input));
    assert_eq!(plainly(&packed).as_deref(), Some(input));
    let most = packed.len() * share / 255;
    let mut out = b"before".to_vec();
    let fits = compress(input, most, &mut out);
    assert_eq!(fits, (packed.len() <= most).then_some(packed.len()));
    assert!(out.starts_with(b"before") && out.len() == 6 + fits.unwrap_or(0));
}

fn foreign(packed: &[u8], claimed: usize) {
    let right = plainly(packed);
    let lens = [claimed, claimed % 4096, right.as_ref().map_or(0, Vec::len)];
    for len in lens {
        let result = decompress(packed, len);
        let expected = right.clone().filter(|out| out.len() == len).ok_or(Corrupt);
        if len > packed.len() * MAX_EXPANSION {
            assert_eq!(result, Err(Corrupt));
        } else if right.as_ref().is_none_or(|out| out.len() < LONGEST) {
            assert_eq!(result, expected);
        }
        // Nothing around the place is touched.
        let mut room = vec![0xa5; (len % LONGEST) + 16];
        let end = room.len() - 8;
        let _ = decompress_into(packed, &mut room[8..end]);
        assert!(room[..8] == [0xa5; 8] && room[end..] == [0xa5; 8]);
    }
}

/// The format as its description says it, byte by byte; `None` where it is broken, or gives too much to compare.
fn plainly(packed: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut bytes) = (Vec::new(), packed.iter().map(|byte| usize::from(*byte)));
    while let Some(control) = bytes.next() {
        if control < 32 {
            for _ in 0..=control {
                out.push(bytes.next()? as u8);
            }
            continue;
        }
        let len = 2 + if control < 224 { control / 32 } else { 7 + bytes.next()? };
        let offset = 1 + control % 32 * 256 + bytes.next()?;
        for _ in 0..len {
            out.push(*out.get(out.len().checked_sub(offset)?)?);
        }
    }
    Some(out)
}
