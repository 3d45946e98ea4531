//! `COMMAND`, `COMMAND INFO` and `COMMAND DOCS` of every command that the server under test has, against those of the
//! real servers: arity, flags, key positions, ACL categories, tips, key specifications, and every line of the docs.
//!
//! What may differ stands, with its reason, in `allowed.txt`. A line there that no longer excuses anything fails too.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Trial};
use russet_tests::command_table::{CommandTable, Facts};
use russet_tests::launch::Running;
use russet_tests::peers::Server;

const ALLOWED: &str = include_str!("allowed.txt");

/// A line of the list: which server, command and path (`*` at an end stands for anything).
#[derive(Debug)]
struct Allowed {
    server: String,
    command: String,
    path: String,
    line: usize,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let allowed = Arc::new(allowed());
    let used = Arc::new(Mutex::new(BTreeSet::new()));
    let mut failures = Vec::new();
    let mut trials = Vec::new();
    match tables() {
        Err(problem) => trials.push(Trial::test("tables", move || Err(problem.into()))),
        Ok((tested, peers)) => {
            for (server, right) in peers {
                for (name, facts) in &tested.0 {
                    let problems = match right.0.get(name) {
                        Some(right) => differences(server, name, facts, right, &allowed, &used),
                        None if server == Server::Valkey9 => continue,
                        None if excused(server, name, "exists", &allowed, &used) => Vec::new(),
                        None => vec![format!("{server} has no such command")],
                    };
                    failures.push((format!("{server}::{name}"), problems));
                }
            }
            let used = used.lock().expect("no test panicked");
            let known = |a: &&Allowed| a.command.contains('*') || tested.0.contains_key(&a.command);
            let stale: Vec<String> = allowed
                .iter()
                .filter(known)
                .filter(|a| !used.contains(&a.line))
                .map(|a| format!("allowed.txt:{}: nothing differs there (any more)", a.line))
                .collect();
            failures.push(("allowed".into(), stale));
            for (name, problems) in failures {
                let outcome = if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) };
                trials.push(Trial::test(name, move || outcome.map_err(Into::into)));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

type Tables = (CommandTable, Vec<(Server, CommandTable)>);

fn tables() -> Result<Tables, String> {
    let read = |server| {
        let running = Running::start(server, &[])?;
        let mut client = running.connect().map_err(|e| format!("{server}: {e}"))?;
        client.line("HELLO 3").map_err(|e| format!("{server}: {e}"))?;
        CommandTable::read(&mut client).map_err(|e| format!("{server}: {e}"))
    };
    let tested = read(Server::Russet)?;
    let (redict, mut valkey9) = (read(Server::Redict)?, read(Server::Valkey9)?);
    // What 7.2 has is right as it was there: the newest is asked only for what came later.
    valkey9.0.retain(|name, _| !redict.0.contains_key(name));
    let valkey = read(Server::Valkey)?;
    Ok((tested, vec![(Server::Redict, redict), (Server::Valkey, valkey), (Server::Valkey9, valkey9)]))
}

fn allowed() -> Vec<Allowed> {
    let lines = ALLOWED.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(index, line)| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [server, command, path, ..] = words[..] else {
                panic!("allowed.txt:{}: three words", index + 1)
            };
            let own = String::from;
            Allowed { server: own(server), command: own(command), path: own(path), line: index + 1 }
        })
        .collect()
}

fn excused(
    server: Server,
    command: &str,
    path: &str,
    allowed: &[Allowed],
    used: &Mutex<BTreeSet<usize>>,
) -> bool {
    let fits = |pattern: &str, text: &str| match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(head), _) => text.starts_with(head),
        (_, Some(tail)) => text.ends_with(tail),
        _ => pattern == text,
    };
    let mut any = false;
    for a in allowed {
        if a.server == server.to_string() && fits(&a.command, command) && fits(&a.path, path) {
            used.lock().expect("no test panicked").insert(a.line);
            any = true;
        }
    }
    any
}

fn differences(
    server: Server,
    command: &str,
    got: &Facts,
    right: &Facts,
    allowed: &[Allowed],
    used: &Mutex<BTreeSet<usize>>,
) -> Vec<String> {
    let paths: BTreeSet<&String> = got.keys().chain(right.keys()).collect();
    let show = |text: Option<&String>| text.map_or("(none)".into(), |t| format!("{t:?}"));
    // Redict says its own name where Redis said Redis.
    let named = |text: Option<&String>| text.map(|text| text.replace("Redict", "Redis"));
    paths
        .into_iter()
        .map(|path| (path, named(got.get(path)), named(right.get(path))))
        .filter(|(path, got, right)| got != right && !excused(server, command, path, allowed, used))
        .map(|(path, got, right)| {
            format!("{path}: {server} {}, russet {}", show(right.as_ref()), show(got.as_ref()))
        })
        .collect()
}
