//! The manifest: which files the append-only file consists of, in which order, and their names.
//!
//! ```text
//!  file appendonly.aof.2.base.rdb seq 2 type b      the dataset as it was at the last rewrite
//!  file appendonly.aof.1.incr.aof seq 1 type h      what the rewrite has made superfluous
//!  file appendonly.aof.4.incr.aof seq 4 type i      what has happened since, in this order
//!  file appendonly.aof.5.incr.aof seq 5 type i
//! ```
//!
//! A line is a list of names and values; those that nobody knows are passed over, so that newer servers may add some.
//! This file is about the text and what follows from it; what is on the disk is `directory.rs`'s.

use russet_engine::params::load::trim;
use russet_engine::params::words;
use std::fmt;

/// The longest line, its end included.
const LONGEST_LINE: usize = 1024;

/// What a file of the manifest is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The dataset as it was when it was written.
    Base,
    /// What has happened since.
    Increment,
    /// Not needed any more.
    History,
}

impl Role {
    fn letter(self) -> char {
        match self {
            Role::Base => 'b',
            Role::Increment => 'i',
            Role::History => 'h',
        }
    }
}

/// A file of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its name, without a directory.
    pub name: Vec<u8>,
    /// Its number among those of its role.
    pub sequence: i64,
    role: Role,
}

/// The files that together are the append-only file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// What was there at the last rewrite.
    pub base: Option<Part>,
    /// What came since then, the oldest first.
    pub increments: Vec<Part>,
    /// What may be deleted.
    pub history: Vec<Part>,
    last_base: i64,
    last_increment: i64,
}

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The line, by number and content, where one is to blame.
    pub line: Option<(usize, Vec<u8>)>,
    /// What is wrong.
    pub reason: &'static str,
}

const FORMAT: &str = "Invalid AOF manifest file format";

impl Manifest {
    /// Reads the text of a manifest. O(bytes).
    ///
    /// # Errors
    /// What Redis refuses: an empty text, a line that is too long or has no end, words that do not go in pairs, a file
    /// without name, number or type, a name with a directory, a second base, increments out of order.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Malformed> {
        if text.is_empty() {
            return Err(Malformed { line: None, reason: "Found an empty AOF manifest" });
        }
        let mut manifest = Manifest::default();
        for (index, line) in pieces(text).enumerate() {
            if line.starts_with(b"#") {
                continue;
            }
            // As in Redis a NUL ends the text before the line's end is seen.
            if !line.ends_with(b"\n") || line.contains(&0) {
                let reason = "The AOF manifest file contains too long line";
                return Err(Malformed { line: None, reason });
            }
            let line = trim(line);
            let added = Part::parse(line).and_then(|part| manifest.add(part));
            added.map_err(|reason| Malformed { line: Some((index + 1, line.to_vec())), reason })?;
        }
        manifest.pass_over_history();
        Ok(manifest)
    }

    fn add(&mut self, part: Part) -> Result<(), &'static str> {
        match part.role {
            Role::Base if self.base.is_some() => return Err("Found duplicate base file information"),
            Role::Base => {
                self.last_base = part.sequence;
                self.base = Some(part);
            }
            Role::History => self.history.push(part),
            Role::Increment if part.sequence <= self.last_increment => {
                return Err("Found a non-monotonic sequence number");
            }
            Role::Increment => {
                self.last_increment = part.sequence;
                self.increments.push(part);
            }
        }
        Ok(())
    }

    /// No new file gets a number that a file of the history has, which may be the greatest of all: see
    /// [`Manifest::give_up`].
    fn pass_over_history(&mut self) {
        for part in &self.history {
            let has = |infix: &[u8]| part.name.windows(infix.len()).any(|window| window == infix);
            if has(b".base.") {
                self.last_base = self.last_base.max(part.sequence);
            } else if has(b".incr.") {
                self.last_increment = self.last_increment.max(part.sequence);
            }
        }
    }

    /// Stays as it is although `newer` may stand on disk: what only that names is not used, but must not be deleted before
    /// it is certain which of the two stands, and no new file gets its name. So it is history.
    pub(crate) fn give_up(&mut self, newer: &Manifest) {
        let own: Vec<&Part> = self.parts().collect();
        let unused = newer.parts().filter(|part| !own.iter().any(|own| own.name == part.name));
        let unused: Vec<Part> = unused.map(|part| Part { role: Role::History, ..part.clone() }).collect();
        self.history.extend(unused);
        self.last_base = self.last_base.max(newer.last_base);
        self.last_increment = self.last_increment.max(newer.last_increment);
    }

    /// Whether there is nothing to load.
    pub(crate) fn is_empty(&self) -> bool {
        self.base.is_none() && self.increments.is_empty()
    }

    /// The files to be loaded, in order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.base.iter().chain(&self.increments)
    }

    /// Makes a file of the old kind, a single one, the base.
    pub(crate) fn adopt(&mut self, name: &[u8]) {
        self.last_base = 1;
        self.base = Some(Part { name: name.to_vec(), sequence: 1, role: Role::Base });
    }

    /// Adds a new base, for which the one that was becomes history, and returns its name.
    pub(crate) fn new_base(&mut self, name: &[u8], preamble: bool) -> &[u8] {
        if let Some(before) = self.base.take() {
            self.history.insert(0, Part { role: Role::History, ..before });
        }
        self.last_base += 1;
        let suffix = if preamble { "base.rdb" } else { "base.aof" };
        let base =
            Part { name: named(name, self.last_base, suffix), sequence: self.last_base, role: Role::Base };
        &self.base.insert(base).name
    }

    /// Adds a new increment and returns its name.
    pub(crate) fn new_increment(&mut self, name: &[u8]) -> &[u8] {
        self.last_increment += 1;
        let sequence = self.last_increment;
        self.increments.push(Part {
            name: named(name, sequence, "incr.aof"),
            sequence,
            role: Role::Increment,
        });
        &self.increments[self.increments.len() - 1].name
    }

    /// What a new base contains becomes history: the increments, but for the last `kept`.
    pub(crate) fn retire_increments(&mut self, kept: usize) {
        let retired = self.increments.len().saturating_sub(kept);
        for part in self.increments.drain(..retired).rev() {
            self.history.insert(0, Part { role: Role::History, ..part });
        }
    }
}

