//! Effects: what a request did to the dataset, as commands that would do it again.
//!
//! They leave the engine as one stream, in the order in which they happened. An append-only file, a replica
//! and a test that replays them all read the same stream. Time, randomness and floating point are resolved
//! before: `SET k v EX 10` leaves as `SET k v PXAT <when>`, an expired key as `DEL`.
//!
//! # In which form?
//!
//! In the form in which clients send requests, since that is what files and replicas want: nothing is copied twice, and
//! no command costs an allocation. `SELECT` stands before a command that runs in another database than the one before
//! it; `MULTI` and `EXEC` stand around what happens as a whole or not at all. Nobody knows at the beginning of a
//! transaction whether there will be anything to bracket: `MULTI` is put in its place when the second command comes.

mod read;
mod rebuild;

pub use read::{Commands, commands};
pub use rebuild::rebuild;

use std::ops::Range;

const MULTI: &[u8] = b"*1\r\n$5\r\nMULTI\r\n";
const EXEC: &[u8] = b"*1\r\n$4\r\nEXEC\r\n";

/// An emptied buffer above this size is given back.
const KEEP: usize = 1024 * 1024;

/// The stream's end inside the engine.
#[derive(Default)]
pub struct Effects {
    attached: bool,
    /// What has left no further than here.
    stream: Vec<u8>,
    /// The database in which the last command of the stream runs.
    selected: Option<usize>,
    open: Option<Open>,
    /// Commands that a running command wants in the stream instead of itself.
    staged: Vec<u8>,
}

/// A transaction that has begun.
struct Open {
    /// Where in the stream.
    at: usize,
    /// How many commands it has.
    commands: usize,
}

impl Effects {
    /// Starts or stops recording. While nobody listens nothing is copied.
    pub fn attach(&mut self, listening: bool) {
        self.attached = listening;
        if !listening {
            *self = Effects::default();
        }
    }

    /// Whether anybody listens.
    #[inline]
    pub fn attached(&self) -> bool {
        self.attached
    }

    /// Bytes that hold what has left no further than here.
    #[inline]
    pub fn pending_bytes(&self) -> usize {
        self.stream.capacity()
    }

    /// The next command names its database again: whoever reads on from here has not read what came before.
    pub fn name_database(&mut self) {
        self.selected = None;
    }

    /// Appends a command.
    pub fn push<'w>(&mut self, db: usize, words: impl Iterator<Item = &'w [u8]> + Clone) {
        if self.attached {
            self.prepare(db, 1);
            encode(&mut self.stream, words);
        }
    }

    /// What a command has staged by now.
    pub(crate) fn staged(&self) -> usize {
        self.staged.len()
    }

    /// Keeps a command back until it is known whether the command that wants it changes anything.
    pub(crate) fn stage<'w>(&mut self, words: impl Iterator<Item = &'w [u8]> + Clone) {
        encode(&mut self.staged, words);
    }

    /// Appends what has been staged from `from` on, `commands` commands.
    pub(crate) fn push_staged(&mut self, db: usize, from: usize, commands: usize) {
        if self.attached && commands > 0 {
            let opened = commands > 1 && self.begin();
            self.prepare(db, commands);
            self.stream.extend_from_slice(&self.staged[from..]);
            if opened {
                self.commit();
            }
        }
        self.drop_staged(from);
    }

    /// Forgets what has been staged from `from` on.
    pub(crate) fn drop_staged(&mut self, from: usize) {
        self.staged.truncate(from);
        if from == 0 && self.staged.capacity() > KEEP {
            self.staged = Vec::new();
        }
    }

    /// Opens a transaction; nested ones join the outer one. Returns whether this call opened it.
    pub fn begin(&mut self) -> bool {
        let opened = self.attached && self.open.is_none();
        if opened {
            self.open = Some(Open { at: self.stream.len(), commands: 0 });
        }
        opened
    }

    /// Closes what [`Effects::begin`] opened. An empty transaction leaves no trace, one with a single command
    /// needs no brackets.
    pub fn commit(&mut self) {
        if self.open.take().is_some_and(|open| open.commands > 1) {
            self.stream.extend_from_slice(EXEC);
        }
    }

    /// Takes back what has been recorded since [`Effects::begin`]: it never happened.
    pub(crate) fn abandon(&mut self) {
        if let Some(open) = self.open.take() {
            self.stream.truncate(open.at);
            self.selected = None;
        }
    }

    /// What has been recorded and is complete: all of it, but for a transaction that is still open.
    pub fn complete(&self) -> &[u8] {
        &self.stream[..self.open.as_ref().map_or(self.stream.len(), |open| open.at)]
    }

    /// Forgets what has been recorded and is complete: it has been handed on.
    pub fn forget(&mut self) {
        match &mut self.open {
            Some(open) => {
                self.stream.drain(..open.at);
                open.at = 0;
            }
            None if self.stream.capacity() > KEEP => self.stream = Vec::new(),
            None => self.stream.clear(),
        }
    }

    /// Takes what has been recorded and is complete, in order, and leaves an empty buffer for what comes.
    pub fn take_into(&mut self, into: &mut Vec<u8>) {
        if into.is_empty() && self.open.is_none() {
            std::mem::swap(&mut self.stream, into);
        } else {
            into.extend_from_slice(self.complete());
            self.forget();
        }
    }

    /// Writes what stands before `commands` commands of database `db`.
    fn prepare(&mut self, db: usize, commands: usize) {
        if let Some(open) = &mut self.open {
            let before = open.commands;
            open.commands += commands;
            if before < 2 && open.commands >= 2 {
                insert(&mut self.stream, open.at, MULTI);
            }
        }
        if self.selected != Some(db) {
            self.selected = Some(db);
            encode(&mut self.stream, [b"SELECT", itoa::Buffer::new().format(db).as_bytes()].into_iter());
        }
    }
}

