//! Tests of sets against `BTreeSet`, with all forms met; and of the fairness of what is drawn from them.

use super::*;
use proptest::prelude::*;
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};

fn limits(ints: usize, packed: usize, packed_value: usize) -> SetLimits {
    SetLimits { ints, packed, packed_value, hasher: KeyHasher::new([1, 2, 3, 4]) }
}

fn shown(set: &Set) -> Vec<String> {
    set.members().map(|member| String::from_utf8(member.to_vec()).expect("text")).collect()
}

/// A set of members that were added one by one.
fn set_of(members: &[&str], limits: &SetLimits) -> Set {
    let mut set = Set::empty();
    members.iter().for_each(|member| assert!(set.insert(Element::new(member.as_bytes()), limits)));
    set
}

#[test]
fn forms_change_where_the_limits_say() {
    let limits = limits(3, 4, 5);
    let form = |members: &[&str]| set_of(members, &limits).encoding().name();
    assert_eq!(form(&["1", "2", "3"]), "intset");
    assert_eq!(form(&["1", "2", "3", "4"]), "hashtable", "too many integers are no listpack");
    assert_eq!(form(&["1", "2", "3", "x"]), "listpack");
    assert_eq!(form(&["x", "1", "2", "3"]), "listpack");
    assert_eq!(form(&["x", "1", "2", "3", "4"]), "hashtable");
    assert_eq!(form(&["1", "12345"]), "intset");
    assert_eq!(form(&["1", "123456", "x"]), "hashtable", "a member is too long");
    assert_eq!(form(&["-12345", "1", "x"]), "hashtable", "the sign counts");
    assert_eq!(form(&["1", "123456"]), "intset");
    assert_eq!(form(&["1", "toolong"]), "hashtable");
    assert_eq!(form(&["x", "toolong"]), "hashtable");
    assert_eq!(form(&["01"]), "listpack");
}

#[test]
fn a_new_set_has_the_form_that_suits_its_members() {
    let limits = limits(3, 4, 5);
    for (first, count, form) in [
        ("1", 3, "intset"),
        ("1", 4, "listpack"),
        ("x", 4, "listpack"),
        ("x", 5, "hashtable"),
        ("1", 5, "hashtable"),
    ] {
        let set = Set::for_members(first.as_bytes(), count, &limits);
        assert_eq!(set.encoding().name(), form, "{first} and {count} in all");
    }
    let mut set = set_of(&["1"], &limits);
    set.expect(3, &limits);
    assert_eq!(set.encoding().name(), "intset");
    set.expect(4, &limits);
    assert_eq!(set.encoding().name(), "hashtable");
}

#[test]
fn small_forms_have_an_order() {
    let limits = limits(10, 10, 10);
    assert_eq!(shown(&set_of(&["3", "-1", "2"], &limits)), ["-1", "2", "3"]);
    assert_eq!(shown(&set_of(&["3", "-1", "b", "2", "a"], &limits)), ["-1", "3", "b", "2", "a"]);
}

#[test]
fn integers_are_stored_alike_wherever_they_come_from() {
    let limits = limits(10, 10, 10);
    let mut set = set_of(&["x"], &limits);
    set.insert(Element::Bytes(b"7"), &limits);
    assert_eq!(set.members().nth(1), Some(Element::Int(7)));
    assert!(!set.insert(Element::Int(7), &limits));
    assert!(set.contains(Element::Bytes(b"7")));
    assert!(set.remove(Element::Bytes(b"x")));
    set.become_ints(&limits);
    assert_eq!(set.encoding().name(), "intset");
}

fn member() -> impl Strategy<Value = String> {
    prop_oneof![4 => (-30..30i64).prop_map(|n| n.to_string()), 2 => "[ab]{0,3}", 1 => Just("x".repeat(70))]
}

proptest! {
    #[test]
    fn does_as_a_tree_does(
        steps in prop::collection::vec((0..4u8, member()), 0..200),
        (ints, packed, value) in (0..40usize, 0..40usize, 0..80usize),
    ) {
        let limits = limits(ints, packed, value);
        let (mut set, mut model) = (Set::empty(), BTreeSet::new());
        let mut rng = SmallRng::seed_from_u64(1);
        for (kind, member) in steps {
            let element = Element::new(member.as_bytes());
            match kind {
                0 | 1 => prop_assert_eq!(set.insert(element, &limits), model.insert(member.clone())),
                2 => prop_assert_eq!(set.remove(element), model.remove(&member)),
                _ => {
                    let mut popped = None;
                    set.pop(|| rng.next_u64(), |member| popped = Some(member.to_vec()));
                    prop_assert_eq!(popped.is_some(), !model.is_empty());
                    let popped = popped.map(|bytes| String::from_utf8(bytes).unwrap());
                    prop_assert!(popped.is_none_or(|member| model.remove(&member)));
                }
            }
            prop_assert_eq!(set.contains(element), model.contains(&member));
            prop_assert_eq!(set.len(), model.len());
        }
        let members: BTreeSet<String> = shown(&set).into_iter().collect();
        prop_assert_eq!(members, model);
        match &set {
            Set::Ints(ints) => ints.validate().unwrap(),
            Set::Packed(pack) => pack.validate().unwrap(),
            Set::Table(table) => table.validate(),
        }
    }
}

