//! Tests of the intset against `BTreeSet<i64>`.

use std::collections::BTreeSet;

use super::*;
use proptest::prelude::*;

/// Values around every boundary of a width, and small ones that meet again.
fn values() -> impl Strategy<Value = i64> {
    let edge = prop::sample::select(vec![
        i64::MIN,
        i64::from(i32::MIN),
        i64::from(i16::MIN),
        0,
        i64::from(i16::MAX),
        i64::from(i32::MAX),
        i64::MAX,
    ]);
    prop_oneof![
        4 => -20i64..20,
        2 => any::<i16>().prop_map(i64::from),
        1 => any::<i32>().prop_map(i64::from),
        1 => any::<i64>(),
        2 => (edge, -2i64..3).prop_map(|(edge, off)| edge.wrapping_add(off)),
    ]
}

/// The format, written without any of the code under test.
fn bytes_of(width: u32, members: &BTreeSet<i64>) -> Vec<u8> {
    let mut bytes = width.to_le_bytes().to_vec();
    bytes.extend_from_slice(&(members.len() as u32).to_le_bytes());
    members.iter().for_each(|member| bytes.extend_from_slice(&member.to_le_bytes()[..width as usize]));
    bytes
}

#[test]
fn widths_change_at_their_limits() {
    for (value, width) in [
        (0, 2),
        (32767, 2),
        (-32768, 2),
        (32768, 4),
        (-32769, 4),
        (2147483647, 4),
        (-2147483648, 4),
        (2147483648, 8),
        (-2147483649, 8),
        (i64::MIN, 8),
    ] {
        let mut set = Intset::new();
        assert!(!set.contains(value) && !set.remove(value));
        assert!(set.insert(value) && !set.insert(value));
        assert_eq!((set.width(), set.len(), set.get(0)), (width, 1, Some(value)));
    }
}

#[test]
fn bytes_that_are_no_intset_are_refused() {
    let check = |bytes: &[u8]| Intset::from_bytes(bytes).map(|set| set.len());
    assert_eq!(check(b""), Err(Error::Short));
    assert_eq!(check(b"\x02\0\0\0\0\0\0"), Err(Error::Short));
    assert_eq!(check(b"\x02\0\0\0\0\0\0\0"), Ok(0));
    assert_eq!(check(b"\x03\0\0\0\x01\0\0\0\x01\0\0"), Err(Error::Width(3)));
    assert_eq!(check(b"\x02\x01\0\0\0\0\0\0"), Err(Error::Width(258)));
    assert_eq!(check(b"\x02\0\0\0\x01\0\0\0\x07\0"), Ok(1));
    assert_eq!(check(b"\x02\0\0\0\x01\0\0\0\x07"), Err(Error::Length));
    assert_eq!(check(b"\x02\0\0\0\x01\0\0\0\x07\0\0"), Err(Error::Length));
    assert_eq!(check(b"\x08\0\0\0\xff\xff\xff\xff"), Err(Error::Length));
    assert_eq!(check(b"\x08\0\0\0\x00\x00\x00\x20"), Err(Error::Length));
    assert_eq!(check(b"\x02\0\0\0\x02\0\0\0\x07\0\x07\0"), Err(Error::Order(1)));
    assert_eq!(check(b"\x02\0\0\0\x03\0\0\0\x00\0\x07\0\xff\xff"), Err(Error::Order(2)));
}

#[test]
fn memory_is_given_back() {
    let mut set: Intset = (0..1000).collect();
    let full = set.memory();
    assert!((2016..2016 * 9 / 8).contains(&full), "{full}");
    (100..1000).for_each(|value| assert!(set.remove(value)));
    assert!(set.memory() < 500, "{}", set.memory());
}

#[test]
fn chance_reaches_every_member_evenly() {
    let set: Intset = [10, 20, 30, 40].into_iter().collect();
    let picked = |numerator: u64| set.random(|| numerator * (u64::MAX / 8));
    assert_eq!([0, 1, 3, 5, 7, 8].map(picked), [10, 10, 20, 30, 40, 40].map(Some));
    assert_eq!(Intset::new().random(|| u64::MAX), None);
}

