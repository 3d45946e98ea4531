//! The ziplist's cascade, and what an element takes, beside a listpack.

use russet_structures::listpack::Listpack;
use russet_structures::ziplist::Ziplist;

use crate::chart::{Chart, Scale};
use crate::measure::{compare, sizes, time};
use crate::plot;

/// The size of each entry: 250 to 253 bytes, so that a wide previous length takes every one beyond 253.
const TEXTS: [usize; 4] = [247, 248, 249, 250];

/// An entry of 254 bytes: whoever stands behind it needs a wide field.
const LONG: [u8; 251] = [b'y'; 251];

/// An entry of 253 bytes.
const SHORT: [u8; 250] = [b'y'; 250];

plot! { "ziplist-cascade", "Time of one insertion at the head, by number of entries of 250 to 253 bytes", cascade }

fn cascade() -> Chart {
    let mut lines = [const { Vec::new() }; 4];
    for count in sizes(4, 1 << 14, 13) {
        let texts: Vec<Vec<u8>> = (0..count).map(|n| vec![b'x'; TEXTS[n % 4]]).collect();
        let refs = || texts.iter().map(|text| &text[..]);
        let (ziplist, listpack): (Ziplist, Listpack) = (refs().collect(), refs().collect());
        let room = 4 * count + 300;
        let ours = |text: &'static [u8]| {
            let ziplist = &ziplist;
            Box::new(move || {
                let mut ziplist = ziplist.clone();
                ziplist.reserve(room);
                time(|| ziplist.push_front(text))
            })
        };
        let step_by_step = || {
            let mut bytes = ziplist.as_bytes().to_vec();
            bytes.reserve(room);
            let taken = time(|| one_by_one(&mut bytes));
            let mut once = ziplist.clone();
            once.push_front(&LONG[..]);
            assert!(bytes == once.as_bytes(), "the same bytes either way");
            taken
        };
        let packed = || {
            let mut listpack = listpack.clone();
            listpack.reserve(room);
            time(|| listpack.push_front(&LONG[..]))
        };
        let rounds = if count > 4000 { 5 } else { 15 };
        let times =
            compare(rounds, 1, vec![Box::new(step_by_step), ours(&LONG), ours(&SHORT), Box::new(packed)]);
        lines.iter_mut().zip(times).for_each(|(line, nanos)| line.push((count as f64, nanos / 1000.0)));
    }
    let [steps, cascade, plain, listpack] = lines;
    Chart::new("One insertion at the head", ("entries of 250 to 253 bytes", Scale::Log), ("microseconds", Scale::Log))
        .line("ziplist, cascade, a move for each entry", steps)
        .line("ziplist, cascade in one pass (russet)", cascade)
        .line("ziplist, no cascade", plain)
        .line("listpack", listpack)
}

/// Inserts [`LONG`] in front of a ziplist of narrow entries, and then moves all that follows once for each entry that
/// grows.
fn one_by_one(bytes: &mut Vec<u8>) {
    let mut size = LONG.len() + 3;
    let entry = [&[0, 0x40, LONG.len() as u8][..], &LONG].concat();
    let mut tail = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize + size;
    bytes.splice(10..10, entry);
    let mut at = 10 + size;
    while bytes[at] != 0xff {
        // Encoding of two bytes, of which the second has all of the length.
        let next = 1 + 2 + usize::from(bytes[at + 2]);
        if tail != at {
            tail += 4;
        }
        let wide = (size as u32).to_le_bytes();
        bytes.splice(at..=at, [0xfe, wide[0], wide[1], wide[2], wide[3]]);
        size = next + 4;
        at += size;
    }
    let total = bytes.len() as u32;
    bytes[..4].copy_from_slice(&total.to_le_bytes());
    bytes[4..8].copy_from_slice(&(tail as u32).to_le_bytes());
    let count = u16::from_le_bytes([bytes[8], bytes[9]]) + 1;
    bytes[8..10].copy_from_slice(&count.to_le_bytes());
}

plot! { "ziplist-bytes", "Bytes beside a string's own in a ziplist and a listpack, by its length", overhead }

fn overhead() -> Chart {
    let text = |len: usize| vec![b'x'; len];
    let line = |bytes: fn(&[u8]) -> usize| -> Vec<(f64, f64)> {
        (0..=320).map(|len| (len as f64, bytes(&text(len)) as f64 / 100.0 - len as f64)).collect()
    };
    let ziplist = line(|text| {
        // Without the first, which has none before it.
        let many: Ziplist = (0..101).map(|_| text).collect();
        many.bytes() - Ziplist::from_iter([text]).bytes()
    });
    let listpack = line(|text| (0..100).map(|_| text).collect::<Listpack>().bytes() - 7);
    Chart::new("A hundred strings of the same length", ("length of a string", Scale::Linear), ("bytes beside the string", Scale::Linear))
        .line("ziplist", ziplist)
        .line("listpack", listpack)
        .y_range(0.0, 8.0)
}