/// A set of `0..len` as text, in one of the three forms.
fn numbers(len: usize, form: &str) -> Set {
    let limits = match form {
        "intset" => limits(len, 0, 0),
        "listpack" => limits(0, len, 10),
        _ => limits(0, 0, 0),
    };
    let mut set = if form == "listpack" { Set::Packed(Listpack::new()) } else { Set::empty() };
    (0..len).for_each(|n| assert!(set.insert(Element::Int(n as i64), &limits)));
    assert_eq!(set.encoding().name(), form);
    set
}

fn number(member: Element<'_>) -> usize {
    member.with_text(|text| std::str::from_utf8(text).unwrap().parse().unwrap())
}

/// Draws with `draw` until every one of `len` numbers is expected 500 times, and asserts that they came about as often.
fn assert_fair(what: &str, len: usize, mut draw: impl FnMut(&mut dyn FnMut(usize))) {
    let (mut counts, mut total) = (vec![0u32; len], 0);
    while total < 500 * len {
        draw(&mut |number| {
            counts[number] += 1;
            total += 1;
        });
    }
    let expected = total as f64 / len as f64;
    let chi_square: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
    let free = (len - 1) as f64;
    // Five standard deviations: once in millions of times.
    assert!(chi_square < free + 5.0 * (2.0 * free).sqrt(), "{what}: {chi_square} of about {free}");
}

#[test]
fn every_member_is_drawn_as_often_as_every_other() {
    let mut rng = SmallRng::seed_from_u64(7);
    let any = limits(1000, 1000, 64);
    for form in ["intset", "listpack", "hashtable"] {
        let len = 100;
        let set = numbers(len, form);
        assert_fair(form, len, |see| see(number(set.sample(|| rng.next_u64()).unwrap())));
        assert_fair(form, len, |see| {
            let drawn = set.sample_many(
                2500,
                || rng.next_u64(),
                |member| {
                    see(number(member));
                    Ok(())
                },
            );
            assert_eq!(drawn, Ok(()));
        });
        for wanted in [1, 10, 60, 99] {
            assert_fair(form, len, |see| {
                let mut seen = BTreeSet::new();
                let drawn = set.sample_distinct(
                    wanted,
                    || rng.next_u64(),
                    |member| {
                        assert!(seen.insert(number(member)), "they differ");
                        see(number(member));
                        Ok(())
                    },
                );
                assert_eq!(drawn, Ok(()));
                assert_eq!(seen.len(), wanted);
            });
        }
        assert_fair(form, len, |see| {
            let mut set = set.duplicate();
            set.pop_many(5, || rng.next_u64(), |member| see(number(member)));
            assert_eq!(set.len(), len - 5);
        });
        assert_fair(form, len, |see| {
            let mut set = set.duplicate();
            let gone = set.keep(5, || rng.next_u64(), &any);
            set.members().for_each(|member| see(number(member)));
            assert_eq!((set.len(), gone.len()), (5, len - 5));
            assert_ne!(set.encoding().name(), "hashtable");
        });
    }
}

#[test]
fn choices_of_two_are_all_alike_likely() {
    let mut rng = SmallRng::seed_from_u64(3);
    for form in ["intset", "listpack", "hashtable"] {
        let set = numbers(6, form);
        let mut pairs = BTreeMap::<BTreeSet<usize>, usize>::new();
        for (a, b) in (0..6).flat_map(|a| (0..a).map(move |b| (a, b))) {
            pairs.insert([a, b].into(), pairs.len());
        }
        assert_fair(form, pairs.len(), |see| {
            let mut pair = BTreeSet::new();
            let drawn = set.sample_distinct(
                2,
                || rng.next_u64(),
                |member| {
                    assert!(pair.insert(number(member)));
                    Ok(())
                },
            );
            assert_eq!(drawn, Ok(()));
            see(pairs[&pair]);
        });
    }
}

#[test]
fn more_than_there_is_is_all_of_it() {
    let mut rng = SmallRng::seed_from_u64(5);
    for form in ["intset", "listpack", "hashtable"] {
        let mut set = numbers(20, form);
        let mut all = BTreeSet::new();
        let drawn = set.sample_distinct(
            usize::MAX,
            || rng.next_u64(),
            |member| {
                assert!(all.insert(number(member)));
                Ok(())
            },
        );
        assert_eq!((drawn, all.len()), (Ok(()), 20));
        set.pop_many(usize::MAX, || rng.next_u64(), |member| assert!(all.remove(&number(member))));
        assert!(all.is_empty() && set.vanishes());
        assert!(set.sample(|| rng.next_u64()).is_none() && !set.pop(|| rng.next_u64(), |_| ()));
        assert_eq!(set.sample_many(5, || rng.next_u64(), |_| unreachable!("nothing is there")), Ok(()));
    }
}
