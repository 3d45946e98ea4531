//! Who may depend on whom, read from `cargo metadata`. What only tests need does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use russet_tests::peers::workspace;
use serde_json::Value;

/// The rooms, and what of the workspace each may depend on.
const ROOMS: &[(&str, &[&str])] = &[
    ("russet-structures", &[]),
    ("russet-engine", &["russet-structures"]),
    ("russet-commands", &["russet-engine", "russet-structures"]),
    ("russet-scripts", &["russet-engine"]),
    (PLUGIN, &[PLUGIN]),
    ("russet-server", &["russet-commands", "russet-engine", "russet-scripts", "russet-structures", PLUGIN]),
    ("russet-book", &[]),
    ("russet-tests", &[]),
    ("russet-workbench", &["russet-commands", "russet-engine", "russet-tests"]),
    (
        "russet-fuzz-targets",
        &["russet-commands", "russet-engine", "russet-scripts", "russet-server", "russet-structures"],
    ),
];

/// Any package whose name begins so: a plugin may use what a plugin outside this repository could, which is the SDK, and
/// that the interface; only the server may use a plugin.
const PLUGIN: &str = "russet-plugin-";

/// What the engine and all below it must not reach, however indirectly: sockets, event loops, threads of
/// others, shared objects, signals, files.
const OUTSIDE: &[&str] = &[
    "mio",
    "polling",
    "socket2",
    "tokio",
    "async-io",
    "nix",
    "rustix",
    "libloading",
    "signal-hook",
    "crossbeam-channel",
    "rayon",
    "tempfile",
    "serde",
    "ron",
];

/// The workspace as cargo sees it.
struct Metadata(Value);

impl Metadata {
    fn read() -> Metadata {
        // Other platforms' crates need not even be downloaded.
        let about = Command::new("rustc").arg("-vV").output().expect("rustc runs").stdout;
        let about = String::from_utf8_lossy(&about).into_owned();
        let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
            .current_dir(workspace())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Metadata(serde_json::from_slice(&output.stdout).expect("cargo writes JSON"))
    }

    /// The packages of the workspace: name and manifest.
    fn members(&self) -> Vec<(&str, &Path)> {
        let ids: BTreeSet<&str> =
            list(&self.0, "workspace_members").iter().filter_map(Value::as_str).collect();
        let packages = list(&self.0, "packages").iter().filter(|package| ids.contains(text(package, "id")));
        packages.map(|package| (text(package, "name"), Path::new(text(package, "manifest_path")))).collect()
    }

    /// For each package, what it needs to be built and run; what only its tests need is left out.
    fn needs(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let packages = list(&self.0, "packages").iter();
        let names: BTreeMap<&str, &str> = packages.map(|p| (text(p, "id"), text(p, "name"))).collect();
        let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for node in list(&self.0["resolve"], "nodes") {
            let entry = needs.entry(names[text(node, "id")]).or_default();
            for dependency in list(node, "deps") {
                let for_tests = |kind: &Value| kind["kind"].as_str() == Some("dev");
                if !list(dependency, "dep_kinds").iter().all(for_tests) {
                    entry.insert(names[text(dependency, "pkg")]);
                }
            }
        }
        needs
    }
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("no list `{field}`"))
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("no text `{field}`"))
}

/// The shortest way from one package to another, both included.
fn way<'n>(needs: &BTreeMap<&'n str, BTreeSet<&'n str>>, from: &'n str, to: &str) -> Option<Vec<&'n str>> {
    let mut ways = vec![vec![from]];
    let mut seen = BTreeSet::from([from]);
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let last = way.last()?;
            if *last == to {
                return Some(way);
            }
            for next in needs.get(last).into_iter().flatten() {
                if seen.insert(next) {
                    longer.push([way.as_slice(), &[next]].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

#[test]
fn dependencies_point_down_only() {
    let metadata = Metadata::read();
    let needs = metadata.needs();
    let members = metadata.members();
    let names: BTreeSet<&str> = members.iter().map(|(name, _)| *name).collect();
    for name in &names {
        let room = ROOMS.iter().find(|(room, _)| is(name, room));
        let (_, below) = room.unwrap_or_else(|| panic!("{name} is new: say in ROOMS what it may depend on"));
        for other in needs[name].intersection(&names) {
            assert!(
                below.iter().any(|room| is(other, room)),
                "{name} depends on {other}, which is not below it"
            );
        }
    }
    // The check can fail: what it looks for is there.
    assert!(needs["russet-server"].contains("russet-engine"));
}

/// Whether a package is this room.
fn is(package: &str, room: &str) -> bool {
    if room == PLUGIN { package.starts_with(PLUGIN) } else { package == room }
}

#[test]
fn nothing_below_the_server_reaches_a_socket() {
    let metadata = Metadata::read();
    let needs = metadata.needs();
    for room in ["russet-structures", "russet-engine", "russet-commands", "russet-plugin-hello"] {
        for outside in OUTSIDE {
            if let Some(way) = way(&needs, room, outside) {
                panic!("{room} reaches {outside}: {}", way.join(" -> "));
            }
        }
    }
    // The check can fail: the server, which may, reaches what it looks for.
    assert!(way(&needs, "russet-server", "mio").is_some());
    assert!(way(&needs, "russet-server", "russet-structures").is_some());
}

#[test]
fn structures_need_no_crate_at_all() {
    let metadata = Metadata::read();
    assert_eq!(metadata.needs()["russet-structures"], BTreeSet::new());
}

#[test]
fn every_crate_has_the_lints_of_the_workspace() {
    for (name, manifest) in Metadata::read().members() {
        let text = fs::read_to_string(manifest).expect("a readable manifest");
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{name} does not take the lints of the workspace"
        );
    }
}
