//! Map and set against `std`'s, pair by pair and operation by operation.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasherDefault, DefaultHasher};

type Hasher = BuildHasherDefault<DefaultHasher>;

/// Lengths around every limit: inline, short, size classes, long.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let len = prop_oneof![8 => 0..10usize, 4 => 10..70usize, 1 => 250..260usize, 1 => 500..520usize];
    (len, any::<u8>()).prop_map(|(len, first)| (0..len).map(|n| first.wrapping_add(n as u8)).collect())
}

fn field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => (0..200u32).prop_map(|n| n.to_string().into_bytes()), 1 => bytes()]
}

#[derive(Clone, Debug)]
enum Op {
    Insert(Vec<u8>, Vec<u8>),
    InsertVolatile(Vec<u8>, Vec<u8>, Option<i64>),
    SetValue(Vec<u8>, Vec<u8>),
    Expiry(Vec<u8>, Option<i64>),
    Remove(Vec<u8>),
    EntryRemove(Vec<u8>),
    Pop(u64),
    Retain(u8),
    Distinct(u64, usize),
    Relocate(u64),
    Drain,
    Clear,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        20 => (field(), bytes()).prop_map(|(f, v)| Op::Insert(f, v)),
        8 => (field(), bytes(), any::<Option<i64>>()).prop_map(|(f, v, e)| Op::InsertVolatile(f, v, e)),
        12 => (field(), bytes()).prop_map(|(f, v)| Op::SetValue(f, v)),
        12 => (field(), any::<Option<i64>>()).prop_map(|(f, e)| Op::Expiry(f, e)),
        8 => field().prop_map(Op::Remove),
        6 => field().prop_map(Op::EntryRemove),
        6 => any::<u64>().prop_map(Op::Pop),
        2 => any::<u8>().prop_map(Op::Retain),
        3 => (any::<u64>(), 0..300usize).prop_map(|(seed, wanted)| Op::Distinct(seed, wanted)),
        3 => any::<u64>().prop_map(Op::Relocate),
        1 => Just(Op::Drain),
        1 => Just(Op::Clear),
    ]
}

type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<i64>)>;

fn owned(pair: &Pair) -> (Vec<u8>, (Vec<u8>, Option<i64>)) {
    (pair.field().to_vec(), (pair.value().to_vec(), pair.expiry()))
}

fn random(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        state ^ state >> 29
    }
}

fn apply(map: &mut Map<Hasher>, model: &mut Model, op: Op) {
    match op {
        Op::Insert(field, value) => {
            assert_eq!(map.insert(&field, &value), model.insert(field, (value, None)).is_none());
        }
        Op::InsertVolatile(field, value, expiry) => match map.entry(&field) {
            Entry::Occupied(entry) => assert_eq!(Some(&owned(entry.into_pair()).1), model.get(&field)),
            Entry::Vacant(entry) => {
                assert_eq!(
                    owned(entry.insert_volatile(&value, expiry)),
                    (field.clone(), (value.clone(), expiry))
                );
                assert!(model.insert(field, (value, expiry)).is_none());
            }
        },
        Op::SetValue(field, value) => match (map.entry(&field), model.get_mut(&field)) {
            (Entry::Occupied(mut entry), Some(old)) => {
                entry.set_value(&value);
                assert_eq!(entry.pair().value(), value);
                old.0 = value;
            }
            (Entry::Vacant(_), None) => {}
            _ => panic!("one of the two has {field:?}"),
        },
        Op::Expiry(field, expiry) => {
            let known = model.get_mut(&field).map(|known| known.1 = expiry).is_some();
            assert_eq!(map.set_expiry(&field, expiry), known);
        }
        Op::Remove(field) => {
            let gone = map.remove(&field).map(|pair| owned(&pair));
            assert_eq!(gone, model.remove_entry(&field));
        }
        Op::EntryRemove(field) => {
            let gone = match map.entry(&field) {
                Entry::Occupied(entry) => Some(owned(&entry.remove())),
                Entry::Vacant(_) => None,
            };
            assert_eq!(gone, model.remove_entry(&field));
        }
        Op::Pop(seed) => match map.pop(random(seed)) {
            Some(pair) => assert_eq!(Some(owned(&pair)), model.remove_entry(pair.field())),
            None => assert!(model.is_empty()),
        },
        Op::Retain(limit) => {
            let keep = |field: &[u8]| field.iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte)) < limit;
            map.retain(|pair| keep(pair.field()));
            model.retain(|field, _| keep(field));
        }
        Op::Distinct(seed, wanted) => {
            let mut seen = BTreeSet::new();
            let visited = map.sample_distinct(random(seed), wanted, |pair| {
                assert_eq!(model.get(pair.field()), Some(&owned(pair).1));
                assert!(seen.insert(pair.field()), "{pair:?} came twice");
            });
            assert_eq!((visited, seen.len()), (wanted.min(model.len()), wanted.min(model.len())));
        }
        Op::Relocate(which) => {
            let mut asked = 0;
            let bytes = map.memory();
            let moved = map.relocate(|_| {
                asked += 1;
                which >> (asked % 64) & 1 == 1
            });
            assert_eq!(
                asked,
                model.keys().filter(|field| map.find(field).is_some_and(|p| p.allocated() > 0)).count()
            );
            assert!(moved <= bytes && map.memory() == bytes);
        }
        Op::Drain => {
            assert_eq!(map.drain().map(|pair| owned(&pair)).collect::<Model>(), std::mem::take(model))
        }
        Op::Clear => {
            map.clear();
            model.clear();
        }
    }
}

