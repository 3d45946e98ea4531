//! Random command sequences, and random request bytes, against the real servers.
//!
//! `cargo test -p russet-tests --test generated`. Seeds are fixed, so a run can be repeated; `SEED=7` plays one other
//! seed, `SEEDS=100` plays that many, `COMMANDS=50000` makes each longer, `GRAMMAR=FILE` takes the commands from another
//! file. What differs is shrunk and printed as
//! lines that can be pasted into a case file.

mod requests;

use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use rand::SeedableRng;
use rand::rngs::StdRng;
use russet_tests::case::Protocol;
use russet_tests::generate::{Grammar, Operation, Pair, shrink};
use russet_tests::peers::Server;

const GRAMMAR: &str = include_str!("commands.grammar");
const CONNECTIONS: usize = 3;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let commands = number("COMMANDS").unwrap_or(10_000) as usize;
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("SEEDS").unwrap_or(4),
    };
    let mut trials = Vec::new();
    let requests = commands / 4;
    for seed in seeds {
        trials.push(Trial::test(format!("requests::seed_{seed}"), move || requests::check(seed, requests)));
        let (one, other) = (Protocol::Resp2, Protocol::Resp3);
        let (one, other) = if seed % 2 == 0 { (one, other) } else { (other, one) };
        for (oracle, protocol) in
            [(Server::Redict, one), (Server::Redict, other), (Server::Redis, one), (Server::Valkey, other)]
        {
            let name = format!("{oracle}::{protocol:?}::seed_{seed}").to_lowercase();
            trials.push(Trial::test(name, move || check(seed, commands, oracle, protocol)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(seed: u64, commands: usize, oracle: Server, protocol: Protocol) -> Result<(), Failed> {
    let own = std::env::var_os("GRAMMAR").map(std::fs::read_to_string).transpose()?;
    let grammar = Grammar::parse(own.as_deref().unwrap_or(GRAMMAR))?;
    let mut rng = StdRng::seed_from_u64(seed);
    let operations: Vec<Operation> = (0..commands).map(|_| grammar.generate(CONNECTIONS, &mut rng)).collect();
    let mut pair = Pair::start(Server::Russet, oracle, protocol)?;
    let Err(failure) = pair.play(&operations) else { return Ok(()) };
    // A server that died needs a new pair to fail again.
    let mut pair = Pair::start(Server::Russet, oracle, protocol)?;
    let Some((short, again)) = shrink(&mut pair, &operations, Duration::from_secs(20)) else {
        return Err(format!(
            "seed {seed}: operation {}: {}\n(does not fail again)",
            failure.index, failure.what
        )
        .into());
    };
    let lines: Vec<String> = short.iter().rev().take(40).rev().map(ToString::to_string).collect();
    Err(format!(
        "seed {seed}: operation {}; shrunk to {}:\n{}\n{}",
        failure.index,
        short.len(),
        lines.join("\n"),
        again.what
    )
    .into())
}
