//! Patterns of BY and GET: the name of a key, or of a field of a hash, with a place for the element.

use russet_engine::prelude::*;
use russet_engine::Reply;
use russet_engine::value::Hash;
use russet_structures::element::Element;

/// `weight_*`, `object_*->field`, `#`.
pub(super) enum Pattern<'a> {
    /// `#`: the element itself.
    Itself,
    /// No `*`: what it finds is the same for all elements, namely nothing.
    Constant,
    /// The element between these, and if there is one, a field of the hash that is there.
    Key {
        before: &'a [u8],
        after: &'a [u8],
        field: Option<&'a [u8]>,
    },
}

impl<'a> Pattern<'a> {
    /// Reads a pattern. Redis looks for `*` and `->` as in C strings, up to the first NUL.
    pub(super) fn read(pattern: &'a [u8]) -> Self {
        let text = pattern.split(|&byte| byte == 0).next().unwrap_or_default();
        if text == b"#" {
            return Pattern::Itself;
        }
        let Some(star) = text.iter().position(|&byte| byte == b'*') else { return Pattern::Constant };
        let arrow = text[star..].windows(2).position(|pair| pair == b"->").map(|at| star + at);
        // An arrow at the very end is part of the name.
        let (after, field) = match arrow {
            Some(arrow) if arrow + 2 < text.len() => (&pattern[star + 1..arrow], Some(&pattern[arrow + 2..])),
            _ => (&pattern[star + 1..], None),
        };
        Pattern::Key { before: &pattern[..star], after, field }
    }

    /// Whether elements cannot be ordered by it.
    pub(super) fn is_constant(&self) -> bool {
        !matches!(self, Pattern::Key { .. })
    }

    /// Whether it finds fields of hashes.
    pub(super) fn is_field(&self) -> bool {
        matches!(self, Pattern::Key { field: Some(_), .. })
    }

    /// What it finds for an element. `name` is room for the name of the key.
    pub(super) fn find<'d>(
        &self,
        db: &'d mut Db<'_>,
        element: &'d [u8],
        name: &mut Vec<u8>,
    ) -> Option<Found<'d>> {
        let (before, after, field) = match self {
            Pattern::Itself => return Some(Found::Element(Element::new(element))),
            Pattern::Constant => return None,
            Pattern::Key { before, after, field } => (before, after, field),
        };
        name.clear();
        for part in [before, element, after] {
            name.extend_from_slice(part);
        }
        let key = db.key(name);
        let Some(field) = field else {
            return db.read(key).and_then(Text::of).map(Found::Text);
        };
        let horizon_ms = db.horizon_ms();
        db.get::<Hash>(key).ok()??.at(horizon_ms).get(field).map(Found::Element)
    }
}

/// What a pattern found.
pub(super) enum Found<'a> {
    /// A string.
    Text(Text<'a>),
    /// The element itself, or the value of a field.
    Element(Element<'a>),
}

impl Found<'_> {
    /// Answers it.
    pub(super) fn answer(self, reply: &mut Reply<'_>) -> Outcome {
        match self {
            Found::Text(text) => reply.text(text),
            Found::Element(element) => reply.element(element),
        }
    }

    /// Calls `see` with it.
    pub(super) fn with_element<R>(&self, see: impl FnOnce(Element<'_>) -> R) -> R {
        match *self {
            Found::Text(Text::Int(value)) => see(Element::Int(value)),
            Found::Text(text) => see(Element::Bytes(text.bytes(&mut itoa::Buffer::new()))),
            Found::Element(element) => see(element),
        }
    }
}
