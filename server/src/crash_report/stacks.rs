//! Where each thread stands, in words.

use crate::log::{self, Level};
use crate::sys::fault::{Gathered, Stack, broken_thread, module_of};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The most bytes of a function's name that are shown.
const NAME: usize = 120;

/// Writes the stacks, those of the handlers cut away. `instruction` is the one that was interrupted.
pub(super) fn write(gathered: &Gathered, instruction: Option<usize>) {
    log::raw(Level::Warning, "\n------ STACK TRACE ------\n");
    if let Some(instruction) = instruction {
        let mut text = "EIP:\n".to_owned();
        describe(&mut text, instruction, true);
        log::raw(Level::Warning, &text);
    }
    for stack in &gathered.stacks {
        log::raw(Level::Warning, &of_thread(stack, instruction));
    }
    let counts = format!(
        "\n{}/{} expected stacktraces.\n\n------ STACK TRACE DONE ------\n",
        gathered.stacks.len(),
        gathered.expected
    );
    log::raw(Level::Warning, &counts);
    backtrace::clear_symbol_cache();
}

fn of_thread(stack: &Stack, instruction: Option<usize>) -> String {
    let name = fs::read_to_string(format!("/proc/self/task/{}/comm", stack.thread)).unwrap_or_default();
    let mark = if stack.thread == broken_thread() { " *" } else { "" };
    let interrupted = stack.interrupted.or(instruction);
    let from = interrupted.and_then(|at| stack.frames.iter().position(|&frame| frame == at));
    let mut text = String::new();
    for (index, &frame) in
        stack.frames.iter().enumerate().skip(from.unwrap_or(0)).filter(|(_, frame)| **frame != 0)
    {
        // All but the one that was interrupted are places to which somebody will return.
        describe(&mut text, frame, Some(index) == from);
    }
    format!("\n{} {}{mark}\n{}", stack.thread, name.trim_end(), without_machinery(&text))
}

/// What is left without the lines that are the same in every trace: how a panic is told above, how a thread begins below.
fn without_machinery(lines: &str) -> &str {
    /// Names that std has for this very purpose.
    const ABOVE: &str = "rust_begin_unwind)";
    const BELOW: &str = "__rust_begin_short_backtrace";
    let lines = match lines.rfind(ABOVE) {
        Some(at) => lines[at..].split_once('\n').map_or("", |(_, rest)| rest),
        None => lines,
    };
    match lines.find(BELOW) {
        Some(at) => &lines[..lines[..at].rfind('\n').map_or(0, |end| end + 1)],
        None => lines,
    }
}

/// A line for an address, and one more for each function that was inlined there.
fn describe(text: &mut String, address: usize, exact: bool) {
    let module = module_of(address);
    let file = module.as_ref().and_then(|module| module.path.file_name()).unwrap_or_default();
    let before = text.len();
    // The crate takes an address to be one that is returned to, and looks at the byte before it.
    let asked = address.saturating_add(usize::from(exact));
    backtrace::resolve(asked as *mut _, |symbol| {
        let Some(name) = symbol.name() else { return };
        let name = format!("{name:#}");
        // Those of closures can be several lines long.
        let name = if name.len() > NAME { name.chars().take(NAME).chain(['~']).collect() } else { name };
        let _ = write!(text, "{}({name})[{address:#x}]", file.display());
        if let (Some(path), Some(line)) = (symbol.filename(), symbol.lineno()) {
            let _ = write!(text, " {}:{line}", shortened(path).display());
        }
        text.push('\n');
    });
    if text.len() == before {
        let offset = module.as_ref().map_or(address, |module| address.saturating_sub(module.base));
        let _ = writeln!(text, "{}(+{offset:#x})[{address:#x}]", file.display());
    }
}

/// What of a source's path tells where to look: from the last `src` on, and the folder that it is in.
fn shortened(path: &Path) -> &Path {
    let mut parts = path.ancestors().collect::<Vec<_>>();
    parts.reverse();
    let source = parts.iter().rposition(|part| part.file_name().is_some_and(|name| name == "src"));
    let base = source.and_then(|index| index.checked_sub(2)).and_then(|index| parts.get(index));
    base.and_then(|base| path.strip_prefix(base).ok()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_place() {
        let mut text = String::new();
        describe(&mut text, shortened as fn(&Path) -> &Path as usize, true);
        assert!(text.contains("shortened)[0x") && text.contains("stacks.rs:"), "{text}");
        text.clear();
        describe(&mut text, 16, true);
        assert_eq!(text, "(+0x10)[0x10]\n");
    }

    #[test]
    fn what_is_the_same_in_every_trace_is_left_out() {
        let trace = "hook\nx(__rustc::rust_begin_unwind)[0x1] a:1\nassert\nrun\nx(std::__rust_begin_short_backtrace)\nmain\n";
        assert_eq!(without_machinery(trace), "assert\nrun\n");
        assert_eq!(without_machinery("a\nb\n"), "a\nb\n");
        assert_eq!(without_machinery("__rust_begin_short_backtrace\n"), "");
    }

    #[test]
    fn a_path_is_shown_from_its_crate_on() {
        for (path, shown) in [
            ("/home/x/server/src/tick/mod.rs", "server/src/tick/mod.rs"),
            ("/rustc/abc/library/std/src/thread/mod.rs", "std/src/thread/mod.rs"),
            ("src/lib.rs", "src/lib.rs"),
            ("/nowhere.c", "/nowhere.c"),
        ] {
            assert_eq!(shortened(Path::new(path)), Path::new(shown));
        }
    }
}
