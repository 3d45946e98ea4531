//! Tests of the string against `Vec<u8>`, and of its headers by what is in memory.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::*;
use proptest::prelude::*;

/// A header as it is described on the page, made by other means than the code's.
fn header(class: Class, len: usize, capacity: usize) -> Vec<u8> {
    let kind = Class::ALL.iter().position(|each| *each == class).expect("a class");
    let field = |value: usize| (value as u64).to_le_bytes()[..[0, 1, 2, 4, 8][kind]].to_vec();
    match kind {
        0 => vec![len as u8 * 8],
        _ => [field(len), field(capacity), vec![kind as u8]].concat(),
    }
}

fn check(string: &Sds, bytes: &[u8]) {
    string.validate().expect("a sound string");
    assert_eq!(&string[..], bytes);
    let head = header(string.class(), bytes.len(), string.capacity());
    assert_eq!(string.image(), [&head[..], bytes].concat());
    let memory = string.memory();
    assert_eq!(memory, if string.capacity() == 0 { 0 } else { head.len() + string.capacity() });
}

#[test]
fn the_empty_string_owns_nothing() {
    let mut string = Sds::new();
    check(&string, b"");
    assert_eq!((string.capacity(), string.memory(), string.class()), (0, 0, Class::Bits5));
    string.truncate(3);
    string.append(b"");
    string.splice(0..0, b"");
    string.set_range(100, b"");
    string.keep(5..7);
    string.trim(b"abc");
    string.shrink_to_fit();
    string.reserve(0);
    assert_eq!(string.append_gap(0), b"");
    assert_eq!(string.memory(), 0);
    assert_eq!(
        [Sds::from(""), Sds::default(), Sds::with_capacity(0), string.clone()].map(|s| s.memory()),
        [0; 4]
    );
    string.push(b'x');
    string.clear();
    check(&string, b"");
    assert!(string.memory() > 0, "the room is kept");
    string.shrink_to_fit();
    assert_eq!(string.memory(), 0);
}

#[test]
fn headers_at_the_limits_of_the_classes() {
    for (len, class, header_len) in [
        (1, Class::Bits5, 1),
        (31, Class::Bits5, 1),
        (32, Class::Bits8, 3),
        (255, Class::Bits8, 3),
        (256, Class::Bits16, 5),
        (65_535, Class::Bits16, 5),
        (65_536, Class::Bits32, 9),
    ] {
        let bytes: Vec<u8> = (0..len).map(|n| n as u8).collect();
        let string = Sds::from(&bytes[..]);
        check(&string, &bytes);
        assert_eq!((string.class(), string.image().len() - len), (class, header_len), "{len}");
        assert!(string.memory() < len + header_len + 8, "{len}: {}", string.memory());
    }
    // Only the limits of the class keep an allocation from being a multiple of 8.
    for len in 1..300 {
        let string = Sds::from(&vec![0; len][..]);
        assert!(string.memory() % 8 == 0 || string.capacity() == 255, "{len}");
    }
}

#[test]
fn more_than_four_gigabytes_can_be_counted() {
    // The pages behind the first are never touched.
    let mut string = Sds::new();
    string.append(b"far");
    if string.try_reserve(1 << 32).is_err() {
        return;
    }
    check(&string, b"far");
    assert_eq!((string.class(), string.image().len()), (Class::Bits64, 17 + 3));
    string.append(b" away");
    check(&string, b"far away");
    string.shrink_to_fit();
    check(&string, b"far away");
    assert_eq!(string.class(), Class::Bits5);
}

#[test]
fn memory_that_cannot_be_had_changes_nothing() {
    let mut string = Sds::from("there");
    for more in [usize::MAX, MAX_LEN, isize::MAX as usize - 5] {
        assert!(string.try_reserve(more).is_err());
        check(&string, b"there");
    }
    // More than any address space has, but not more than a length can be.
    assert!(string.try_reserve(1 << 60).is_err());
    check(&string, b"there");
    let error = AllocationError { bytes: 7 };
    assert_eq!(error.to_string(), "no memory for a string of 7 bytes");
}

#[test]
#[should_panic(expected = "no memory for a string of")]
fn a_length_beyond_the_limit_is_refused() {
    Sds::from("1").reserve(usize::MAX);
}

#[test]
#[should_panic(expected = "3..9 of 8 bytes")]
fn a_range_outside_is_refused() {
    Sds::from("12345678").splice(3..9, b"");
}

#[test]
fn room_is_doubled_below_a_mebibyte_and_then_added_to() {
    assert_eq!([1, 100, (1 << 20) - 1].map(with_preallocation), [2, 200, (2 << 20) - 2]);
    assert_eq!([1 << 20, 5 << 20].map(with_preallocation), [2 << 20, 6 << 20]);
    assert_eq!(with_preallocation(MAX_LEN), MAX_LEN);
    let mut string = Sds::new();
    let (mut moves, mut capacity) = (0, 0);
    for _ in 0..1 << 20 {
        string.push(1);
        moves += u32::from(string.capacity() != capacity);
        capacity = string.capacity();
    }
    assert!((18..=20).contains(&moves), "{moves}");
    let mut exact = Sds::new();
    exact.reserve_exact(1000);
    assert_eq!((exact.class(), exact.capacity()), (Class::Bits16, 1003));
}

