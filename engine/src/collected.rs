//! Collected replies: elements that are written before it is known how many there will be.

use crate::error::Outcome;
use crate::output::SHARE_FROM;
use crate::reply::Reply;
use russet_structures::element::Element;

/// Elements of an array, counted and in the form in which they are sent.
#[derive(Default)]
pub struct Collected {
    bytes: Vec<u8>,
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

    /// Adds a bulk string.
    #[inline]
    pub fn bulk(&mut self, bytes: &[u8]) {
        let mut length = itoa::Buffer::new();
        let length = length.format(bytes.len()).as_bytes();
        self.bytes.reserve(length.len() + bytes.len() + 5);
        self.bytes.push(b'$');
        self.bytes.extend_from_slice(length);
        self.bytes.extend_from_slice(b"\r\n");
        self.bytes.extend_from_slice(bytes);
        self.bytes.extend_from_slice(b"\r\n");
        self.count += 1;
    }
}

impl Reply<'_> {
    /// An array of what has been collected. O(1) if that is much, else O(bytes).
    pub fn array_of(&mut self, collected: Collected) -> Outcome {
        self.array(collected.count)?;
        self.collected(collected)
    }

    /// A set of what has been collected, in RESP2 an array. O(1) if that is much, else O(bytes).
    pub fn set_of(&mut self, collected: Collected) -> Outcome {
        self.set(collected.count)?;
        self.collected(collected)
    }

    fn collected(&mut self, collected: Collected) -> Outcome {
        if collected.bytes.len() < SHARE_FROM {
            self.output().tail().extend_from_slice(&collected.bytes);
        } else {
            self.output().push_owned(collected.bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Output;
    use crate::reply::Protocol;

    #[test]
    fn few_and_many_elements_read_the_same() {
        for repeat in [1, 10_000] {
            let mut output = Output::default();
            let mut reply = Reply::new(&mut output, Protocol::Resp2);
            let mut collected = Collected::default();
            (0..repeat).for_each(|_| collected.bulk(b"abc"));
            reply.array_of(collected).unwrap();
            reply.ok().unwrap();
            let mut slices = [std::io::IoSlice::new(&[]); 8];
            let filled = output.slices(&mut slices);
            let sent: Vec<u8> = slices[..filled].iter().flat_map(|s| s.to_vec()).collect();
            let expected = format!("*{repeat}\r\n{}+OK\r\n", "$3\r\nabc\r\n".repeat(repeat));
            assert_eq!(sent, expected.as_bytes());
            assert_eq!(output.len(), expected.len());
        }
    }
}