proptest! {
    #[test]
    fn a_pair_is_what_it_was_made_of(field in bytes(), value in bytes(), expiry: Option<i64>) {
        let pair = Pair::new(&field, &value, expiry);
        prop_assert_eq!(pair.parts(), (&field[..], &value[..]));
        prop_assert_eq!((pair.field(), pair.value(), pair.expiry()), (&field[..], &value[..], expiry));
        let inline = expiry.is_none() && field.len() + value.len() <= INLINE_MAX;
        prop_assert_eq!(pair.allocated() == 0, inline);
        let long = field.len() > SHORT_MAX || value.len() > SHORT_MAX;
        let exact = field.len() + value.len() + if long { 8 } else { 0 } + if expiry.is_some() { 8 } else { 0 };
        prop_assert!(inline || (exact..=exact + exact / 4 + 15).contains(&pair.allocated()));
    }

    #[test]
    fn a_map_agrees_with_the_standard_one(ops in prop::collection::vec(op(), 0..200)) {
        let (mut map, mut model) = (Map::with_hasher(Hasher::default()), Model::new());
        for op in ops {
            apply(&mut map, &mut model, op);
            map.validate();
            prop_assert_eq!(map.len(), model.len());
            prop_assert_eq!(map.volatile(), model.values().filter(|value| value.1.is_some()).count());
        }
        prop_assert_eq!(map.iter().map(owned).collect::<Model>(), model.clone());
        for (field, (value, expiry)) in &model {
            prop_assert_eq!(map.get(field), Some(&value[..]));
            prop_assert_eq!(map.find(field).and_then(Pair::expiry), *expiry);
        }
        let (mut seen, mut cursor) = (Model::new(), 0);
        loop {
            cursor = map.scan(cursor, 1, |pair| assert!(seen.insert(pair.field().to_vec(), owned(pair).1).is_none()));
            if cursor == 0 {
                break;
            }
        }
        prop_assert_eq!(seen, model);
    }

    #[test]
    fn a_set_agrees_with_the_standard_one(ops in prop::collection::vec((0..4u8, field()), 0..400)) {
        let (mut set, mut model) = (Set::with_hasher(Hasher::default()), BTreeSet::new());
        for (choice, member) in ops {
            match choice {
                0 | 1 => prop_assert_eq!(set.insert(&member), model.insert(member.clone())),
                2 => prop_assert_eq!(set.remove(&member), model.remove(&member)),
                _ => {
                    let seed = member.len() as u64;
                    prop_assert!(set.sample(random(seed)).is_none_or(|found| model.contains(found)));
                    let popped = set.pop(random(seed));
                    prop_assert_eq!(popped.is_none(), model.is_empty());
                    prop_assert!(popped.is_none_or(|pair| model.remove(pair.field())));
                }
            }
            set.validate();
            prop_assert_eq!((set.len(), set.contains(&member)), (model.len(), model.contains(&member)));
        }
        prop_assert_eq!(set.iter().map(<[u8]>::to_vec).collect::<BTreeSet<_>>(), model);
    }
}

#[test]
fn an_overwrite_of_the_same_size_class_does_not_move() {
    let mut map = Map::with_hasher(Hasher::default());
    map.insert(b"0123456789abcdef", &[7; 10]);
    let before = map.get(b"0123456789abcdef").map(<[u8]>::as_ptr);
    for len in [1, 16, 5, 10] {
        map.insert(b"0123456789abcdef", &vec![9; len]);
        assert_eq!(map.get(b"0123456789abcdef").map(<[u8]>::as_ptr), before);
        assert_eq!(map.get(b"0123456789abcdef"), Some(&vec![9; len][..]));
    }
    map.insert(b"0123456789abcdef", &[9; 17]);
    assert_eq!(map.find(b"0123456789abcdef").map(Pair::allocated), Some(48));
    map.validate();
}

#[test]
fn long_values_are_whole() {
    let mut map = Map::with_hasher(Hasher::default());
    let value: Vec<u8> = (0..1 << 20).map(|n: u32| n.wrapping_mul(0x9e37_79b9).to_be_bytes()[0]).collect();
    for expiry in [None, Some(-1)] {
        for len in [255, 256, 257, 300, 1 << 20, (1 << 20) - 5, 3] {
            map.insert(b"field", &value[..len]);
            map.set_expiry(b"field", expiry);
            assert_eq!(map.get(b"field"), Some(&value[..len]));
            map.validate();
        }
    }
}

#[test]
fn a_clone_holds_the_same_and_shares_nothing() {
    let mut map = Map::with_hasher(Hasher::default());
    for n in 0..300_i64 {
        map.insert(n.to_string().as_bytes(), &vec![b'x'; n as usize % 90]);
        map.set_expiry(n.to_string().as_bytes(), (n % 3 == 0).then_some(n));
    }
    // A value that was made shorter in place stands in a larger block than its copy.
    map.insert(b"299", b"y");
    let copy = map.clone();
    copy.validate();
    assert_eq!((copy.len(), copy.volatile()), (300, 100));
    map.insert(b"1", b"other");
    assert_eq!(copy.get(b"1"), Some(&b"x"[..]));
    for pair in copy.iter().filter(|pair| pair.field() != b"1") {
        let original = map.find(pair.field()).expect("a field of the original");
        assert_eq!((pair.value(), pair.expiry()), (original.value(), original.expiry()));
    }
}