fn insert(stream: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let moved: Range<usize> = at..stream.len();
    stream.extend_from_slice(bytes);
    stream.copy_within(moved, at + bytes.len());
    stream[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Writes a command as a client would send it.
pub fn encode<'w>(into: &mut Vec<u8>, words: impl Iterator<Item = &'w [u8]> + Clone) {
    header(into, b'*', words.clone().count());
    for word in words {
        header(into, b'$', word.len());
        into.extend_from_slice(word);
        into.extend_from_slice(b"\r\n");
    }
}

/// Writes a kind and a number, such as `$3`.
#[inline]
fn header(into: &mut Vec<u8>, kind: u8, number: usize) {
    if number < 10 {
        into.extend_from_slice(&[kind, b'0' + number as u8, b'\r', b'\n']);
    } else {
        into.push(kind);
        into.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        into.extend_from_slice(b"\r\n");
    }
}

/// What a command wants journalled instead of itself.
#[derive(Default)]
pub(crate) enum Journal {
    /// The command as it was sent.
    #[default]
    AsSent,
    /// The command as it was sent, even if it changed nothing.
    Always,
    /// What it has staged.
    Instead {
        /// Where that begins.
        from: usize,
        /// Of how many commands it consists.
        commands: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening() -> Effects {
        let mut effects = Effects::default();
        effects.attach(true);
        effects
    }

    fn push(effects: &mut Effects, db: usize, line: &str) {
        effects.push(db, line.split(' ').map(str::as_bytes));
    }

    /// The stream as lines.
    fn lines(effects: &mut Effects) -> Vec<String> {
        let mut stream = Vec::new();
        effects.take_into(&mut stream);
        let line =
            |words: Vec<&[u8]>| words.iter().map(|word| word.escape_ascii().to_string()).collect::<Vec<_>>();
        commands(&stream).map(|words| line(words).join(" ")).collect()
    }

    #[test]
    fn nothing_is_kept_while_nobody_listens() {
        let mut effects = Effects::default();
        push(&mut effects, 0, "SET a 1");
        assert!(!effects.begin());
        assert!(effects.complete().is_empty());
    }

    #[test]
    fn words_are_written_as_clients_send_them() {
        let mut effects = listening();
        effects.push(0, [&b"SET"[..], b"0123456789ab", b""].into_iter());
        let stream = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$12\r\n0123456789ab\r\n$0\r\n\r\n";
        assert_eq!(effects.complete().escape_ascii().to_string(), stream.escape_ascii().to_string());
    }

    #[test]
    fn a_database_is_named_when_it_changes_or_when_somebody_new_reads() {
        let mut effects = listening();
        push(&mut effects, 0, "A");
        push(&mut effects, 0, "B");
        push(&mut effects, 12, "C");
        effects.name_database();
        push(&mut effects, 12, "D");
        assert_eq!(lines(&mut effects), ["SELECT 0", "A", "B", "SELECT 12", "C", "SELECT 12", "D"]);
        push(&mut effects, 12, "E");
        assert_eq!(lines(&mut effects), ["E"]);
    }

    #[test]
    fn only_two_commands_or_more_need_brackets() {
        let mut effects = listening();
        assert!(effects.begin());
        effects.commit();
        assert!(effects.begin());
        push(&mut effects, 0, "A");
        effects.commit();
        assert_eq!(lines(&mut effects), ["SELECT 0", "A"]);
        assert!(effects.begin());
        push(&mut effects, 1, "B");
        assert!(!effects.begin(), "joins the outer one");
        push(&mut effects, 1, "C");
        push(&mut effects, 0, "D");
        effects.commit();
        push(&mut effects, 0, "E");
        assert_eq!(lines(&mut effects), ["MULTI", "SELECT 1", "B", "C", "SELECT 0", "D", "EXEC", "E"]);
    }

    #[test]
    fn what_is_staged_comes_in_brackets_or_not_at_all() {
        let mut effects = listening();
        effects.stage(["A"].into_iter().map(str::as_bytes));
        effects.stage(["B"].into_iter().map(str::as_bytes));
        effects.push_staged(0, 0, 2);
        effects.stage(["C"].into_iter().map(str::as_bytes));
        effects.drop_staged(0);
        effects.push_staged(0, 0, 0);
        assert_eq!(lines(&mut effects), ["MULTI", "SELECT 0", "A", "B", "EXEC"]);
        assert!(effects.begin());
        push(&mut effects, 0, "D");
        effects.stage(["E"].into_iter().map(str::as_bytes));
        effects.push_staged(0, 0, 1);
        effects.commit();
        assert_eq!(lines(&mut effects), ["MULTI", "D", "E", "EXEC"]);
    }

    #[test]
    fn an_open_transaction_is_not_handed_on() {
        let mut effects = listening();
        push(&mut effects, 0, "A");
        assert!(effects.begin());
        push(&mut effects, 0, "B");
        assert_eq!(lines(&mut effects), ["SELECT 0", "A"]);
        push(&mut effects, 0, "C");
        effects.commit();
        assert_eq!(lines(&mut effects), ["MULTI", "B", "C", "EXEC"]);
    }
}
