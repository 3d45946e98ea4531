//! What a session has still to be sent: bytes in order, large values among them by reference.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Arc;

/// A value that is shared with the keyspace while it leaves.
pub type Blob = Arc<Vec<u8>>;

/// Below this many bytes a value is copied: a reference costs an entry in the queue and a slot in `writev`.
pub const SHARE_FROM: usize = 16 * 1024;

/// A buffer above this many bytes is not kept when it has been sent.
const KEEP: usize = 256 * 1024;

/// The buffer that replies are appended to has at least so many bytes, if there is one,
const LEAST: usize = 1024;
/// and so many are nobody's fault: they do not count against a limit, and replies that do not fit make it grow up to here.
const USUAL: usize = 16 * 1024;

/// A buffer of this many bytes does not grow: another one follows it. So what is in a long reply is never copied to make
/// room for more of it, and takes no more memory than it has bytes.
const PIECE: usize = 64 * 1024;

enum Chunk {
    Bytes(Vec<u8>),
    Shared(Blob),
}

impl Chunk {
    fn bytes(&self) -> &[u8] {
        match self {
            Chunk::Bytes(bytes) => bytes,
            Chunk::Shared(blob) => blob,
        }
    }

    fn memory(&self) -> usize {
        match self {
            Chunk::Bytes(bytes) => bytes.capacity(),
            Chunk::Shared(blob) => blob.capacity(),
        }
    }
}

/// A queue of bytes: `full` chunks, then `tail`, of which the first `sent` bytes are gone already.
#[derive(Default)]
pub struct Output {
    full: VecDeque<Chunk>,
    tail: Vec<u8>,
    sent: usize,
    queued: usize,
    peak: usize,
    /// Since when that is the peak, Unix time in milliseconds.
    peak_since_ms: i64,
    /// Bytes of memory that the chunks hold.
    held: usize,
    /// How much it may hold: see [`Output::limit`].
    limit: usize,
    /// It was to hold more.
    overflowed: bool,
}

/// A tail below this size is not worth an entry in the queue.
const SEAL_FROM: usize = 16 * 1024;

impl Output {
    /// Appends bytes.
    #[inline]
    pub fn write(&mut self, bytes: &[u8]) {
        if bytes.len() <= self.tail.capacity() - self.tail.len() {
            self.tail.extend_from_slice(bytes);
        } else {
            self.write_beyond(bytes);
        }
    }

    /// The buffer that replies are appended to, with room for so many bytes, which then stay together.
    #[inline]
    pub fn room(&mut self, bytes: usize) -> &mut Vec<u8> {
        if bytes > self.tail.capacity() - self.tail.len() {
            self.make_room(bytes);
        }
        &mut self.tail
    }

    #[cold]
    fn write_beyond(&mut self, mut bytes: &[u8]) {
        self.heed_limit();
        if self.overflowed {
            return;
        }
        if self.tail.len() + bytes.len() > PIECE {
            // What is left of a buffer is used, unless it is so small that it can grow.
            let (fit, rest) =
                bytes.split_at(bytes.len().min(self.tail.capacity().max(PIECE) - self.tail.len()));
            self.tail.reserve_exact(fit.len());
            self.tail.extend_from_slice(fit);
            bytes = rest;
        }
        self.make_room(bytes.len());
        if !self.overflowed {
            self.tail.extend_from_slice(bytes);
        }
    }

    #[cold]
    fn make_room(&mut self, bytes: usize) {
        self.heed_limit();
        if self.overflowed {
            self.tail.clear();
        }
        if self.tail.len() + bytes <= PIECE {
            let room = if self.tail.capacity() == 0 { bytes.max(LEAST) } else { bytes };
            return self.tail.reserve(room);
        }
        self.close_tail();
        self.tail.reserve_exact(bytes.max(PIECE));
    }

    /// From here on it may hold so many bytes of memory beside a buffer of usual size; 0 is no limit. If it is to hold more,
    /// it forgets everything, and what is written from then on: the client that is to be sent it is going to be closed.
    #[inline]
    pub fn limit(&mut self, bytes: usize) {
        self.limit = bytes;
    }

    /// Whether there is a limit.
    pub fn is_limited(&self) -> bool {
        self.limit > 0
    }

    /// Whether it was to hold more than it may. Nothing that is written is kept any more.
    #[inline]
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// As [`Output::overflowed`], with a last look at what it holds.
    #[inline]
    pub fn overflows(&mut self) -> bool {
        if self.limit > 0 {
            self.heed_limit();
        }
        self.overflowed
    }

