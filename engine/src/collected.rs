//! Collected replies: elements that are written before it is known how many there will be.

use crate::error::{Error, Outcome};
use crate::output::Output;
use crate::reply::{HEAD, Protocol, Reply};
use russet_structures::element::Element;

/// Elements of an array, counted and in the form in which they are sent.
#[derive(Default)]
pub struct Collected {
    text: Output,
    count: usize,
}

impl Collected {
    /// The number of elements.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds an element of a packed structure, as a bulk string.
    pub fn element(&mut self, element: Element<'_>) {
        element.with_text(|text| self.bulk(text));
    }

    /// Adds a bulk string, which is the same in all versions of the protocol.
    #[inline]
    pub fn bulk(&mut self, bytes: &[u8]) {
        let _ = Reply::new(&mut self.text, Protocol::Resp2).bulk(bytes);
        self.count += 1;
    }
}

impl Reply<'_> {
    /// Lets `write` write elements and say how many they are, and puts the head that `head` writes for that number before
    /// them. Returns the number. O(1) besides what the two do.
    pub fn counted(
        &mut self,
        write: impl FnOnce(&mut Reply<'_>) -> Result<usize, Error>,
        head: impl FnOnce(&mut Reply<'_>, usize) -> Outcome,
    ) -> Result<usize, Error> {
        let start = self.output().mark();
        let count = write(self)?;
        // The head stands together, so that it can be moved.
        self.output().room(HEAD);
        let end = self.output().mark();
        head(self, count)?;
        self.output().bring_forward(end, start);
        Ok(count)
    }

    /// An array of what `write` writes, which says how many elements that is.
    pub fn counted_array(&mut self, write: impl FnOnce(&mut Reply<'_>) -> Result<usize, Error>) -> Outcome {
        self.counted(write, |reply, count| reply.array(count)).map(drop)
    }

    /// An array of what has been collected. O(1).
    pub fn array_of(&mut self, mut collected: Collected) -> Outcome {
        self.array(collected.count)?;
        self.output().append(&mut collected.text);
        Ok(())
    }

    /// A set of what has been collected, in RESP2 an array. O(1).
    pub fn set_of(&mut self, mut collected: Collected) -> Outcome {
        self.set(collected.count)?;
        self.output().append(&mut collected.text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::SHARE_FROM;

    /// Everything that waits in an output.
    fn sent(output: &Output) -> Vec<u8> {
        let mut slices = [std::io::IoSlice::new(&[]); 8];
        let filled = output.slices(&mut slices);
        let sent: Vec<u8> = slices[..filled].iter().flat_map(|s| s.to_vec()).collect();
        assert_eq!(output.len(), sent.len());
        sent
    }

    #[test]
    fn heads_come_before_what_was_counted() {
        let blob = std::sync::Arc::new(vec![b'x'; SHARE_FROM]);
        let shared = format!("${SHARE_FROM}\r\n{}\r\n", "x".repeat(SHARE_FROM));
        // With text before the array or none, and with values inside that leave by reference or none.
        for (before, first, second) in [
            (true, false, false),
            (true, true, false),
            (false, true, true),
            (true, false, true),
            (false, false, true),
        ] {
            let mut output = Output::default();
            let mut reply = Reply::new(&mut output, Protocol::Resp2);
            let mut expected = String::new();
            if before {
                reply.ok().unwrap();
                expected.push_str("+OK\r\n");
            }
            let element = |reply: &mut Reply<'_>, large: bool| match large {
                true => reply.bulk_shared(&blob),
                false => reply.int(7),
            };
            reply
                .counted_array(|reply| {
                    element(reply, first)?;
                    reply.counted_array(|reply| element(reply, second).map(|()| 1))?;
                    Ok(2)
                })
                .unwrap();
            let shown = |large: bool| if large { &shared[..] } else { ":7\r\n" };
            expected.push_str(&format!("*2\r\n{}*1\r\n{}", shown(first), shown(second)));
            assert!(sent(&output) == expected.as_bytes(), "{before} {first} {second}");
            output.advance(output.len());
            assert_eq!(output.chunks(), 0);
        }
    }

    #[test]
    fn few_and_many_elements_read_the_same() {
        for repeat in [1, 10_000] {
            let mut output = Output::default();
            let mut reply = Reply::new(&mut output, Protocol::Resp2);
            let mut collected = Collected::default();
            (0..repeat).for_each(|_| collected.bulk(b"abc"));
            reply.array_of(collected).unwrap();
            reply.ok().unwrap();
            let expected = format!("*{repeat}\r\n{}+OK\r\n", "$3\r\nabc\r\n".repeat(repeat));
            assert_eq!(sent(&output), expected.as_bytes());
        }
    }
}
