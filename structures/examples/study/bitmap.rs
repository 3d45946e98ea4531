//! How fast bits are counted, sought and combined, and from which density on a plain bitmap is the smaller set.

use std::collections::HashSet;
use std::hint::black_box;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use roaring::RoaringBitmap;
use russet_structures::bitmap::{self, Operation, portable};
use russet_structures::intset::Intset;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{nanoseconds, sizes};
use crate::plot;

/// Bytes in which nothing repeats.
fn noise(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    StdRng::seed_from_u64(7).fill(&mut bytes[..]);
    bytes
}

/// Uses a result, as far as the optimiser knows.
fn done<T>(result: T) {
    black_box(result);
}

/// A line of gigabytes per second by size.
fn speeds(sizes: &[usize], mut work: impl FnMut(usize)) -> Vec<(f64, f64)> {
    sizes.iter().map(|&len| (len as f64, len as f64 / nanoseconds(|| work(len)))).collect()
}

plot! { "bitmap-count", "Gigabytes of which the ones are counted in a second, by length", count }

/// Every bit looked at.
fn one_by_one(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| (0..8).map(|bit| u64::from(byte >> bit & 1)).sum::<u64>()).sum()
}

/// What one writes with the standard library.
fn words(bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(8);
    let rest: u64 = words.remainder().iter().map(|byte| u64::from(byte.count_ones())).sum();
    let word = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().expect("8 bytes"));
    rest + words.map(|bytes| u64::from(word(bytes).count_ones())).sum::<u64>()
}

fn count() -> Chart {
    let bytes = noise(64 << 20);
    let all = sizes(16, 64 << 20, 23);
    let line = |count: fn(&[u8]) -> u64| speeds(&all, |len| done(count(black_box(&bytes[..len]))));
    Chart::new("Counting ones", ("length in bytes", Scale::Log), ("GB/s", Scale::Log))
        .line("count, with 256-bit vectors", line(bitmap::count))
        .line("count, portable", line(portable::count))
        .line("count_ones of u64 chunks", line(words))
        .line("count_ones of each byte", line(|bytes| bytes.iter().map(|byte| u64::from(byte.count_ones())).sum()))
        .line("bit by bit", line(one_by_one))
}

plot! { "bitmap-position", "Gigabytes of zeros that are passed over in a second, by length", position }

fn position() -> Chart {
    let mut bytes = vec![0u8; 64 << 20];
    let all = sizes(16, 64 << 20, 23);
    let mut line = |find: fn(&[u8]) -> Option<usize>| {
        speeds(&all, |len| {
            // The one is at the end of what is searched.
            bytes[len - 1] = 1;
            done(find(black_box(&bytes[..len])));
            bytes[len - 1] = 0;
        })
    };
    Chart::new("Where is the first one?", ("zeros before it, bytes", Scale::Log), ("GB/s", Scale::Log))
        .line("position, with 256-bit vectors", line(|bytes| bitmap::position(bytes, true).map(|bit| bit as usize)))
        .line("position, portable", line(|bytes| portable::first_other(bytes, 0)))
        .line("chunks_exact(8).position", line(|bytes| bytes.chunks_exact(8).position(|word| word != [0; 8])))
        .line("iter().position", line(|bytes| bytes.iter().position(|byte| *byte != 0)))
}

plot! { "bitmap-operation", "Gigabytes of inputs that are combined in a second, by length", operation }

fn operation() -> Chart {
    let bytes = noise(32 << 20);
    let all = sizes(64, 4 << 20, 17);
    let inputs = |count: usize, len: usize| -> Vec<&[u8]> { (0..count).map(|n| &bytes[n * (4 << 20)..][..len]).collect() };
    let here = |count: usize| speeds(&all, |len| done(bitmap::combine(Operation::And, &inputs(count, len))));
    let one_after_the_other = |count: usize| {
        speeds(&all, |len| {
            let inputs = inputs(count, len);
            let mut result = inputs[0].to_vec();
            for input in &inputs[1..] {
                result.iter_mut().zip(*input).for_each(|(byte, other)| *byte &= other);
            }
            done(result);
        })
    };
    let times = |line: Vec<(f64, f64)>, count: usize| line.into_iter().map(|(len, speed)| (len, speed * count as f64)).collect();
    Chart::new("AND of several strings", ("length of each input, bytes", Scale::Log), ("GB/s of inputs", Scale::Linear))
        .line("combine, 8 inputs", times(here(8), 8))
        .line("one input after the other, 8", times(one_after_the_other(8), 8))
        .line("combine, 2 inputs", times(here(2), 2))
        .line("one input after the other, 2", times(one_after_the_other(2), 2))
}