/// The name of a file with a number: `appendonly.aof.4.incr.aof`.
fn named(name: &[u8], sequence: i64, suffix: &str) -> Vec<u8> {
    [name, format!(".{sequence}.{suffix}").as_bytes()].concat()
}

/// The name of the manifest.
pub(crate) fn manifest_name(name: &[u8]) -> Vec<u8> {
    [name, b".manifest"].concat()
}

/// The name of a manifest that is being written.
pub(crate) fn temporary_manifest_name(name: &[u8]) -> Vec<u8> {
    [b"temp-", name, b".manifest"].concat()
}

/// The name of the increment that collects what happens while the first base is written.
pub(crate) fn temporary_increment_name(name: &[u8]) -> Vec<u8> {
    [b"temp-", name, b".incr"].concat()
}

/// Cuts a text into lines, ends included, and lines that are too long into pieces.
fn pieces(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let window = &text[..text.len().min(LONGEST_LINE)];
        let end = memchr::memchr(b'\n', window).map_or(window.len(), |end| end + 1);
        let (piece, rest) = text.split_at(end);
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// A name, in quotes where a reader could not tell where it ends.
fn readable(name: &[u8]) -> String {
    let plain =
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic() && !b"\"'\\".contains(byte));
    let text = if plain { name.to_vec() } else { words::quote(name) };
    String::from_utf8_lossy(&text).into_owned()
}

impl Part {
    fn parse(line: &[u8]) -> Result<Self, &'static str> {
        let words = words::split(line).ok_or(FORMAT)?;
        if words.len() < 6 || words.len() % 2 != 0 {
            return Err(FORMAT);
        }
        let (mut name, mut sequence, mut letter) = (None, 0, None);
        for pair in words.chunks_exact(2) {
            let (what, value) = (&pair[0], &pair[1]);
            if what.eq_ignore_ascii_case(b"file") {
                if value.contains(&b'/') {
                    return Err("File can't be a path, just a filename");
                }
                name = Some(value.clone());
            } else if what.eq_ignore_ascii_case(b"seq") {
                sequence = leading_number(value);
            } else if what.eq_ignore_ascii_case(b"type") {
                letter = value.first().copied();
            }
        }
        let (Some(name), Some(letter)) = (name, letter) else { return Err(FORMAT) };
        if sequence == 0 {
            return Err(FORMAT);
        }
        let role = match letter {
            b'b' => Role::Base,
            b'i' => Role::Increment,
            b'h' => Role::History,
            _ => return Err("Unknown AOF file type"),
        };
        Ok(Part { name, sequence, role })
    }
}

