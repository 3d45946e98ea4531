//! What growing by one byte at a time costs a block, whose capacity follows the allocator's size classes.

use russet_structures::block::Block;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{compare, sizes, time};
use crate::plot;

plot! { "block-append", "Time to append a byte, to a block and to a Vec, by length", append }

fn append() -> Chart {
    let (mut block, mut vec) = (Vec::new(), Vec::new());
    for len in sizes(16, 1 << 20, 17) {
        let times = compare(
            9,
            len,
            vec![
                Box::new(|| {
                    time(|| {
                        let mut block = Block::new();
                        (0..len).for_each(|n| block.push(n as u8));
                        block
                    })
                }),
                Box::new(|| {
                    time(|| {
                        let mut vec = Vec::new();
                        (0..len).for_each(|n| vec.push(n as u8));
                        vec
                    })
                }),
            ],
        );
        block.push((len as f64, times[0]));
        vec.push((len as f64, times[1]));
    }
    Chart::new("Appending bytes one by one", ("length in bytes", Scale::Log), ("ns per byte", Scale::Linear))
        .line("Block", block)
        .line("Vec<u8>", vec)
}

plot! { "block-memory", "Bytes on the heap over length, of a block and a Vec that grew byte by byte", memory }

fn memory() -> Chart {
    let grown = |len: usize, block: bool| {
        let bytes = if block {
            bytes_of(|| (0..len).fold(Block::new(), |mut block, n| { block.push(n as u8); block })).0
        } else {
            bytes_of(|| (0..len).fold(Vec::new(), |mut vec, n| { vec.push(n as u8); vec })).0
        };
        (len as f64, bytes as f64 / len as f64)
    };
    let sizes = sizes(16, 1 << 16, 120);
    Chart::new("Heap of bytes that came one by one", ("length in bytes", Scale::Log), ("heap bytes per byte", Scale::Linear))
        .line("Block (the handle takes 8 bytes more)", sizes.iter().map(|len| grown(*len, true)).collect())
        .line("Vec<u8> (the handle takes 24 bytes more)", sizes.iter().map(|len| grown(*len, false)).collect())
}
