//! Rebuilding: commands that make what there is, for a journal that is to begin with it.
//!
//! Collections are made in steps of [`AT_ONCE`] elements, so that no command takes long. What no command says is not
//! rebuilt: access clocks, and when the consumers of a stream were seen.

use super::{encode, header};
use crate::keyspace::Keyspace;
use crate::number;
use crate::rdb;
use crate::value::{Collection, Entry, Hash, List, Object, SortedSet, Stream, Text};
use russet_structures::element::Element;
use russet_structures::stream::{Group, Id};
use std::io::{self, Write};

/// Elements that one command brings.
const AT_ONCE: usize = 64;
/// Bytes that are written at a time, about.
const CHUNK: usize = 64 * 1024;

/// Writes commands, and keeps the first error.
struct Commands<W> {
    sink: W,
    buffer: Vec<u8>,
    written: u64,
    error: Option<io::Error>,
}

impl<W: Write> Commands<W> {
    fn put<'w>(&mut self, words: impl IntoIterator<Item = &'w [u8], IntoIter: Clone>) {
        encode(&mut self.buffer, words.into_iter());
        self.pass_on(CHUNK);
    }

    /// Writes what has gathered if it is at least so much.
    fn pass_on(&mut self, least: usize) {
        if self.buffer.len() < least {
            return;
        }
        if self.error.is_none() {
            self.error = self.sink.write_all(&self.buffer).err();
            self.written += self.buffer.len() as u64;
        }
        self.buffer.clear();
    }

    fn check(&mut self) -> io::Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }
}

/// Writes commands that make `keyspace`, and returns the number of bytes. After each key `done` is told how many there
/// have been; an error of its own ends the work. O(bytes).
///
/// # Errors
/// The first of the sink, or of `done`.
pub fn rebuild<W: Write>(
    sink: W,
    keyspace: &Keyspace,
    annotation: &[u8],
    mut done: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<u64> {
    let mut commands = Commands { sink, buffer: annotation.to_vec(), written: 0, error: None };
    for code in &keyspace.beside.libraries {
        commands.put([&b"FUNCTION"[..], b"LOAD", code]);
    }
    let mut keys = 0;
    for (index, database) in
        keyspace.databases().iter().enumerate().filter(|(_, database)| !database.is_empty())
    {
        commands.put([&b"SELECT"[..], itoa::Buffer::new().format(index).as_bytes()]);
        for entry in database.table() {
            key(&mut commands, entry);
            commands.check()?;
            keys += 1;
            done(keys)?;
        }
    }
    commands.pass_on(0);
    commands.check()?;
    Ok(commands.written)
}

fn key<W: Write>(commands: &mut Commands<W>, entry: &Entry) {
    let name = entry.key();
    if let Some(text) = Text::of(entry) {
        commands.put([&b"SET"[..], name, text.bytes(&mut itoa::Buffer::new())]);
    } else {
        match Object::of(entry) {
            None => {}
            Some(Object::Blob(text)) => commands.put([&b"SET"[..], name, text]),
            Some(Object::List(items)) => list(commands, name, items),
            Some(Object::Set(members)) => {
                let mut steps = Steps::new(commands, b"SADD", name);
                members.members().for_each(|member| steps.add([member]));
                steps.finish();
            }
            Some(Object::SortedSet(members)) => sorted_set(commands, name, members),
            Some(Object::Hash(fields)) => hash(commands, name, fields),
            Some(Object::Stream(entries)) => stream(commands, name, entries),
            // Only the module could say which of its commands make it.
            Some(Object::Module(_)) => {
                let mut dumped = Vec::new();
                // A vector takes everything.
                let _ = rdb::dump(entry, true, &mut dumped);
                commands.put([&b"RESTORE"[..], name, b"0", &dumped]);
            }
        }
    }
    if let Some(at) = entry.expiry() {
        commands.put([&b"PEXPIREAT"[..], name, itoa::Buffer::new().format(at).as_bytes()]);
    }
}

/// A collection on its way, some elements at a time.
struct Steps<'c, W: Write> {
    commands: &'c mut Commands<W>,
    name: &'static [u8],
    key: &'c [u8],
    /// The words of the command that is being made, behind its name and the key.
    words: Vec<u8>,
    count: usize,
    elements: usize,
}

impl<'c, W: Write> Steps<'c, W> {
    fn new(commands: &'c mut Commands<W>, name: &'static [u8], key: &'c [u8]) -> Self {
        Steps { commands, name, key, words: Vec::new(), count: 0, elements: 0 }
    }

