//! Rounds of writing, killing, starting and looking.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use russet_tests::launch::{Running, temporary_directory};
use russet_tests::peers::Server;
use rustix::process::Pid;

use crate::aim::{self, Moment, Target};
use crate::finished;
use crate::leftovers;
use crate::steps::Holdings;
use crate::writers::{self, End, Progress};

/// Connections that write at a time.
const CONNECTIONS: usize = 8;

/// What must be there after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// All that was acknowledged.
    All,
    /// All that was acknowledged two seconds before.
    TwoSeconds,
    /// All that was acknowledged before the last snapshot that was complete was asked for.
    LastSave,
}

impl Promise {
    fn settings(self) -> Vec<&'static str> {
        // Rewrites and snapshots all the time.
        let journal = [
            "--appendonly",
            "yes",
            "--auto-aof-rewrite-min-size",
            "20kb",
            "--auto-aof-rewrite-percentage",
            "30",
        ];
        let mut all = match self {
            Promise::All => [&journal[..], &["--appendfsync", "always"]].concat(),
            Promise::TwoSeconds => [&journal[..], &["--appendfsync", "everysec"]].concat(),
            Promise::LastSave => Vec::new(),
        };
        // Slow enough to be met while they are written.
        all.extend(["--save", "1 10", "--hz", "100", "--rdb-key-save-delay", "150"]);
        all
    }

    /// At what kills are aimed.
    fn moments(self) -> Vec<&'static Moment> {
        match self {
            Promise::LastSave => aim::OF_SNAPSHOTS.iter().collect(),
            _ => aim::OF_REWRITES.iter().chain(aim::OF_SNAPSHOTS).collect(),
        }
    }
}

/// What is known of one connection's keys.
#[derive(Default)]
struct Known {
    holdings: Holdings,
    /// Steps that made them.
    steps: u64,
    progress: Arc<Progress>,
}

/// How a round has ended.
struct Outcome {
    /// How far each connection came, and for how many steps the server must answer.
    ends: Vec<(End, u64)>,
    /// Processes that were killed.
    killed: Vec<Pid>,
}

/// Sums over all rounds.
#[derive(Default)]
struct Sums {
    acknowledged: u64,
    checked: u64,
    lost: u64,
    /// Kills with the children, too.
    together: u32,
    /// Rounds in which a snapshot was seen to be complete.
    complete: u32,
    /// How many kills came when.
    moments: BTreeMap<&'static str, u32>,
}

/// Kills a server `kills` times.
pub(crate) fn rounds(promise: Promise, kills: u32) -> Result<(), String> {
    let by_clock =
        || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |t| t.as_nanos() as u64);
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(by_clock);
    let mut random = StdRng::seed_from_u64(seed);
    let directory = temporary_directory()?;
    let settings = promise.settings();
    let mut known: Vec<Known> = (0..CONNECTIONS).map(|_| Known::default()).collect();
    let mut sums = Sums::default();
    let start = || Running::start_in(Server::Russet, directory.path(), &settings);
    let mut running = start()?;
    for kill in 1..=kills {
        let outcome = round(&running, promise, &mut known, &mut random, &mut sums).and_then(
            |Outcome { ends, killed }| {
                running.wait_end(Duration::from_secs(10))?;
                leftovers::of(&killed, directory.path())?;
                running = start()?;
                Ok(ends)
            },
        );
        let ends = match outcome {
            Ok(ends) => ends,
            Err(error) => return Err(kept(&format!("kill {kill}, SEED={seed}: {error}"), directory)),
        };
        if let Err(error) = look(&running, &mut known, &ends, &mut sums) {
            return Err(kept(&format!("kill {kill}, SEED={seed}: {error}"), directory));
        }
    }
    if promise != Promise::LastSave
        && let Err(error) = leftovers::of_rewrites(&running)
    {
        return Err(kept(&format!("SEED={seed}: {error}"), directory));
    }
    let Sums { acknowledged, checked, lost, together, complete, moments } = sums;
    eprintln!(
        "{promise:?}: {kills} kills ({together} together with the children), {acknowledged} steps acknowledged, {checked} \
         values compared, {complete} rounds with a snapshot that was seen to be complete, {lost} acknowledged steps gone \
         within the promise (SEED={seed})"
    );
    for (moment, count) in moments {
        eprintln!("    {count:>4} {moment}");
    }
    Ok(())
}

/// The files are kept to be looked at.
fn kept(error: &str, directory: tempfile::TempDir) -> String {
    format!("{error}\nthe files are in {}", directory.keep().display())
}

