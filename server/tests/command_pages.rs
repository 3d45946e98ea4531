//! The book's pages of commands say what the declarations say.

use russet_engine::command::{Registry, page};
use std::collections::BTreeSet;
use std::path::Path;

/// The committed pages are the ones that the declarations make, and there are no others. With
/// `RUSSET_WRITE_PAGES` set, this writes them instead.
#[test]
fn the_pages_in_the_book_are_up_to_date() {
    russet_commands::link();
    let pages = page::pages(&Registry::collect().expect("every declaration can be read"));
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/commands");
    if std::env::var_os("RUSSET_WRITE_PAGES").is_some() {
        std::fs::create_dir_all(&book).unwrap();
        for (name, page) in &pages {
            std::fs::write(book.join(name), page).unwrap();
        }
    }
    let committed: BTreeSet<String> = std::fs::read_dir(&book)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(committed, pages.keys().cloned().collect(), "files in docs/src/commands");
    for (name, page) in &pages {
        let committed = std::fs::read_to_string(book.join(name)).unwrap();
        assert!(
            committed == *page,
            "docs/src/commands/{name} is old: run this test with RUSSET_WRITE_PAGES=1"
        );
    }
}
