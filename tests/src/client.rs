//! One blocking connection that keeps the raw bytes of every reply.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::resp::{self, Fault, Value};

/// How long a reply may take before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// One reply: the bytes on the wire and what they mean.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Every byte of the reply, as received.
    pub raw: Vec<u8>,
    /// The same, parsed.
    pub value: Value,
}

/// A connection to a server.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    /// Received, not yet taken.
    inbox: Vec<u8>,
    patience: Duration,
}

/// The bytes of a command as a RESP array.
pub fn encode<W: AsRef<[u8]>>(words: &[W]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        let word = word.as_ref();
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Sends `pieces`, ends the sending side at once, and returns all that comes back: `printf ... | nc -N`.
///
/// # Errors
/// Those of the socket; `TimedOut` or `WouldBlock` when nothing came for [`PATIENCE`].
pub fn talk(address: SocketAddr, pieces: &[&[u8]]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut writer = stream.try_clone()?;
    std::thread::scope(|scope| {
        // The server may answer, or hang up, before it has read everything.
        scope.spawn(move || {
            let _ = pieces.iter().try_for_each(|piece| writer.write_all(piece));
            let _ = writer.shutdown(std::net::Shutdown::Write);
        });
        let mut said = Vec::new();
        match stream.read_to_end(&mut said) {
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
            _ => Ok(said),
        }
    })
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn connect(address: SocketAddr) -> io::Result<Client> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, inbox: Vec::new(), patience: PATIENCE })
    }

    /// The same socket again, to write from another thread while this one reads.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn duplicate(&self) -> io::Result<TcpStream> {
        self.stream.try_clone()
    }

    /// How long to wait for one reply from now on.
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// The socket's own address, as `CLIENT LIST` shows it in `addr`.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn send_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.set_write_timeout(Some(self.patience))?;
        self.stream.write_all(bytes)
    }

    /// Sends a command as a RESP array.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn send<W: AsRef<[u8]>>(&mut self, words: &[W]) -> io::Result<()> {
        self.send_raw(&encode(words))
    }

    /// Reads until one reply (of any kind, pushes too) is complete.
    ///
    /// # Errors
    /// `UnexpectedEof` when the server closes, `TimedOut` after the patience, `InvalidData` for what is no RESP.
    pub fn read(&mut self) -> io::Result<Reply> {
        let end = Instant::now() + self.patience;
        let mut asked = 0;
        loop {
            // Parsing anew after every packet is quadratic for big replies: wait until the buffer doubles.
            if self.inbox.len() >= asked {
                match resp::parse(&self.inbox) {
                    Ok((value, used)) => {
                        let rest = self.inbox.split_off(used);
                        return Ok(Reply { raw: std::mem::replace(&mut self.inbox, rest), value });
                    }
                    Err(Fault::Incomplete) => {
                        asked = if self.inbox.len() > 1 << 20 { self.inbox.len() + (1 << 18) } else { 0 }
                    }
                    Err(fault) => return Err(io::Error::new(io::ErrorKind::InvalidData, fault.to_string())),
                }
            }
            // What is missing may be less than that: then nothing more arrives, and it is time to look.
            let until = if asked == 0 { end } else { end.min(Instant::now() + Duration::from_millis(20)) };
            match self.fill(until)? {
                Filled::Closed => return Err(io::ErrorKind::UnexpectedEof.into()),
                Filled::Quiet if asked != 0 && Instant::now() < end => asked = 0,
                Filled::Quiet => return Err(io::ErrorKind::TimedOut.into()),
                Filled::Some => {}
            }
        }
    }

    /// Sends a command and reads one reply.
    ///
    /// # Errors
    /// Those of [`Client::send`] and [`Client::read`].
    pub fn call<W: AsRef<[u8]>>(&mut self, words: &[W]) -> io::Result<Reply> {
        self.send(words)?;
        self.read()
    }

    /// Sends a command typed as a line and reads one reply.
    ///
    /// # Errors
    /// Those of [`Client::call`]; `InvalidInput` for unbalanced quotes.
    pub fn line(&mut self, line: &str) -> io::Result<Reply> {
        let words = crate::quoting::split(line.as_bytes())
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "unbalanced quotes"))?;
        self.call(&words)
    }

    /// Collects what arrives: up to `wait` for `enough` bytes, then until nothing came for `quiet`, or until the
    /// server closes. Returns the bytes and whether it closed.
    pub fn drain(&mut self, enough: usize, wait: Duration, quiet: Duration) -> (Vec<u8>, bool) {
        let end = Instant::now() + wait;
        let closed = loop {
            let lull = Instant::now() + quiet;
            match self.fill(if self.inbox.len() < enough { end.max(lull) } else { lull }) {
                Ok(Filled::Some) => {}
                Ok(Filled::Quiet) => break false,
                Ok(Filled::Closed) | Err(_) => break true,
            }
        };
        (std::mem::take(&mut self.inbox), closed)
    }

    /// The next `count` bytes; fewer if they do not come within `wait`, or the server closes.
    pub fn take(&mut self, count: usize, wait: Duration) -> Vec<u8> {
        let end = Instant::now() + wait;
        while self.inbox.len() < count && matches!(self.fill(end), Ok(Filled::Some)) {}
        let rest = self.inbox.split_off(count.min(self.inbox.len()));
        std::mem::replace(&mut self.inbox, rest)
    }

    /// Whether the server closes within `wait`. Bytes that arrive meanwhile are kept.
    pub fn closes_within(&mut self, wait: Duration) -> bool {
        let end = Instant::now() + wait;
        loop {
            match self.fill(end) {
                Ok(Filled::Some) => {}
                Ok(Filled::Quiet) => return false,
                Ok(Filled::Closed) | Err(_) => return true,
            }
        }
    }

    /// A reply that has arrived already, if one has: from a server of which it is known that it has nothing more to say.
    ///
    /// # Errors
    /// Those of [`Client::read`].
    pub fn arrived(&mut self) -> io::Result<Option<Reply>> {
        self.stream.set_nonblocking(true)?;
        let mut filled = self.fill(Instant::now());
        while matches!(filled, Ok(Filled::Some)) {
            filled = self.fill(Instant::now());
        }
        self.stream.set_nonblocking(false)?;
        match (resp::parse(&self.inbox), filled?) {
            (Ok((value, used)), _) => {
                let rest = self.inbox.split_off(used);
                Ok(Some(Reply { raw: std::mem::replace(&mut self.inbox, rest), value }))
            }
            (Err(Fault::Incomplete), Filled::Closed) => Err(io::ErrorKind::UnexpectedEof.into()),
            (Err(Fault::Incomplete), _) => Ok(None),
            (Err(fault), _) => Err(io::Error::new(io::ErrorKind::InvalidData, fault.to_string())),
        }
    }

    fn fill(&mut self, until: Instant) -> io::Result<Filled> {
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        self.stream.set_read_timeout(Some(left))?;
        let mut chunk = [0; 65536];
        loop {
            return match self.stream.read(&mut chunk) {
                Ok(0) => Ok(Filled::Closed),
                Ok(n) => {
                    self.inbox.extend_from_slice(&chunk[..n]);
                    Ok(Filled::Some)
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    Ok(Filled::Quiet)
                }
                // A reset is a close to a test that only asks whether the server hung up.
                Err(e) if e.kind() == io::ErrorKind::ConnectionReset => Ok(Filled::Closed),
                Err(e) => Err(e),
            };
        }
    }
}

enum Filled {
    Some,
    Quiet,
    Closed,
}
