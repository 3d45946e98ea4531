//! The book holds together: its contents, its links, the headers it shows, and the Rust it prints.
//!
//! `RUSSET_WRITE_PAGES=1 cargo test -p russet-tests --test book` brings the headers of modules that pages show
//! up to date.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use russet_tests::header;
use russet_tests::markdown::Document;
use russet_tests::peers::workspace;

/// What a fence may say. Blocks of the first five are run by some test: `rust` as doctests of the `docs`
/// crate, `console`, `conf` and `ron` by the `sessions` test; `sh`, `toml` and `text` are for reading.
const FENCES: &[&str] = &["rust", "console", "conf", "ron", "sh", "toml", "text"];

/// `docs/src/a/../b.md` without the detour.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

fn is_address(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

#[test]
fn every_link_leads_somewhere() {
    let mut count = 0;
    for page in Document::all() {
        for (line, target) in page.links().into_iter().filter(|(_, target)| !is_address(target)) {
            count += 1;
            let place = format!("{}:{line}: {target}", page.name);
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let here = Path::new(&page.name);
            let path = if file.is_empty() { here.to_path_buf() } else { plain(&here.with_file_name(file)) };
            assert!(workspace().join(&path).exists(), "{place}: there is no {}", path.display());
            assert!(!path.is_absolute(), "{place}: leads out of the repository");
            if !anchor.is_empty() {
                let anchors = Document::read(&path.to_string_lossy()).anchors();
                assert!(anchors.iter().any(|known| known == anchor), "{place}: the page has {anchors:?}");
            }
        }
    }
    assert!(count > 30, "only {count} links were found");
}

#[test]
fn the_contents_name_every_page() {
    let summary = Document::read("docs/src/SUMMARY.md");
    let listed: BTreeSet<String> = summary.links().into_iter().map(|(_, target)| target).collect();
    for page in Document::all() {
        let Some(name) = page.name.strip_prefix("docs/src/") else { continue };
        assert!(name == "SUMMARY.md" || listed.contains(name), "SUMMARY.md does not list {name}");
    }
}

#[test]
fn fences_say_what_is_in_them() {
    for page in Document::all() {
        for block in page.blocks() {
            let known = FENCES.contains(&block.info.as_str());
            assert!(known, "{}:{}: `{}` is none of {FENCES:?}", page.name, block.line, block.info);
        }
    }
}

/// Rust that a page says itself is a doctest of the crate `docs`, if that crate names the page; what it shows of a
/// source's header is one there.
#[test]
fn rust_in_the_book_is_run() {
    let crate_root = fs::read_to_string(workspace().join("docs/book.rs")).expect("docs/book.rs");
    for page in Document::all() {
        let Some(name) = page.name.strip_prefix("docs/") else { continue };
        let own = Document { name: page.name.clone(), text: header::own_text(&page.text) };
        if own.blocks().iter().any(|block| block.info == "rust") {
            let include = format!("#[doc = include_str!(\"{name}\")]");
            assert!(crate_root.contains(&include), "docs/book.rs does not include {name}");
        }
    }
}

#[test]
fn headers_in_the_book_are_those_of_the_sources() {
    let mut shown = 0;
    for page in Document::all() {
        shown += header::sources(&page.text).len();
        let fresh = header::refresh(&page.text).unwrap_or_else(|error| panic!("{}: {error}", page.name));
        if fresh != page.text && std::env::var_os("RUSSET_WRITE_PAGES").is_some() {
            fs::write(workspace().join(&page.name), &fresh).expect("the page can be written");
        } else {
            assert!(
                fresh == page.text,
                "{} is behind the sources it shows: run `RUSSET_WRITE_PAGES=1 cargo test -p russet-tests --test book`",
                page.name
            );
        }
    }
    assert!(shown > 10, "only {shown} headers are shown");
}
