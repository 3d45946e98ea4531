//! Intsets: operations on one, against an ordered set; and any bytes taken for one.

use std::collections::BTreeSet;

use arbitrary::Unstructured;
use russet_structures::intset::Intset;

target! { run, "it agrees with an ordered set, its invariants hold; foreign bytes are refused or sound" }

/// Input: one byte says which; then bytes that choose step by step what happens, or those to be taken for an intset.
pub fn run(data: &[u8]) {
    match data.split_first() {
        Some((0..0x80, steps)) => {
            operate(&mut Intset::new(), &mut BTreeSet::new(), &mut Unstructured::new(steps));
        }
        Some((choice, bytes)) => foreign(*choice, bytes),
        None => {}
    }
}

/// Bytes from elsewhere: as they are, and with a header that fits.
fn foreign(choice: u8, bytes: &[u8]) {
    let mut fitting = bytes.to_vec();
    if let Some((header, members)) = fitting.split_first_chunk_mut::<8>() {
        let width = [2, 4, 8][usize::from(choice) % 3];
        header[..4].copy_from_slice(&(width as u32).to_le_bytes());
        header[4..].copy_from_slice(&((members.len() / width) as u32).to_le_bytes());
        let whole = 8 + members.len() / width * width;
        fitting.truncate(whole);
    }
    for bytes in [bytes, &fitting] {
        let Ok(mut set) = Intset::from_bytes(bytes) else { continue };
        assert_eq!((set.as_bytes(), set.validate()), (bytes, Ok(())));
        let mut model: BTreeSet<i64> = set.iter().collect();
        assert_eq!(model.len(), set.len());
        operate(&mut set, &mut model, &mut Unstructured::new(bytes));
    }
}

fn operate(set: &mut Intset, model: &mut BTreeSet<i64>, input: &mut Unstructured<'_>) {
    for _ in 0..300 {
        let Ok(choice) = input.arbitrary::<u8>() else { break };
        if input.is_empty() {
            break;
        }
        let value = match choice / 64 {
            0 => i64::from(input.arbitrary::<i8>().unwrap_or_default()),
            1 => i64::from(input.arbitrary::<i16>().unwrap_or_default()),
            2 => i64::from(input.arbitrary::<i32>().unwrap_or_default()),
            _ => input.arbitrary().unwrap_or_default(),
        };
        let width = set.width();
        match choice % 8 {
            0..4 => assert_eq!(set.insert(value), model.insert(value)),
            4 | 5 => assert_eq!(set.remove(value), model.remove(&value)),
            6 => {
                let index = value.unsigned_abs() as usize % (model.len() + 1);
                let nth = model.iter().nth(index).copied();
                assert_eq!((set.get(index), set.remove_at(index)), (nth, nth));
                nth.map(|nth| model.remove(&nth));
            }
            _ => {
                let picked = set.random(|| value as u64);
                assert_eq!(picked.is_some(), !model.is_empty());
                assert!(picked.is_none_or(|picked| model.contains(&picked)));
            }
        }
        assert_eq!(set.validate(), Ok(()));
        assert!(set.width() >= width, "a width never shrinks");
        assert_eq!((set.len(), set.contains(value)), (model.len(), model.contains(&value)));
        assert_eq!(set.index_of(value).unwrap_or_else(|at| at), model.range(..value).count());
        assert_eq!((set.min(), set.max()), (model.first().copied(), model.last().copied()));
    }
    assert!(set.iter().eq(model.iter().copied()) && set.iter().rev().eq(model.iter().rev().copied()));
}
