//! Tests of the radix tree against a `BTreeMap`, and of keys that would overflow a stack.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::*;
use proptest::prelude::*;

/// The nodes that Redis would have: counted on its terms, from the keys alone.
fn redis_nodes(keys: &[&[u8]], start: usize) -> usize {
    // A node where these keys stand after `start` common bytes.
    let longer: Vec<&[u8]> = keys.iter().copied().filter(|key| key.len() > start).collect();
    let Some(first) = longer.first() else { return 1 };
    let mut bytes: Vec<u8> = longer.iter().map(|key| key[start]).collect();
    bytes.dedup();
    if bytes.len() > 1 {
        let below = |byte: &u8| {
            let group: Vec<&[u8]> = longer.iter().copied().filter(|key| key[start] == *byte).collect();
            redis_nodes(&group, start + 1)
        };
        return 1 + bytes.iter().map(below).sum::<usize>();
    }
    // A run: on to the next place where a key ends or two part.
    let mut end = start + 1;
    while longer.iter().all(|key| key.len() > end && key[end] == first[end]) {
        end += 1;
    }
    1 + redis_nodes(&longer, end)
}

#[test]
fn nodes_are_counted_as_redis_does() {
    for keys in
        [&["a"][..], &["abc"], &["", "abc"], &["ab", "abc"], &["abcd", "abxy"], &["a", "b"], &["abc", "b"]]
    {
        let mut tree = Rax::new();
        for key in keys {
            tree.insert(key.as_bytes(), ());
        }
        let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
        assert_eq!(tree.redis_nodes(), redis_nodes(&keys, 0), "{keys:?}");
    }
    assert_eq!(Rax::<u8>::new().redis_nodes(), 1);
}

#[test]
fn long_keys_and_deep_trees_need_no_stack() {
    let mut tree = Rax::new();
    let key = vec![b'x'; 1 << 20];
    tree.insert(&key, 1);
    tree.insert(&key[..key.len() / 2], 2);
    assert_eq!((tree.get(&key), tree.len(), tree.nodes()), (Some(&1), 2, 2));
    assert_eq!(tree.remove(&key[..key.len() / 2]), Some(2));
    assert_eq!(tree.nodes(), 1);
    tree.clear();
    // A node for every second byte. Its keys are inserted shortest last, so that each is a split near the root.
    for len in (0..12_000).rev() {
        tree.insert(&key[..len], len);
    }
    assert_eq!(tree.nodes(), 12_000);
    tree.validate();
    assert_eq!(tree.iter().rev().map(|(_, len)| *len).next(), Some(11_999));
    assert!(tree.iter().map(|(_, len)| *len).eq(0..12_000));
    let copy = std::thread::Builder::new()
        .stack_size(64 << 10)
        .spawn(move || drop(tree))
        .map(|thread| thread.join());
    assert!(matches!(copy, Ok(Ok(()))));
}

#[test]
fn all_bytes_fit_under_one_node() {
    let mut tree = Rax::new();
    for byte in 0..=255u8 {
        assert_eq!(tree.insert(&[7, byte.reverse_bits()], byte), None);
        tree.validate();
    }
    assert_eq!((tree.len(), tree.nodes(), tree.get(&[7, 255])), (256, 257, Some(&255)));
    for byte in 0..=255u8 {
        assert_eq!(tree.remove(&[7, byte]), Some(byte.reverse_bits()));
        tree.validate();
    }
    assert_eq!((tree.len(), tree.memory(), tree.redis_nodes()), (0, 0, 1));
}

#[test]
fn values_are_dropped_once() {
    let value = std::rc::Rc::new(());
    let mut tree = Rax::new();
    for key in ["", "a", "ab", "abc", "abd", "b", "abcdef", "abc"] {
        tree.insert(key.as_bytes(), value.clone());
    }
    assert_eq!(std::rc::Rc::strong_count(&value), 8);
    assert!(tree.remove(b"ab").is_some() && tree.remove(b"abx").is_none());
    assert_eq!(std::rc::Rc::strong_count(&value), 7);
    drop(tree.clone());
    drop(tree);
    assert_eq!(std::rc::Rc::strong_count(&value), 1);
}

#[test]
fn values_may_be_aligned_as_they_like() {
    #[derive(Clone, Debug, PartialEq)]
    #[repr(align(64))]
    struct Wide(u8);
    let mut tree = Rax::new();
    for n in 0..100u8 {
        tree.insert(&[n % 7, n], Wide(n));
    }
    assert!((0..100).all(|n| tree.get(&[n % 7, n]) == Some(&Wide(n))));
    tree.validate();
}

