//! The sessions that the pages show, tried: what a reader types must print what the page says.
//!
//! In `README.md`, `CONTRIBUTING.md` and the book, every fenced block marked `console` is a session. `$ redis-cli ...`
//! runs that command; `127.0.0.1:6379> ...` is a line typed to one `redis-cli`; what follows, up to the next prompt, is
//! what must be printed. Lines with other commands (`$ cargo ...`) are not run. One server serves a page.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::launch::Running;
use russet_tests::peers::{Server, workspace};
use russet_tests::quoting;

const PROMPT: &str = "127.0.0.1:6379> ";

/// One thing typed, and what it must print.
#[derive(Debug)]
struct Exchange {
    line: usize,
    typed: String,
    printed: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for page in pages() {
        let name = page.strip_prefix(workspace()).unwrap_or(&page).display().to_string();
        let blocks = sessions(&fs::read_to_string(&page).unwrap_or_default());
        if blocks.is_empty() && name != "README.md" {
            continue;
        }
        trials.push(Trial::test(name, move || try_page(&blocks).map_err(Failed::from)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn pages() -> Vec<PathBuf> {
    let mut found = vec![workspace().join("README.md"), workspace().join("CONTRIBUTING.md")];
    let mut todo = vec![workspace().join("docs/src")];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sessions(page: &str) -> Vec<Vec<Exchange>> {
    let mut blocks: Vec<Vec<Exchange>> = Vec::new();
    let mut inside = false;
    for (index, line) in page.lines().enumerate() {
        if line.trim_end() == "```console" {
            inside = true;
            blocks.push(Vec::new());
        } else if line.starts_with("```") {
            inside = false;
        } else if inside {
            let block = blocks.last_mut().expect("just pushed");
            if line.starts_with("$ ") || line.starts_with(PROMPT) {
                block.push(Exchange { line: index + 1, typed: line.into(), printed: String::new() });
            } else if let Some(exchange) = block.last_mut() {
                exchange.printed.push_str(line);
                exchange.printed.push('\n');
            }
        }
    }
    blocks.retain(|block| {
        block.iter().any(|e| e.typed.starts_with(PROMPT) || e.typed.starts_with("$ redis-cli"))
    });
    blocks
}

fn try_page(blocks: &[Vec<Exchange>]) -> Result<(), String> {
    if blocks.is_empty() {
        return Err("no session with redis-cli on this page".into());
    }
    let server = Running::start(Server::Russet, &[])?;
    let port = server.address.port().to_string();
    for block in blocks {
        // Lines typed at the prompt share a connection, as they do for a person.
        let typed: String =
            block.iter().filter_map(|e| e.typed.strip_prefix(PROMPT)).flat_map(|l| [l, "\n"]).collect();
        let printed: String =
            block.iter().filter(|e| e.typed.starts_with(PROMPT)).map(|e| e.printed.as_str()).collect();
        if !typed.is_empty() {
            compare(block[0].line, &typed, &printed, &redis_cli(&port, &[], &typed)?)?;
        }
        for exchange in block {
            let Some(rest) = exchange.typed.strip_prefix("$ redis-cli") else { continue };
            let words = quoting::split(rest.as_bytes())
                .map_err(|_| format!("line {}: unbalanced quotes", exchange.line))?;
            let words: Vec<String> = words.iter().map(|w| String::from_utf8_lossy(w).into_owned()).collect();
            compare(exchange.line, &exchange.typed, &exchange.printed, &redis_cli(&port, &words, "")?)?;
        }
    }
    Ok(())
}

fn redis_cli(port: &str, words: &[String], input: &str) -> Result<String, String> {
    let mut child = Command::new("redis-cli")
        .args(["-p", port, "--no-raw"])
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|e| format!("redis-cli: {e}"))?;
    child.stdin.take().expect("piped").write_all(input.as_bytes()).map_err(|e| e.to_string())?;
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Blank lines do not count; everything else does.
fn compare(line: usize, typed: &str, want: &str, got: &str) -> Result<(), String> {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim_end).filter(|l| !l.is_empty()).map(String::from).collect()
    };
    if lines(want) == lines(got) {
        return Ok(());
    }
    Err(format!("line {line}: {typed}\nthe page says:\n{want}\nbut it prints:\n{got}"))
}
