//! Words: byte strings one behind the other in one block, found by number.

use russet_structures::element::Element;

/// Many short byte strings that are made once and read often.
#[derive(Default)]
pub(super) struct Words {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Words {
    /// Adds one at the end.
    pub(super) fn push(&mut self, word: Element<'_>) {
        word.append_to(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The one with this number, counted from 0.
    pub(super) fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    /// Those with these numbers, in this order.
    pub(super) fn chosen(&self, numbers: &[usize]) -> Words {
        let mut chosen = Words::default();
        numbers.iter().for_each(|&number| chosen.push(Element::Bytes(self.get(number))));
        chosen
    }
}
