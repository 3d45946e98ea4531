//! Payloads of `RESTORE`: each server is given what the other's `DUMP` says of a key, so that a sequence stays alike only
//! if each reads what the other writes.
//!
//! In a sequence a payload is a word of its own kind, `{dump KEY}`, or `{cut KEY}` for one whose last byte is missing; a key
//! that is not there has an empty one. Keys are those of database 0. What is written in a version that came after Redis 7.0,
//! since it holds what that does not know (when a consumer was active), is not played to that.

use super::{Pair, Side};
use crate::case::Protocol;
use crate::generate::grammar::Operation;
use crate::peers::Server;

/// A connection that sends no command of the sequence.
const ASIDE: usize = usize::MAX;

/// The key of a word that stands for a payload, and whether that is cut.
fn of(word: &[u8]) -> Option<(&[u8], bool)> {
    let word = word.strip_suffix(b"}")?;
    let whole = word.strip_prefix(b"{dump ").map(|key| (key, false));
    whole.or_else(|| word.strip_prefix(b"{cut ").map(|key| (key, true)))
}

/// The version that a payload says it is written in: it stands before the checksum.
fn version(payload: &[u8]) -> u16 {
    let [.., low, high, _, _, _, _, _, _, _, _] = payload else { return 0 };
    u16::from_le_bytes([*low, *high])
}

/// The newest version that a server reads, where others write newer ones.
fn newest(server: Server) -> u16 {
    if server == Server::Redis { 10 } else { u16::MAX }
}

/// How an operation is played that may hold payloads.
pub(super) enum Exchange {
    /// As it stands.
    None,
    /// As the right one and the tested one are to be sent it.
    Made(Box<[Operation; 2]>),
    /// Not at all: one of the two does not read what the other has written.
    Unreadable,
}

impl Side {
    fn dump(&mut self, key: &[u8], protocol: Protocol) -> Result<Vec<u8>, String> {
        let server = self.running.server;
        let client = self.client(ASIDE, protocol).map_err(|e| format!("{server}: {e}"))?;
        let reply = client.call(&[b"DUMP", key]).map_err(|e| format!("{server}: DUMP: {e}"))?;
        Ok(reply.value.text().unwrap_or_default().to_vec())
    }
}

impl Pair {
    /// Fetches the payloads that an operation holds.
    pub(super) fn exchange(&mut self, operation: &Operation) -> Result<Exchange, String> {
        if operation.words.iter().all(|word| of(word).is_none()) {
            return Ok(Exchange::None);
        }
        let newest = newest(self.right.running.server);
        let mut both = Box::new([operation.clone(), operation.clone()]);
        for index in 0..operation.words.len() {
            let Some((key, cut)) = of(&operation.words[index]) else { continue };
            // Both are asked before either changes.
            for (makes, takes) in [(&mut self.tested, 0), (&mut self.right, 1)] {
                let mut payload = makes.dump(key, self.protocol)?;
                if version(&payload) > newest {
                    return Ok(Exchange::Unreadable);
                }
                if cut {
                    payload.pop();
                }
                both[takes].words[index] = payload;
            }
        }
        Ok(Exchange::Made(both))
    }
}

#[cfg(test)]
mod tests {
    use super::{of, version};

    #[test]
    fn a_payload_tells_its_version() {
        assert_eq!(version(b"\x00\x04text\n\x00|\xf3&m\xca\xb5\xa51"), 10);
        assert_eq!(version(b""), 0);
    }

    #[test]
    fn a_payload_has_a_key_and_may_be_cut() {
        assert_eq!(of(b"{dump a}"), Some((&b"a"[..], false)));
        assert_eq!(of(b"{cut a\0}"), Some((&b"a\0"[..], true)));
        assert_eq!(of(b"{dump }"), Some((&b""[..], false)));
        assert_eq!(of(b"{t}x"), None);
        assert_eq!(of(b"{id1}"), None);
    }
}
