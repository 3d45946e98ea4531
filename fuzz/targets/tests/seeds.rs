//! The fuzz targets without a fuzzer: what the corpus holds, then what chance makes of it, for a few seconds each.
//!
//! `RUSSET_FUZZ_SECONDS` sets how many (3). A failure prints the input; `fuzz/run` searches with coverage.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use russet_fuzz_targets::{TARGETS, Target};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of an input, at most.
const LONGEST: usize = 2048;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(name);
    let entries = std::fs::read_dir(&directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a directory's entry").path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}

/// An input made from seeds: two of them crossed, or one changed here and there, or nothing but chance.
fn mutant(seeds: &[Vec<u8>], random: &mut StdRng) -> Vec<u8> {
    let mut input = seeds.choose(random).cloned().unwrap_or_default();
    match random.random_range(0..10) {
        0 => {
            input = vec![0; random.random_range(0..LONGEST)];
            random.fill(&mut input[..]);
        }
        1..5 => {
            let other = seeds.choose(random).map(Vec::as_slice).unwrap_or_default();
            input.truncate(random.random_range(0..=input.len()));
            input.extend_from_slice(&other[random.random_range(0..=other.len())..]);
        }
        _ => {}
    }
    for _ in 0..random.random_range(0..6) {
        let at = random.random_range(0..=input.len());
        match random.random_range(0..4) {
            0 if at < input.len() => input[at] = random.random(),
            1 if at < input.len() => drop(input.remove(at)),
            2 if at < input.len() => input[at] ^= 1 << random.random_range(0..8),
            _ => {
                let fresh: Vec<u8> = (0..random.random_range(1..9)).map(|_| random.random()).collect();
                input.splice(at..at, fresh).for_each(drop);
            }
        }
    }
    input.truncate(LONGEST);
    input
}

fn try_one((name, run): Target, input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(input))) {
        println!("{name} fails on: {}", input.escape_ascii());
        std::panic::resume_unwind(panic);
    }
}

fn exercise(name: &str) {
    let number = |variable: &str| std::env::var(variable).ok()?.parse::<u64>().ok();
    let target = *TARGETS.iter().find(|target| target.0 == name).expect("a target");
    let seeds = corpus(name);
    assert!(!seeds.is_empty(), "no seeds for {name}");
    seeds.iter().for_each(|seed| try_one(target, seed));
    let seconds = number("RUSSET_FUZZ_SECONDS").unwrap_or(3);
    let seed = number("RUSSET_FUZZ_SEED").unwrap_or_else(rand::random);
    println!("RUSSET_FUZZ_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (begun, mut count) = (Instant::now(), 0u64);
    while begun.elapsed() < Duration::from_secs(seconds) {
        try_one(target, &mutant(&seeds, &mut random));
        count += 1;
    }
    println!("{name}: {} seeds and {count} inputs made from them", seeds.len());
}

#[test]
fn resp() {
    exercise("resp");
}

#[test]
fn commands() {
    exercise("commands");
}

#[test]
fn config() {
    exercise("config");
}

#[test]
fn dict() {
    exercise("dict");
}

#[test]
fn map() {
    exercise("map");
}

#[test]
fn record() {
    exercise("record");
}
