//! The framing of RESP2 and RESP3 replies.
//!
//! [`parse`] takes one reply off the front of a buffer and says how many bytes it had, so that a test can
//! compare the very bytes and still look inside.

use std::fmt;

/// One parsed reply. Texts stay bytes: nothing in RESP promises UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// `+OK`
    Simple(Vec<u8>),
    /// `-ERR ...` without the dash.
    Error(Vec<u8>),
    /// `:1`
    Integer(i64),
    /// `$3\r\nabc`
    Bulk(Vec<u8>),
    /// `$-1`, RESP2's null string.
    NullBulk,
    /// `*-1`, RESP2's null array.
    NullArray,
    /// `_`, RESP3's null.
    Null,
    /// `*N`
    Array(Vec<Value>),
    /// `%N`, in the order received.
    Map(Vec<(Value, Value)>),
    /// `~N`, in the order received.
    Set(Vec<Value>),
    /// `>N`
    Push(Vec<Value>),
    /// `,3.5`, kept as written.
    Double(Vec<u8>),
    /// `#t`
    Boolean(bool),
    /// `(123`
    BigNumber(Vec<u8>),
    /// `!21\r\n...`
    BlobError(Vec<u8>),
    /// `=15\r\ntxt:...`: the three letters, then the text.
    Verbatim([u8; 3], Vec<u8>),
    /// `|1 ...` and the value that it adorns.
    Attribute(Vec<(Value, Value)>, Box<Value>),
}

/// Why no value could be taken from a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The buffer ends before the value does.
    Incomplete,
    /// No server may send this; the text says what is wrong.
    Malformed(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Incomplete => f.write_str("the reply is not complete"),
            Fault::Malformed(what) => write!(f, "malformed reply: {what}"),
        }
    }
}

impl Value {
    /// The text of a string-like value (simple, bulk, verbatim, error, double, big number).
    pub fn text(&self) -> Option<&[u8]> {
        match self {
            Value::Simple(t)
            | Value::Error(t)
            | Value::Bulk(t)
            | Value::Double(t)
            | Value::BigNumber(t)
            | Value::BlobError(t)
            | Value::Verbatim(_, t) => Some(t),
            _ => None,
        }
    }

    /// [`Value::text`] with what is not UTF-8 replaced; empty when there is no text.
    pub fn lossy(&self) -> String {
        String::from_utf8_lossy(self.text().unwrap_or_default()).into_owned()
    }

    /// The number of an integer reply.
    pub fn integer(&self) -> Option<i64> {
        if let Value::Integer(n) = self { Some(*n) } else { None }
    }

    /// The elements of an array, set or push.
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Value::Array(v) | Value::Set(v) | Value::Push(v) => Some(v),
            _ => None,
        }
    }

    /// Key and value pairs of a map, or of an array that stands for one in RESP2.
    pub fn pairs(&self) -> Option<Vec<(Value, Value)>> {
        match self {
            Value::Map(pairs) => Some(pairs.clone()),
            Value::Array(v) if v.len().is_multiple_of(2) => {
                Some(v.chunks(2).map(|p| (p[0].clone(), p[1].clone())).collect())
            }
            _ => None,
        }
    }

    /// Whether this is an error of either kind.
    pub fn is_error(&self) -> bool {
        matches!(self, Value::Error(_) | Value::BlobError(_))
    }
}

/// Takes one value off the front of `buf`; returns it and the number of bytes it had.
///
/// # Errors
/// [`Fault::Incomplete`] when more bytes are needed, [`Fault::Malformed`] when no bytes can mend it.
pub fn parse(buf: &[u8]) -> Result<(Value, usize), Fault> {
    let mut reader = Reader { buf, at: 0 };
    let value = reader.value(0)?;
    Ok((value, reader.at))
}

