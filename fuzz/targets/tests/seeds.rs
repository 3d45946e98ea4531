//! The fuzz targets without a fuzzer: what the corpus holds, then what chance makes of it, for a few seconds each.
//!
//! `RUSSET_FUZZ_SECONDS` sets how many (3). A failure prints the input; `fuzz/run` searches with coverage.

use libtest_mimic::{Arguments, Failed, Trial};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use russet_fuzz_targets::{Target, targets};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Bytes of an input, at most.
const LONGEST: usize = 2048;

fn corpus(name: &str) -> std::io::Result<Vec<Vec<u8>>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(name);
    let entries = std::fs::read_dir(directory)?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    files.iter().map(std::fs::read).collect()
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

fn try_one(target: &Target, input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        println!("{} fails on: {}", target.name(), input.escape_ascii());
        std::panic::resume_unwind(panic);
    }
}

fn exercise(target: &Target) -> Result<(), Failed> {
    let number = |variable: &str| std::env::var(variable).ok()?.parse::<u64>().ok();
    let name = target.name();
    let seeds = corpus(name)?;
    if seeds.is_empty() {
        return Err(format!("no seeds for {name}").into());
    }
    seeds.iter().for_each(|seed| try_one(target, seed));
    let seconds = number("RUSSET_FUZZ_SECONDS").unwrap_or(3);
    let seed = number("RUSSET_FUZZ_SEED").unwrap_or_else(rand::random);
    let mut random = StdRng::seed_from_u64(seed);
    let (begun, mut count) = (Instant::now(), 0u64);
    while begun.elapsed() < Duration::from_secs(seconds) {
        try_one(target, &mutant(&seeds, &mut random));
        count += 1;
    }
    println!("{name}: {} seeds and {count} inputs made from them (RUSSET_FUZZ_SEED={seed})", seeds.len());
    Ok(())
}

/// A folder of seeds that no target has belongs to a target that was renamed or never registered.
fn every_folder_has_a_target() -> Result<(), Failed> {
    let names: Vec<&str> = targets().iter().map(|target| target.name()).collect();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus"))? {
        let folder = entry?.file_name().into_string().unwrap_or_default();
        if !names.contains(&folder.as_str()) {
            return Err(format!("fuzz/corpus/{folder} has no target in fuzz/targets/src").into());
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test("every_folder_has_a_target", every_folder_has_a_target)];
    trials.extend(targets().into_iter().map(|target| Trial::test(target.name(), move || exercise(target))));
    libtest_mimic::run(&arguments, trials).exit_code()
}