#[test]
fn a_random_walk_reaches_every_key() {
    let mut tree = Rax::new();
    assert!(tree.random(|| 7).is_none());
    for key in ["", "a", "ab", "b", "bcd", "bce"] {
        tree.insert(key.as_bytes(), ());
    }
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        state
    };
    let seen: std::collections::BTreeSet<_> =
        (0..1000).filter_map(|_| tree.random(&mut random)).map(|(key, ())| key).collect();
    assert_eq!(seen.len(), 6);
}

/// Keys that share beginnings, with a few bytes that do not.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(255), Just(0)], 0..6),
        prop::collection::vec(any::<u8>(), 0..3),
        (0u64..600).prop_map(|n| n.to_be_bytes().to_vec()),
    ]
}

proptest! {
    #[test]
    fn behaves_like_a_btree_map(steps in prop::collection::vec((0u8..10, key(), any::<u32>()), 1..150)) {
        let (mut tree, mut model) = (Rax::new(), BTreeMap::new());
        for (step, key, value) in steps {
            match step {
                0..=4 => prop_assert_eq!(tree.insert(&key, value), model.insert(key, value)),
                5..=7 => prop_assert_eq!(tree.remove(&key), model.remove(&key)),
                8 => prop_assert_eq!(*tree.get_or_insert_with(&key, || value), *model.entry(key).or_insert(value)),
                _ => prop_assert_eq!(tree.get_mut(&key), model.get_mut(&key)),
            }
            tree.validate();
            prop_assert_eq!(tree.len(), model.len());
        }
        let keys: Vec<&[u8]> = model.keys().map(|key| &key[..]).collect();
        prop_assert_eq!(tree.redis_nodes(), redis_nodes(&keys, 0));
        prop_assert!(tree.iter().map(|(key, value)| (key, *value)).eq(model.clone()));
        prop_assert!(tree.iter().rev().map(|(key, value)| (key, *value)).eq(model.clone().into_iter().rev()));
        prop_assert_eq!(tree.last_mut().map(|value| *value), model.last_entry().map(|entry| *entry.get()));
        prop_assert!(tree.clone().iter().eq(tree.iter()));
        for key in model.keys() {
            prop_assert_eq!(tree.get(key), model.get(key));
        }
    }

    #[test]
    fn seeks_like_a_sorted_list(keys in prop::collection::btree_set(key(), 0..60), probes in prop::collection::vec(key(), 1..40)) {
        let mut tree = Rax::new();
        keys.iter().for_each(|key| assert!(tree.insert(key, ()).is_none()));
        for probe in probes.iter().chain(&keys) {
            let at = |to| tree.seek(to).key().map(<[u8]>::to_vec);
            let from = |bounds: (Bound<&Vec<u8>>, Bound<&Vec<u8>>)| keys.range::<Vec<u8>, _>(bounds);
            prop_assert_eq!(at(Seek::Eq(probe)), keys.get(probe).cloned());
            prop_assert_eq!(at(Seek::Ge(probe)), from((Bound::Included(probe), Bound::Unbounded)).next().cloned());
            prop_assert_eq!(at(Seek::Gt(probe)), from((Bound::Excluded(probe), Bound::Unbounded)).next().cloned());
            prop_assert_eq!(at(Seek::Le(probe)), from((Bound::Unbounded, Bound::Included(probe))).next_back().cloned());
            prop_assert_eq!(at(Seek::Lt(probe)), from((Bound::Unbounded, Bound::Excluded(probe))).next_back().cloned());
            prop_assert_eq!(at(Seek::First), keys.first().cloned());
            prop_assert_eq!(at(Seek::Last), keys.last().cloned());
        }
        for pair in probes.windows(2) {
            let inside = keys.iter().filter(|key| **key >= pair[0] && **key < pair[1]);
            prop_assert!(tree.range(&pair[0][..]..&pair[1][..]).map(|(key, ())| key).eq(inside.cloned()));
        }
        // Both ways from anywhere, and the two ends of a range meet once.
        if let Some(probe) = probes.first() {
            let mut cursor = tree.seek(Seek::Ge(probe));
            let mut behind = keys.range(probe.clone()..);
            while let Some(key) = cursor.key() {
                prop_assert_eq!(Some(key), behind.next().map(|key| &key[..]));
                let mut back = cursor.clone();
                back.move_previous();
                prop_assert_eq!(back.key(), keys.range::<[u8], _>((Bound::Unbounded, Bound::Excluded(key))).next_back().map(|key| &key[..]));
                cursor.move_next();
            }
            prop_assert_eq!(behind.next(), None);
        }
        let mut ends = tree.iter();
        let mut seen = 0;
        while ends.next().is_some() { seen += 1; seen += usize::from(ends.next_back().is_some()); }
        prop_assert_eq!(seen, keys.len());
    }
}
