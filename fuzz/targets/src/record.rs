//! Operations on a record, against a struct of fields.

use arbitrary::Unstructured;
use russet_structures::record::{INLINE_MAX, Payload, Record, TAGS, Value};
use std::sync::Arc;

#[derive(Clone)]
enum Held {
    Int(i64),
    Inline(Vec<u8>),
    Owned(Arc<Vec<u8>>),
}

impl Held {
    fn value(&self) -> Value<'_, Arc<Vec<u8>>> {
        match self {
            Held::Int(number) => Value::Int(*number),
            Held::Inline(bytes) => Value::Inline(bytes),
            Held::Owned(shared) => Value::Owned(shared.clone()),
        }
    }

    fn is(&self, payload: Payload<'_, Arc<Vec<u8>>>) -> bool {
        match (self, payload) {
            (Held::Int(a), Payload::Int(b)) => *a == b,
            (Held::Inline(a), Payload::Inline(b)) => a == b,
            (Held::Owned(a), Payload::Owned(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    fn arbitrary(input: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        Ok(match input.arbitrary::<u8>()? % 3 {
            0 => Held::Int(input.arbitrary()?),
            1 => Held::Inline(bytes(input, INLINE_MAX)?),
            _ => Held::Owned(Arc::new(bytes(input, 64)?)),
        })
    }
}

/// Up to `most` bytes, often few.
fn bytes(input: &mut Unstructured<'_>, most: usize) -> arbitrary::Result<Vec<u8>> {
    let length = match input.arbitrary::<u8>()? {
        255 => most,
        254 => most / 2,
        n => usize::from(n % 80).min(most),
    };
    let mut all = input.bytes(length.min(input.len()))?.to_vec();
    all.resize(length, b'.');
    Ok(all)
}

target! { run, "it agrees with a struct of fields" }

/// Input: bytes that choose a record and then step by step what happens to it.
pub fn run(data: &[u8]) {
    // An input that ends in the middle of a step has been tried up to there.
    let _ = steps(&mut Unstructured::new(data));
}

fn steps(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let (mut key, mut expiry, mut held) = (bytes(input, 300)?, input.arbitrary()?, Held::arbitrary(input)?);
    let (mut tag, mut clock) = (input.arbitrary::<u8>()? % TAGS, 0);
    let mut record = Record::new(&key, tag, expiry, held.value());
    while !input.is_empty() {
        match input.arbitrary::<u8>()? % 6 {
            0 => {
                let value = Held::arbitrary(input)?;
                tag = input.arbitrary::<u8>()? % TAGS;
                record.set(tag, value.value());
                held = value;
            }
            1 => {
                expiry = input.arbitrary()?;
                record.set_expiry(expiry);
            }
            2 => {
                let wanted: u32 = input.arbitrary()?;
                record.set_clock(wanted);
                clock = wanted & 0xff_ffff;
            }
            3 => {
                (key, expiry) = (bytes(input, 300)?, input.arbitrary()?);
                record = record.with_key(&key, expiry);
            }
            4 => {
                tag = input.arbitrary::<u8>()? % TAGS;
                record.set_tag(tag);
            }
            _ => {
                let taken = record.into_owned();
                assert_eq!(taken.is_some(), matches!(held, Held::Owned(_)));
                record = Record::new(&key, tag, expiry, held.value());
                clock = 0;
            }
        }
        assert_eq!((record.key(), record.tag(), record.expiry()), (&key[..], tag, expiry));
        assert_eq!(record.clock(), clock);
        assert!(held.is(record.payload()), "the value is another");
        if let Held::Owned(shared) = &held {
            assert_eq!(Arc::strong_count(shared), 2, "the record owns its value once");
        }
    }
    Ok(())
}