/// The number that a word begins with, as C's `atoll` reads it; 0 if there is none.
fn leading_number(word: &[u8]) -> i64 {
    let (negative, digits) = match word {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let digits = digits.iter().take_while(|digit| digit.is_ascii_digit());
    let value =
        digits.fold(0i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    if negative { -value } else { value }
}

impl fmt::Display for Manifest {
    /// The text of the manifest, by lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.base.iter().chain(&self.history).chain(&self.increments) {
            let (name, sequence, letter) = (readable(&part.name), part.sequence, part.role.letter());
            writeln!(f, "file {name} seq {sequence} type {letter}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reason(text: &str) -> &'static str {
        Manifest::parse(text.as_bytes()).unwrap_err().reason
    }

    #[test]
    fn what_was_written_is_read() {
        let mut manifest = Manifest::default();
        assert_eq!(manifest.new_base(b"a.aof", true), b"a.aof.1.base.rdb");
        assert_eq!(manifest.new_increment(b"a.aof"), b"a.aof.1.incr.aof");
        assert_eq!(manifest.new_increment(b"a.aof"), b"a.aof.2.incr.aof");
        assert_eq!(manifest.new_base(b"a.aof", false), b"a.aof.2.base.aof");
        manifest.retire_increments(1);
        let text = "file a.aof.2.base.aof seq 2 type b\nfile a.aof.1.incr.aof seq 1 type h\n\
                    file a.aof.1.base.rdb seq 1 type h\nfile a.aof.2.incr.aof seq 2 type i\n";
        assert_eq!(manifest.to_string(), text);
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), manifest);
        assert_eq!(manifest.new_increment(b"a.aof"), b"a.aof.3.incr.aof", "numbers go on where they stood");
    }

    #[test]
    fn what_is_given_up_is_history_and_its_numbers_are_not_used_again() {
        let mut manifest = Manifest::default();
        manifest.new_base(b"a", true);
        manifest.new_increment(b"a");
        let mut newer = manifest.clone();
        newer.new_base(b"a", true);
        newer.new_increment(b"a");
        newer.retire_increments(1);
        manifest.give_up(&newer);
        let text = "file a.1.base.rdb seq 1 type b\nfile a.2.base.rdb seq 2 type h\nfile a.2.incr.aof seq 2 type h\n\
                    file a.1.incr.aof seq 1 type i\n";
        assert_eq!(manifest.to_string(), text);
        let mut read = Manifest::parse(text.as_bytes()).unwrap();
        assert_eq!(read, manifest, "a process that starts on it knows as much");
        assert_eq!(read.new_base(b"a", true), b"a.3.base.rdb");
        assert_eq!(read.new_increment(b"a"), b"a.3.incr.aof");
    }

    #[test]
    fn names_with_spaces_are_quoted() {
        let mut manifest = Manifest::default();
        manifest.new_increment(b"a \"b\"\n\xff.aof");
        let text = manifest.to_string();
        assert_eq!(text, "file \"a \\\"b\\\"\\n\\xff.aof.1.incr.aof\" seq 1 type i\n");
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), manifest);
    }

    #[test]
    fn comments_and_unknown_words_are_passed_over() {
        let text = "# about\nfile a seq 1 type b\n#\n  FILE b SEQ 2x TYPE incr newkey newvalue \t\r\n";
        let manifest = Manifest::parse(text.as_bytes()).unwrap();
        let names: Vec<&[u8]> = manifest.parts().map(|part| &*part.name).collect();
        assert_eq!(names, [b"a", b"b"]);
        assert!(Manifest::parse(b"#\n").unwrap().is_empty(), "it has a line, and that is enough");
    }

    #[test]
    fn what_redis_refuses_is_refused() {
        for (text, why) in [
            ("", "Found an empty AOF manifest"),
            ("file a seq 1 type b", "The AOF manifest file contains too long line"),
            ("file a\0 seq 1 type b\n", "The AOF manifest file contains too long line"),
            ("\n", FORMAT),
            ("   \n", FORMAT),
            ("file a seq 1\n", FORMAT),
            ("file a seq 1 type\n", FORMAT),
            ("file a seq 1 type b more\n", FORMAT),
            ("file \"a seq 1 type b\n", FORMAT),
            ("file a seq x type b\n", FORMAT),
            ("file a seq 0 type b\n", FORMAT),
            ("filx a seq 1 type b\n", FORMAT),
            ("file a seqx 1 type b\n", FORMAT),
            ("file a seq 1 typex b\n", FORMAT),
            ("file a seq 1 type \"\"\n", FORMAT),
            ("file a seq 1 type x\n", "Unknown AOF file type"),
            ("file d/a seq 1 type b\n", "File can't be a path, just a filename"),
            ("file a seq 1 type b\nfile b seq 2 type b\n", "Found duplicate base file information"),
            ("file a seq 2 type i\nfile b seq 2 type i\n", "Found a non-monotonic sequence number"),
            ("file a seq 2 type i\nfile b seq 1 type i\n", "Found a non-monotonic sequence number"),
            ("file a seq -1 type i\n", "Found a non-monotonic sequence number"),
        ] {
            assert_eq!(reason(text), why, "{text:?}");
        }
        let long = format!("file {} seq 1 type b\n", "a".repeat(LONGEST_LINE));
        assert_eq!(reason(&long), "The AOF manifest file contains too long line");
        let of_length = |length: usize| format!("file {} seq 1 type b\n", "a".repeat(length - 19));
        assert_eq!(reason(&of_length(LONGEST_LINE + 1)), "The AOF manifest file contains too long line");
        let fits = of_length(LONGEST_LINE);
        assert!(Manifest::parse(fits.as_bytes()).is_ok());
    }

    #[test]
    fn the_line_that_is_to_blame_is_named() {
        let error = Manifest::parse(b"# x\nfile a seq 1 type b\n file b seq 1 type z \n").unwrap_err();
        assert_eq!(error.line, Some((3, b"file b seq 1 type z".to_vec())));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(file|seq|type|[a-i \"\\\\/0-9\n#-]){0,60}") {
            if let Ok(manifest) = Manifest::parse(text.as_bytes()) {
                let again = manifest.to_string();
                if !again.is_empty() {
                    prop_assert_eq!(Manifest::parse(again.as_bytes()).unwrap().parts().count(), manifest.parts().count());
                }
            }
        }
    }
}
