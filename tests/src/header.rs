//! Module headers as parts of the book: what stands in the first `//!` lines of a source, as Markdown.
//!
//! A page says where a header goes, and the book's test keeps what stands between the two lines the same as
//! in the source:
//!
//! ```text
//! <!-- from engine/src/dispatch.rs -->
//! ...
//! <!-- end -->
//! ```
//!
//! Headings of the header become one level lower than the heading above the mark. Links to items of the code
//! become plain code, since only rustdoc can follow them, except that `crate::dict` becomes a link to the page
//! `dict.md`. Rust blocks are marked as such. Plots are linked in a header as rustdoc's pages below `target/doc` reach
//! them; in the book they lie beside the page.

use std::fs;

use crate::markdown::heading;
use crate::peers::workspace;

const FROM: &str = "<!-- from ";
const END: &str = "<!-- end -->";

/// What leads from rustdoc's page of a module, `target/doc/CRATE/MODULE/index.html`, to the sources of the book.
const FROM_RUSTDOC: &str = "(../../../../docs/src/";

/// The page with every header as it now stands in its source.
///
/// # Errors
/// A mark without an end, or a source that cannot be read or has no header.
pub fn refresh(page: &str) -> Result<String, String> {
    let mut fresh = String::new();
    let mut lines = page.lines();
    let mut level = 0;
    while let Some(line) = lines.next() {
        fresh.push_str(line);
        fresh.push('\n');
        if let Some((depth, _)) = heading(line) {
            level = depth;
        }
        let Some(source) = line.strip_prefix(FROM).and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        if !lines.by_ref().any(|line| line == END) {
            return Err(format!("`{line}` has no `{END}`"));
        }
        let text =
            fs::read_to_string(workspace().join(source)).map_err(|error| format!("{source}: {error}"))?;
        let header = of(&text).ok_or_else(|| format!("{source} has no header"))?;
        fresh.push_str(&format!("\n{}\n\n{END}\n", markdown(&header, level).trim_end()));
    }
    Ok(fresh)
}

/// The sources that a page shows the headers of.
pub fn sources(page: &str) -> Vec<&str> {
    page.lines().filter_map(|line| line.strip_prefix(FROM)?.strip_suffix(" -->")).collect()
}

/// The page without the headers that it shows.
pub fn own_text(page: &str) -> String {
    let mut own = String::new();
    let mut shown = false;
    for line in page.lines() {
        shown |= line.starts_with(FROM);
        if !shown {
            own.push_str(line);
            own.push('\n');
        }
        shown &= line != END;
    }
    own
}

/// The first `//!` lines of a source, without those marks.
fn of(source: &str) -> Option<String> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let text: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    (!text.is_empty()).then(|| text.join("\n"))
}

/// A header as Markdown below a heading of this level.
fn markdown(header: &str, level: usize) -> String {
    let mut page = String::new();
    let mut fence: Option<bool> = None; // within a fence: whether it is Rust
    for line in header.lines() {
        match (fence, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let rust =
                    matches!(info, "" | "rust" | "no_run" | "should_panic" | "ignore" | "compile_fail");
                fence = Some(rust);
                let info = match info {
                    "" => "rust".to_string(),
                    flag if rust && flag != "rust" => format!("rust,{flag}"),
                    other => other.to_string(),
                };
                page.push_str(&format!("```{info}\n"));
                continue;
            }
            (Some(_), Some("")) => fence = None,
            (Some(true), None) if line == "#" || line.starts_with("# ") => continue,
            _ => {}
        }
        match (fence, heading(line)) {
            (None, Some((depth, title))) => {
                page.push_str(&"#".repeat((depth + level).min(6)));
                page.push(' ');
                page.push_str(&without_code_links(title));
            }
            (None, None) => page.push_str(&without_code_links(&line.replace(FROM_RUSTDOC, "("))),
            (Some(_), _) => page.push_str(line),
        }
        page.push('\n');
    }
    page
}

/// Takes the brackets of ``[`Item`]`` away, and of `[text](path::to::item)` the link, unless the item is a module that the
/// book has a page about.
fn without_code_links(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('[') {
        let (before, link) = rest.split_at(start);
        plain.push_str(before);
        let Some(end) = link.find(']') else {
            plain.push_str(link);
            return plain;
        };
        let (text, after) = (&link[1..end], &link[end + 1..]);
        let target = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        rest = match target {
            Some((target, after)) if is_item(target) => {
                match page_of(target) {
                    Some(page) => plain.push_str(&format!("[{text}]({page})")),
                    None => plain.push_str(text),
                }
                after
            }
            None if text.len() > 2 && text.starts_with('`') && text.ends_with('`') => {
                plain.push_str(text);
                after
            }
            _ => {
                plain.push_str(&link[..=end]);
                after
            }
        };
    }
    plain + rest
}

/// The page of a module of the crate's root, as `crate::dict`, that has one.
fn page_of(target: &str) -> Option<String> {
    let page = format!("{}.md", target.strip_prefix("crate::")?);
    workspace().join("docs/src").join(&page).is_file().then_some(page)
}

/// Whether a link's target is an item of the code rather than a page or an address.
fn is_item(target: &str) -> bool {
    target.contains("::") || target.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '!')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_becomes_markdown() {
        let source = "//! Tick: [`Server::tick`] and [a page](self), [x](crate::y), [d](crate::dict), [b](c.md), a[0].\n//! ![p](../../../../docs/src/plots/p.svg)\n//!\n//! # Why?\n//!\n//! ```\n//! # hidden\n//! a();\n//! ```\nmod a;\n//! no\n";
        let expected = "Tick: `Server::tick` and a page, x, [d](dict.md), [b](c.md), a[0].\n![p](plots/p.svg)\n\n### Why?\n\n```rust\na();\n```\n";
        assert_eq!(markdown(&of(source).unwrap(), 2), expected);
        assert_eq!(of("mod a;"), None);
    }

    #[test]
    fn a_page_without_marks_stays() {
        assert_eq!(refresh("# A\n\ntext\n").unwrap(), "# A\n\ntext\n");
        assert!(refresh("<!-- from Cargo.toml -->\n").is_err());
        assert_eq!(own_text("a\n<!-- from x.rs -->\nb\n<!-- end -->\nc\n"), "a\nc\n");
    }
}
