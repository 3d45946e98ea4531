//! How files are kept: about one thing, which they say first, and short enough to read.

use std::fs;
use std::path::Path;

use russet_tests::peers::workspace;

use crate::sources::sources;

/// All Rust files of the repository with their texts.
fn files() -> Vec<(String, String)> {
    let rooms = fs::read_dir(workspace()).expect("a readable directory");
    let names = rooms.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let rooms = names.filter(|name| name != "target" && !name.starts_with('.'));
    let found: Vec<(String, String)> = rooms
        .flat_map(|room| sources(&room))
        .map(|path| {
            let text = fs::read_to_string(workspace().join(&path)).expect("a source is UTF-8");
            (path, text)
        })
        .collect();
    assert!(found.len() > 50, "only {} sources found", found.len());
    found
}

#[test]
fn a_file_says_first_what_it_is_about() {
    let silent: Vec<_> =
        files().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "these do not begin with `//! `: {silent:?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    let lengths = files().into_iter().map(|(path, text)| (path, text.lines().count()));
    let long: Vec<_> = lengths.filter(|(_, lines)| *lines > 500).collect();
    assert!(long.is_empty(), "over 500 lines: {long:?}");
}

#[test]
fn no_file_is_a_junk_drawer() {
    const JUNK: &[&str] = &["utils", "util", "helpers", "helper", "misc", "common", "manager"];
    let is_junk = |path: &String| {
        Path::new(path).iter().any(|part| JUNK.contains(&part.to_string_lossy().trim_end_matches(".rs")))
    };
    let junk: Vec<_> = files().into_iter().map(|(path, _)| path).filter(is_junk).collect();
    assert!(junk.is_empty(), "name what these are about: {junk:?}");
}
