//! LZF beside the `lzf` crate, a translation of liblzf: what is left of the input, and what it costs.

use russet_structures::lzf::{compress, decompress_into, worst_len};

use crate::chart::{Chart, Scale};
use crate::measure::{nanoseconds, sizes};
use crate::plot;

/// Elements as a list of events might hold them: JSON objects of about 90 bytes.
pub(crate) fn events(len: usize) -> Vec<u8> {
    let mut state = 7u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 33) % below
    };
    let mut out = Vec::new();
    while out.len() < len {
        let kind = ["login", "logout", "purchase", "view"][random(4) as usize];
        let (user, time, page) = (random(1_000_000), 1_700_000_000 + random(10_000_000), random(500));
        let event = format!(r#"{{"event":"{kind}","user":{user},"time":{time},"page":"/shop/item/{page}"}}"#);
        out.extend_from_slice(event.as_bytes());
    }
    out.truncate(len);
    out
}

/// Bytes without repetitions.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 7u64;
    let step = |_| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 56) as u8
    };
    (0..len).map(step).collect()
}

fn ours(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(worst_len(input.len()));
    let len = compress(input, worst_len(input.len()), &mut out);
    assert_eq!(len, Some(out.len()));
    out
}

plot! { "lzf-ratio", "Size after compression over size before, by size", ratio }

fn ratio() -> Chart {
    let (mut russet, mut theirs) = (Vec::new(), Vec::new());
    for len in sizes(64, 1 << 16, 21) {
        let input = events(len);
        russet.push((len as f64, ours(&input).len() as f64 / len as f64));
        let other = lzf::compress(&input).map_or(len, |out| out.len());
        theirs.push((len as f64, other as f64 / len as f64));
    }
    Chart::new("JSON events of about 90 bytes", ("bytes before", Scale::Log), ("bytes after, per byte before", Scale::Linear))
        .line("russet", russet)
        .line("lzf crate", theirs)
}

plot! { "lzf-time", "Time per byte of input to compress and decompress, by size", speed }

fn speed() -> Chart {
    let mut lines = [const { Vec::new() }; 6];
    for len in sizes(64, 1 << 16, 11) {
        let (input, noise) = (events(len), noise(len));
        let (packed, mut room) = (ours(&input), vec![0; len]);
        let mut out = Vec::new();
        let mut ours = |input: &[u8]| {
            nanoseconds(|| {
                out.clear();
                std::hint::black_box(compress(input, input.len(), &mut out));
            })
        };
        let theirs = |input: &[u8]| nanoseconds(|| drop(std::hint::black_box(lzf::compress(input))));
        let times = [
            ours(&input),
            theirs(&input),
            ours(&noise),
            theirs(&noise),
            nanoseconds(|| assert!(decompress_into(&packed, std::hint::black_box(&mut room)).is_ok())),
            nanoseconds(|| drop(std::hint::black_box(lzf::decompress(&packed, len)))),
        ];
        lines.iter_mut().zip(times).for_each(|(line, time)| line.push((len as f64, time / len as f64)));
    }
    let [a, b, c, d, e, f] = lines;
    Chart::new("LZF: time per byte", ("bytes of the original", Scale::Log), ("ns per byte", Scale::Log))
        .line("russet, compress events", a)
        .line("lzf crate, compress events", b)
        .line("russet, compress noise", c)
        .line("lzf crate, compress noise", d)
        .line("russet, decompress events", e)
        .line("lzf crate, decompress events", f)
}
