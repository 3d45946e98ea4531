//! The framing of replies, checked strictly: what a server may send in RESP2 and in RESP3.

use russet_engine::Protocol;

/// Nothing in Redis answers more deeply than this.
const DEPTH: usize = 16;

/// The number of replies that `bytes` consists of.
///
/// # Errors
/// What is wrong with the first malformed or incomplete one, and where.
pub fn count(bytes: &[u8], protocol: Protocol) -> Result<usize, String> {
    let mut reader = Reader { bytes, at: 0, protocol };
    let mut replies = 0;
    while reader.at < bytes.len() {
        reader.value(0).map_err(|what| format!("{what} before byte {}", reader.at))?;
        replies += 1;
    }
    Ok(replies)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    protocol: Protocol,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Result<&'a [u8], String> {
        let rest = &self.bytes[self.at..];
        let length =
            rest.iter().position(|&byte| byte == b'\r' || byte == b'\n').ok_or("a line without end")?;
        if rest.get(length..length + 2) != Some(b"\r\n") {
            return Err("a line that does not end with CR LF".into());
        }
        self.at += length + 2;
        Ok(&rest[..length])
    }

    fn number(&mut self) -> Result<i64, String> {
        let line = self.line()?;
        let number: Option<i64> = std::str::from_utf8(line).ok().and_then(|text| text.parse().ok());
        let number = number.ok_or("not a number")?;
        if number.to_string().as_bytes() == line { Ok(number) } else { Err("a number in an odd form".into()) }
    }

    /// A length; -1, which is RESP2's way to say that there is nothing, is `None`.
    fn length(&mut self) -> Result<Option<usize>, String> {
        match self.number()? {
            -1 if self.protocol == Protocol::Resp2 => Ok(None),
            length => Ok(Some(usize::try_from(length).map_err(|_| format!("a length of {length}"))?)),
        }
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], String> {
        let rest = &self.bytes[self.at..];
        if rest.get(length..length + 2) != Some(b"\r\n") {
            return Err(format!("a string that does not end after {length} bytes"));
        }
        self.at += length + 2;
        Ok(&rest[..length])
    }

    fn values(&mut self, count: usize, depth: usize) -> Result<(), String> {
        (0..count).try_for_each(|_| self.value(depth + 1))
    }

    fn value(&mut self, depth: usize) -> Result<(), String> {
        if depth > DEPTH {
            return Err("too deep".into());
        }
        let sign = *self.bytes.get(self.at).ok_or("a missing value")?;
        self.at += 1;
        if self.protocol == Protocol::Resp2 && !b"+-:$*".contains(&sign) {
            return Err(format!("{:?}, which is not of RESP2,", char::from(sign)));
        }
        match sign {
            b'+' => self.line().map(drop),
            b'-' => match self.line()? {
                [] => Err("an empty error".into()),
                _ => Ok(()),
            },
            b':' => self.number().map(drop),
            b'$' => match self.length()? {
                Some(length) => self.bytes(length).map(drop),
                None => Ok(()),
            },
            b'*' => match self.length()? {
                Some(count) => self.values(count, depth),
                None => Ok(()),
            },
            b'~' | b'>' => {
                let count = self.length()?.ok_or("a null set")?;
                self.values(count, depth)
            }
            b'%' => {
                let count = self.length()?.ok_or("a null map")?;
                self.values(count * 2, depth)
            }
            b'|' => {
                let count = self.length()?.ok_or("a null attribute")?;
                self.values(count * 2, depth)?;
                self.value(depth)
            }
            b'_' => match self.line()? {
                [] => Ok(()),
                _ => Err("a null with a value".into()),
            },
            b'#' => match self.line()? {
                b"t" | b"f" => Ok(()),
                _ => Err("neither true nor false".into()),
            },
            b',' => double(self.line()?),
            b'(' => match self.line()? {
                [b'-', digits @ ..] | digits
                    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) =>
                {
                    Ok(())
                }
                _ => Err("not a big number".into()),
            },
            b'=' => {
                let length = self.length()?.ok_or("a null text")?;
                match self.bytes(length)? {
                    [_, _, _, b':', ..] => Ok(()),
                    _ => Err("a text without its format".into()),
                }
            }
            b'!' => {
                let length = self.length()?.ok_or("a null error")?;
                self.bytes(length).map(drop)
            }
            other => Err(format!("no reply begins with {:?},", char::from(other))),
        }
    }
}

fn double(line: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(line).map_err(|_| "not a double")?;
    let good = matches!(text, "inf" | "-inf" | "nan") || text.parse::<f64>().is_ok_and(f64::is_finite);
    if good { Ok(()) } else { Err(format!("{text:?}, which is no double,")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_counted() {
        let both = b"+OK\r\n-ERR no\r\n:-7\r\n$0\r\n\r\n*2\r\n$1\r\na\r\n*0\r\n";
        assert_eq!(count(both, Protocol::Resp2), Ok(5));
        assert_eq!(count(both, Protocol::Resp3), Ok(5));
        assert_eq!(count(b"$-1\r\n*-1\r\n", Protocol::Resp2), Ok(2));
        let new = b"_\r\n#t\r\n,1.5\r\n,-inf\r\n%1\r\n+a\r\n:1\r\n~0\r\n>1\r\n+x\r\n=6\r\ntxt:ab\r\n(-12\r\n";
        assert_eq!(count(new, Protocol::Resp3), Ok(9));
    }

    #[test]
    fn what_no_client_could_read_is_refused() {
        for bad in [
            "+a",
            "+a\nb\r\n",
            "$3\r\nab\r\n",
            "*2\r\n+a\r\n",
            ":01\r\n",
            ":\r\n",
            "-\r\n",
            "x\r\n",
            "$x\r\n",
        ] {
            assert!(count(bad.as_bytes(), Protocol::Resp2).is_err(), "{bad:?}");
            assert!(count(bad.as_bytes(), Protocol::Resp3).is_err(), "{bad:?}");
        }
        assert!(count(b"_\r\n", Protocol::Resp2).is_err());
        for bad in ["$-1\r\n", "*-1\r\n", "#x\r\n", ",x\r\n", "=1\r\na\r\n", "%1\r\n+a\r\n"] {
            assert!(count(bad.as_bytes(), Protocol::Resp3).is_err(), "{bad:?}");
        }
    }
}
