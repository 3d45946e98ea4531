//! The record against a naive model: a struct of owned fields, changed by the same operations.

use super::*;
use proptest::prelude::*;
use std::sync::Arc;

#[derive(Debug, Clone)]
enum Held {
    Int(i64),
    Inline(Vec<u8>),
    Owned(Arc<Vec<u8>>),
}

impl Held {
    fn value(&self) -> Value<'_, Arc<Vec<u8>>> {
        match self {
            Held::Int(v) => Value::Int(*v),
            Held::Inline(v) => Value::Inline(v),
            Held::Owned(v) => Value::Owned(v.clone()),
        }
    }
    fn agrees(&self, payload: Payload<'_, Arc<Vec<u8>>>) -> bool {
        match (self, payload) {
            (Held::Int(a), Payload::Int(b)) => *a == b,
            (Held::Inline(a), Payload::Inline(b)) => a == b,
            (Held::Owned(a), Payload::Owned(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

fn held() -> impl Strategy<Value = Held> {
    prop_oneof![
        any::<i64>().prop_map(Held::Int),
        prop::collection::vec(any::<u8>(), 0..120).prop_map(Held::Inline),
        prop::collection::vec(any::<u8>(), INLINE_MAX..=INLINE_MAX).prop_map(Held::Inline),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(|v| Held::Owned(Arc::new(v))),
    ]
}

#[derive(Debug, Clone)]
enum Op {
    Set(u8, Held),
    Expiry(Option<i64>),
    Clock(u32),
    Rename(Vec<u8>, Option<i64>),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (0..TAGS, held()).prop_map(|(t, h)| Op::Set(t, h)),
        any::<Option<i64>>().prop_map(Op::Expiry),
        any::<u32>().prop_map(Op::Clock),
        (prop::collection::vec(any::<u8>(), 0..40), any::<Option<i64>>()).prop_map(|(k, e)| Op::Rename(k, e)),
    ]
}

proptest! {
    #[test]
    fn behaves_like_a_struct_of_fields(
        mut key in prop::collection::vec(any::<u8>(), 0..40),
        mut expiry in any::<Option<i64>>(),
        mut value in held(),
        ops in prop::collection::vec(op(), 0..40),
    ) {
        let (mut tag, mut clock) = (3, 0);
        let mut record = Record::new(&key, tag, expiry, value.value());
        for op in ops {
            match op {
                Op::Set(t, h) => {
                    record.set(t, h.value());
                    (tag, value) = (t, h);
                }
                Op::Expiry(e) => {
                    record.set_expiry(e);
                    expiry = e;
                }
                Op::Clock(c) => {
                    record.set_clock(c);
                    clock = c & 0xFF_FFFF;
                }
                Op::Rename(k, e) => {
                    record = record.with_key(&k, e);
                    (key, expiry) = (k, e);
                }
            }
            prop_assert_eq!(record.key(), &key[..]);
            prop_assert_eq!(record.tag(), tag);
            prop_assert_eq!(record.clock(), clock);
            prop_assert_eq!(record.expiry(), expiry);
            prop_assert!(value.agrees(record.payload()));
        }
    }
}

#[test]
fn owned_values_are_dropped_once() {
    let shared = Arc::new(vec![1u8]);
    let owned = || Value::Owned(shared.clone());
    let mut record = Record::new(b"k", 0, None, owned());
    record.set_expiry(Some(5));
    record.set(1, owned());
    record = record.with_key(b"other", None);
    assert_eq!(Arc::strong_count(&shared), 2);
    record.set(1, Value::Int(7));
    assert_eq!(Arc::strong_count(&shared), 1);
    let taken = Record::new(b"k", 0, Some(1), owned()).into_owned();
    assert_eq!(Arc::strong_count(&shared), 2);
    drop((taken, record));
    assert_eq!(Arc::strong_count(&shared), 1);
}

#[test]
fn an_overwrite_that_fits_does_not_move() {
    let mut record: Record<Box<u8>> = Record::new(b"0123456789abcdef", 0, None, Value::Inline(&[7; 33]));
    let before = record.key().as_ptr();
    for len in [0, 1, 20, 33, 40] {
        record.set(2, Value::Inline(&vec![9; len]));
        assert_eq!(record.key().as_ptr(), before);
        assert_eq!(record.allocated(), 64);
    }
    record.set(2, Value::Inline(&[9; 41]));
    assert_eq!(record.allocated(), 80);
}

#[test]
fn a_block_that_is_far_too_large_is_left() {
    let mut record: Record<Box<u8>> = Record::new(b"01234567", 0, Some(5), Value::Inline(&[7; 72]));
    for (len, allocated) in
        [(72, 96), (9, 96), (8, 32), (INLINE_MAX, 1280), (616, 640), (617, 768), (300, 384)]
    {
        record.set(3, Value::Inline(&vec![8; len]));
        assert_eq!(record.allocated(), allocated, "{len}");
        assert!(matches!(record.payload(), Payload::Inline(bytes) if bytes == vec![8; len]));
        assert_eq!((record.key(), record.expiry(), record.tag()), (&b"01234567"[..], Some(5), 3));
    }
}

#[test]
fn the_longest_key_and_value_that_stand_together() {
    let key = vec![b'k'; INLINE_KEY_MAX];
    let mut record: Record<Box<u8>> = Record::new(&key, 0, Some(7), Value::Inline(&[7; INLINE_MAX]));
    assert_eq!(record.key(), key);
    assert!(matches!(record.payload(), Payload::Inline(bytes) if bytes == [7; INLINE_MAX]));
    record.set(1, Value::Int(1));
    assert_eq!(record.key(), key);
}

#[test]
fn a_record_that_moves_stays_what_it_is() {
    let shared = Arc::new(vec![1u8]);
    let values = [Value::Int(-7), Value::Inline(b"inline"), Value::Owned(shared.clone())];
    for (value, expiry) in values.into_iter().zip([None, Some(17), None]) {
        let mut record: Record<Arc<Vec<u8>>> = Record::new(b"key", 5, expiry, value);
        record.set_clock(0xabcdef);
        let (before, shown) = (record.key().as_ptr(), format!("{record:?}"));
        record.relocate();
        assert!(record.key().as_ptr() != before);
        assert_eq!((format!("{record:?}"), record.clock(), record.expiry()), (shown, 0xabcdef, expiry));
    }
    assert_eq!(Arc::strong_count(&shared), 1);
}
