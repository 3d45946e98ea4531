//! The rules of the house that no compiler checks: which crate may reach which, where `unsafe` lives, that a file is
//! about one thing and says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use russet_tests::peers::workspace;
use serde_json::Value;

/// The crates of the workspace, and which of them each may reach, at any distance.
const MAY_REACH: &[(&str, &[&str])] = &[
    ("russet-structures", &[]),
    ("russet-engine", &["russet-structures"]),
    ("russet-commands", &["russet-engine", "russet-structures"]),
    ("russet-server", &["russet-commands", "russet-engine", "russet-structures"]),
    ("russet-tests", &[]),
];

/// What knows sockets, signals, threads' pools or shared objects: the server's, and nobody's below it.
const SERVERS_OWN: &[&str] = &["mio", "libloading", "socket2", "signal-hook", "tokio", "rustix", "rustls"];

/// Below the server.
const BELOW: &[&str] = &["russet-structures", "russet-engine", "russet-commands"];

/// Where `unsafe` may be, as prefixes of paths (and, for the structures, a name).
fn may_be_unsafe(path: &str) -> bool {
    let structure = path.starts_with("structures/src/") && path.ends_with("/raw.rs");
    structure
        || ["structures/src/record/", "server/src/sys/", "server/src/plugins/", "plugins/sdk/src/ffi"]
            .iter()
            .any(|place| path.starts_with(place))
}

/// Every crate that each package reaches through ordinary dependencies.
fn reached() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Other platforms' crates need not even be downloaded.
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let about = String::from_utf8_lossy(&rustc.stdout).into_owned();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
        .current_dir(workspace())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let text = |value: &Value| value.as_str().expect("a string").to_string();
    let list = |value: &Value| value.as_array().expect("an array").clone();
    let names: BTreeMap<String, String> =
        list(&metadata["packages"]).iter().map(|p| (text(&p["id"]), text(&p["name"]))).collect();
    let edges: BTreeMap<String, Vec<String>> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            let ordinary = |dep: &Value| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            let deps = list(&node["deps"]).iter().filter(|d| ordinary(d)).map(|d| text(&d["pkg"])).collect();
            (text(&node["id"]), deps)
        })
        .collect();
    let closure = |start: &String| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(id) = todo.pop() {
            for next in &edges[&id] {
                if seen.insert(names[next].clone()) {
                    todo.push(next.clone());
                }
            }
        }
        seen
    };
    names.iter().map(|(id, name)| (name.clone(), closure(id))).collect()
}

#[test]
fn dependencies_point_down_only() {
    let reached = reached();
    for (package, allowed) in MAY_REACH {
        let own = reached[*package].iter().filter(|name| name.starts_with("russet-"));
        let wrong: Vec<_> = own.filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(wrong.is_empty(), "{package} reaches {wrong:?}");
    }
}

#[test]
fn no_sockets_or_signals_below_the_server() {
    let reached = reached();
    for package in BELOW {
        let wrong: Vec<_> = SERVERS_OWN.iter().filter(|name| reached[*package].contains(**name)).collect();
        assert!(wrong.is_empty(), "{package} reaches {wrong:?}");
    }
}

#[test]
fn every_crate_is_in_the_table() {
    let known: BTreeSet<&str> = MAY_REACH.iter().map(|(name, _)| *name).collect();
    for name in reached().keys().filter(|name| name.starts_with("russet-")) {
        assert!(known.contains(name.as_str()), "say in MAY_REACH what {name} may reach");
    }
}

/// All Rust files of the repository, as paths from its root.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut todo: Vec<PathBuf> = vec![workspace().to_path_buf()];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(&directory).expect("a readable directory") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push((from_root(&path), fs::read_to_string(&path).expect("a source is UTF-8")));
            }
        }
    }
    assert!(found.len() > 50, "only {} sources found", found.len());
    found
}

fn from_root(path: &Path) -> String {
    path.strip_prefix(workspace()).expect("below the root").to_string_lossy().into_owned()
}

#[test]
fn unsafe_code_lives_in_few_places() {
    // Spelt in two parts, or this file would be found.
    let marks = ["expect", "allow"].map(|level| format!("{level}({}", "unsafe_code"));
    for (path, text) in sources() {
        let marked = marks.iter().any(|mark| text.contains(mark));
        assert!(
            !marked || may_be_unsafe(&path),
            "{path} has unsafe code outside the places that DESIGN names"
        );
    }
}

#[test]
fn a_file_says_first_what_it_is_about() {
    let silent: Vec<_> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(p, _)| p).collect();
    assert!(silent.is_empty(), "these do not begin with `//! `: {silent:?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    let lines = |text: &str| text.lines().count();
    let long: Vec<_> =
        sources().into_iter().filter(|(_, t)| lines(t) > 500).map(|(p, t)| (p, lines(&t))).collect();
    assert!(long.is_empty(), "over 500 lines: {long:?}");
}

#[test]
fn no_file_is_a_junk_drawer() {
    let junk: Vec<_> = sources()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| {
            Path::new(path).iter().any(|part| {
                let part = part.to_string_lossy();
                ["utils", "util", "helpers", "helper", "misc", "common", "manager"]
                    .contains(&part.trim_end_matches(".rs"))
            })
        })
        .collect();
    assert!(junk.is_empty(), "name what these are about: {junk:?}");
}
