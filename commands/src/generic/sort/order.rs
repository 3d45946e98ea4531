//! The order in which elements come: by number or by text, with what decides between equals.

use super::pattern::Pattern;
use super::source::By;
use super::words::Words;
use russet_engine::number;
use russet_engine::prelude::*;
use russet_structures::element::Element;
use std::cmp::Ordering;

/// Elements, and what they are ordered by.
#[derive(Default)]
pub(super) struct Weighed {
    pub(super) elements: Words,
    weights: Weights,
}

/// What elements are ordered by.
#[derive(Default)]
enum Weights {
    /// Their own text.
    #[default]
    Elements,
    /// A number for each; equal ones are ordered by the elements' bytes.
    Numbers(Vec<f64>),
    /// A text for each; those without one come first.
    Texts { texts: Words, missing: Vec<bool> },
}

impl Weighed {
    /// Finds the weights of the elements that have none yet. Returns whether all are what they should be: numbers.
    pub(super) fn weigh(&mut self, db: &mut Db<'_>, by: By<'_>) -> bool {
        let mut name = Vec::new();
        let elements = &self.elements;
        match by {
            By::Text(None) => true,
            By::Text(Some(pattern)) => {
                if !matches!(self.weights, Weights::Texts { .. }) {
                    self.weights = Weights::Texts { texts: Words::default(), missing: Vec::new() };
                }
                let Weights::Texts { texts, missing } = &mut self.weights else { return true };
                for index in missing.len()..elements.len() {
                    let found = pattern.find(db, elements.get(index), &mut name);
                    missing.push(found.is_none());
                    match found {
                        Some(found) => found.with_element(|text| texts.push(text)),
                        None => texts.push(Element::Bytes(b"")),
                    }
                }
                true
            }
            By::Number(pattern) => {
                let pattern = pattern.unwrap_or(&Pattern::Itself);
                if !matches!(self.weights, Weights::Numbers(_)) {
                    self.weights = Weights::Numbers(Vec::with_capacity(elements.len()));
                }
                let Weights::Numbers(numbers) = &mut self.weights else { return true };
                let mut good = true;
                for index in numbers.len()..elements.len() {
                    // What is not there counts as 0.
                    let number = match pattern.find(db, elements.get(index), &mut name) {
                        None => Some(0.0),
                        Some(found) => found.with_element(|weight| match weight {
                            Element::Int(value) => Some(value as f64),
                            Element::Bytes(text) => number::double::parse_weight(text),
                        }),
                    };
                    good &= number.is_some();
                    numbers.push(number.unwrap_or(0.0));
                }
                good
            }
        }
    }

    /// The elements with these numbers, in this order, with their weights.
    pub(super) fn chosen(&self, numbers: &[usize]) -> Weighed {
        let weights = match &self.weights {
            Weights::Elements => Weights::Elements,
            Weights::Numbers(all) => Weights::Numbers(numbers.iter().map(|&number| all[number]).collect()),
            Weights::Texts { texts, missing } => Weights::Texts {
                texts: texts.chosen(numbers),
                missing: numbers.iter().map(|&number| missing[number]).collect(),
            },
        };
        Weighed { elements: self.elements.chosen(numbers), weights }
    }
}

/// How weights are compared.
pub(super) struct Order {
    pub(super) descending: bool,
    /// All bytes of a text count, not only those before the first NUL, which are all that C's `strcoll` sees: what is
    /// stored is to be the same wherever it is computed.
    pub(super) whole: bool,
    /// Elements that compare as equal are ordered by their bytes: they come in no order of their own.
    pub(super) untangle: bool,
}

impl Order {
    /// The numbers of the elements in order. Equal ones stay as they were. O(n log n).
    pub(super) fn sorted(&self, weighed: &Weighed) -> Vec<usize> {
        let elements = &weighed.elements;
        let mut numbers: Vec<usize> = (0..elements.len()).collect();
        numbers.sort_by(|&a, &b| {
            let order = self.compare(weighed, a, b);
            let order = if self.descending { order.reverse() } else { order };
            match order {
                Ordering::Equal if self.untangle => elements.get(a).cmp(elements.get(b)),
                order => order,
            }
        });
        numbers
    }

    fn compare(&self, Weighed { elements, weights }: &Weighed, a: usize, b: usize) -> Ordering {
        match weights {
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
