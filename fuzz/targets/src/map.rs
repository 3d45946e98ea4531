//! Operations on a map, against an ordered one of the standard library.

use arbitrary::Unstructured;
use russet_structures::map::{Entry, Map, Pair, Set};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasherDefault, DefaultHasher};

type Hasher = BuildHasherDefault<DefaultHasher>;
type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<i64>)>;

/// Bytes of any length that is interesting: inline, short, around the limits of both.
fn bytes(input: &mut Unstructured<'_>) -> Vec<u8> {
    let choice = input.arbitrary::<u8>().unwrap_or_default();
    let len = match choice % 8 {
        0..5 => usize::from(choice / 32),
        5 | 6 => usize::from(choice / 4),
        _ => 240 + usize::from(choice),
    };
    let seed = input.arbitrary::<u8>().unwrap_or_default() % 32;
    (0..len).map(|n| seed.wrapping_mul(37).wrapping_add(n as u8)).collect()
}

fn owned(pair: &Pair) -> (Vec<u8>, (Vec<u8>, Option<i64>)) {
    (pair.field().to_vec(), (pair.value().to_vec(), pair.expiry()))
}

target! { run, "they agree with ordered ones of the standard library" }

/// Input: bytes that choose operations, fields and values.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let (mut map, mut model) = (Map::with_hasher(Hasher::default()), Model::new());
    let (mut set, mut members) = (Set::with_hasher(Hasher::default()), BTreeSet::new());
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        state ^ state >> 33
    };
    for step in 0..2000 {
        let Ok(choice) = input.arbitrary::<u8>() else { break };
        if input.is_empty() {
            break;
        }
        let (field, value) = (bytes(&mut input), bytes(&mut input));
        let expiry = (choice >= 128).then_some(i64::from(choice) - 200);
        match choice % 9 {
            0 | 1 => {
                assert_eq!(map.insert(&field, &value), model.insert(field.clone(), (value, None)).is_none());
                assert_eq!(set.insert(&field), members.insert(field.clone()));
            }
            2 => match (map.entry(&field), model.get_mut(&field)) {
                (Entry::Occupied(mut entry), Some(known)) => {
                    entry.set_value(&value);
                    known.0 = value;
                    assert_eq!(&owned(entry.pair()).1, known);
                }
                (Entry::Vacant(entry), None) => {
                    assert_eq!(owned(entry.insert_volatile(&value, expiry)).1, (value.clone(), expiry));
                    model.insert(field.clone(), (value, expiry));
                }
                _ => panic!("only one of the two has {field:?}"),
            },
            3 => {
                let known = model.get_mut(&field).map(|known| known.1 = expiry).is_some();
                assert_eq!(map.set_expiry(&field, expiry), known);
            }
            4 => {
                assert_eq!(map.remove(&field).map(|pair| owned(&pair)), model.remove_entry(&field));
                assert_eq!(set.remove(&field), members.remove(&field));
            }
            5 => match map.pop(&mut random) {
                Some(pair) => assert_eq!(Some(owned(&pair)), model.remove_entry(pair.field())),
                None => assert!(model.is_empty()),
            },
            6 => match set.pop(&mut random) {
                Some(pair) => assert!(members.remove(pair.field())),
                None => assert!(members.is_empty()),
            },
            7 => {
                let (mut seen, mut cursor) = (Model::new(), 0);
                loop {
                    cursor = map.scan(cursor, usize::from(choice), |pair| {
                        assert!(seen.insert(pair.field().to_vec(), owned(pair).1).is_none());
                    });
                    if cursor == 0 {
                        break;
                    }
                }
                assert_eq!(seen, model);
            }
            // Fill, so that segments grow; the values are of one length.
            _ => {
                for n in 0..u16::from(choice) {
                    let field = [&n.to_be_bytes()[..], &field].concat();
                    assert_eq!(
                        map.insert(&field, &value),
                        model.insert(field, (value.clone(), None)).is_none()
                    );
                }
            }
        }
        assert_eq!((map.len(), set.len()), (model.len(), members.len()));
        assert_eq!(map.find(&field).map(|pair| owned(pair).1).as_ref(), model.get(&field));
        assert_eq!(set.contains(&field), members.contains(&field));
        if step % 8 == 0 {
            map.validate();
            set.validate();
        }
    }
    map.validate();
    set.validate();
    assert_eq!(set.iter().map(<[u8]>::to_vec).collect::<BTreeSet<_>>(), members);
    assert_eq!(map.drain().map(|pair| owned(&pair)).collect::<Model>(), model);
}
