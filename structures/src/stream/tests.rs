//! Tests of the stream against a `Vec` of entries.

mod groups;
mod load;
mod log;

use super::*;
use proptest::prelude::*;

/// Fields and values in vectors of their own.
type Texts = Vec<(Vec<u8>, Vec<u8>)>;

/// Borrowed, as [`Stream::append`] takes them.
fn borrow(texts: &Texts) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    texts.iter().map(|(field, value)| (&field[..], &value[..]))
}

fn owned(entry: &Entry<'_>) -> (Id, Texts) {
    (entry.id(), entry.fields().map(|(field, value)| (field.to_vec(), value.to_vec())).collect())
}

/// Fields that often agree, values of all encodings.
fn texts() -> impl Strategy<Value = Texts> {
    let field = prop_oneof![Just(b"a".to_vec()), Just(b"7".to_vec()), Just(b"".to_vec())];
    let value = prop_oneof![
        any::<i64>().prop_map(|value| value.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..80),
    ];
    let free = prop::collection::vec((field, value.clone()), 1..4);
    let usual = value.prop_map(|value| vec![(b"usual".to_vec(), value)]);
    prop_oneof![free, usual]
}

fn limits() -> impl Strategy<Value = Limits> {
    (prop_oneof![Just(0usize), 1usize..400, Just(4096)], prop_oneof![Just(0u64), 1u64..8, Just(100)])
        .prop_map(|(max_bytes, max_entries)| Limits { max_bytes, max_entries })
}

/// An entry `n` of one field.
fn push(stream: &mut Stream, id: Id) {
    let fields = [(&b"field"[..], &b"value"[..])];
    stream.append(NewId::Exact(id), 0, fields, Limits { max_bytes: 0, max_entries: 3 }).expect("ids ascend");
}
