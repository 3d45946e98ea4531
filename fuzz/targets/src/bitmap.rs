//! Operations on a bitmap, against a row of `bool`, and its vectorised loops against the portable ones.

use arbitrary::Unstructured;
use russet_structures::bitmap::{self, Field, Operation, Overflow, portable};

target! { run, "it agrees with a row of `bool`, and vectors with words" }

/// Bits, at most: each is a `bool` in the model.
const BITS: u64 = 1 << 15;

fn bytes_of(row: &[bool]) -> Vec<u8> {
    row.chunks(8).map(|bits| bits.iter().enumerate().map(|(n, bit)| u8::from(*bit) << (7 - n)).sum()).collect()
}

/// The value of a field, bit by bit.
fn value_of(row: &[bool], at: u64, field: Field) -> i64 {
    let bit = |n: u64| row.get(n as usize).copied().unwrap_or_default();
    let start = if field.is_signed() && bit(at) { -1i64 } else { 0 };
    (at..at + u64::from(field.bits())).fold(start, |value, n| value << 1 | i64::from(bit(n)))
}

fn put(row: &mut [bool], at: u64, field: Field, value: i64) {
    for n in 0..u64::from(field.bits()) {
        row[(at + n) as usize] = value >> (u64::from(field.bits()) - 1 - n) & 1 == 1;
    }
}

fn grow(bytes: &mut Vec<u8>, row: &mut Vec<bool>, len: u64) {
    bytes.resize(bytes.len().max(len as usize), 0);
    row.resize(bytes.len() * 8, false);
}

