//! The order in which elements come: by number or by text, with what decides between equals.

use super::pattern::Pattern;
use super::source::By;
use super::words::Words;
use russet_engine::number;
use russet_engine::prelude::*;
use russet_structures::element::Element;
use std::cmp::Ordering;

const NOT_A_NUMBER: Error = Error::new("ERR One or more scores can't be converted into double");

/// What elements are ordered by.
pub(super) enum Weights {
    /// A number for each element; equal ones are ordered by the elements' bytes.
    Numbers(Vec<f64>),
    /// The elements' own text.
    Elements,
    /// A text for each element; those without one come first.
    Texts {
        texts: Words,
        missing: Vec<bool>,
    },
}

impl Weights {
    /// The weights of elements.
    ///
    /// # Errors
    /// If one should be a number and is none.
    pub(super) fn of(
        db: &mut Db<'_>,
        elements: &Words,
        by: By<'_>,
    ) -> Result<Weights, Error> {
        let pattern = match by {
            By::Text(None) => return Ok(Weights::Elements),
            By::Text(Some(pattern)) => return Ok(Weights::texts(db, elements, pattern)),
            By::Number(pattern) => pattern.unwrap_or(&Pattern::Itself),
        };
        let mut name = Vec::new();
        let mut numbers = Vec::with_capacity(elements.len());
        for element in elements.iter() {
            // What is not there counts as 0.
            numbers.push(match pattern.find(db, element, &mut name) {
                None => Some(0.0),
                Some(found) => found.with_element(|weight| match weight {
                    Element::Int(value) => Some(value as f64),
                    Element::Bytes(text) => number::double::parse_weight(text),
                }),
            });
        }
        let numbers: Option<Vec<f64>> = numbers.into_iter().collect();
        numbers.map(Weights::Numbers).ok_or(NOT_A_NUMBER)
    }

    fn texts(db: &mut Db<'_>, elements: &Words, pattern: &Pattern<'_>) -> Weights {
        let (mut texts, mut missing) = (Words::default(), Vec::with_capacity(elements.len()));
        let mut name = Vec::new();
        for element in elements.iter() {
            let found = pattern.find(db, element, &mut name);
            missing.push(found.is_none());
            match found {
                Some(found) => found.with_element(|text| texts.push(text)),
                None => texts.push(Element::Bytes(b"")),
            }
        }
        Weights::Texts { texts, missing }
    }
}

/// How weights are compared.
pub(super) struct Order {
    pub(super) weights: Weights,
    pub(super) descending: bool,
    /// All bytes of a text count, not only those before the first NUL, which are all that C's `strcoll` sees: what is
    /// stored is to be the same wherever it is computed.
    pub(super) whole: bool,
    /// Elements that compare as equal are ordered by their bytes: they come in no order of their own.
    pub(super) untangle: bool,
}

impl Order {
    /// The numbers of the elements in order. Equal ones stay as they were. O(n log n).
    pub(super) fn sorted(&self, elements: &Words) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..elements.len()).collect();
        numbers.sort_by(|&a, &b| {
            let order = self.compare(elements, a, b);
            let order = if self.descending { order.reverse() } else { order };
            match order {
                Ordering::Equal if self.untangle => elements.get(a).cmp(elements.get(b)),
                order => order,
            }
        });
        numbers
    }

    fn compare(&self, elements: &Words, a: usize, b: usize) -> Ordering {
        match &self.weights {
            Weights::Numbers(numbers) => {
                // None of them is a NaN.
                let by_number = numbers[a].partial_cmp(&numbers[b]).unwrap_or(Ordering::Equal);
                by_number.then_with(|| elements.get(a).cmp(elements.get(b)))
            }
            Weights::Elements => self.texts(elements.get(a), elements.get(b)),
            Weights::Texts { texts, missing } => {
                missing[b].cmp(&missing[a]).then_with(|| self.texts(texts.get(a), texts.get(b)))
            }
        }
    }

    fn texts(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.whole {
            return a.cmp(b);
        }
        let seen = |text: &[u8]| text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
        a[..seen(a)].cmp(&b[..seen(b)])
    }
}
