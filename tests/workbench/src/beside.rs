//! Russet beside a real server: the same traces through the same client, at the same `maxmemory` and with as many keys.

use crate::chart::{Chart, Scale};
use crate::server::{Room, Served};
use crate::trace::Trace;
use crate::{BATCH, WARM, play, simulator};
use russet_tests::peers::Server;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

/// What a line of the results is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Line {
    /// The peer with this policy.
    Peer(&'static str),
    /// Russet with this policy and the peer's `maxmemory`.
    SameMemory(&'static str),
    /// Russet with this policy and as many keys as the peer.
    SameKeys(&'static str),
}

const CLASSIC: [&str; 2] = ["allkeys-lru", "allkeys-lfu"];
const OWN: [&str; 3] = ["allkeys-lru", "allkeys-lfu", MODERN];
const MODERN: &str = "allkeys-lrfu";
/// Hundredths of the requests by which two servers may differ though they do the same.
const NOISE: f64 = 0.2;
/// Hundredths of the requests that are a clear difference.
const CLEAR: f64 = 1.0;

/// Hit ratios in hundredths, one for each seed.
type Ratios = BTreeMap<Line, Vec<f64>>;

/// What one play came to.
struct Played {
    line: Line,
    ratio: f64,
    keys: f64,
    bytes: f64,
}

/// How it is played.
pub(crate) struct Options {
    pub(crate) peer: Server,
    pub(crate) seeds: u64,
    /// Sizes of caches, as parts of the keys that a trace asks for.
    pub(crate) shares: Vec<f64>,
}

/// Plays one trace to some servers at the same time, so that time passes alike for all.
fn at_once(
    options: &Options,
    trace: &Trace,
    requests: &[u32],
    lines: &[(Line, Room)],
) -> Result<Vec<Played>, String> {
    let one = |line: Line, room: Room| {
        let (server, policy) = match line {
            Line::Peer(policy) => (options.peer, policy),
            Line::SameMemory(policy) | Line::SameKeys(policy) => (Server::Russet, policy),
        };
        let warm = (requests.len() / WARM).next_multiple_of(BATCH) as u64;
        let mut served = Served::start(server, policy, room, &trace.sizes, warm)?;
        let ratio = 100.0 * play(&mut served, requests);
        let (keys, bytes) = served.on_average();
        Ok(Played { line, ratio, keys, bytes })
    };
    std::thread::scope(|scope| {
        let start = |&(line, room): &(Line, Room)| scope.spawn(move || one(line, room));
        let threads: Vec<_> = lines.iter().map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("a play does not panic")).collect()
    })
}

/// The peer and Russet with so many keys, then Russet in as many bytes as the peer took for them.
fn at_size(options: &Options, trace: &Trace, size: usize, seed: u64) -> Result<Vec<Played>, String> {
    let requests = trace.requests(size, seed);
    let mut lines: Vec<(Line, Room)> =
        CLASSIC.iter().map(|policy| (Line::Peer(policy), Room::Keys(size))).collect();
    lines.extend(OWN.iter().map(|policy| (Line::SameKeys(policy), Room::Keys(size))));
    let mut played = at_once(options, trace, &requests, &lines)?;
    let bytes = played[..CLASSIC.len()].iter().map(|played| played.bytes).sum::<f64>() / CLASSIC.len() as f64;
    let lines: Vec<(Line, Room)> =
        OWN.iter().map(|policy| (Line::SameMemory(policy), Room::Bytes(bytes))).collect();
    played.extend(at_once(options, trace, &requests, &lines)?);
    Ok(played)
}

/// Plays all, and writes tables and charts into `directory` after each seed.
pub(crate) fn beside(traces: &[Trace], options: &Options, directory: &Path) -> Result<(), Box<dyn Error>> {
    let mut results: BTreeMap<(usize, usize), Ratios> = BTreeMap::new();
    let mut rows =
        String::from("trace\tkeys wanted\tseed\tserver\tpolicy\tsame\thits, %\tkeys kept\tbytes of room\n");
    std::fs::create_dir_all(directory)?;
    for seed in 0..options.seeds {
        for (number, trace) in traces.iter().enumerate() {
            for share in &options.shares {
                let size = (trace.keys as f64 * share) as usize;
                let all = at_size(options, trace, size, seed)?;
                let mut shown = String::new();
                for Played { line, ratio, keys, bytes } in all {
                    results.entry((number, size)).or_default().entry(line).or_default().push(ratio);
                    let (server, policy, same) = match line {
                        Line::Peer(policy) => (options.peer, policy, "keys"),
                        Line::SameMemory(policy) => (Server::Russet, policy, "maxmemory"),
                        Line::SameKeys(policy) => (Server::Russet, policy, "keys"),
                    };
                    let name = trace.name.as_str();
                    writeln!(
                        rows,
                        "{name}\t{size}\t{seed}\t{server}\t{policy}\t{same}\t{ratio:.3}\t{keys:.0}\t{bytes:.0}"
                    )?;
                    write!(shown, " {ratio:.2}")?;
                }
                eprintln!("seed {seed}, {}, {size} keys:{shown}", trace.name);
            }
            draw(trace, number, &results, options, directory)?;
            std::fs::write(directory.join("servers.tsv"), &rows)?;
        }
    }
    table(traces, &results, options);
    Ok(())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean of what the first has more than the second, by seed, and how far seeds are from it at most.
fn difference(own: &[f64], theirs: &[f64]) -> (f64, f64) {
    let each: Vec<f64> = own.iter().zip(theirs).map(|(own, theirs)| own - theirs).collect();
    let mean = mean(&each);
    (mean, each.iter().map(|one| (one - mean).abs()).fold(0.0, f64::max))
}

fn draw(
    trace: &Trace,
    number: usize,
    results: &BTreeMap<(usize, usize), Ratios>,
    options: &Options,
    directory: &Path,
) -> Result<(), Box<dyn Error>> {
    let mut chart = Chart::new(
        &format!("{}: running servers with the same maxmemory", trace.about),
        ("keys that fit into the peer", Scale::Log),
        ("hits, %", Scale::Linear),
    );
    let sizes = || results.range((number, 0)..(number + 1, 0));
    let best = sizes().map(|(&(_, size), _)| {
        let ratio = simulator::optimal(size, &trace.requests(size, 0));
        (size as f64, 100.0 * ratio)
    });
    chart = chart.line("optimal (Belady)", best.collect());
    let lines = OWN.map(Line::SameMemory).into_iter().chain(CLASSIC.map(Line::Peer));
    for line in lines {
        let name = match line {
            Line::Peer(policy) => format!("{} {policy}", options.peer),
            Line::SameMemory(policy) | Line::SameKeys(policy) => format!("russet {policy}"),
        };
        let points = sizes().filter_map(|(&(_, size), ratios)| Some((size as f64, mean(ratios.get(&line)?))));
        chart = chart.line(&name, points.collect());
    }
    chart.save_in(directory, &format!("servers-{}", trace.name))?;
    Ok(())
}

/// Prints what came out, and where Russet is worse than the peer.
fn table(traces: &[Trace], results: &BTreeMap<(usize, usize), Ratios>, options: &Options) {
    let peer = options.peer;
    println!(
        "| trace | keys | {peer} LRU | LRU, same memory | same keys | {peer} LFU | LFU, same memory | same keys | lrfu, same memory | same keys | seeds differ by |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let mut missed = Vec::new();
    for (&(number, size), ratios) in results {
        let trace = &traces[number];
        let of = |line: Line| ratios[&line].as_slice();
        let mut widest: f64 = 0.0;
        let mut judge = |line: Line, theirs: &[f64], least: f64| {
            let (more, spread) = difference(of(line), theirs);
            widest = widest.max(spread);
            if more < least - spread.max(NOISE) {
                missed.push(format!("{}, {size} keys: {line:?} {more:+.2} (seeds: {spread:.2})", trace.name));
            }
        };
        for policy in CLASSIC {
            judge(Line::SameMemory(policy), of(Line::Peer(policy)), 0.0);
            judge(Line::SameKeys(policy), of(Line::Peer(policy)), 0.0);
        }
        let better = CLASSIC.map(|policy| of(Line::Peer(policy)));
        let better = if mean(better[0]) > mean(better[1]) { better[0] } else { better[1] };
        let least = if trace.punishes_recency { CLEAR } else { 0.0 };
        judge(Line::SameMemory(MODERN), better, least);
        judge(Line::SameKeys(MODERN), better, least);
        let columns = CLASSIC
            .iter()
            .flat_map(|policy| [Line::Peer(policy), Line::SameMemory(policy), Line::SameKeys(policy)])
            .chain([Line::SameMemory(MODERN), Line::SameKeys(MODERN)]);
        let columns: Vec<String> = columns.map(|line| format!("{:.2}", mean(of(line)))).collect();
        println!("| {} | {size} | {} | {widest:.2} |", trace.name, columns.join(" | "));
    }
    if missed.is_empty() {
        println!("\nAs good as {peer} or better everywhere, and clearly better in scans and loops.");
    } else {
        println!(
            "\nworse than {peer}, or not clearly better in a scan or a loop:\n  {}",
            missed.join("\n  ")
        );
    }
}
