//! What a string takes around its bytes, and what growing costs, of SDS and what a Rust program would use.

use bytes::{Bytes, BytesMut};
use russet_structures::block::Block;
use russet_structures::sds::Sds;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{compare, sizes, time};
use crate::plot;

plot! { "sds-overhead", "Bytes beyond the length, of strings that were made at their length", overhead }

fn overhead() -> Chart {
    let lengths: Vec<usize> = (1..=320).collect();
    let line = |take: &dyn Fn(&[u8]) -> usize| -> Vec<(f64, f64)> {
        lengths.iter().map(|&len| (len as f64, (take(&vec![b'x'; len]) - len) as f64)).collect()
    };
    Chart::new("A string beyond its bytes", ("length in bytes", Scale::Linear), ("heap and handle, less length, bytes", Scale::Linear))
        .line("bytes::Bytes", line(&|text| size_of::<Bytes>() + bytes_of(|| Bytes::copy_from_slice(text)).0))
        .line("String, Vec<u8>", line(&|text| size_of::<Vec<u8>>() + bytes_of(|| text.to_vec()).0))
        .line("Block", line(&|text| size_of::<Block>() + bytes_of(|| Block::from_slice(text)).0))
        .line("SDS", line(&|text| size_of::<Sds>() + bytes_of(|| Sds::from(text)).0))
}

/// What is appended at a time.
const PIECE: &[u8; 10] = b"ten bytes.";

plot! { "sds-append", "Time to append ten bytes, by the length that is reached", append }

fn append() -> Chart {
    let mut lines = [const { Vec::new() }; 5];
    for len in sizes(20, 10 << 20, 20) {
        let pieces = len.div_ceil(PIECE.len());
        // Short strings are made often, so that the clock's own time does not count.
        let times = 10_000usize.div_ceil(pieces);
        macro_rules! grow {
            ($type:ty, $append:ident) => {
                Box::new(|| {
                    time(|| {
                        for _ in 0..times {
                            let mut string = <$type>::new();
                            (0..pieces).for_each(|_| string.$append(std::hint::black_box(PIECE)));
                            std::hint::black_box(&string);
                        }
                    })
                })
            };
        }
        let found = compare(9, pieces * times, vec![
            grow!(Sds, append),
            grow!(Vec<u8>, extend_from_slice),
            Box::new(|| {
                time(|| {
                    for _ in 0..times {
                        let mut string = String::new();
                        (0..pieces).for_each(|_| string.push_str(std::hint::black_box("ten bytes.")));
                        std::hint::black_box(&string);
                    }
                })
            }),
            grow!(BytesMut, extend_from_slice),
            grow!(Block, extend_from_slice),
        ]);
        for (line, nanoseconds) in lines.iter_mut().zip(found) {
            line.push((len as f64, nanoseconds));
        }
    }
    let [sds, vec, string, mutable, block] = lines;
    Chart::new("Appending ten bytes at a time", ("length reached, bytes", Scale::Log), ("ns per append", Scale::Linear))
        .line("SDS", sds)
        .line("Vec<u8>", vec)
        .line("String", string)
        .line("bytes::BytesMut", mutable)
        .line("Block", block)
}

plot! { "sds-growth", "Heap bytes per byte of strings that grew ten bytes at a time", growth }

fn growth() -> Chart {
    let sizes = sizes(20, 20 << 20, 90);
    macro_rules! line {
        ($type:ty, $append:ident) => {
            sizes.iter().map(|&len| {
                let grow = || {
                    let mut string = <$type>::new();
                    (0..len / PIECE.len()).for_each(|_| string.$append(PIECE));
                    string
                };
                let (heap, string) = bytes_of(grow);
                (len as f64, heap as f64 / string.len() as f64)
            })
        };
    }
    Chart::new("Heap of strings that grew", ("length reached, bytes", Scale::Log), ("heap bytes per byte", Scale::Linear))
        .line("SDS (the handle takes 8 bytes more)", line!(Sds, append).collect())
        .line("Vec<u8> (24)", line!(Vec<u8>, extend_from_slice).collect())
        .line("bytes::BytesMut (32)", line!(BytesMut, extend_from_slice).collect())
        .line("Block (8)", line!(Block, extend_from_slice).collect())
}