    /// Adds an element, of one word or two.
    fn add<const N: usize>(&mut self, words: [Element<'_>; N]) {
        for word in words {
            word.with_text(|text| {
                header(&mut self.words, b'$', text.len());
                self.words.extend_from_slice(text);
                self.words.extend_from_slice(b"\r\n");
            });
        }
        self.count += N;
        self.elements += 1;
        if self.elements == AT_ONCE {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if self.count == 0 {
            return;
        }
        let buffer = &mut self.commands.buffer;
        header(buffer, b'*', self.count + 2);
        for word in [self.name, self.key] {
            header(buffer, b'$', word.len());
            buffer.extend_from_slice(word);
            buffer.extend_from_slice(b"\r\n");
        }
        buffer.append(&mut self.words);
        (self.count, self.elements) = (0, 0);
        self.commands.pass_on(CHUNK);
    }
}

fn list<W: Write>(commands: &mut Commands<W>, key: &[u8], list: &List) {
    let mut steps = Steps::new(commands, b"RPUSH", key);
    match list {
        List::Packed(pack) => pack.iter().for_each(|item| steps.add([item])),
        List::Quick(list) => {
            let mut items = list.iter();
            while let Some(item) = items.next() {
                steps.add([item]);
            }
        }
    }
    steps.finish();
}

fn sorted_set<W: Write>(commands: &mut Commands<W>, key: &[u8], set: &SortedSet) {
    let mut steps = Steps::new(commands, b"ZADD", key);
    set.for_each(|member, score| {
        let score = number::double::format(score);
        steps.add([Element::Bytes(score.as_bytes()), Element::Bytes(member)]);
    });
    steps.finish();
}

fn hash<W: Write>(commands: &mut Commands<W>, key: &[u8], hash: &Hash) {
    let mut steps = Steps::new(commands, b"HMSET", key);
    match hash {
        Hash::Packed(pack) => pack.pairs().for_each(|(field, value)| steps.add([field, value])),
        Hash::Table(table) => table.iter().for_each(|pair| {
            let (field, value) = pair.parts();
            steps.add([Element::Bytes(field), Element::Bytes(value)]);
        }),
    }
    steps.finish();
    let Hash::Table(table) = hash else { return };
    if hash.next_expiry().is_none() {
        return;
    }
    for pair in table.iter() {
        if let Some(at) = pair.expiry() {
            let (mut buffer, (field, _)) = (itoa::Buffer::new(), pair.parts());
            commands.put([&b"HPEXPIREAT"[..], key, buffer.format(at).as_bytes(), b"FIELDS", b"1", field]);
        }
    }
}

fn text_of(id: Id) -> Vec<u8> {
    format!("{}-{}", id.ms, id.seq).into_bytes()
}

fn stream<W: Write>(commands: &mut Commands<W>, key: &[u8], stream: &Stream) {
    let mut words: Vec<Vec<u8>> = Vec::new();
    for entry in stream.iter() {
        words.clear();
        words.extend([b"XADD".to_vec(), key.to_vec(), text_of(entry.id())]);
        entry.fields().for_each(|(field, value)| words.extend([field.to_vec(), value.to_vec()]));
        commands.put(words.iter().map(Vec::as_slice));
    }
    if stream.is_empty() {
        // An entry that is trimmed at once leaves an empty stream.
        commands.put([&b"XADD"[..], key, b"MAXLEN", b"0", b"0-1", b"x", b"y"]);
    }
    let (last, deleted) = (text_of(stream.last_id()), text_of(stream.max_deleted_id()));
    let added = stream.entries_added().to_string();
    let added = added.as_bytes();
    commands.put([&b"XSETID"[..], key, &last, b"ENTRIESADDED", added, b"MAXDELETEDID", &deleted]);
    for (name, group) in stream.groups() {
        stream_group(commands, key, name, group);
    }
}

fn stream_group<W: Write>(commands: &mut Commands<W>, key: &[u8], name: &[u8], group: &Group) {
    let last = text_of(group.last_id());
    let read = group.entries_read().map_or("-1".to_owned(), |read| read.to_string());
    commands.put([&b"XGROUP"[..], b"CREATE", key, name, &last, b"ENTRIESREAD", read.as_bytes()]);
    for (index, consumer) in group.consumers() {
        if consumer.pending_len() == 0 {
            commands.put([&b"XGROUP"[..], b"CREATECONSUMER", key, name, consumer.name()]);
        }
        for pending in group.pending(Id::MIN, Id::MAX, Some(index)) {
            let id = text_of(pending.id);
            let (mut time, mut count) = (itoa::Buffer::new(), itoa::Buffer::new());
            let (time, count) = (time.format(pending.delivery_time), count.format(pending.delivery_count));
            let begin: [&[u8]; 6] = [b"XCLAIM", key, name, consumer.name(), b"0", &id];
            let end: [&[u8]; 6] =
                [b"TIME", time.as_bytes(), b"RETRYCOUNT", count.as_bytes(), b"JUSTID", b"FORCE"];
            commands.put(begin.into_iter().chain(end));
        }
    }
}
