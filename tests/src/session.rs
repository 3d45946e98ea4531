//! Sessions in documents: what is typed into a shell and into redis-cli, and what both print.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::markdown::Block;
use crate::peers::on_path;

/// The prompt of redis-cli in documents, before what tells the database and an open transaction.
const PROMPT: &str = "127.0.0.1:6379";

/// One command of a shell, with what is typed into it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Run {
    command: String,
    typed: String,
    printed: String,
}

/// Replays the blocks one after the other: `redis-cli` reaches `port`, and `russet-server` is `binary`.
///
/// # Errors
/// What was printed instead, for the first command whose output is another.
pub fn replay(page: &str, blocks: &[Block], binary: &Path, port: u16) -> Result<(), String> {
    let programs = programs(binary, port).map_err(|error| format!("programs for the session: {error}"))?;
    for block in blocks {
        for run in runs(&block.text).map_err(|message| format!("{page}:{}: {message}", block.line))? {
            let printed = run.play(programs.path()).map_err(|error| format!("{}: {error}", run.command))?;
            if printed != run.printed {
                return Err(format!(
                    "{page}:{}: the session of this block goes otherwise.\n--- the page\n{}--- the server\n{printed}",
                    block.line, run.printed
                ));
            }
        }
    }
    Ok(())
}

/// A directory with the two programs that a session may name, set up for this server.
fn programs(binary: &Path, port: u16) -> std::io::Result<TempDir> {
    let directory = tempfile::tempdir()?;
    let cli =
        on_path("redis-cli").ok_or_else(|| std::io::Error::other("no redis-cli: tests/run --only tools"))?;
    let wrapper = directory.path().join("redis-cli");
    fs::write(&wrapper, format!("#!/bin/sh\nexec '{}' -p {port} \"$@\"\n", cli.display()))?;
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;
    symlink(binary, directory.path().join("russet-server"))?;
    Ok(directory)
}

impl Run {
    /// Runs it and returns what it prints.
    fn play(&self, programs: &Path) -> std::io::Result<String> {
        let mut places = vec![programs.to_path_buf()];
        places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let path = std::env::join_paths(places).map_err(std::io::Error::other)?;
        let mut child = Command::new("sh")
            .args(["-c", &format!("{{ {}\n}} 2>&1", self.command)])
            .env("PATH", path)
            .current_dir(programs)
            // redis-cli prints for a person, though no terminal is there.
            .env("FAKETTY", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(self.typed.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        Ok(trimmed(&String::from_utf8_lossy(&output.stdout)))
    }
}

/// Takes a block apart.
fn runs(text: &str) -> Result<Vec<Run>, String> {
    let mut runs: Vec<Run> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            runs.push(Run { command: command.to_string(), ..Run::default() });
        } else if let Some(typed) = after_prompt(line) {
            if runs.is_empty() {
                runs.push(Run { command: "redis-cli".to_string(), ..Run::default() });
            }
            let Some(run) = runs.last_mut() else { continue };
            if !run.command.starts_with("redis-cli") {
                return Err(format!("`{line}` is typed into `{}`", run.command));
            }
            run.typed.push_str(typed);
            run.typed.push('\n');
        } else {
            let run = runs.last_mut().ok_or("a session begins with a prompt or with `$ `")?;
            run.printed.push_str(line);
            run.printed.push('\n');
        }
    }
    runs.iter_mut().for_each(|run| run.printed = trimmed(&run.printed));
    Ok(runs)
}

/// What was typed, if the line begins with a prompt.
fn after_prompt(line: &str) -> Option<&str> {
    let (state, typed) = line.strip_prefix(PROMPT)?.split_once("> ")?;
    let marks = state.chars().all(|c| c.is_ascii_digit() || "[](TX)".contains(c));
    marks.then_some(typed)
}

/// The text without blanks at the ends of lines and empty lines at its end.
fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_taken_apart() {
        let text = "$ redis-cli -3\n127.0.0.1:6379[1](TX)> GET a\n(nil) \n\n$ redis-cli PING | wc -l\n1\n";
        let run = |command: &str, typed: &str, printed: &str| Run {
            command: command.into(),
            typed: typed.into(),
            printed: printed.into(),
        };
        let expected = [run("redis-cli -3", "GET a\n", "(nil)\n"), run("redis-cli PING | wc -l", "", "1\n")];
        assert_eq!(runs(text).unwrap(), expected);
        assert_eq!(runs("127.0.0.1:6379> PING\nPONG").unwrap(), [run("redis-cli", "PING\n", "PONG\n")]);
        assert!(runs("PONG\n").is_err());
        assert!(runs("$ ls\n127.0.0.1:6379> PING\n").is_err());
    }
}
