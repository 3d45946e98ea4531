//! Tests of bitmaps against rows of `bool`, and of the vectorised loops against the portable ones.

use super::*;
use proptest::prelude::*;

fn row(bytes: &[u8]) -> Vec<bool> {
    bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte & (128 >> bit) != 0)).collect()
}

/// Bytes of which most are alike, long enough for several vectors.
fn dull() -> impl Strategy<Value = Vec<u8>> {
    (
        prop::sample::select(vec![0u8, 0xff]),
        0usize..700,
        prop::collection::vec((any::<u16>(), any::<u8>()), 0..4),
    )
        .prop_map(|(byte, len, specks)| {
            let mut bytes = vec![byte; len];
            for (at, speck) in specks {
                if let Some(place) = bytes.get_mut(usize::from(at) % (len + 1)) {
                    *place = speck;
                }
            }
            bytes
        })
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        dull(),
        prop::collection::vec(any::<u8>(), 0..2100)
    ]
}

fn overflow() -> impl Strategy<Value = Overflow> {
    prop::sample::select(vec![Overflow::Wrap, Overflow::Saturate, Overflow::Fail])
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        (1u8..64).prop_map(|bits| Field::unsigned(bits).expect("a width")),
        (1u8..65).prop_map(|bits| Field::signed(bits).expect("a width")),
    ]
}

/// The field's value, bit by bit.
fn slow_get(bytes: &[u8], at: u64, field: Field) -> i64 {
    let mut value = if field.is_signed() && get(bytes, at) { -1i64 } else { 0 };
    for bit in at..at + u64::from(field.bits()) {
        value = value << 1 | i64::from(get(bytes, bit));
    }
    value
}

#[test]
fn widths_that_are_none_are_refused() {
    assert_eq!([0, 64, 65, 255].map(Field::unsigned), [None; 4]);
    assert_eq!([0, 65, 66, 255].map(Field::signed), [None; 4]);
    let limits = |field: Option<Field>| field.map(|field| (field.min(), field.max()));
    assert_eq!(limits(Field::signed(1)), Some((-1, 0)));
    assert_eq!(limits(Field::signed(64)), Some((i64::MIN, i64::MAX)));
    assert_eq!(limits(Field::unsigned(1)), Some((0, 1)));
    assert_eq!(limits(Field::unsigned(63)), Some((0, i64::MAX)));
}

#[test]
fn far_beyond_the_end_is_zero() {
    let (bytes, field) = ([0xff; 4], Field::signed(64).expect("a width"));
    assert!(!get(&bytes, u64::MAX) && !get(&bytes, 32) && get(&bytes, 31));
    assert_eq!((field.get(&bytes, 1 << 60), field.get(&bytes, 30)), (0, 3 << 62));
    assert_eq!((field.bytes_for(u64::MAX), field.bytes_for(0), field.bytes_for(1)), (None, Some(8), Some(9)));
    assert_eq!((count_range(&bytes, 5..u64::MAX), count_range(&bytes, 1 << 40..u64::MAX)), (27, 0));
    assert_eq!((position_in(&bytes, 32..64, false), position(&bytes, false)), (None, None));
}

#[test]
#[should_panic(expected = "bit 8 of 1 bytes")]
fn a_bit_beyond_the_end_cannot_be_set() {
    set(&mut [0], 8, true);
}

#[test]
#[should_panic(expected = "NOT of 2 inputs")]
fn not_takes_one_input() {
    combine(Operation::Not, &[b"a", b"b"]);
}

#[test]
fn oddities_of_set_are_those_of_redis() {
    let (unsigned, signed) = (Field::unsigned(8).expect("a width"), Field::signed(8).expect("a width"));
    let saturated = |field: Field, value: i64| {
        let mut bytes = [0];
        field.set(&mut bytes, 0, value, Overflow::Saturate);
        field.get(&bytes, 0)
    };
    assert_eq!((saturated(unsigned, -1), saturated(unsigned, 256)), (255, 255));
    assert_eq!(
        (saturated(signed, -129), saturated(signed, i64::MIN + 128), saturated(signed, i64::MIN + 127)),
        (-128, -128, 127)
    );
}

