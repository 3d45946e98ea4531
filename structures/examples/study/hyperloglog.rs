//! How right HyperLogLogs are and what they take: the error by cardinality, the way from sparse to dense, memory
//! beside exact sets and the crate `hyperloglogplus`.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use hyperloglogplus::{HyperLogLog, HyperLogLogPlus};
use roaring::RoaringTreemap;
use russet_structures::hyperloglog::{self, DENSE_LEN, SPARSE_MAX_BYTES, STANDARD_ERROR};
use russet_structures::map::Set;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::sizes;
use crate::{bar, plot};

/// The `n`-th element of the `trial`-th experiment: no two are equal.
fn element(trial: u64, n: u64) -> [u8; 8] {
    (trial << 40 | n).to_le_bytes()
}

/// Relative errors, in percent, at each of these cardinalities, of one HyperLogLog that grows.
fn errors(trial: u64, cardinalities: &[usize]) -> Vec<f64> {
    let mut hll = hyperloglog::new();
    let mut next = 0;
    let mut error = |cardinality: &usize| {
        for n in next..*cardinality as u64 {
            hyperloglog::add(&mut hll, &element(trial, n), SPARSE_MAX_BYTES).expect("a sound one");
        }
        next = *cardinality as u64;
        let count = hyperloglog::count(&hll).expect("a sound one");
        (count as f64 / *cardinality as f64 - 1.0) * 100.0
    };
    cardinalities.iter().map(&mut error).collect()
}

/// The root of the mean square, for each cardinality, over experiments.
fn root_mean_square(errors: &[Vec<f64>]) -> Vec<f64> {
    let square = |at: usize| errors.iter().map(|trial| trial[at] * trial[at]).sum::<f64>();
    (0..errors[0].len()).map(|at| (square(at) / errors.len() as f64).sqrt()).collect()
}

fn points(xs: &[usize], ys: &[f64]) -> Vec<(f64, f64)> {
    xs.iter().zip(ys).map(|(x, y)| (*x as f64, *y)).collect()
}

plot! { "hyperloglog-error", "Relative error from 1 to 100M elements, with the theoretical band", error }

fn error() -> Chart {
    const TRIALS: u64 = 40;
    let cardinalities = sizes(1, 100_000_000, 81);
    let trials: Vec<_> = (0..TRIALS).map(|trial| errors(trial, &cardinalities)).collect();
    let band = STANDARD_ERROR * 100.0;
    let mut chart = Chart::new(
        "Relative error of the count",
        ("different elements", Scale::Log),
        ("error in percent", Scale::Linear),
    )
    .y_range(-2.5, 2.5)
    .band("one standard error, 1.04 / sqrt(16384) = 0.81%", cardinalities.iter().map(|x| (*x as f64, -band, band)).collect());
    for (nth, trial) in trials.iter().take(3).enumerate() {
        chart = chart.line(&format!("HyperLogLog {}", nth + 1), points(&cardinalities, trial));
    }
    chart.line(&format!("root mean square of {TRIALS}"), points(&cardinalities, &root_mean_square(&trials)))
}

bar! {
    "hyperloglog-error",
    "root mean square error of 1000 HLLs over 1.04/sqrt(16384), the largest of 7 cardinalities from 10k to 1M",
    1.1,
    worst_error
}

/// With 1000 independent errors their root mean square has a standard error of 1 / sqrt(2000) = 2.2%. The largest of
/// seven that go together is allowed four of them, and one more hundredth for 1.04, which is rounded.
fn worst_error() -> f64 {
    let cardinalities = [10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];
    let trials: Vec<_> = (0..1000).map(|trial| errors(1000 + trial, &cardinalities)).collect();
    let rms = root_mean_square(&trials);
    let mean = |at: usize| trials.iter().map(|trial| trial[at]).sum::<f64>() / trials.len() as f64;
    for (at, cardinality) in cardinalities.iter().enumerate() {
        eprintln!("      {cardinality}: {:.3}% root mean square, {:+.3}% mean", rms[at], mean(at));
    }
    rms.into_iter().fold(0.0, f64::max) / (STANDARD_ERROR * 100.0)
}

plot! { "hyperloglog-promotion", "Bytes by cardinality, around the limit at which a sparse one becomes dense", promotion }

fn promotion() -> Chart {
    const TRIALS: u64 = 100;
    let cardinalities: Vec<usize> = (0..=150).map(|step| step * 20).collect();
    let grow = |trial: u64, max_len: usize| {
        let mut hll = hyperloglog::new();
        let mut next = 0;
        let mut len = |cardinality: &usize| {
            for n in next..*cardinality as u64 {
                hyperloglog::add(&mut hll, &element(trial, n), max_len).expect("a sound one");
            }
            next = *cardinality as u64;
            hll.len() as f64
        };
        cardinalities.iter().map(&mut len).collect::<Vec<f64>>()
    };
    let trials = |max_len: usize| (0..TRIALS).map(|trial| grow(trial, max_len)).collect::<Vec<_>>();
    let (limited, free) = (trials(SPARSE_MAX_BYTES), trials(DENSE_LEN));
    let mean = |trials: &[Vec<f64>], at: usize| trials.iter().map(|trial| trial[at]).sum::<f64>() / TRIALS as f64;
    let line = |trials: &[Vec<f64>]| {
        cardinalities.iter().enumerate().map(|(at, x)| (*x as f64, mean(trials, at))).collect::<Vec<_>>()
    };
    Chart::new(
        "From sparse to dense",
        ("different elements", Scale::Linear),
        ("bytes of the string", Scale::Linear),
    )
    .line("one with hll-sparse-max-bytes 3000", points(&cardinalities, &limited[0]))
    .line("the mean of 100", line(&limited))
    .line("the mean of 100 without a limit", line(&free))
}

