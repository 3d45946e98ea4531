//! The workbench of eviction: what each policy is worth, on traces of keys that clients ask for.
//!
//! ```text
//! cargo run --release -p russet-workbench -- plots [TRACE ...]      # hit ratio by cache size and policy, into the book
//! cargo run --release -p russet-workbench -- redis [TRACE ...]      # beside a real Redis, through the same client
//! ```
//!
//! A cache-aside client plays a trace: it asks for some keys at once, as clients that pipeline do, and sets those that it
//! did not get. What it plays against is a [`Cache`]: an engine in this process, in which a number of keys fit; a real
//! server with a `maxmemory` in which as many fit; a simulated cache. The hit ratio is counted from the first fifth of the
//! trace on.

// The chart that the structures' plots are drawn with: a part of their example, not of a library.
#[path = "../../../structures/examples/study/chart.rs"]
mod chart;
mod engine;
mod server;
mod simulator;
mod trace;

use chart::{Chart, Scale};
use std::path::Path;
use std::process::ExitCode;
use trace::Trace;

/// Keys that are asked for at once.
const BATCH: usize = 16;
/// What part of a trace is played before hits are counted.
const WARM: usize = 5;
/// Requests for a key in each second of a cache whose time can be chosen.
const USES_PER_SECOND: u64 = 10_000;

/// Something that may hold keys.
trait Cache {
    /// Which of these keys it holds; they are used by that.
    fn get(&mut self, keys: &[u32]) -> Vec<bool>;
    /// Puts these keys into it.
    fn set(&mut self, keys: &[u32]);
}

/// Plays a trace as a client does, and returns the share of requests that hit.
fn play(cache: &mut dyn Cache, trace: &[u32]) -> f64 {
    let (mut hits, mut counted) = (0usize, 0usize);
    for (number, keys) in trace.chunks(BATCH).enumerate() {
        let found = cache.get(keys);
        if number * BATCH >= trace.len() / WARM {
            hits += found.iter().filter(|&&hit| hit).count();
            counted += keys.len();
        }
        let mut missing: Vec<u32> =
            keys.iter().zip(&found).filter(|(_, hit)| !**hit).map(|(key, _)| *key).collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            cache.set(&missing);
        }
    }
    hits as f64 / counted as f64
}

/// The policies that are shown, by the names of their lines.
const POLICIES: [&str; 5] =
    ["allkeys-lrfu", "allkeys-tinylfu", "allkeys-lfu", "allkeys-lru", "allkeys-random"];
/// Sizes of caches, as parts of the keys that a trace asks for.
const SHARES: [f64; 5] = [0.01, 0.03, 0.1, 0.2, 0.4];

fn plots(traces: &[Trace]) -> Result<(), Box<dyn std::error::Error>> {
    for trace in traces {
        let sizes: Vec<usize> = SHARES.iter().map(|share| (trace.keys as f64 * share) as usize).collect();
        let mut chart = Chart::new(trace.about, ("keys that fit", Scale::Log), ("hits, %", Scale::Linear));
        let line = |name: &str, ratio: &mut dyn FnMut(usize, &[u32]) -> f64| {
            let point = |&size: &usize| (size as f64, 100.0 * ratio(size, &trace.requests(size)));
            let points: Vec<(f64, f64)> = sizes.iter().map(point).collect();
            let shown: Vec<String> = points.iter().map(|point| format!("{:6.2}", point.1)).collect();
            println!("{:14} {name:16} {}", trace.name, shown.join(" "));
            points
        };
        chart = chart.line("optimal (Belady)", line("optimal", &mut simulator::optimal));
        for policy in POLICIES {
            let mut ratio = |size, requests: &[u32]| {
                play(&mut engine::InProcess::new(policy, size, USES_PER_SECOND), requests)
            };
            chart = chart.line(policy, line(policy, &mut ratio));
        }
        let mut exact = |size, requests: &[u32]| play(&mut simulator::Ordered::lru(size), requests);
        chart = chart.line("exact LRU", line("exact-lru", &mut exact));
        let mut exact = |size, requests: &[u32]| play(&mut simulator::Ordered::lfu(size), requests);
        chart = chart.line("exact LFU", line("exact-lfu", &mut exact));
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/plots/eviction");
        chart.save_in(Path::new(directory), trace.name)?;
    }
    Ok(())
}

fn beside_redis(traces: &[Trace]) -> Result<(), Box<dyn std::error::Error>> {
    println!("trace          keys that fit  policy         redis   russet  of which lrfu");
    for trace in traces {
        for share in [0.05, 0.2] {
            let wanted = (trace.keys as f64 * share) as usize;
            for policy in ["allkeys-lru", "allkeys-lfu"] {
                let mut redis = server::Redis::start(policy, wanted)?;
                let requests = trace.requests(wanted);
                let theirs = play(&mut redis, &requests);
                let (size, rate) = (redis.keys_on_average(), redis.uses_per_second());
                let own = |policy| play(&mut engine::InProcess::new(policy, size, rate), &requests);
                let (same, lrfu) = (own(policy), own("allkeys-lrfu"));
                println!(
                    "{:14} {size:13}  {policy:12} {:7.2} {:8.2} {:8.2}",
                    trace.name,
                    theirs * 100.0,
                    same * 100.0,
                    lrfu * 100.0
                );
            }
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    russet_commands::link();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((what, names)) = words.split_first() else {
        eprintln!("plots or redis?");
        return ExitCode::FAILURE;
    };
    let traces: Vec<Trace> = trace::all()
        .into_iter()
        .filter(|trace| names.is_empty() || names.iter().any(|name| trace.name.contains(name.as_str())))
        .collect();
    let done = match what.as_str() {
        "plots" => plots(&traces),
        "redis" => beside_redis(&traces),
        other => Err(format!("no such thing: {other}").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
