//! Payloads of `RESTORE`: each server is given what the other's `DUMP` says of a key, so that a sequence stays alike only
//! if each reads what the other writes.
//!
//! In a sequence a payload is a word of its own kind, `{dump KEY}`, or `{cut KEY}` for one whose last byte is missing; a key
//! that is not there has an empty one. Keys are those of database 0.

use super::{Pair, Side};
use crate::case::Protocol;
use crate::generate::grammar::Operation;

/// A connection that sends no command of the sequence.
const ASIDE: usize = usize::MAX;

/// The key of a word that stands for a payload, and whether that is cut.
fn of(word: &[u8]) -> Option<(&[u8], bool)> {
    let word = word.strip_suffix(b"}")?;
    let whole = word.strip_prefix(b"{dump ").map(|key| (key, false));
    whole.or_else(|| word.strip_prefix(b"{cut ").map(|key| (key, true)))
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
    /// The operation as the right one and the tested one are to be sent it, where it holds payloads.
    pub(super) fn exchange(&mut self, operation: &Operation) -> Result<Option<[Operation; 2]>, String> {
        if operation.words.iter().all(|word| of(word).is_none()) {
            return Ok(None);
        }
        let mut both = [operation.clone(), operation.clone()];
        for index in 0..operation.words.len() {
            let Some((key, cut)) = of(&operation.words[index]) else { continue };
            // Both are asked before either changes.
            for (makes, takes) in [(&mut self.tested, 0), (&mut self.right, 1)] {
                let mut payload = makes.dump(key, self.protocol)?;
                if cut {
                    payload.pop();
                }
                both[takes].words[index] = payload;
            }
        }
        Ok(Some(both))
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_payload_has_a_key_and_may_be_cut() {
        assert_eq!(of(b"{dump a}"), Some((&b"a"[..], false)));
        assert_eq!(of(b"{cut a\0}"), Some((&b"a\0"[..], true)));
        assert_eq!(of(b"{dump }"), Some((&b""[..], false)));
        assert_eq!(of(b"{t}x"), None);
        assert_eq!(of(b"{id1}"), None);
    }
}
