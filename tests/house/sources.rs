//! What sources may say, read from their tokens: comments and strings do not count.

use std::fs;
use std::path::PathBuf;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use russet_tests::peers::workspace;

/// Paths of the standard library that a room without sockets, files, threads and clocks does not name.
const HOST: &[&[&str]] = &[
    &["std", "net"],
    &["std", "fs"],
    &["std", "thread"],
    &["std", "process", "Command"],
    &["std", "os", "fd"],
    &["std", "os", "unix", "net"],
    &["SystemTime", "now"],
    &["Instant", "now"],
];

/// Where `unsafe` may stand: a file, a directory (ends in `/`), `*` for one name.
const UNSAFE: &[&str] = &[
    "structures/src/*/raw.rs",
    "structures/src/record/",
    "server/src/sys/",
    "server/src/plugins/",
    "plugins/sdk/src/ffi/",
    "plugins/abi/",
];

/// The Rust sources below a directory of the workspace, as paths relative to its root.
pub(crate) fn sources(below: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut directories = vec![PathBuf::from(below)];
    while let Some(directory) = directories.pop() {
        let Ok(entries) = fs::read_dir(workspace().join(&directory)) else { continue };
        for entry in entries {
            let path = directory.join(entry.expect("a readable directory").file_name());
            if workspace().join(&path).is_dir() {
                if !path.ends_with("target") {
                    directories.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

fn tokens(source: &str) -> TokenStream {
    let text = fs::read_to_string(workspace().join(source)).expect("a readable source");
    text.parse().unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// Whether the word is written in the code: not in a comment, not in a string.
fn says(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => says(group.stream(), word),
        _ => false,
    })
}

fn may_be_unsafe(source: &str) -> bool {
    UNSAFE.iter().any(|place| match place.split_once('*') {
        Some((before, after)) => source
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|name| !name.contains('/')),
        None if place.ends_with('/') => source.starts_with(place),
        None => source == *place,
    })
}

#[test]
fn unsafe_code_lives_where_it_may() {
    let rooms =
        ["structures/src", "engine/src", "commands/src", "scripts/src", "server/src", "plugins", "docs"];
    let all: Vec<String> = rooms.iter().flat_map(|room| sources(room)).collect();
    assert!(all.len() > 100, "only {} sources were found", all.len());
    let (allowed, others): (Vec<&String>, Vec<&String>) =
        all.iter().partition(|source| may_be_unsafe(source));
    let strays: Vec<&&String> = others.iter().filter(|source| says(tokens(source), "unsafe")).collect();
    assert!(strays.is_empty(), "unsafe code in {strays:?}");
    // The check can fail: where it is allowed, it is found.
    assert!(allowed.iter().any(|source| says(tokens(source), "unsafe")));
    assert!(may_be_unsafe("structures/src/dict/raw.rs") && !may_be_unsafe("structures/src/dict/a/raw.rs"));
}

/// Leaves out what is compiled for tests only: the item behind `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut skipping = false;
    for token in tokens {
        if skipping {
            // The item ends with its body or with a semicolon.
            skipping = match &token {
                TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
                TokenTree::Punct(punct) => punct.as_char() != ';',
                _ => true,
            };
            continue;
        }
        if let TokenTree::Group(group) = &token
            && group.stream().to_string().replace(' ', "") == "cfg(test)"
        {
            skipping = true;
        }
        kept.push(token);
    }
    kept.into_iter().collect()
}

/// Whether a path with these parts is written in the code, directly or as a part of a `use` tree.
fn names(tokens: &TokenStream, path: &[&str]) -> bool {
    let mut wanted = path.iter();
    let mut next = wanted.next();
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => {
                if next.is_some_and(|word| ident == word) {
                    next = wanted.next();
                    if next.is_none() {
                        return true;
                    }
                } else {
                    wanted = path.iter();
                    next = wanted.next();
                    if next.is_some_and(|word| ident == word) {
                        next = wanted.next();
                    }
                }
            }
            TokenTree::Group(group) => {
                // `std::{net, fs}`: what was read of the path goes on in each branch.
                let rest: Vec<&str> = next.into_iter().chain(wanted.clone()).copied().collect();
                let begun = rest.len() < path.len();
                if begun && branches(&group.stream()).iter().any(|branch| begins(branch, &rest)) {
                    return true;
                }
                if names(&group.stream(), path) {
                    return true;
                }
                wanted = path.iter();
                next = wanted.next();
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => {
                wanted = path.iter();
                next = wanted.next();
            }
        }
    }
    false
}

fn branches(tokens: &TokenStream) -> Vec<TokenStream> {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    all.split(comma).map(|branch| branch.iter().cloned().collect()).collect()
}

fn begins(tokens: &TokenStream, path: &[&str]) -> bool {
    let words = tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    });
    words.take(path.len()).collect::<Vec<_>>() == path
}

#[test]
fn engine_commands_and_structures_know_no_host() {
    for room in ["structures/src", "engine/src", "commands/src", "scripts/src", "plugins/hello/src"] {
        // A file of tests is named in another one, behind `#[cfg(test)]`.
        let for_tests = |source: &String| source.ends_with("/tests.rs") || source.ends_with("/shell.rs");
        for source in sources(room).iter().filter(|source| !for_tests(source)) {
            let tokens = without_tests(tokens(source));
            for path in HOST {
                assert!(!names(&tokens, path), "{source} names {}", path.join("::"));
            }
        }
    }
    // The check can fail: the server's clock is where the time of day comes from.
    let reads_clock = |source: &String| names(&tokens(source), &["SystemTime", "now"]);
    assert!(sources("server/src").iter().any(reads_clock));
    let tree: TokenStream = "use std::{io, fs::File}; fn f() {}".parse().expect("tokens");
    assert!(names(&tree, &["std", "fs"]) && !names(&tree, &["std", "net"]));
}
