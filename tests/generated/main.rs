//! Random command sequences, and random request bytes, against the real servers.
//!
//! `cargo test -p russet-tests --test generated`. Seeds are fixed, so a run can be repeated; `SEED=7` plays one other
//! seed, `SEEDS=100` plays that many, `COMMANDS=50000` makes each longer, and the name of a family (`strings`) as an
//! argument plays that one alone, `::events` the sequences in which what both servers tell of their keys is compared
//! too. `GRAMMAR=FILE` takes the commands from another file. What differs is shrunk and printed as lines that can be
//! pasted into a case file; a last line says how much was played.

mod requests;

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use rand::SeedableRng;
use rand::rngs::StdRng;
use russet_tests::case::Protocol;
use russet_tests::generate::{Grammar, Operation, Pair, shrink};
use russet_tests::peers::Server;

/// A family of commands in each file; the sequences of a family are made of it and, if it has no oracles of its own, of
/// `common.grammar`.
const GRAMMARS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/generated/grammar");
const COMMON: &str = "common.grammar";
const CONNECTIONS: usize = 3;
/// Of those sequences in which they wait for each other.
const AUDIENCE: usize = 5;

/// How many sequences came to their end without a difference, and how many commands these had.
static SEQUENCES: AtomicUsize = AtomicUsize::new(0);
static COMMANDS: AtomicUsize = AtomicUsize::new(0);

/// Whom a sequence is played to, beside the server under test.
#[derive(Clone, Copy)]
struct Oracle {
    server: Server,
    protocol: Protocol,
    /// Whether the events must be the same too.
    events: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let commands = number("COMMANDS").unwrap_or(6_000) as usize;
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("SEEDS").unwrap_or(2),
    };
    let families = families().expect("the grammars can be read");
    let mut trials = Vec::new();
    let requests = commands / 2;
    for seed in seeds {
        trials.push(Trial::test(format!("requests::seed_{seed}"), move || requests::check(seed, requests)));
        let (one, other) = (Protocol::Resp2, Protocol::Resp3);
        let (one, other) = if seed % 2 == 0 { (one, other) } else { (other, one) };
        let oracle = |server, protocol| Oracle { server, protocol, events: false };
        let usual = [
            oracle(Server::Redict, one),
            oracle(Server::Redict, other),
            oracle(Server::Redis, one),
            oracle(Server::Valkey, other),
            // What becomes of keys is told in one way whatever the protocol.
            Oracle { events: true, ..oracle(Server::Redict, one) },
        ];
        for (family, grammar) in &families {
            let both = |&server: &Server| [oracle(server, one), oracle(server, other)];
            let asked = match &grammar.oracles {
                Some(own) => own.iter().flat_map(both).collect(),
                None => usual.to_vec(),
            };
            for oracle in asked {
                let Oracle { server, protocol, events } = oracle;
                let kind = if events { "events".to_owned() } else { format!("{server}::{protocol:?}") };
                let name = format!("{family}::{kind}::seed_{seed}").to_lowercase();
                let grammar = Arc::clone(grammar);
                trials.push(Trial::test(name, move || check(seed, commands, &grammar, oracle)));
            }
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    let [sequences, commands] = [&SEQUENCES, &COMMANDS].map(|count| count.load(Ordering::Relaxed));
    if !arguments.list {
        println!("{sequences} sequences without a difference, {commands} commands to each of two servers");
    }
    conclusion.exit_code()
}

/// The families with their grammars, by name.
fn families() -> io::Result<Vec<(String, Arc<Grammar>)>> {
    let parse = |text: &str| Grammar::parse(text).map(Arc::new).map_err(io::Error::other);
    if let Some(own) = std::env::var_os("GRAMMAR") {
        return Ok(vec![("own".to_owned(), parse(&std::fs::read_to_string(own)?)?)]);
    }
    let common = std::fs::read_to_string(Path::new(GRAMMARS).join(COMMON))?;
    let mut families = Vec::new();
    for file in std::fs::read_dir(GRAMMARS)? {
        let path = file?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !path.ends_with(COMMON) {
            let own = std::fs::read_to_string(&path)?;
            let alone = parse(&own)?;
            families.push((name, if alone.oracles.is_some() { alone } else { parse(&(own + &common))? }));
        }
    }
    families.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(families)
}

fn check(seed: u64, commands: usize, grammar: &Grammar, oracle: Oracle) -> Result<(), Failed> {
    let mut rng = StdRng::seed_from_u64(seed);
    let connections = if grammar.audience { AUDIENCE } else { CONNECTIONS };
    let operations: Vec<Operation> = (0..commands).map(|_| grammar.generate(connections, &mut rng)).collect();
    let start = || {
        let pair = Pair::start(Server::Russet, oracle.server, oracle.protocol);
        let pair = if oracle.events { pair.map(Pair::listening) } else { pair };
        if grammar.audience { pair.map(Pair::before_an_audience) } else { pair }
    };
    let mut pair = start()?;
    let Err(failure) = pair.play(&operations) else {
        SEQUENCES.fetch_add(1, Ordering::Relaxed);
        COMMANDS.fetch_add(operations.len(), Ordering::Relaxed);
        return Ok(());
    };
    let failed = &operations[failure.index.min(operations.len() - 1)];
    // A server that died needs a new pair to fail again.
    let mut pair = start()?;
    let Some((short, again)) = shrink(&mut pair, &operations, Duration::from_secs(20)) else {
        return Err(format!(
            "seed {seed}: operation {}, {failed}: {}\n(does not fail again)",
            failure.index, failure.what
        )
        .into());
    };
    let lines: Vec<String> = short.iter().rev().take(40).rev().map(ToString::to_string).collect();
    Err(format!(
        "seed {seed}: operation {}, {failed}; shrunk to {}:\n{}\n{}",
        failure.index,
        short.len(),
        lines.join("\n"),
        again.what
    )
    .into())
}
