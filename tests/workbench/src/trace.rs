//! Traces: which keys are asked for, one after another.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Keys that a trace chooses from.
const KEYS: usize = 20_000;
/// Requests in a trace, at least; and for each key that fits, so that there is time to get to know the work.
const LEN: usize = 400_000;
const LEN_PER_KEY: usize = 100;

/// Makes the requests, for a cache in which so many keys fit: that many.
type Make = dyn Fn(usize, usize, &mut SmallRng) -> Vec<u32> + Sync;

/// A kind of work.
pub(crate) struct Trace {
    /// What its files are called by.
    pub(crate) name: String,
    /// What happens in it.
    pub(crate) about: String,
    /// How many keys it asks for, about, of which a cache holds a part.
    pub(crate) keys: usize,
    /// Bytes of each key's value, where the trace says.
    pub(crate) sizes: Vec<u32>,
    /// A scan or a loop: what was used last is used next least of all.
    pub(crate) punishes_recency: bool,
    make: Box<Make>,
}

impl Trace {
    /// One that is always the same.
    pub(crate) fn recorded(name: String, about: String, requests: Vec<u32>, sizes: Vec<u32>) -> Self {
        let keys = requests.iter().max().map_or(0, |&largest| largest as usize + 1);
        let make = Box::new(move |_, _, _: &mut SmallRng| requests.clone());
        Trace { name, about, keys, sizes, punishes_recency: false, make }
    }

    /// The requests; those of a loop depend on how many keys fit, and chance on the seed.
    pub(crate) fn requests(&self, fit: usize, seed: u64) -> Vec<u32> {
        (self.make)(fit, LEN.max(fit * LEN_PER_KEY), &mut SmallRng::seed_from_u64(42 + seed))
    }
}

/// Draws ranks by Zipf's law: the k-th in proportion to 1 / k^s.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(keys: usize, s: f64) -> Self {
        let mut sum = 0.0;
        Zipf(
            (1..=keys)
                .map(|rank| (rank as f64).powf(-s))
                .map(|share| {
                    sum += share;
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, random: &mut SmallRng) -> usize {
        let at = random.random::<f64>() * self.0[self.0.len() - 1];
        self.0.partition_point(|&sum| sum < at)
    }
}

fn made(
    name: &str,
    about: &str,
    make: impl Fn(usize, usize, &mut SmallRng) -> Vec<u32> + Sync + 'static,
) -> Trace {
    let punishes_recency = name.contains("scan") || name == "loop";
    let (name, about, make) = (name.into(), about.into(), Box::new(make));
    Trace { name, about, keys: KEYS, sizes: Vec::new(), punishes_recency, make }
}

fn zipf(name: &str, about: &str, s: f64) -> Trace {
    let make = move |_, len: usize, random: &mut SmallRng| {
        let zipf = Zipf::new(KEYS, s);
        (0..len).map(|_| zipf.draw(random) as u32).collect()
    };
    made(name, about, make)
}

/// All of them.
pub(crate) fn all() -> Vec<Trace> {
    vec![
        zipf("zipf-0.7", "Zipf 0.7: popularity that does not change", 0.7),
        zipf("zipf-0.9", "Zipf 0.9: popularity that does not change", 0.9),
        zipf("zipf-1.0", "Zipf 1.0: popularity that does not change", 1.0),
        zipf("zipf-1.2", "Zipf 1.2: popularity that does not change", 1.2),
        made("shift", "Zipf 1.0; twenty times all keys change their popularity", shift),
        made("scan", "Zipf 1.0, and in every second tenth as many keys that are asked for once", scan),
        made("rescan", "Zipf 1.0, a quarter of the time a job that reads other keys in turn", rescan),
        made("loop", "A loop over a tenth more keys than fit", around),
        made("decay", "New keys all the time, most of them soon forgotten (Pareto)", pareto),
        made("fade", "New keys all the time, all of them forgotten (exponential)", exponential),
    ]
}

fn shift(_: usize, len: usize, random: &mut SmallRng) -> Vec<u32> {
    let zipf = Zipf::new(KEYS, 1.0);
    // A number that has no divisor in common with KEYS: multiplying by it scatters the ranks.
    let scattered = |rank: usize, times: usize| (rank * 7919 + times * 12_345) % KEYS;
    (0..len).map(|n| scattered(zipf.draw(random), n / (len / 20)) as u32).collect()
}

fn scan(_: usize, len: usize, random: &mut SmallRng) -> Vec<u32> {
    let zipf = Zipf::new(KEYS, 1.0);
    let mut unread = KEYS as u32;
    let request = |n: usize| {
        if (n / (len / 10)) % 2 == 1 && random.random() {
            unread += 1;
            unread
        } else {
            zipf.draw(random) as u32
        }
    };
    (0..len).map(request).collect()
}

fn rescan(_: usize, len: usize, random: &mut SmallRng) -> Vec<u32> {
    let zipf = Zipf::new(KEYS, 1.0);
    let mut next = 0;
    let request = |n: usize| {
        if (n / 5000) % 4 == 3 {
            next = (next + 1) % KEYS;
            (KEYS + next) as u32
        } else {
            zipf.draw(random) as u32
        }
    };
    (0..len).map(request).collect()
}

fn around(fit: usize, len: usize, _: &mut SmallRng) -> Vec<u32> {
    let keys = fit + fit / 10;
    (0..len).map(|n| (n % keys) as u32).collect()
}

/// Every fourth request could be for a key that is new; how old the key is that is asked for, `age` says.
fn of_age(len: usize, mut age: impl FnMut() -> f64) -> Vec<u32> {
    (0..len).map(|n| ((KEYS + n / 4) as f64 - age()).max(0.0) as u32).collect()
}

fn pareto(_: usize, len: usize, random: &mut SmallRng) -> Vec<u32> {
    of_age(len, || ((1.0 - random.random::<f64>()).powf(-1.0 / 0.6) - 1.0) * 20.0)
}

fn exponential(_: usize, len: usize, random: &mut SmallRng) -> Vec<u32> {
    of_age(len, || -(1.0 - random.random::<f64>()).ln() * KEYS as f64 / 20.0)
}