/// `hyperloglogplus` with registers of 6 bits and as many, and a hash as good as ours.
type Crate<H> = HyperLogLogPlus<[u8; 8], H>;

/// The hash of an element as Redis takes it, for the crate: both see the same random numbers.
#[derive(Default)]
struct Murmur(u64);

impl Hasher for Murmur {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hyperloglog::murmur_hash_64a(bytes, self.0);
    }
    fn write_usize(&mut self, _: usize) {}
}

type BuildMurmur = BuildHasherDefault<Murmur>;

fn crates_own<H: BuildHasher>(hasher: H) -> Crate<H> {
    HyperLogLogPlus::new(14, hasher).expect("a precision that is allowed")
}

plot! { "hyperloglog-crate", "Root mean square error by cardinality, beside hyperloglogplus", beside_crate }

fn beside_crate() -> Chart {
    const TRIALS: u64 = 200;
    let cardinalities = sizes(1, 1_000_000, 49);
    let theirs = |trial: u64| {
        let mut hll = crates_own(BuildMurmur::default());
        let mut next = 0;
        let mut error = |cardinality: &usize| {
            (next..*cardinality as u64).for_each(|n| hll.insert(&element(trial, n)));
            next = *cardinality as u64;
            (hll.count() / *cardinality as f64 - 1.0) * 100.0
        };
        cardinalities.iter().map(&mut error).collect::<Vec<f64>>()
    };
    let ours: Vec<_> = (0..TRIALS).map(|trial| errors(trial, &cardinalities)).collect();
    let theirs: Vec<_> = (0..TRIALS).map(theirs).collect();
    let band = STANDARD_ERROR * 100.0;
    Chart::new(
        "Root mean square error of 200, with 16384 registers each",
        ("different elements", Scale::Log),
        ("error in percent", Scale::Linear),
    )
    .band("up to 1.04 / sqrt(16384) = 0.81%", cardinalities.iter().map(|x| (*x as f64, 0.0, band)).collect())
    .line("Russet's and Redis's (Ertl's estimator)", points(&cardinalities, &root_mean_square(&ours)))
    .line("hyperloglogplus (sparse, then bias tables)", points(&cardinalities, &root_mean_square(&theirs)))
}

plot! { "hyperloglog-memory", "Heap bytes by cardinality, beside exact sets and hyperloglogplus", memory }

fn memory() -> Chart {
    let cardinalities = sizes(1, 1_000_000, 31);
    let scrambled = |n: usize| (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let measure = |build: &dyn Fn(usize) -> usize| {
        cardinalities.iter().map(|count| (*count as f64, build(*count).max(1) as f64)).collect::<Vec<_>>()
    };
    let text = |n: usize| format!("user:{}", 1_000_000 + n).into_bytes().into_boxed_slice();
    let ours = |count: usize| {
        let build = || {
            let mut hll = hyperloglog::new();
            for n in 0..count {
                hyperloglog::add(&mut hll, &scrambled(n).to_le_bytes(), SPARSE_MAX_BYTES).expect("a sound one");
            }
            hll
        };
        bytes_of(build).0
    };
    let theirs = |count: usize| {
        let build = || {
            let mut hll = crates_own(RandomState::new());
            (0..count).for_each(|n| hll.insert(&scrambled(n).to_le_bytes()));
            hll
        };
        bytes_of(build).0
    };
    Chart::new(
        "Memory of who counts different elements",
        ("different elements", Scale::Log),
        ("bytes on the heap", Scale::Log),
    )
    .line("HyperLogLog", measure(&ours))
    .line("hyperloglogplus, precision 14", measure(&theirs))
    .line(
        "HashSet of their 64-bit hashes",
        measure(&|count| bytes_of(|| (0..count).map(scrambled).collect::<HashSet<u64>>()).0),
    )
    .line(
        "HashSet of texts, user:NUMBER",
        measure(&|count| bytes_of(|| (0..count).map(text).collect::<HashSet<Box<[u8]>>>()).0),
    )
    .line(
        "Set of texts (hashtable encoding)",
        measure(&|count| {
            let build = || {
                let mut set = Set::with_capacity_and_hasher(0, RandomState::new());
                for n in 0..count {
                    set.insert(&text(n));
                }
                set
            };
            bytes_of(build).0
        }),
    )
    .line(
        "RoaringTreemap of their 64-bit hashes",
        measure(&|count| bytes_of(|| (0..count).map(scrambled).collect::<RoaringTreemap>()).0),
    )
}
