//! `redis-cli` as a person uses it: typing, reading hints, pressing Tab and Enter.

use libtest_mimic::Trial;
use russet_tests::launch::Running;
use russet_tests::terminal::Terminal;

use crate::same;

/// Half-typed commands: the grey hint that follows comes from `COMMAND DOCS`.
const HALF_TYPED: &[&str] = &[
    "set k v ",
    "set k v ex 10 ",
    "get ",
    "getex k ",
    "mset ",
    "lcs a b ",
    "expire k 10 ",
    "scan 0 ",
    "copy a b ",
    "object ",
    "object encoding ",
    "client ",
    "client list ",
    "client pause 10 ",
    "client setinfo ",
    "config get ",
    "config set ",
    "command list ",
    "command getkeys ",
    "hello ",
    "flushall ",
    "shutdown ",
    "watch ",
    "wait ",
    "lolwut ",
];

/// Whole conversations, a line each.
const TALKS: &[(&str, &[&str])] = &[
    (
        "values",
        &[
            "set k v",
            "get k",
            "get missing",
            "incr n",
            "mget k missing n",
            "append k \"\\x00\\xff\"",
            "get k",
        ],
    ),
    ("errors", &["get", "nosuch a b", "incr k", "set k v", "incr k", "client nosuch"]),
    ("databases", &["select 3", "set k v", "dbsize", "select 0", "select 99"]),
    ("transaction", &["multi", "set k v", "get k", "exec", "multi", "nosuch", "exec", "multi", "discard"]),
    ("help", &["help set", "help getex", "help client pause", "help config", "help nosuch"]),
    ("pairs", &["config get maxmemory", "set k v", "get missing", "ping hello"]),
    ("names", &["client setname bob", "client getname", "echo \"two words\"", "type k", "object help"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials =
        vec![same("interactive::hints", hints), same("interactive::help_of_groups", help_of_groups)];
    for (name, lines) in TALKS {
        trials.push(same(format!("interactive::{name}"), move |server| talk(server, lines)));
    }
    trials
}

fn open(server: &Running) -> Result<Terminal, String> {
    let port = server.address.port();
    let terminal = Terminal::run(&format!("redis-cli -p {port}"))?;
    terminal.wait("the prompt", |screen| screen.contains(&format!(":{port}>")))?;
    Ok(terminal)
}

/// Types each without Enter and reads the line with its hint.
fn hints(server: &Running) -> Result<String, String> {
    let terminal = open(server)?;
    let mut seen = String::new();
    for line in HALF_TYPED {
        terminal.type_text(line)?;
        terminal.wait(line, |screen| screen.lines().last().unwrap_or_default().contains(line.trim_end()))?;
        seen.push_str(terminal.settled()?.lines().last().unwrap_or_default());
        seen.push('\n');
        terminal.press("C-u")?;
    }
    Ok(seen)
}

fn talk(server: &Running, lines: &[&str]) -> Result<String, String> {
    let terminal = open(server)?;
    for line in lines {
        terminal.type_text(line)?;
        terminal.press("Enter")?;
        terminal.settled()?;
    }
    terminal.settled()
}

/// `help @group` lists the commands of a group that the server has: for those of the server under test both must say
/// the same, so this shows what is known of a few commands in each group.
fn help_of_groups(server: &Running) -> Result<String, String> {
    let terminal = open(server)?;
    let mut seen = String::new();
    for (group, command) in [("string", "GETRANGE"), ("generic", "RENAMENX"), ("transactions", "WATCH")] {
        terminal.type_text(&format!("help @{group}"))?;
        terminal.press("Enter")?;
        let screen = terminal.wait(command, |screen| screen.contains(&format!("\n  {command} ")))?;
        let from = screen.rfind(&format!("\n  {command} ")).unwrap_or_default();
        seen.extend(screen[from..].lines().take(4).flat_map(|line| [line, "\n"]));
        terminal.press("C-l")?;
    }
    Ok(seen)
}
