//! Operations on a radix tree, against an ordered map of the standard library.

use arbitrary::Unstructured;
use russet_structures::rax::{Rax, Seek};
use std::collections::BTreeMap;
use std::ops::Bound;

type Model = BTreeMap<Vec<u8>, u32>;

/// A key that shares much with others: a piece of one that is there, and a few bytes of a small alphabet; or any bytes.
fn key(input: &mut Unstructured<'_>, model: &Model) -> Vec<u8> {
    let choice = input.arbitrary::<u8>().unwrap_or_default();
    let from = input.arbitrary::<u16>().unwrap_or_default();
    let mut key = match choice % 4 {
        0 => Vec::new(),
        _ => model.keys().nth(usize::from(from) % model.len().max(1)).cloned().unwrap_or_default(),
    };
    if choice % 4 == 1 {
        return key;
    }
    key.truncate(usize::from(from >> 8) % (key.len() + 1));
    let more = usize::from(choice >> 2) % 6;
    for _ in 0..more {
        let byte = input.arbitrary::<u8>().unwrap_or_default();
        key.push(if choice >= 128 { byte } else { b'a' + byte % 3 });
    }
    if choice % 32 == 6 {
        key.extend(std::iter::repeat_n(b'x', usize::from(from % 600)));
    }
    key
}

fn owned(entry: Option<(&[u8], &u32)>) -> Option<(Vec<u8>, u32)> {
    entry.map(|(key, value)| (key.to_vec(), *value))
}

/// What the model says that a cursor finds.
fn expected(model: &Model, to: Seek<'_>) -> Option<(Vec<u8>, u32)> {
    let between = |from: Bound<&[u8]>, to: Bound<&[u8]>| model.range::<[u8], _>((from, to));
    let found = match to {
        Seek::First => model.first_key_value(),
        Seek::Last => model.last_key_value(),
        Seek::Eq(key) => model.get_key_value(key),
        Seek::Ge(key) => between(Bound::Included(key), Bound::Unbounded).next(),
        Seek::Gt(key) => between(Bound::Excluded(key), Bound::Unbounded).next(),
        Seek::Le(key) => between(Bound::Unbounded, Bound::Included(key)).next_back(),
        Seek::Lt(key) => between(Bound::Unbounded, Bound::Excluded(key)).next_back(),
    };
    found.map(|(key, value)| (key.clone(), *value))
}

/// Puts a cursor somewhere and moves it about; `steps` says in which direction, bit by bit.
fn walk(tree: &Rax<u32>, model: &Model, to: Seek<'_>, mut steps: u16) {
    let mut cursor = tree.seek(to);
    let mut due = expected(model, to);
    for _ in 0..16 {
        assert_eq!(owned(cursor.entry()), due, "{to:?}");
        assert_eq!(cursor.key(), due.as_ref().map(|entry| &entry.0[..]));
        let Some((key, _)) = due else {
            assert!(!cursor.move_next() && !cursor.move_previous() && cursor.value().is_none());
            return;
        };
        let moved = if steps & 1 == 0 { cursor.move_next() } else { cursor.move_previous() };
        due = expected(model, if steps & 1 == 0 { Seek::Gt(&key) } else { Seek::Lt(&key) });
        assert_eq!(moved, due.is_some());
        steps >>= 1;
    }
}

fn bound(key: &[u8], choice: u8) -> Bound<&[u8]> {
    match choice % 3 {
        0 => Bound::Included(key),
        1 => Bound::Excluded(key),
        _ => Bound::Unbounded,
    }
}

