//! The tick: everything that is ready goes through each stage before the next stage starts.
//!
//! ```text
//!  wait ──> read ──> parse ──> resolve ──> prefetch ──> execute ──> journal ──> flush ──> (wait)
//! ```
//!
//! Each stage is a file of this folder. [`Server::tick`] is the loop's body; read it first.
//!
//! # Why not one connection after the other?
//!
//! With many small requests in a tick, the time goes into waiting for memory: each key is somewhere else.
//! When the names and keys of a whole batch are known before the first command runs, their cache lines can
//! be asked for in advance, and the misses overlap. It also makes `appendfsync always` a group commit: one
//! fsync stands between the execution of a tick and its replies.
//!
//! # Why slices?
//!
//! The bytes that are read must still be in the cache when they are parsed and run. So the connections that
//! are ready walk from `read` to `execute` in slices of [`SLICE`], all of them before `journal` and `flush`.
//!
//! # What keeps it fair?
//!
//! A connection is read once per tick, [`READ`] bytes, and runs at most [`COMMANDS`] commands. What is left
//! waits for the next tick, which then does not sleep, in the order of arrival.

mod execute;
mod flush;
mod journal;
mod meanwhile;
mod parse;
mod prefetch;
mod read;
mod resolve;
mod violation;
mod wait;

pub(crate) use meanwhile::{Meanwhile, answer_others};

use crate::server::Server;
use russet_engine::Error;
use russet_engine::args::Span;
use russet_engine::command::registry::Lookup;
use russet_engine::session::ClientKey;
use std::cell::Cell;
use std::ops::Range;

/// Connections that walk together.
pub const SLICE: usize = 64;
/// Bytes read from a connection at a time, as Redis reads.
pub const READ: usize = 16 * 1024;
/// The most that is asked for at once of a long word, so that it costs few calls. The rest of a word that is no longer gets its
/// room at once.
pub const LONG_READ: usize = 4 * 1024 * 1024;
/// The most commands of one connection in one tick.
pub const COMMANDS: usize = 4096;

/// Where the bytes of a batch are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// In the tick's arena, this many bytes from `at` on: nothing was left over from before.
    Arena { at: usize, len: usize },
    /// In the connection's own buffer.
    Own,
}

/// What one connection brings to a tick.
struct Batch {
    client: ClientKey,
    source: Source,
    /// Its requests in [`Work::requests`].
    requests: Range<usize>,
    /// Offset, in the source, up to which bytes have become requests.
    parsed: usize,
    /// What the client violated, after those requests.
    violation: Option<Error>,
}

/// One request on its way.
struct Request {
    spans: Range<u32>,
    /// Offset of the byte after it, in the source.
    end: u32,
    lookup: Lookup,
    /// Index and hash of its first key; index 0 if there is none.
    key: (u32, u64),
}

/// What the stages hand to each other. Kept from tick to tick, so that a tick allocates nothing.
pub struct Work {
    arena: Vec<u8>,
    /// What is not there any more has run.
    batches: Vec<Option<Batch>>,
    requests: Vec<Request>,
    spans: Vec<Span>,
    /// Connections to read from, or with commands left, in the order of arrival.
    ready: Vec<ClientKey>,
    /// How many of them have been read from.
    walked: usize,
    /// Those that walk together.
    slice: Vec<ClientKey>,
    /// The same as `ready`, for the next tick.
    next: Vec<ClientKey>,
    /// Connections that may have something to send.
    outgoing: Vec<ClientKey>,
    /// The request that runs, or ran last: for the report of a crash.
    running: Cell<Option<Running>>,
}

/// Where the words of the request that runs are.
#[derive(Clone, Copy)]
struct Running {
    client: ClientKey,
    source: Source,
    /// Its place in [`Work::requests`].
    request: usize,
}

impl Default for Work {
    fn default() -> Self {
        Work {
            arena: vec![0; SLICE * READ],
            batches: Vec::new(),
            requests: Vec::new(),
            spans: Vec::new(),
            ready: Vec::new(),
            walked: 0,
            slice: Vec::with_capacity(SLICE),
            next: Vec::new(),
            outgoing: Vec::new(),
            running: Cell::new(None),
        }
    }
}

/// Room for this many requests of a tick, and eight times as many words, is always kept.
const KEPT: usize = 512;

/// Gives back most of a list's room, if only a small part of it was used.
fn shrink<T>(list: &mut Vec<T>, kept: usize) {
    if list.capacity() > kept && list.len() < list.capacity() / 8 {
        list.shrink_to(kept.max(list.len() * 2));
    }
}

impl Work {
    /// Gives back what a burst of requests has left behind: it would count as used memory, and keys would have to go for it.
    fn shrink(&mut self) {
        shrink(&mut self.requests, KEPT);
        shrink(&mut self.spans, 8 * KEPT);
    }

    /// Lets a connection take part in the next tick.
    pub fn queue(&mut self, client: ClientKey) {
        self.next.push(client);
    }
}

impl Server {
    /// The words of the request that runs; none if none does, or if what is known of it makes no sense. For the report of a
    /// crash.
    pub(crate) fn running_words(&self) -> Vec<&[u8]> {
        let work = &self.work;
        let Some(Running { client, source, request }) = work.running.get() else { return Vec::new() };
        let bytes = match source {
            Source::Arena { at, len } => work.arena.get(at..at + len),
            Source::Own => self.connections.get(client.0).and_then(|own| own.input.get(own.consumed..)),
        };
        let spans = work
            .requests
            .get(request)
            .map(|request| request.spans.start as usize..request.spans.end as usize);
        let (Some(bytes), Some(spans)) = (bytes, spans.and_then(|range| work.spans.get(range))) else {
            return Vec::new();
        };
        spans.iter().filter_map(|span| bytes.get(span.start as usize..span.end as usize)).collect()
    }

    /// One turn of the loop.
    ///
    /// # Errors
    /// If the poll fails, which it does not unless the process is out of resources.
    pub(crate) fn tick(&mut self) -> std::io::Result<()> {
        self.wait()?;
        self.engine.synchronise();
        self.cron();
        self.walk();
        self.journal();
        self.flush();
        if self.engine.core.evict_clients() {
            self.flush();
        }
        self.work.shrink();
        self.engine.finish_cycle();
        Ok(())
    }
    /// Lets all who are ready walk from `read` to `execute`.
    fn walk(&mut self) {
        self.work.walked = 0;
        while self.work.walked < self.work.ready.len() {
            let end = self.work.ready.len().min(self.work.walked + SLICE);
            let mut slice = std::mem::take(&mut self.work.slice);
            slice.clear();
            slice.extend_from_slice(&self.work.ready[self.work.walked..end]);
            self.work.walked = end;
            self.read(&slice);
            self.work.slice = slice;
            self.parse();
            self.resolve();
            self.execute(); // prefetches a few requests ahead of itself
        }
        self.work.ready.clear();
    }
}
