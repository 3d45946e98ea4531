//! Connections to other servers: opened, spoken over with a time limit, kept for a while.
//!
//! They block: whoever asks waits until the other server has answered or the time is up.

use russet_engine::Error;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

/// At most so many are kept.
const KEPT_MAX: usize = 64;
/// One that was not used for longer is closed.
const KEPT_FOR: Duration = Duration::from_secs(10);
/// Bytes that have to leave within one time limit, however large the request is.
const CHUNK: usize = 64 * 1024;
/// Of an answer's line so much is kept; it takes an odd server to send more.
const LINE_MAX: usize = 1023;

/// Why a conversation ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// While sending.
    Writing(Why),
    /// While waiting for an answer.
    Reading(Why),
}

/// What ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The time was up.
    Timeout,
    /// The connection is gone.
    Broken,
}

impl Why {
    fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Why::Timeout,
            _ => Why::Broken,
        }
    }
}

impl Fault {
    /// Whether a new connection may fare better.
    pub(crate) fn may_pass(self) -> bool {
        matches!(self, Fault::Writing(Why::Broken) | Fault::Reading(Why::Broken))
    }

    /// What the client is told.
    pub(crate) fn error(self) -> Error {
        Error::new(match self {
            Fault::Writing(_) => "IOERR error or timeout writing to target instance",
            Fault::Reading(_) => "IOERR error or timeout reading to target instance",
        })
    }
}

/// A connection to another server.
pub(crate) struct Link {
    stream: TcpStream,
    /// Received, not yet taken.
    inbox: Vec<u8>,
    /// The database that is known to be selected there.
    selected: Option<i64>,
}

impl Link {
    /// Connects to a server that a client names.
    ///
    /// # Errors
    /// What the client is told if that fails.
    pub(crate) fn open(host: &[u8], port: &[u8], timeout: Duration) -> Result<Link, Error> {
        let failed = || Error::new("IOERR error or timeout connecting to the client");
        // As C reads a number: up to what is no digit, and of that what a port has room for.
        let digits = port.iter().take_while(|byte| byte.is_ascii_digit());
        let port = digits.fold(0u16, |sum, digit| sum.wrapping_mul(10).wrapping_add(u16::from(digit - b'0')));
        let host = std::str::from_utf8(host).map_err(|_| failed())?;
        let end = Instant::now() + timeout;
        for address in (host, port).to_socket_addrs().map_err(|_| failed())? {
            let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            match TcpStream::connect_timeout(&address, left) {
                Ok(stream) => {
                    // Without it a request would only be slower.
                    let _ = stream.set_nodelay(true);
                    return Ok(Link { stream, inbox: Vec::new(), selected: None });
                }
                // Redis learns of it only when it writes.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    return Err(Fault::Writing(Why::Broken).error());
                }
                Err(_) => {}
            }
        }
        Err(failed())
    }

    /// The database that is known to be selected there.
    pub(crate) fn selected(&self) -> Option<i64> {
        self.selected
    }

    /// Notes which database is selected there.
    pub(crate) fn select(&mut self, db: Option<i64>) {
        self.selected = db;
    }

    /// Sends bytes, so many of them within each `timeout`.
    pub(crate) fn send(&mut self, bytes: &[u8], timeout: Duration) -> Result<(), Fault> {
        for mut chunk in bytes.chunks(CHUNK) {
            let end = Instant::now() + timeout;
            while !chunk.is_empty() {
                let left = remaining(end).ok_or(Fault::Writing(Why::Timeout))?;
                let sent = self.stream.set_write_timeout(Some(left)).and_then(|()| self.stream.write(chunk));
                match sent {
                    Ok(0) => return Err(Fault::Writing(Why::Broken)),
                    Ok(sent) => chunk = &chunk[sent..],
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(Fault::Writing(Why::of(&error))),
                }
            }
        }
        Ok(())
    }

    /// The next line that the other server says; if it is an error, without its `-`.
    pub(crate) fn answer(&mut self, timeout: Duration) -> Result<Result<(), Vec<u8>>, Fault> {
        let end = Instant::now() + timeout;
        let mut seen = 0;
        let length = loop {
            if let Some(found) = memchr::memchr(b'\n', &self.inbox[seen..]) {
                break seen + found;
            }
            seen = self.inbox.len();
            let left = remaining(end).ok_or(Fault::Reading(Why::Timeout))?;
            let mut piece = [0; 4096];
            let read = self.stream.set_read_timeout(Some(left)).and_then(|()| self.stream.read(&mut piece));
            match read {
                Ok(0) => return Err(Fault::Reading(Why::Broken)),
                Ok(count) => self.inbox.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Reading(Why::of(&error))),
            }
        };
        let mut line: Vec<u8> = self.inbox.drain(..=length).collect();
        while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            line.pop();
        }
        line.truncate(LINE_MAX);
        match line.first() {
            Some(b'-') => Ok(Err(line.split_off(1))),
            Some(_) => Ok(Ok(())),
            None => Err(Fault::Reading(Why::Broken)),
        }
    }
}

