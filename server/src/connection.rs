//! A connection: a socket, what has been received on it and not been run, and what is known of its readiness.

use crate::resp::Parser;
use crate::tick::{COMMANDS, LONG_READ, READ};
use mio::net::{TcpStream, UnixStream};
use russet_engine::session::Transport;
use rustix::buffer::spare_capacity;
use rustix::io::retry_on_intr;
use std::io::{self, IoSlice, Write};
use std::os::fd::AsRawFd;
use std::time::Instant;

/// Either kind of socket.
pub(crate) enum Stream {
    /// TCP.
    Tcp(TcpStream),
    /// A unix socket.
    Unix(UnixStream),
}

impl Stream {
    /// Reads into `buffer`.
    pub(crate) fn read_into(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(retry_on_intr(|| match self {
            Stream::Tcp(stream) => rustix::io::read(stream, &mut *buffer),
            Stream::Unix(stream) => rustix::io::read(stream, &mut *buffer),
        })?)
    }

    /// Reads onto the end of `buffer`, into the room that it has.
    pub(crate) fn read_onto(&self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        Ok(retry_on_intr(|| match self {
            Stream::Tcp(stream) => rustix::io::read(stream, spare_capacity(buffer)),
            Stream::Unix(stream) => rustix::io::read(stream, spare_capacity(buffer)),
        })?)
    }

    /// Writes `bytes`.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.write(bytes),
            Stream::Unix(stream) => stream.write(bytes),
        }
    }

    /// Writes several slices.
    pub(crate) fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.write_vectored(slices),
            Stream::Unix(stream) => stream.write_vectored(slices),
        }
    }

    /// The file descriptor, for `CLIENT LIST`.
    pub(crate) fn fd(&self) -> i32 {
        match self {
            Stream::Tcp(stream) => stream.as_raw_fd(),
            Stream::Unix(stream) => stream.as_raw_fd(),
        }
    }

    /// The socket, to be registered with the poll.
    pub(crate) fn source(&mut self) -> &mut dyn mio::event::Source {
        match self {
            Stream::Tcp(stream) => stream,
            Stream::Unix(stream) => stream,
        }
    }
}

/// One connection. Its client in the engine has the same index.
pub(crate) struct Connection {
    /// The socket.
    pub stream: Stream,
    /// Bytes received and not yet run, from `consumed` on. Empty while nothing is unfinished: a connection
    /// that keeps up holds no buffer.
    pub input: Vec<u8>,
    /// How much of `input` has been run.
    pub consumed: usize,
    /// The most bytes that were waiting at once since [`Connection::shrink`] was last called.
    pub peak: usize,
    /// Where the unfinished command stands.
    pub parser: Parser,
    /// The socket may have more to read than has been read.
    pub readable: bool,
    /// The socket took everything that was last written.
    pub writable: bool,
    /// Stands in the list of connections that have work left.
    pub queued: bool,
    /// The backlog begins with bytes that have not been looked at since the last command ran.
    pub unparsed: bool,
    /// The most commands that are parsed of it in the next tick: few after one that had to wait, for what is parsed
    /// behind such a one is parsed again.
    pub appetite: usize,
    /// The peer has ended its side: there is an end to be read behind what has arrived.
    pub hung_up: bool,
    /// Since when the soft limit of the output buffer has been exceeded.
    pub over_soft_limit: Option<Instant>,
}

impl Connection {
    /// A connection on which nothing has happened.
    pub(crate) fn new(stream: Stream) -> Self {
        Connection {
            stream,
            input: Vec::new(),
            consumed: 0,
            peak: 0,
            parser: Parser::default(),
            readable: true,
            writable: true,
            queued: false,
            unparsed: false,
            appetite: COMMANDS,
            hung_up: false,
            over_soft_limit: None,
        }
    }

    /// Bytes received and not yet run.
    pub(crate) fn backlog(&self) -> usize {
        self.input.len() - self.consumed
    }

    /// Bytes of room in its buffer beside the backlog.
    pub(crate) fn room(&self) -> usize {
        self.input.capacity() - self.backlog()
    }

    /// Bytes that can be read onto its buffer as it is.
    pub(crate) fn spare(&self) -> usize {
        self.input.capacity() - self.input.len()
    }

    /// Notes in `transport` what of the client's requests waits, and where.
    pub(crate) fn describe(&self, transport: &mut Transport) {
        transport.query_parsed = self.parser.parsed().min(self.backlog());
        transport.query_buffer = self.backlog() - transport.query_parsed;
        transport.query_room = self.room();
        transport.query_borrowed = 0;
        transport.words = self.parser.word_bytes();
    }

    /// Notes that the first `count` bytes of the backlog have been run.
    pub(crate) fn consume(&mut self, count: usize) {
        self.peak = self.peak.max(self.input.len());
        self.consumed += count;
        if self.consumed == self.input.len() {
            self.consumed = 0;
            if self.input.capacity() > KEEP {
                self.input = Vec::new();
            } else {
                self.input.clear();
            }
        } else if self.consumed > self.input.len() / 2 {
            self.input.drain(..self.consumed);
            self.consumed = 0;
        }
    }

    /// Makes room to read `most` bytes more, of a word of which `wanted` bytes are still to come: the buffer grows
    /// with what has arrived, and not beyond the word's end.
    pub(crate) fn make_room(&mut self, most: usize, wanted: usize) {
        if self.spare() < most {
            self.input.reserve_exact(self.backlog().min(wanted).max(most));
        }
    }

    /// Notes that so many bytes arrived at once and were run without having been kept.
    pub(crate) fn note_passing(&mut self, count: usize) {
        self.peak = self.peak.max(count);
    }

    /// Gives back room that is not needed: all of it if nothing has arrived for a while, and otherwise what is more than
    /// was needed since the last time, if that is much.
    pub(crate) fn shrink(&mut self, is_idle: bool) {
        // Room that was made for a word that is still coming is about to be used.
        let coming = Some(self.parser.wanted(self.backlog())).filter(|&wanted| wanted <= LONG_READ);
        let needed = self.peak.max(self.backlog() + coming.unwrap_or(0)).max(READ);
        self.peak = self.backlog();
        let wanted = match self.input.capacity() {
            _ if is_idle => self.backlog(),
            room if room > LARGE && needed < room / 2 => needed,
            _ => return,
        };
        if self.input.capacity() - self.backlog() > WORTH_SHRINKING || wanted == 0 {
            self.input.drain(..std::mem::take(&mut self.consumed));
            self.input.shrink_to(wanted);
        }
    }
}

/// An emptied input buffer above this size is given back at once.
const KEEP: usize = 1024 * 1024 + LARGE;
/// An input buffer up to this size is kept while its client sends.
const LARGE: usize = 32 * 1024;
/// Less room than this is not worth being given back.
const WORTH_SHRINKING: usize = 4 * 1024;