/// Numbers are below this: a bitmap of 2 MiB.
const UNIVERSE: u32 = 1 << 24;

/// Every number with this probability.
fn chosen(density: f64, seed: u64) -> Vec<u32> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..UNIVERSE).filter(|_| random.random::<f64>() < density).collect()
}

fn bitmap_of(numbers: &[u32]) -> Vec<u8> {
    // What SETBIT makes: as long as the highest number wants.
    let mut bytes = vec![0; numbers.last().map_or(0, |last| bitmap::bytes_for(u64::from(*last)) as usize)];
    for number in numbers {
        bitmap::set(&mut bytes, u64::from(*number), true);
    }
    bytes
}

fn densities() -> impl Iterator<Item = f64> {
    (0..=20).map(|step| 10f64.powf(-5.0 + f64::from(step) / 4.0)).map(|density| density.min(0.999))
}

plot! { "bitmap-bytes", "Bytes of a set of numbers below 16.8 million, by how many of them are in it", set_bytes }

fn set_bytes() -> Chart {
    let mut lines = [const { Vec::new() }; 4];
    for density in densities() {
        let numbers = chosen(density, 1);
        let intset = || numbers.iter().map(|number| i64::from(*number)).fold(Intset::new(), |mut set, number| {
            set.insert(number);
            set
        });
        let heaps = [
            bytes_of(|| bitmap_of(&numbers)).0,
            bytes_of(|| RoaringBitmap::from_sorted_iter(numbers.iter().copied())).0,
            bytes_of(intset).0,
            bytes_of(|| numbers.iter().copied().collect::<HashSet<u32>>()).0,
        ];
        for (line, heap) in lines.iter_mut().zip(heaps) {
            line.push((100.0 * density, heap as f64));
        }
    }
    let [plain, roaring, intset, hashed] = lines;
    Chart::new("A set of numbers below 16.8 million", ("percent of them that are in the set", Scale::Log), ("heap bytes", Scale::Log))
        .line("bitmap", plain)
        .line("RoaringBitmap", roaring)
        .line("intset", intset)
        .line("HashSet<u32>", hashed)
}

plot! { "bitmap-intersection", "Time to count the numbers that two sets share, by how many of them are in each", intersection }

fn intersection() -> Chart {
    let mut lines = [const { Vec::new() }; 3];
    for density in densities() {
        let (a, b) = (chosen(density, 1), chosen(density, 2));
        let (plain_a, plain_b) = (bitmap_of(&a), bitmap_of(&b));
        let roaring = |numbers: &[u32]| RoaringBitmap::from_sorted_iter(numbers.iter().copied()).expect("sorted");
        let (roaring_a, roaring_b) = (roaring(&a), roaring(&b));
        let plain = || bitmap::count(&bitmap::combine(Operation::And, &[&plain_a, &plain_b]));
        assert_eq!(plain(), roaring_a.intersection_len(&roaring_b));
        let mut times = vec![
            nanoseconds(|| done(plain())),
            nanoseconds(|| done(roaring_a.intersection_len(&roaring_b))),
        ];
        // Denser ones take seconds.
        if density < 0.05 {
            let [set_a, set_b] = [&a, &b].map(|numbers| numbers.iter().copied().collect::<HashSet<u32, ahash::RandomState>>());
            times.push(nanoseconds(|| done(set_a.intersection(&set_b).count())));
        }
        for (line, time) in lines.iter_mut().zip(times) {
            line.push((100.0 * density, time / 1e3));
        }
    }
    let [plain, roaring, hashed] = lines;
    Chart::new("How many are in both of two sets?", ("percent of 16.8 million numbers in each set", Scale::Log), ("microseconds", Scale::Log))
        .line("bitmap: BITOP AND, BITCOUNT", plain)
        .line("RoaringBitmap::intersection_len", roaring)
        .line("HashSet<u32>, ahash: intersection().count()", hashed)
}