fn remaining(end: Instant) -> Option<Duration> {
    Some(end.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
}

/// Links that were used of late, by the host and port that clients named.
#[derive(Default)]
pub(crate) struct Links(HashMap<(Vec<u8>, Vec<u8>), (Link, Instant)>);

impl Links {
    /// A link to a server, one that was kept or a new one. It is the caller's until it is [`put`](Links::put) back.
    ///
    /// # Errors
    /// Those of [`Link::open`].
    pub(crate) fn take(&mut self, host: &[u8], port: &[u8], timeout: Duration) -> Result<Link, Error> {
        match self.0.remove(&(host.to_vec(), port.to_vec())) {
            Some((link, _)) => Ok(link),
            None => Link::open(host, port, timeout),
        }
    }

    /// Keeps a link whose answers have all been read. Where too many are kept, `draw` says which has to go.
    pub(crate) fn put(&mut self, host: &[u8], port: &[u8], link: Link, draw: u64) {
        if self.0.len() >= KEPT_MAX {
            let unlucky = self.0.keys().nth(draw as usize % self.0.len()).cloned();
            unlucky.and_then(|name| self.0.remove(&name));
        }
        self.0.insert((host.to_vec(), port.to_vec()), (link, Instant::now()));
    }

    /// Closes links that were not used for long.
    pub(crate) fn close_idle(&mut self) {
        self.0.retain(|_, (_, used)| used.elapsed() <= KEPT_FOR);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    const PATIENCE: Duration = Duration::from_secs(5);

    /// A server that reads one byte, says `text` and hangs up, and a link to it.
    fn link(text: &'static str) -> Link {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            socket.read_exact(&mut [0]).unwrap();
            socket.write_all(text.as_bytes()).unwrap();
        });
        Link::open(b"127.0.0.1", port.as_bytes(), PATIENCE).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn answers_are_lines() {
        let mut link = link("+OK\r\n-ERR no\n:1\r\n\r\n");
        assert_eq!(link.send(b"x", PATIENCE), Ok(()));
        assert_eq!(link.answer(PATIENCE), Ok(Ok(())));
        assert_eq!(link.answer(PATIENCE), Ok(Err(b"ERR no".to_vec())));
        assert_eq!(link.answer(PATIENCE), Ok(Ok(())));
        assert_eq!(link.answer(PATIENCE), Err(Fault::Reading(Why::Broken)), "an empty line is no answer");
        assert_eq!(link.answer(PATIENCE), Err(Fault::Reading(Why::Broken)));
    }

    #[test]
    fn patience_ends() {
        let mut link = link("");
        assert_eq!(link.answer(Duration::from_millis(5)), Err(Fault::Reading(Why::Timeout)));
        assert!(!Fault::Reading(Why::Timeout).may_pass());
    }

    #[test]
    fn nobody_there() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let open = |host: &str, port: &str| {
            Link::open(host.as_bytes(), port.as_bytes(), PATIENCE).err().map(|e| e.to_string())
        };
        let writing = Some("IOERR error or timeout writing to target instance");
        let connecting = Some("IOERR error or timeout connecting to the client");
        assert_eq!(open("127.0.0.1", &port).as_deref(), writing, "Redis learns of it only when it writes");
        assert_eq!(open("127.0.0.1", "x").as_deref(), writing, "port 0, where nobody can listen");
        assert_eq!(open("", "1").as_deref(), connecting);
    }

    #[test]
    fn a_link_is_kept_and_then_closed() {
        let mut links = Links::default();
        let mut one = link("");
        one.select(Some(3));
        links.put(b"h", b"1", one, 0);
        links.close_idle();
        let one = links.take(b"h", b"1", PATIENCE).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(one.selected(), Some(3));
        assert!(links.take(b"h", b"1", PATIENCE).is_err(), "it was taken");
        links.0.insert((b"h".to_vec(), b"1".to_vec()), (one, Instant::now() - KEPT_FOR - PATIENCE));
        links.close_idle();
        assert!(links.0.is_empty());
    }
}
