//! The workbench of eviction: what each policy is worth, on traces of keys that clients ask for.
//!
//! ```text
//! cargo run --release -p russet-workbench -- plots [TRACE ...]      # hit ratio by cache size and policy, into the book
//! cargo run --release -p russet-workbench -- servers [TRACE ...]    # beside a real server, through the same client
//! ```
//!
//! | option | |
//! |---|---|
//! | `--file PATH` | plays a trace from a file instead, see [`file`]; may be given several times |
//! | `--shares 0.03,0.2` | sizes of caches, as parts of the keys that a trace asks for |
//! | `--seeds 3` | `servers`: how often, each time with other requests of the same kind |
//! | `--peer valkey` | `servers`: beside which server (`redis`, `valkey`, `redict`) |
//! | `--into DIRECTORY` | where plots go, the book unless another is named |
//!
//! A cache-aside client plays a trace: it asks for some keys at once, as clients that pipeline do, and sets those that it
//! did not get. What it plays against is a [`Cache`]: an engine in this process, in which a number of keys fit; a real
//! server with a `maxmemory`; a simulated cache. The hit ratio is counted from the first fifth of the
//! trace on.

// The chart that the structures' plots are drawn with: a part of their example, not of a library.
mod beside;
#[path = "../../../structures/examples/study/chart.rs"]
mod chart;
mod engine;
mod file;
mod server;
mod simulator;
mod trace;

use chart::{Chart, Scale};
use russet_tests::peers::Server;
use std::path::{Path, PathBuf};
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

fn plots(traces: &[Trace], shares: &[f64], directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    for trace in traces {
        let sizes: Vec<usize> = shares.iter().map(|share| (trace.keys as f64 * share) as usize).collect();
        let mut chart = Chart::new(&trace.about, ("keys that fit", Scale::Log), ("hits, %", Scale::Linear));
        let line = |name: &str, ratio: &mut dyn FnMut(usize, &[u32]) -> f64| {
            let point = |&size: &usize| (size as f64, 100.0 * ratio(size, &trace.requests(size, 0)));
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
        chart.save_in(directory, &trace.name)?;
    }
    Ok(())
}

/// What was asked for.
struct Wanted {
    what: String,
    traces: Vec<Trace>,
    options: beside::Options,
    directory: PathBuf,
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let what = words.next().ok_or("plots or servers?")?;
    let book = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/plots/eviction");
    let (mut names, mut traces, mut directory) = (Vec::new(), Vec::new(), PathBuf::from(book));
    let mut options = beside::Options { peer: Server::Redis, seeds: 3, shares: SHARES.to_vec() };
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            names.push(word);
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} what?"))?;
        let unreadable = || format!("{word} {value}?");
        match word.as_str() {
            "--file" => {
                traces.push(file::read(Path::new(&value)).map_err(|error| format!("{value}: {error}"))?)
            }
            "--shares" => {
                let shares: Result<Vec<f64>, _> = value.split(',').map(str::parse).collect();
                options.shares = shares.map_err(|_| unreadable())?;
            }
            "--seeds" => options.seeds = value.parse().map_err(|_| unreadable())?,
            "--peer" => {
                let peers = [Server::Redis, Server::Valkey, Server::Redict];
                options.peer =
                    peers.into_iter().find(|peer| peer.to_string() == value).ok_or_else(unreadable)?;
            }
            "--into" => directory = value.into(),
            _ => return Err(unreadable()),
        }
    }
    if traces.is_empty() {
        traces = trace::all();
        traces
            .retain(|trace| names.is_empty() || names.iter().any(|name| trace.name.contains(name.as_str())));
    }
    Ok(Wanted { what, traces, options, directory })
}

fn main() -> ExitCode {
    russet_commands::link();
    let done =
        read(std::env::args().skip(1)).map_err(Into::into).and_then(|wanted| match wanted.what.as_str() {
            "plots" => plots(&wanted.traces, &wanted.options.shares, &wanted.directory),
            "servers" => beside::beside(&wanted.traces, &wanted.options, &wanted.directory),
            other => Err(format!("no such thing: {other}").into()),
        });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
