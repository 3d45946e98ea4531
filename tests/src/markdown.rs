//! What the tests read in Markdown: fenced blocks, links and headings.
//!
//! Only as much of Markdown as the documents of this repository use: fences of three backticks at the line's
//! beginning, `[text](target)` links within a line, `#` headings.

use std::fs;
use std::path::PathBuf;

use crate::peers::workspace;

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What stands behind the opening fence.
    pub info: String,
    /// What stands between the fences.
    pub text: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
    /// The last line above the block that is not empty.
    pub before: String,
}

/// A document of the repository.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its path, relative to the root of the workspace.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Document {
    /// Reads one.
    ///
    /// # Panics
    /// If it cannot be read: a test that wants it has failed.
    pub fn read(name: &str) -> Document {
        let path = workspace().join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        Document { name: name.to_string(), text }
    }

    /// The documents that people read first, and every page of the book.
    pub fn all() -> Vec<Document> {
        let mut names = vec!["README.md".to_string(), "CONTRIBUTING.md".to_string()];
        names.extend(book_pages());
        names.iter().map(|name| Document::read(name)).collect()
    }

    /// Its fenced blocks.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        let mut before = String::new();
        for (index, line) in self.text.lines().enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => {
                    let info = info.trim().to_string();
                    let before = std::mem::take(&mut before);
                    open = Some(Block { info, text: String::new(), line: index + 1, before });
                }
                (Some(_), Some("")) => blocks.extend(open.take()),
                (Some(block), _) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, None) if !line.trim().is_empty() => before = line.to_string(),
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a fence is not closed", self.name);
        blocks
    }

    /// Its lines outside of fences, with their numbers from 1.
    pub fn prose(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut fenced = false;
        self.text.lines().enumerate().filter_map(move |(index, line)| {
            let fence = line.starts_with("```");
            fenced ^= fence;
            (!fenced && !fence).then_some((index + 1, line))
        })
    }

    /// The targets of its links and images, with their lines.
    pub fn links(&self) -> Vec<(usize, String)> {
        let mut links = Vec::new();
        for (number, line) in self.prose() {
            let line = without_code(line);
            for (opening, closing) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
                for (at, _) in line.match_indices(opening) {
                    let rest = &line[at + opening.len()..];
                    if let Some(end) = rest.find(closing) {
                        links.push((number, rest[..end].to_string()));
                    }
                }
            }
        }
        links
    }

    /// The names under which its headings can be linked to.
    pub fn anchors(&self) -> Vec<String> {
        let headings = self.prose().filter_map(|(_, line)| heading(line));
        headings.map(|(_, title)| anchor(title)).collect()
    }
}

/// The pages of the book, sorted, as paths relative to the root of the workspace.
fn book_pages() -> Vec<String> {
    let mut pages = Vec::new();
    let mut directories = vec![PathBuf::from("docs/src")];
    while let Some(directory) = directories.pop() {
        let entries = fs::read_dir(workspace().join(&directory)).expect("the book has a readable source");
        for entry in entries {
            let path = directory.join(entry.expect("a readable directory").file_name());
            if workspace().join(&path).is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path.to_string_lossy().into_owned());
            }
        }
    }
    pages.sort();
    pages
}

/// The level and the title of a heading.
pub fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|&byte| byte == b'#').count();
    let title = line[level..].strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, title.trim()))
}

/// How a heading is linked to: its letters and digits in lower case, blanks as hyphens.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The line with the inside of `code` blanked.
fn without_code(line: &str) -> String {
    let mut code = false;
    line.chars()
        .map(|c| {
            code ^= c == '`';
            if code && c != '`' { ' ' } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { name: "x.md".into(), text: text.into() }
    }

    #[test]
    fn blocks_know_what_stands_above_them() {
        let found = document("# T\n\nNew file `a`:\n\n```rust\nfn a() {}\n```\n```sh\nb\n```\n").blocks();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].info.as_str(), found[0].line), ("rust", 5));
        assert_eq!((found[0].text.as_str(), found[0].before.as_str()), ("fn a() {}\n", "New file `a`:"));
        assert_eq!((found[1].info.as_str(), found[1].before.as_str()), ("sh", ""));
    }

    #[test]
    fn links_are_found_outside_of_code() {
        let text = "see [a `b`](c.md#d) and `[x](y)`\n```\n[e](f)\n```\n<img src=\"g.svg\">";
        let links = document(text).links();
        assert_eq!(links, [(1, "c.md#d".to_string()), (5, "g.svg".to_string())]);
    }

    #[test]
    fn anchors_are_those_of_a_rendered_page() {
        assert_eq!(document("## What's `it`, then?\ntext").anchors(), ["whats-it-then"]);
    }
}