/// Lets the connections write, and kills the server.
fn round(
    running: &Running,
    promise: Promise,
    known: &mut [Known],
    random: &mut StdRng,
    sums: &mut Sums,
) -> Result<Outcome, String> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut threads = Vec::new();
    for (connection, known) in known.iter().enumerate() {
        let (progress, stop) = (Arc::clone(&known.progress), Arc::clone(&stop));
        threads.push(writers::write(running, connection, known.steps, random.random(), progress, stop)?);
    }
    let acknowledged = |known: &[Known]| {
        known.iter().map(|k| k.progress.acknowledged.load(Ordering::SeqCst)).collect::<Vec<_>>()
    };
    let at_first: Vec<u64> = known.iter().map(|known| known.steps).collect();
    let mut before = at_first.clone();
    let mut control = running.connect().map_err(|e| e.to_string())?;
    std::thread::sleep(Duration::from_millis(random.random_range(5..200)));
    // A snapshot that is complete before the end: what had been acknowledged is in it.
    if promise == Promise::LastSave && random.random_bool(0.5) {
        let now = acknowledged(known);
        // There may be one in the background, which is as good, but nobody knows when it will be complete.
        if control.line("SAVE").map_err(|e| e.to_string())?.value.text() == Some(b"OK") {
            before = now;
        }
        std::thread::sleep(Duration::from_millis(random.random_range(0..50)));
    }
    let pid = Pid::from_raw(running.pid() as i32).ok_or("a server without a number")?;
    let target = Target { pid, children: random.random_bool(0.3) };
    let moments = promise.moments();
    // Between 0 and 200 ms snapshots and rewrites have been begun, and are more or less complete.
    let (request, shot, name) = match moments.choose(random).filter(|_| random.random_bool(0.7)) {
        Some(moment) => {
            let shot = aim::at(moment, target, running.directory(), random)?;
            (moment.request, shot, moment.name)
        }
        None => {
            let after = Duration::from_micros(random.random_range(0..200_000));
            let requests = ["BGSAVE", "BGREWRITEAOF", "PING"];
            let request =
                if promise == Promise::LastSave { "BGSAVE" } else { requests[random.random_range(0..3)] };
            (request, aim::at_any_moment(target, after), "any moment")
        }
    };
    let floor = finished::until_dead(&mut control, request, || acknowledged(known), before);
    let hit = shot.hit()?;
    let name = if hit.aimed || name == "any moment" { name } else { "a moment that did not come" };
    *sums.moments.entry(name).or_default() += 1;
    sums.together += u32::from(hit.killed.len() > 1);
    sums.complete += u32::from(floor != at_first);
    stop.store(true, Ordering::Relaxed);
    let mut ends = Vec::new();
    for (connection, thread) in threads.into_iter().enumerate() {
        let end = thread.join().map_err(|_| "a writer panicked")?;
        if let Some(refusal) = &end.refusal {
            return Err(format!("connection {connection} was refused: {refusal}\n{}", running.log_tail(30)));
        }
        let latest = end.history.last().map_or(0, |&(_, n)| n);
        sums.acknowledged += latest - known[connection].steps;
        let must = match promise {
            Promise::All => latest,
            Promise::TwoSeconds => {
                let until = hit.at.checked_sub(Duration::from_secs(2));
                let old = end.history.iter().rev().find(|(at, _)| until.is_some_and(|until| *at <= until));
                old.map_or(known[connection].steps, |&(_, n)| n)
            }
            Promise::LastSave => floor[connection],
        };
        ends.push((end, must));
    }
    Ok(Outcome { ends, killed: hit.killed })
}

/// Compares what the server holds with what the steps make.
fn look(running: &Running, known: &mut [Known], ends: &[(End, u64)], sums: &mut Sums) -> Result<(), String> {
    let mut client = running.connect().map_err(|e| e.to_string())?;
    for (connection, (known, (end, must))) in known.iter_mut().zip(ends).enumerate() {
        let found = Holdings::read(&mut client, connection).map_err(|e| e.to_string())?;
        sums.checked += 1;
        // What was there at the last start was in the files, and so is there again.
        let (mut holdings, mut steps) = (known.holdings.clone(), known.steps);
        let mut nearest = None;
        while holdings != found || steps < *must {
            if steps == *must {
                nearest = Some(holdings.difference(&found));
            }
            if steps == end.sent {
                return Err(format!(
                    "connection {connection}: nothing between {must} (acknowledged) and {} (sent) steps makes what is \
                     there; against {must}:\n    {}",
                    end.sent,
                    nearest.unwrap_or_default()
                ));
            }
            holdings.apply(steps);
            steps += 1;
        }
        let latest = end.history.last().map_or(0, |&(_, n)| n);
        sums.lost += latest.saturating_sub(steps);
        (known.holdings, known.steps) = (holdings, steps);
    }
    Ok(())
}