struct Reader<'a> {
    buf: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Result<&'a [u8], Fault> {
        let rest = &self.buf[self.at..];
        let end = rest.windows(2).position(|w| w == b"\r\n").ok_or(Fault::Incomplete)?;
        self.at += end + 2;
        Ok(&rest[..end])
    }

    fn number(&mut self) -> Result<i64, Fault> {
        let line = self.line()?;
        std::str::from_utf8(line)
            .ok()
            .and_then(|s| s.parse().ok())
            .ok_or_else(|| Fault::Malformed(format!("{:?} is not a number", String::from_utf8_lossy(line))))
    }

    fn blob(&mut self, len: i64) -> Result<Vec<u8>, Fault> {
        let len = usize::try_from(len).map_err(|_| Fault::Malformed(format!("{len} is not a length")))?;
        let rest = &self.buf[self.at..];
        if rest.len() < len + 2 {
            return Err(Fault::Incomplete);
        }
        if &rest[len..len + 2] != b"\r\n" {
            return Err(Fault::Malformed("a string that does not end where its length says".into()));
        }
        self.at += len + 2;
        Ok(rest[..len].to_vec())
    }

    fn many(&mut self, count: i64, depth: u32) -> Result<Vec<Value>, Fault> {
        (0..count).map(|_| self.value(depth + 1)).collect()
    }

    fn pairs(&mut self, depth: u32) -> Result<Vec<(Value, Value)>, Fault> {
        let count = self.number()?;
        (0..count).map(|_| Ok((self.value(depth + 1)?, self.value(depth + 1)?))).collect()
    }

    fn value(&mut self, depth: u32) -> Result<Value, Fault> {
        if depth > 64 {
            return Err(Fault::Malformed("nested more than 64 deep".into()));
        }
        let &kind = self.buf.get(self.at).ok_or(Fault::Incomplete)?;
        self.at += 1;
        Ok(match kind {
            b'+' => Value::Simple(self.line()?.to_vec()),
            b'-' => Value::Error(self.line()?.to_vec()),
            b':' => Value::Integer(self.number()?),
            b',' => Value::Double(self.line()?.to_vec()),
            b'(' => Value::BigNumber(self.line()?.to_vec()),
            b'_' => {
                self.line()?;
                Value::Null
            }
            b'#' => match self.line()? {
                b"t" => Value::Boolean(true),
                b"f" => Value::Boolean(false),
                _ => return Err(Fault::Malformed("a boolean that is neither t nor f".into())),
            },
            b'$' => match self.number()? {
                -1 => Value::NullBulk,
                len => Value::Bulk(self.blob(len)?),
            },
            b'!' => {
                let len = self.number()?;
                Value::BlobError(self.blob(len)?)
            }
            b'=' => {
                let len = self.number()?;
                let all = self.blob(len)?;
                match all.split_at_checked(4) {
                    Some(([a, b, c, b':'], text)) => Value::Verbatim([*a, *b, *c], text.to_vec()),
                    _ => return Err(Fault::Malformed("a verbatim string without its format".into())),
                }
            }
            b'*' => match self.number()? {
                -1 => Value::NullArray,
                n => Value::Array(self.many(n, depth)?),
            },
            b'~' => {
                let n = self.number()?;
                Value::Set(self.many(n, depth)?)
            }
            b'>' => {
                let n = self.number()?;
                Value::Push(self.many(n, depth)?)
            }
            b'%' => Value::Map(self.pairs(depth)?),
            b'|' => {
                let attributes = self.pairs(depth)?;
                Value::Attribute(attributes, Box::new(self.value(depth + 1)?))
            }
            other => return Err(Fault::Malformed(format!("no type starts with {:?}", other as char))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_parses_and_no_prefix_does() {
        let all: &[&[u8]] = &[
            b"+OK\r\n",
            b"-ERR no\r\n",
            b":-5\r\n",
            b"$0\r\n\r\n",
            b"$-1\r\n",
            b"*-1\r\n",
            b"*2\r\n:1\r\n*1\r\n$1\r\na\r\n",
            b"%1\r\n+a\r\n~2\r\n_\r\n#t\r\n",
            b">1\r\n,inf\r\n",
            b"=7\r\ntxt:abc\r\n",
            b"!3\r\nERR\r\n",
            b"|1\r\n+k\r\n+v\r\n(12345678901234567890\r\n",
        ];
        for whole in all {
            let (_, used) = parse(whole).unwrap();
            assert_eq!(used, whole.len());
            for cut in 0..whole.len() {
                assert_eq!(parse(&whole[..cut]), Err(Fault::Incomplete), "{cut} of {whole:?}");
            }
        }
    }

    #[test]
    fn what_no_server_may_send_is_malformed() {
        for bad in [&b"?\r\n"[..], b"$x\r\n", b"#y\r\n", b"$1\r\nabc", b"=2\r\nab\r\n"] {
            assert!(matches!(parse(bad), Err(Fault::Malformed(_))), "{bad:?}");
        }
    }
}