/// Input: two strings, then step by step what is done with the first.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let mut string = || -> Vec<u8> {
        let (len, dull): (u16, u8) = input.arbitrary().unwrap_or_default();
        let mut bytes = input.bytes(input.len().min(usize::from(len % 64))).unwrap_or_default().to_vec();
        // Long enough for blocks of vectors, and mostly alike, if the input says so.
        if dull % 3 == 0 {
            let tail = bytes.clone();
            bytes.resize(usize::from(len % 4000), if dull % 2 == 0 { 0 } else { 0xff });
            bytes.extend_from_slice(&tail);
        }
        bytes
    };
    let (mut bytes, other) = (string(), string());
    vectors_and_words(&bytes, &other);
    let mut row: Vec<bool> = (0..bytes.len() as u64 * 8).map(|n| bitmap::get(&bytes, n)).collect();
    assert_eq!(bytes_of(&row), bytes);
    for _ in 0..100 {
        if input.is_empty() {
            break;
        }
        let (choice, a, b, value): (u8, u16, u16, i64) = input.arbitrary().unwrap_or_default();
        let (a, b) = (u64::from(a) % (row.len() as u64 + 80), u64::from(b) % (row.len() as u64 + 80));
        match choice % 5 {
            0 if a < BITS => {
                grow(&mut bytes, &mut row, bitmap::bytes_for(a));
                let on = value & 1 == 1;
                assert_eq!(bitmap::set(&mut bytes, a, on), row[a as usize]);
                row[a as usize] = on;
            }
            1 | 2 if a < BITS => {
                let bits = (value as u64 >> 57) as u8 + 1;
                let field = if choice & 8 == 0 { Field::unsigned(bits) } else { Field::signed(bits) };
                let Some(field) = field else { continue };
                assert_eq!(field.get(&bytes, a), value_of(&row, a, field));
                grow(&mut bytes, &mut row, field.bytes_for(a).expect("near"));
                let there = value_of(&row, a, field);
                let (min, max) = (i128::from(field.min()), i128::from(field.max()));
                let kinds = [Overflow::Wrap, Overflow::Saturate, Overflow::Fail];
                let overflow = kinds[usize::from(choice >> 4) % 3];
                let value = value << 7 >> (b % 64);
                if choice % 5 == 1 {
                    let sum = i128::from(there) + i128::from(value);
                    let expected = match overflow {
                        Overflow::Wrap => Some((sum - min).rem_euclid(max - min + 1) + min),
                        Overflow::Saturate => Some(sum.clamp(min, max)),
                        Overflow::Fail => Some(sum).filter(|sum| (min..=max).contains(sum)),
                    };
                    let sum = field.add(&mut bytes, a, value, overflow);
                    assert_eq!(sum.map(i128::from), expected, "{field:?} {there} + {value} {overflow:?}");
                    put(&mut row, a, field, sum.unwrap_or(there));
                } else {
                    let before = field.set(&mut bytes, a, value, overflow);
                    let fits = (min..=max).contains(&i128::from(value));
                    assert_eq!(before, (fits || overflow != Overflow::Fail).then_some(there));
                    match before {
                        Some(_) if fits || overflow == Overflow::Wrap => put(&mut row, a, field, value),
                        Some(_) => {
                            // Which end it is has oddities, which its documentation names.
                            let end = field.get(&bytes, a);
                            assert!(end == field.min() || end == field.max());
                            put(&mut row, a, field, end);
                        }
                        None => {}
                    }
                }
            }
            3 => {
                let range = a.min(b)..a.max(b);
                let within = row.iter().enumerate().skip(range.start as usize).take((range.end - range.start) as usize);
                let ones = within.clone().filter(|(_, bit)| **bit).count() as u64;
                assert_eq!(bitmap::count_range(&bytes, range.clone()), ones);
                let sought = value & 1 == 1;
                let first = within.clone().find(|(_, bit)| **bit == sought).map(|(at, _)| at as u64);
                assert_eq!(bitmap::position_in(&bytes, range, sought), first);
            }
            _ => {
                let operation = [Operation::And, Operation::Or, Operation::Xor, Operation::Not][usize::from(choice >> 4) % 4];
                let inputs: &[&[u8]] = if operation == Operation::Not { &[&bytes] } else { &[&bytes, &other, &other[..other.len() / 2]] };
                let result = bitmap::combine(operation, inputs);
                let len = inputs.iter().map(|input| input.len()).max().unwrap_or(0);
                assert_eq!(result.len(), len);
                for (n, byte) in result.iter().enumerate() {
                    let mut all = inputs.iter().map(|input| input.get(n).copied().unwrap_or(0));
                    let first = all.next().unwrap_or(0);
                    let expected = match operation {
                        Operation::And => all.fold(first, |a, b| a & b),
                        Operation::Or => all.fold(first, |a, b| a | b),
                        Operation::Xor => all.fold(first, |a, b| a ^ b),
                        Operation::Not => !first,
                    };
                    assert_eq!(*byte, expected);
                }
            }
        }
        assert_eq!(bytes_of(&row), bytes);
    }
    vectors_and_words(&bytes, &other);
}

/// What the processor's best loops say is what the portable ones say, at any alignment.
fn vectors_and_words(bytes: &[u8], other: &[u8]) {
    for skip in [0, 1, 13] {
        let bytes = bytes.get(skip..).unwrap_or_default();
        assert_eq!(bitmap::count(bytes), portable::count(bytes));
        for (bit, dull) in [(true, 0), (false, 0xff)] {
            let place = portable::first_other(bytes, dull);
            assert_eq!(bitmap::position(bytes, bit).map(|at| at as usize / 8), place);
            assert_eq!(bytes.iter().position(|byte| *byte != dull), place);
        }
    }
    type Merge = fn(&mut [u8], &[u8]);
    let merges: [(Operation, Merge); 3] =
        [(Operation::And, portable::and), (Operation::Or, portable::or), (Operation::Xor, portable::xor)];
    let both = bytes.len().min(other.len());
    for (operation, merge) in merges {
        let mut merged = bytes[..both].to_vec();
        merge(&mut merged, &other[..both]);
        assert_eq!(bitmap::combine(operation, &[&bytes[..both], &other[..both]]), merged);
    }
}