proptest! {
    #[test]
    fn behaves_like_a_btreeset(steps in prop::collection::vec((0u8..10, values(), any::<u16>()), 0..120)) {
        let (mut set, mut model, mut width) = (Intset::new(), BTreeSet::new(), 2);
        for (step, value, at) in steps {
            let nth = usize::from(at) % (model.len() + 1);
            match step {
                0..6 => {
                    prop_assert_eq!(set.insert(value), model.insert(value));
                    width = width.max(width_of(value) as u32);
                }
                6 | 7 => prop_assert_eq!(set.remove(value), model.remove(&value)),
                8 => {
                    let expected = model.iter().nth(nth).copied();
                    model.retain(|member| Some(*member) != expected);
                    prop_assert_eq!(set.remove_at(nth), expected);
                }
                _ => set = Intset::from_bytes(set.as_bytes()).expect("what we wrote"),
            }
            prop_assert_eq!(set.validate(), Ok(()));
            prop_assert_eq!(set.as_bytes(), bytes_of(width, &model));
            prop_assert_eq!(set.len(), model.len());
            prop_assert_eq!(set.is_empty(), model.is_empty());
            prop_assert_eq!(set.contains(value), model.contains(&value));
            prop_assert_eq!(set.index_of(value).unwrap_or_else(|at| at), model.range(..value).count());
            prop_assert_eq!((set.min(), set.max()), (model.first().copied(), model.last().copied()));
            prop_assert_eq!(set.get(nth), model.iter().nth(nth).copied());
            prop_assert!(set.iter().eq(model.iter().copied()));
            prop_assert!(set.iter().rev().eq(model.iter().rev().copied()));
        }
    }

    #[test]
    fn collected_or_inserted_is_the_same(values in prop::collection::vec(values(), 0..60)) {
        let collected: Intset = values.iter().copied().collect();
        let mut inserted = Intset::new();
        inserted.extend(values.iter().copied());
        prop_assert_eq!(&collected, &inserted);
        prop_assert_eq!(collected.iter().len(), collected.len());
        prop_assert_eq!(collected.iter().fold(0i128, |sum, value| sum + i128::from(value)),
            inserted.iter().map(i128::from).sum());
    }

    #[test]
    fn any_bytes_are_refused_or_are_a_set(mut bytes in prop::collection::vec(any::<u8>(), 0..80), width in 0u8..10, count in 0u8..20) {
        for (place, byte) in bytes.iter_mut().zip([width, 0, 0, 0, count, 0, 0, 0]) {
            *place = byte;
        }
        if let Ok(set) = Intset::from_bytes(&bytes) {
            prop_assert_eq!(set.validate(), Ok(()));
            prop_assert_eq!(set.as_bytes(), &bytes[..]);
            let members: BTreeSet<i64> = set.iter().collect();
            prop_assert_eq!(bytes_of(u32::from(width), &members), bytes);
        }
    }
}

#[test]
fn every_choice_of_members_is_alike_likely() {
    let set: Intset = [-70000, -1, 0, 5, 9].into_iter().collect();
    let mut state = 1u64;
    let mut random = || {
        // xorshift64*
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    };
    for wanted in 0..=6 {
        let mut counts = std::collections::BTreeMap::<BTreeSet<i64>, u32>::new();
        const ROUNDS: u32 = 20_000;
        for _ in 0..ROUNDS {
            let mut chosen = BTreeSet::new();
            set.sample_distinct(wanted, &mut random, |value| assert!(chosen.insert(value), "they differ"));
            assert_eq!(chosen.len(), wanted.min(5));
            *counts.entry(chosen).or_default() += 1;
        }
        let choices = [1, 5, 10, 10, 5, 1, 1][wanted];
        assert_eq!(counts.len(), choices, "every choice of {wanted} comes");
        let expected = f64::from(ROUNDS) / choices as f64;
        let chi_square: f64 =
            counts.values().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        // 9 degrees of freedom at most: above 33.7 once in ten thousand times.
        assert!(chi_square < 33.7, "{wanted}: {chi_square}");
    }
}
