//! Reading the stream: its commands, word by word.

/// The commands of a stream, `SELECT`, `MULTI` and `EXEC` among them.
#[derive(Clone, Debug)]
pub struct Commands<'a>(&'a [u8]);

/// The commands of `stream`, which is what [`Effects`](super::Effects) has written: whole commands.
pub fn commands(stream: &[u8]) -> Commands<'_> {
    Commands(stream)
}

impl<'a> Commands<'a> {
    /// The number behind `kind`.
    fn number(&mut self, kind: u8) -> Option<usize> {
        let end = memchr::memchr(b'\r', self.0)?;
        let digits = self.0[..end].strip_prefix(&[kind])?;
        self.0 = self.0.get(end + 2..)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    fn word(&mut self) -> Option<&'a [u8]> {
        let length = self.number(b'$')?;
        let (word, rest) = self.0.split_at_checked(length)?;
        self.0 = rest.get(2..)?;
        Some(word)
    }
}

impl<'a> Iterator for Commands<'a> {
    type Item = Vec<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let words = self.number(b'*')?;
        (0..words).map(|_| self.word()).collect()
    }
}