#[test]
fn integers_are_their_digits() {
    for value in [0, -1, 42, i64::MIN, i64::MAX] {
        let string = Sds::from(value);
        check(&string, value.to_string().as_bytes());
        assert_eq!(string, Sds::from_integer(value));
    }
}

#[test]
fn quoted_as_redis_quotes() {
    let mut string = Sds::new();
    string.append_quoted(b"a\0\n\r\t\x07\x08\"\\ ~\x7f\x80\xff'");
    check(&string, br#""a\x00\n\r\t\a\b\"\\ ~\x7f\x80\xff'""#);
    write!(string, " {}", 7).expect("written");
    assert_eq!(&string[string.len() - 2..], b" 7");
    assert_eq!(format!("{:?}", Sds::from("a\"\n")), "b\"a\\\"\\n\"");
}

#[test]
fn sent_and_shared() {
    let string = std::sync::Arc::new(Sds::from("over there"));
    let there = std::thread::spawn({
        let string = string.clone();
        move || string.len()
    });
    assert_eq!(there.join().ok(), Some(10));
}

/// Lengths around every limit that a test can afford.
fn length() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0usize..40, 2 => 240usize..280, 1 => 65_500usize..65_560]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    (length(), any::<u8>(), any::<u8>()).prop_map(|(len, first, step)| {
        (0..len).map(|n| first.wrapping_add((n as u8).wrapping_mul(step))).collect()
    })
}

proptest! {
    #[test]
    fn classes_and_rooms(need in prop_oneof![0usize..1000, 60_000usize..70_000, (1usize << 32) - 20..(1 << 32) + 20]) {
        let class = Class::of(need);
        prop_assert!(need <= class.longest());
        prop_assert!(Class::ALL.iter().filter(|smaller| **smaller < class).all(|smaller| smaller.longest() < need));
        for class in Class::ALL.into_iter().filter(|larger| *larger >= class) {
            let room = class.room(need);
            prop_assert!(need <= room && room < need + 8 && room <= class.longest());
            prop_assert_eq!(class.room(room), room);
        }
    }

    #[test]
    fn behaves_like_a_vec(first in bytes(), steps in prop::collection::vec((0u8..16, any::<(u32, u32)>(), bytes()), 0..40)) {
        let (mut string, mut model) = (Sds::from(&first[..]), first);
        for (step, (a, b), bytes) in steps {
            // Half of the places are near the front, so that strings stay in the small classes for a while.
            let near = if a % 2 == 0 { model.len().min(60) } else { model.len() };
            let (a, b) = (a as usize % (near + 1), b as usize % (near + 1));
            let (range, len) = (a.min(b)..a.max(b), bytes.len());
            match step {
                0 => { string.append(&bytes); model.extend_from_slice(&bytes); }
                1 => { string.push(b as u8); model.push(b as u8); }
                2 => { string.splice(range.clone(), &bytes); model.splice(range, bytes); }
                3 => { string.truncate(a); model.truncate(a); }
                4 => {
                    string.shrink_to_fit();
                    prop_assert_eq!((string.class(), string.memory()), (Class::of(model.len()), Sds::from(&model[..]).memory()));
                }
                5 => {
                    string.reserve(len);
                    prop_assert!(string.capacity() >= model.len() + len);
                }
                6 => {
                    string.reserve_exact(len);
                    prop_assert!(string.capacity() >= model.len() + len);
                }
                7 => {
                    string.set_range(a + len % 50, &bytes);
                    if len > 0 {
                        let end = a + len % 50 + len;
                        model.resize(model.len().max(end), 0);
                        model[end - len..end].copy_from_slice(&bytes);
                    }
                }
                8 => { string.keep(range.start..range.end + 3); model.truncate(range.end + 3); model.drain(..range.start); }
                9 => {
                    let set = [b"\0\x01", &bytes[..len.min(3)]].concat();
                    string.trim(&set);
                    while model.last().is_some_and(|byte| set.contains(byte)) { model.pop(); }
                    let front = model.iter().take_while(|byte| set.contains(byte)).count();
                    model.drain(..front);
                }
                10 => { string.assign(&bytes); model = bytes; }
                11 => { string.grow_zeroed(len); model.resize(model.len().max(len), 0); }
                12 => {
                    let gap = string.append_gap(len);
                    prop_assert!(gap.iter().all(|byte| *byte == 0) && gap.len() == len);
                    gap.copy_from_slice(&bytes);
                    model.extend_from_slice(&bytes);
                }
                13 => { string = string.clone(); prop_assert_eq!(string.class(), Class::of(model.len())); }
                14 => { string.clone_from(&Sds::from(&bytes[..])); model = bytes; }
                _ => { string.clear(); model.clear(); }
            }
            // Long ones are cut now and then, since all of them is compared after each step.
            if model.len() > 200_000 { string.truncate(300); model.truncate(300); }
            check(&string, &model);
        }
    }

    #[test]
    fn compares_and_hashes_like_a_slice(a in prop::collection::vec(0u8..3, 0..5), b in prop::collection::vec(0u8..3, 0..5)) {
        let (x, y) = (Sds::from(&a[..]), a.iter().copied().collect::<Sds>());
        prop_assert_eq!(&x, &y);
        let z = Sds::from(&b[..]);
        prop_assert_eq!(x.cmp(&z), a.cmp(&b));
        prop_assert_eq!(x == z, a == b);
        let set: HashSet<Sds> = [z].into();
        prop_assert_eq!(set.contains(&a[..]), a == b);
    }
}