proptest! {
    #[test]
    fn single_bits(mut bytes in prop::collection::vec(any::<u8>(), 1..40), at: u64, on: bool) {
        let mut row = row(&bytes);
        let at = at % row.len() as u64;
        prop_assert_eq!(get(&bytes, at), row[at as usize]);
        prop_assert_eq!(set(&mut bytes, at, on), row[at as usize]);
        row[at as usize] = on;
        prop_assert_eq!(super::tests::row(&bytes), row);
        prop_assert_eq!(bytes_for(at), at / 8 + 1);
    }

    #[test]
    fn counts_and_positions(bytes in bytes(), a: u64, b: u64, bit: bool) {
        let row = row(&bytes);
        let (a, b) = (a % (row.len() as u64 + 20), b % (row.len() as u64 + 20));
        let range = a.min(b)..a.max(b);
        let within = || row.iter().enumerate().skip(range.start as usize).take((range.end - range.start) as usize);
        prop_assert_eq!(count(&bytes), row.iter().filter(|bit| **bit).count() as u64);
        prop_assert_eq!(count_range(&bytes, range.clone()), within().filter(|(_, bit)| **bit).count() as u64);
        let first = within().find(|(_, found)| **found == bit).map(|(at, _)| at as u64);
        prop_assert_eq!(position_in(&bytes, range.clone(), bit), first);
        prop_assert_eq!(position(&bytes, bit), row.iter().position(|found| *found == bit).map(|at| at as u64));
    }

    #[test]
    fn combinations(inputs in prop::collection::vec(bytes(), 0..5), extra in 0usize..9000) {
        // One is longer than a piece.
        let long: Vec<u8> = inputs.iter().flatten().copied().cycle().take(extra).collect();
        let inputs: Vec<&[u8]> = inputs.iter().chain([&long]).map(Vec::as_slice).collect();
        let len = inputs.iter().map(|input| input.len()).max().unwrap_or(0);
        let slow = |f: fn(u8, u8) -> u8| -> Vec<u8> {
            let at = |input: &[u8], n: usize| input.get(n).copied().unwrap_or(0);
            (0..len).map(|n| inputs.iter().map(|input| at(input, n)).reduce(f).expect("an input")).collect()
        };
        prop_assert_eq!(combine(Operation::And, &inputs), slow(|a, b| a & b));
        prop_assert_eq!(combine(Operation::Or, &inputs), slow(|a, b| a | b));
        prop_assert_eq!(combine(Operation::Xor, &inputs), slow(|a, b| a ^ b));
        let inverted: Vec<u8> = long.iter().map(|byte| !byte).collect();
        prop_assert_eq!(combine(Operation::Not, &[&long]), inverted);
    }

    #[test]
    fn vectors_and_words_agree(bytes in bytes(), skip in 0usize..33, other in bytes()) {
        // Any alignment.
        let bytes = bytes.get(skip..).unwrap_or_default();
        prop_assert_eq!(raw::count(bytes), portable::count(bytes));
        for dull in [0, 0xff, 7] {
            prop_assert_eq!(raw::first_other(bytes, dull), portable::first_other(bytes, dull));
        }
        type Merge = fn(&mut [u8], &[u8]);
        let pairs: [(Merge, Merge); 3] = [(raw::and, portable::and), (raw::or, portable::or), (raw::xor, portable::xor)];
        for (vectors, words) in pairs {
            let (mut a, mut b) = (bytes.to_vec(), bytes.to_vec());
            vectors(&mut a, &other);
            words(&mut b, &other);
            prop_assert_eq!(a, b);
        }
        let (mut a, mut b) = (bytes.to_vec(), bytes.to_vec());
        raw::invert(&mut a);
        portable::invert(&mut b);
        prop_assert_eq!(a, b);
    }

    #[test]
    fn fields(mut bytes in prop::collection::vec(any::<u8>(), 0..40), at in 0u64..250, field in field(), value: i64, shift in 0u32..64, overflow in overflow()) {
        prop_assert_eq!(field.get(&bytes, at), slow_get(&bytes, at, field));
        bytes.resize(bytes.len().max(field.bytes_for(at).expect("small") as usize), 0);
        let value = value >> shift;
        let (before, there) = (bytes.clone(), field.get(&bytes, at));
        let (min, max) = (i128::from(field.min()), i128::from(field.max()));
        let sum = i128::from(there) + i128::from(value);
        let result = field.add(&mut bytes, at, value, overflow);
        let expected = match overflow {
            Overflow::Fail => (min..=max).contains(&sum).then_some(sum),
            Overflow::Saturate => Some(sum.clamp(min, max)),
            Overflow::Wrap => Some((sum - min).rem_euclid(max - min + 1) + min),
        };
        prop_assert_eq!(result.map(i128::from), expected);
        prop_assert_eq!(i128::from(slow_get(&bytes, at, field)), expected.unwrap_or(there.into()));
        // Nothing beside the field has changed.
        let outside = |bytes: &[u8]| -> Vec<bool> {
            let end = at + u64::from(field.bits());
            row(bytes).into_iter().enumerate().filter(|(n, _)| !(at..end).contains(&(*n as u64))).map(|(_, bit)| bit).collect()
        };
        prop_assert_eq!(outside(&bytes), outside(&before));
        let there = field.get(&bytes, at);
        let fits = (min..=max).contains(&i128::from(value));
        prop_assert_eq!(field.set(&mut bytes, at, value, overflow), (fits || overflow != Overflow::Fail).then_some(there));
        if fits {
            prop_assert_eq!(slow_get(&bytes, at, field), value);
        }
    }
}
