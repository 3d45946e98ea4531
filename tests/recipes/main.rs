//! Recipes that work: what CONTRIBUTING.md tells to write is written, built, tested and typed.
//!
//! `cargo test -p russet-tests --test recipes`. Two documents show sessions with a server that must first be
//! built: CONTRIBUTING.md, whose code blocks are put into a copy of the tree (`target/recipes`), and the page
//! of the example plugin, which is built as it says. What is built shares `target/` with everything else.
//!
//! The line above a code block says where the block goes:
//!
//! - ``New file `path`:``
//! - ``In `path`, below `line`:``
//!
//! Of `sh` blocks, `cargo test` and `cargo build` lines are run; what `cargo run` lines pass on is passed to one server,
//! with which the `console` blocks are then replayed. It runs in the tree, in which `target` is where things are built.

mod tree;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::launch::Running;
use russet_tests::markdown::{Block, Document};
use russet_tests::peers::{target_directory, workspace};
use russet_tests::session;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Two builds at once would only wait for each other.
    arguments.test_threads = Some(1);
    let trials = vec![
        Trial::test("CONTRIBUTING.md", contributing),
        Trial::test("plugins/hello/README.md", || {
            follow(&Document::read("plugins/hello/README.md"), workspace())
        }),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn contributing() -> Result<(), Failed> {
    let page = Document::read("CONTRIBUTING.md");
    let mut tree = tree::Tree::read()?;
    let mut written = 0;
    for block in page.blocks() {
        if matches!(block.info.as_str(), "rust" | "toml") {
            let place = format!("CONTRIBUTING.md:{}", block.line);
            tree.apply(&block.before, &block.text).map_err(|message| format!("{place}: {message}"))?;
            written += 1;
        }
    }
    if written < 6 {
        return Err(format!("only {written} blocks were found").into());
    }
    let root = target_directory().join("recipes/tree");
    tree.write(&root)?;
    let built = root.join("target");
    if !built.exists() {
        std::os::unix::fs::symlink(target_directory(), &built)?;
    }
    follow(&page, &root)
}

/// Does what a page says in a tree to which its code has been added.
fn follow(page: &Document, root: &Path) -> Result<(), Failed> {
    let blocks = page.blocks();
    let shell = blocks.iter().filter(|block| block.info == "sh").flat_map(|block| block.text.lines());
    let mut arguments = vec!["--dir", root.to_str().ok_or("the tree's path is no text")?];
    for line in shell {
        let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
        match words.as_slice() {
            ["cargo", "test", rest @ ..] => cargo(root, &[&["test"], rest].concat()).map(drop)?,
            ["cargo", "build", rest @ ..] => cargo(root, &[&["build"], rest].concat()).map(drop)?,
            ["cargo", "run", "--", rest @ ..] => arguments.extend(rest),
            ["cargo", "run"] | [] => {}
            _ => return Err(format!("{}: what should this test do with `{line}`?", page.name).into()),
        }
    }
    let sessions: Vec<Block> = blocks.iter().filter(|block| block.info == "console").cloned().collect();
    if sessions.is_empty() {
        return Err(format!("{} shows no session", page.name).into());
    }
    let binary = server(root)?;
    let running = Running::start_binary(&binary, &arguments)?;
    session::replay(&page.name, &sessions, &binary, running.address.port())?;
    Ok(())
}

/// Runs cargo in a tree and returns what it printed.
fn cargo(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failed> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", target_directory())
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("cargo {}: {}\n{out}\n{err}", arguments.join(" "), output.status).into())
}

/// Builds the server of a tree and returns a copy of the binary.
///
/// The build leaves it where a plain `cargo build` leaves its own, which is put back.
fn server(root: &Path) -> Result<PathBuf, Failed> {
    let target = target_directory();
    let usual = target.join("debug/russet-server");
    let aside = target.join("recipes/aside");
    let copy = target.join("recipes/russet-server");
    std::fs::create_dir_all(target.join("recipes"))?;
    let had_one = usual.exists();
    if had_one {
        std::fs::rename(&usual, &aside)?;
    }
    let built = cargo(root, &["build", "-p", "russet-server", "--bin", "russet-server"])
        .and_then(|_| Ok(std::fs::copy(&usual, &copy)?));
    if had_one {
        std::fs::rename(&aside, &usual)?;
    } else if usual.exists() {
        std::fs::remove_file(&usual)?;
    }
    built?;
    Ok(copy)
}
