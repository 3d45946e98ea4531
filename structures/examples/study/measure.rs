//! Fair times: candidates take turns, and the fastest of several rounds counts, since other work on the machine can
//! only make a round slower.

#![allow(dead_code, reason = "a kit for the experiments beside it: each takes the timing that it needs")]

use std::hint::black_box;
use std::time::{Duration, Instant};

/// One candidate: does its work once, on data of its own, and returns how long the part that counts took.
pub(crate) type Work<'a> = Box<dyn FnMut() -> Duration + 'a>;

/// How long `work` takes once. What it returns is used as far as the optimiser knows.
pub(crate) fn time<R>(work: impl FnOnce() -> R) -> Duration {
    let start = Instant::now();
    let result = work();
    let taken = start.elapsed();
    black_box(result);
    taken
}

/// Nanoseconds per operation of each candidate, which take turns for `rounds` rounds of `operations` operations:
/// the fastest round of each.
pub(crate) fn compare(rounds: usize, operations: usize, mut candidates: Vec<Work<'_>>) -> Vec<f64> {
    let mut best = vec![Duration::MAX; candidates.len()];
    for _ in 0..rounds {
        for (candidate, best) in candidates.iter_mut().zip(&mut best) {
            *best = (*best).min(candidate());
        }
    }
    best.iter().map(|time| time.as_nanos() as f64 / operations as f64).collect()
}

/// The first candidate's time over the second's.
pub(crate) fn ratio<'a>(rounds: usize, first: impl FnMut() -> Duration + 'a, second: impl FnMut() -> Duration + 'a) -> f64 {
    let times = compare(rounds, 1, vec![Box::new(first), Box::new(second)]);
    times[0] / times[1]
}

/// Repeats a short piece of work until it takes long enough to be timed; returns nanoseconds per call of the fastest
/// of 7 rounds.
pub(crate) fn nanoseconds(mut work: impl FnMut()) -> f64 {
    let mut calls = 1u32;
    let once = |work: &mut dyn FnMut(), calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed()
    };
    while once(&mut work, calls) < Duration::from_millis(2) {
        calls = calls.saturating_mul(2);
    }
    let best = (0..7).map(|_| once(&mut work, calls)).min().unwrap_or_default();
    best.as_nanos() as f64 / f64::from(calls)
}

/// About `count` sizes from `first` to `last`, evenly spread on a logarithmic axis, without repetition.
pub(crate) fn sizes(first: usize, last: usize, count: usize) -> Vec<usize> {
    let (low, high) = ((first as f64).ln(), (last as f64).ln());
    let at = |n: usize| (low + (high - low) * n as f64 / (count.max(2) - 1) as f64).exp().round() as usize;
    let mut sizes: Vec<usize> = (0..count).map(at).collect();
    sizes.dedup();
    sizes
}