    /// Bytes of memory that count against a limit. O(1).
    pub fn excess(&self) -> usize {
        let tail = if self.full.is_empty() { self.tail.len() } else { self.tail.capacity() };
        (self.held + self.full.len() * size_of::<Chunk>() + tail).saturating_sub(USUAL)
    }

    fn heed_limit(&mut self) {
        if self.limit > 0 && self.excess() > self.limit {
            *self = Output { limit: self.limit, overflowed: true, ..Output::default() };
        }
    }

    /// Appends a large value without copying it.
    pub fn push_shared(&mut self, blob: Blob) {
        self.close_tail();
        self.push(Chunk::Shared(blob));
        self.widen();
    }

    /// Appends many bytes without copying them.
    pub fn push_owned(&mut self, bytes: Vec<u8>) {
        self.close_tail();
        self.push(Chunk::Bytes(bytes));
    }

    /// Takes all bytes that have not been sent. O(bytes).
    pub fn take_bytes(&mut self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.len());
        while !self.is_empty() {
            let mut slices = [IoSlice::new(&[]); 8];
            let filled = self.slices(&mut slices);
            let before = all.len();
            slices[..filled].iter().for_each(|slice| all.extend_from_slice(slice));
            self.advance(all.len() - before);
        }
        all
    }

    /// Appends all of another queue, of which nothing has been sent, and leaves that one empty.
    pub fn append(&mut self, other: &mut Output) {
        while let Some(chunk) = other.full.pop_front() {
            self.close_tail();
            self.push(chunk);
        }
        if other.tail.len() < SEAL_FROM {
            self.write(&other.tail);
            other.tail.clear();
        } else {
            self.push_owned(std::mem::take(&mut other.tail));
        }
        (other.queued, other.held) = (0, 0);
        if other.memory() > KEEP {
            *other = Output::default();
        }
    }

    /// Queues what is in the tail, so that something else can follow it. A buffer of which little is used stays, for what
    /// follows.
    fn close_tail(&mut self) {
        if self.tail.is_empty() {
            return;
        }
        self.peak = self.peak.max(self.tail.len());
        let bytes = if self.tail.len() < self.tail.capacity() / 4 {
            let bytes = self.tail.as_slice().to_vec();
            self.tail.clear();
            bytes
        } else {
            std::mem::take(&mut self.tail)
        };
        self.push(Chunk::Bytes(bytes));
    }

    /// A reply did not fit the buffer, which grows, as that of Redis does, up to its usual size.
    fn widen(&mut self) {
        let room = self.tail.capacity().clamp(LEAST, USUAL);
        self.peak = self.peak.max(room);
        self.tail.reserve_exact((2 * room).min(USUAL).saturating_sub(self.tail.len()));
    }

    fn push(&mut self, chunk: Chunk) {
        self.heed_limit();
        if self.overflowed {
            return;
        }
        self.queued += chunk.bytes().len();
        self.held += chunk.memory();
        self.full.push_back(chunk);
    }

    /// What waits is not going to leave soon: later replies do not lengthen its buffer, so that its memory comes
    /// back piece by piece although the queue may never be empty again.
    pub fn seal(&mut self) {
        if self.tail.len() >= SEAL_FROM {
            self.close_tail();
        }
    }

    /// Bytes that wait to be sent.
    #[inline]
    pub fn len(&self) -> usize {
        self.queued + self.tail.len() - self.sent
    }

    /// Whether nothing waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that the queue holds, shared values included. O(1).
    pub fn memory(&self) -> usize {
        self.held + self.full.capacity() * size_of::<Chunk>() + self.tail.capacity()
    }

    /// Chunks that wait, for `CLIENT LIST`'s `oll`.
    pub fn chunks(&self) -> usize {
        self.full.len()
    }

    /// The buffer that replies are appended to, as `CLIENT LIST` shows it.
    pub fn buffer(&self) -> Buffer {
        let gone = if self.full.is_empty() { self.sent } else { 0 };
        let size = self.tail.capacity();
        Buffer { size, used: self.tail.len() - gone, peak: self.peak.max(self.tail.len()) }
    }

    /// The single slice that waits, where there is only one: the common case, sent by a plain `write`.
    #[inline]
    pub fn as_single(&self) -> Option<&[u8]> {
        self.full.is_empty().then(|| &self.tail[self.sent..])
    }

    /// Fills `slices` with what waits, in order, and returns how many were filled.
    pub fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut skip = self.sent;
        let mut filled = 0;
        for bytes in self.full.iter().map(Chunk::bytes).chain([&self.tail[..]]) {
            if filled == slices.len() {
                break;
            }
            let bytes = &bytes[skip.min(bytes.len())..];
            skip = 0;
            if !bytes.is_empty() {
                slices[filled] = IoSlice::new(bytes);
                filled += 1;
            }
        }
        filled
    }

    /// Forgets the first `count` bytes, which have been sent.
    pub fn advance(&mut self, count: usize) {
        self.sent += count;
        while let Some(front) = self.full.front() {
            let len = front.bytes().len();
            if self.sent < len {
                return;
            }
            self.sent -= len;
            self.queued -= len;
            self.held -= front.memory();
            self.full.pop_front();
        }
        if self.sent == self.tail.len() {
            self.peak = self.peak.max(self.tail.len());
            self.sent = 0;
            if self.tail.capacity() > KEEP {
                self.tail = Vec::new();
            } else {
                self.tail.clear();
            }
        } else if self.sent > KEEP && self.sent > self.tail.len() / 2 {
            // A reader that never quite keeps up must not make the buffer grow by what it has read.
            self.tail.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// Gives back memory that a burst has left behind. Called when nothing waits and the session is idle.
    pub fn shrink(&mut self) {
        if self.is_empty() && !self.overflowed {
            *self = Output::default();
        }
    }

    /// Gives back what is more than was needed of late, if nothing waits. The most that was needed is forgotten after so many
    /// milliseconds, if ever. Called now and then.
    pub fn fit(&mut self, now_ms: i64, forget_after_ms: Option<i64>) {
        if self.is_empty() {
            let room = self.tail.capacity();
            if room > LEAST && self.peak < room / 2 {
                self.tail = Vec::with_capacity((self.peak + 1).max(LEAST));
            }
            self.full.shrink_to(USUAL / size_of::<Chunk>());
        }
        if forget_after_ms.is_some_and(|after| now_ms - self.peak_since_ms > after) {
            (self.peak, self.peak_since_ms) = (self.tail.len(), now_ms);
        }
    }

    /// A point to which [`Output::truncate`] can return.
    #[inline]
    pub fn mark(&self) -> Mark {
        Mark { chunks: self.full.len(), tail: self.tail.len(), queued: self.queued }
    }

    /// Whether anything was appended since `mark`.
    pub fn grew_since(&self, mark: Mark) -> bool {
        self.queued + self.tail.len() != mark.queued + mark.tail
    }

    /// Moves what was appended since `from`, in room that was there at that time ([`Output::room`]), to where the end was at
    /// `to`, before that. O(bytes in between that stand in the same buffer).
    pub fn bring_forward(&mut self, from: Mark, to: Mark) {
        if self.overflowed {
            return;
        }
        debug_assert_eq!(self.full.len(), from.chunks, "there was no room");
        if self.full.len() == to.chunks {
            let moved = self.tail.len() - from.tail;
            self.tail[to.tail..].rotate_right(moved);
            return;
        }
        let moved = self.tail.split_off(from.tail);
        self.queued += moved.len();
        match &mut self.full[to.chunks] {
            // What was the tail at `to`.
            Chunk::Bytes(bytes) if to.tail > 0 => {
                self.held -= bytes.capacity();
                bytes.reserve_exact(moved.len());
                bytes.splice(to.tail..to.tail, moved);
                self.held += bytes.capacity();
            }
            _ => {
                self.held += moved.capacity();
                self.full.insert(to.chunks, Chunk::Bytes(moved));
            }
        }
    }

    /// Takes back everything appended since `mark` (`CLIENT REPLY OFF`). Nothing may have been sent since.
    pub fn truncate(&mut self, mark: Mark) {
        if self.full.len() > mark.chunks {
            let gone = self.full.drain(mark.chunks..);
            let mut tail = Vec::new();
            for (place, chunk) in gone.enumerate() {
                self.held -= chunk.memory();
                // What was the tail at `mark` is the first of them, unless there was none.
                if let (0, Chunk::Bytes(bytes)) = (place, chunk) {
                    tail = bytes;
                }
            }
            self.tail = tail;
            self.queued = mark.queued;
        }
        self.tail.truncate(mark.tail);
    }
}

/// What is written waits to be sent.
impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Output::write(self, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// See [`Output::buffer`].
#[derive(Clone, Copy, Debug)]
pub struct Buffer {
    /// Bytes that it can hold without growing.
    pub size: usize,
    /// Bytes that it holds and that have not been sent.
    pub used: usize,
    /// The most bytes that it has held since the memory was last given back.
    pub peak: usize,
}

/// See [`Output::mark`].
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    chunks: usize,
    tail: usize,
    queued: usize,
}

#[cfg(test)]
mod tests;