/// Both ends of a range, taken in turns as the bits of `turns` say.
fn range(tree: &Rax<u32>, model: &Model, from: Bound<&[u8]>, to: Bound<&[u8]>, turns: u64) {
    let mut ours = tree.range((from, to));
    let start = match from {
        Bound::Included(key) | Bound::Excluded(key) => key,
        Bound::Unbounded => &[],
    };
    let end = match to {
        Bound::Included(key) | Bound::Excluded(key) => Some(key),
        Bound::Unbounded => None,
    };
    let empty = |end: &[u8]| start > end || start == end && matches!((from, to), (Bound::Excluded(_), _) | (_, Bound::Excluded(_)));
    if end.is_some_and(empty) {
        // The standard library panics here.
        assert!(ours.next().is_none() && ours.next_back().is_none());
        return;
    }
    let mut theirs = model.range::<[u8], _>((from, to));
    for turn in (0..64).cycle() {
        let (our, their) = if turns >> turn & 1 == 0 { (ours.next(), theirs.next()) } else { (ours.next_back(), theirs.next_back()) };
        assert_eq!(our, their.map(|(key, value)| (key.clone(), value)));
        if their.is_none() {
            return;
        }
    }
}

target! { run, "it agrees with an ordered map, cursors and ranges as well, and its invariants hold" }

/// Input: bytes that choose operations and keys.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let (mut tree, mut model) = (Rax::new(), Model::new());
    for value in 0..400u32 {
        let Ok(choice) = input.arbitrary::<u8>() else { break };
        if input.is_empty() {
            break;
        }
        let (key, other) = (key(&mut input, &model), key(&mut input, &model));
        match choice % 16 {
            0..=4 => assert_eq!(tree.insert(&key, value), model.insert(key.clone(), value)),
            5..=7 => assert_eq!(tree.remove(&key), model.remove(&key)),
            8 => {
                let made = *tree.get_or_insert_with(&key, || value);
                assert_eq!(made, *model.entry(key.clone()).or_insert(value));
            }
            9 => {
                assert_eq!(tree.get_mut(&key).map(|old| std::mem::replace(old, value)), model.get(&key).copied());
                model.entry(key.clone()).and_modify(|old| *old = value);
                assert_eq!(tree.last_mut().copied(), model.last_key_value().map(|entry| *entry.1));
            }
            10 => {
                let mut state = u64::from(value) << 32 | u64::from(choice);
                let found = tree.random(|| {
                    state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                    state ^ state >> 33
                });
                assert_eq!(found.is_some(), !model.is_empty());
                assert!(found.is_none_or(|(key, value)| model.get(&key) == Some(value)));
            }
            11 => {
                let turns = u64::from(value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                range(&tree, &model, bound(&key, choice / 16), bound(&other, choice / 48), turns);
            }
            12 => {
                // All ways on from a node, and most of them gone again.
                for byte in 0..=255u8 {
                    let key = [&key[..], &[byte]].concat();
                    assert_eq!(tree.insert(&key, value), model.insert(key, value));
                }
                for byte in (0..=255u8).filter(|byte| byte % 16 != choice / 16) {
                    let key = [&key[..], &[byte]].concat();
                    assert_eq!(tree.remove(&key), model.remove(&key));
                }
            }
            13 if choice == 13 => {
                tree.clear();
                model.clear();
            }
            13 => {
                // Nodes depend on the keys alone.
                let copy = tree.clone();
                copy.validate();
                assert_eq!((copy.nodes(), copy.redis_nodes()), (tree.nodes(), tree.redis_nodes()));
                tree = copy;
            }
            _ => {
                let all = [Seek::First, Seek::Last, Seek::Eq(&key), Seek::Ge(&key), Seek::Gt(&key), Seek::Le(&key), Seek::Lt(&key)];
                for to in all {
                    walk(&tree, &model, to, u16::from(choice) << 8 | value as u16);
                }
            }
        }
        tree.validate();
        assert_eq!((tree.len(), tree.is_empty()), (model.len(), model.is_empty()));
        assert_eq!((tree.get(&key), tree.contains_key(&other)), (model.get(&key), model.contains_key(&other)));
    }
    assert!(tree.iter().eq(model.iter().map(|(key, value)| (key.clone(), value))));
    let keys: Vec<Vec<u8>> = model.into_keys().collect();
    assert!(tree.iter().rev().map(|entry| entry.0).eq(keys.iter().rev().cloned()));
    keys.iter().for_each(|key| assert!(tree.remove(key).is_some()));
    tree.validate();
    assert!(tree.is_empty() && tree.memory() == 0);
}
