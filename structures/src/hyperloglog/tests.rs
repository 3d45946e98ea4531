//! HyperLogLogs beside a naive model: 16384 numbers in an array.

use super::estimate::Histogram;
use super::*;
use proptest::prelude::*;

/// The registers as numbers, and the count from a histogram of them.
struct Model(Vec<u8>);

impl Model {
    fn new() -> Model {
        Model(vec![0; REGISTERS])
    }

    fn raise(&mut self, index: usize, value: u8) -> bool {
        let raised = value > self.0[index];
        self.0[index] = self.0[index].max(value);
        raised
    }

    fn count(&self) -> u64 {
        let mut histogram: Histogram = [0; 64];
        self.0.iter().for_each(|value| histogram[usize::from(*value)] += 1);
        estimate(&histogram)
    }

    fn assert_is(&self, bytes: &[u8]) {
        validate(bytes).unwrap();
        assert_eq!(registers(bytes).unwrap()[..], self.0[..]);
        assert_eq!(count(bytes).unwrap(), self.count());
    }
}

/// A hash that asks for this.
fn hash_for(index: usize, value: u8) -> u64 {
    let rest = if value == MAX_REGISTER { 0 } else { 1u64 << (value - 1) };
    let hash = index as u64 | rest << INDEX_BITS;
    assert_eq!(place(hash), (index, value));
    hash
}

#[test]
fn the_hash_is_murmurs() {
    let place_of = |element: &str| place(hash(element.as_bytes()));
    // As PFDEBUG DECODE of Redis 7.0.15 shows them.
    assert_eq!(place_of("hello"), (9216, 1));
    assert_eq!([place_of("foo"), place_of("bar")].iter().map(|p| p.0).sum::<usize>(), 7348 + 10007);
}

/// The bytes behind the last whole word, one by one.
#[test]
fn every_length_is_hashed_as_if_bytewise() {
    let naive = |bytes: &[u8]| {
        const MULTIPLIER: u64 = 0xc6a4_a793_5bd1_e995;
        let mix = |word: u64| {
            let word = word.wrapping_mul(MULTIPLIER);
            (word ^ word >> 47).wrapping_mul(MULTIPLIER)
        };
        let mut hash = 0xadc8_3b19 ^ (bytes.len() as u64).wrapping_mul(MULTIPLIER);
        for word in bytes.chunks(8) {
            let value = word.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
            hash = (hash ^ if word.len() == 8 { mix(value) } else { value }).wrapping_mul(MULTIPLIER);
        }
        hash = (hash ^ hash >> 47).wrapping_mul(MULTIPLIER);
        hash ^ hash >> 47
    };
    let bytes: Vec<u8> = (0..70u8).map(|n| n.wrapping_mul(151) ^ 0xc3).collect();
    for len in 0..=bytes.len() {
        assert_eq!(hash(&bytes[..len]), naive(&bytes[..len]), "{len} bytes");
    }
}

#[test]
fn places_take_all_values() {
    for value in 1..=MAX_REGISTER {
        hash_for(0, value);
        hash_for(REGISTERS - 1, value);
    }
    assert_eq!(place(u64::MAX), (REGISTERS - 1, 1));
}

/// Every value that 6 bits hold, those that no hash makes included, and every one that a hash asks for.
#[test]
fn a_dense_register_is_raised_if_it_is_lower() {
    let mut dense = new();
    to_dense(&mut dense).unwrap();
    for index in [0, 1, 2, 3, 8190, REGISTERS - 2, REGISTERS - 1] {
        for held in 0..=MAX_VALUE {
            for value in 1..=MAX_REGISTER {
                let mut bytes = dense.clone();
                let (mut before, mut after) = ([0u8; REGISTERS], [0u8; REGISTERS]);
                before[index] = held;
                raw::pack(&before, dense_mut(&mut bytes).unwrap());
                let changed = add_hash(&mut bytes, hash_for(index, value), 0).unwrap();
                assert_eq!(changed, value > held, "{value} over {held}");
                assert_eq!(cached(&bytes), Ok((!changed).then_some(0)));
                before[index] = held.max(value);
                raw::merge(dense_mut(&mut bytes).unwrap(), &mut after);
                assert_eq!(before, after);
            }
        }
    }
}

#[test]
fn an_empty_one_counts_nothing() {
    let mut bytes = new();
    assert_eq!(count(&bytes), Ok(0));
    assert_eq!(cached(&bytes), Ok(Some(0)));
    assert_eq!(to_dense(&mut bytes), Ok(true));
    assert_eq!(bytes.len(), DENSE_LEN);
    assert_eq!(count(&bytes), Ok(0));
    assert_eq!(to_dense(&mut bytes), Ok(false));
}

#[test]
fn a_full_one_counts_as_in_redis() {
    let mut bytes = new();
    to_dense(&mut bytes).unwrap();
    bytes[HEADER..].fill(0xff);
    invalidate(&mut bytes);
    assert_eq!(count_cached(&mut bytes), Ok(1 << 63));
    assert_eq!(cached(&bytes), Ok(None));
}

#[test]
fn counts_stay_within_four_standard_errors() {
    let mut bytes = new();
    let mut checkpoint = 1;
    for number in 1..=1_000_000u64 {
        add(&mut bytes, number.to_string().as_bytes(), SPARSE_MAX_BYTES).unwrap();
        if number == checkpoint {
            let off = count(&bytes).unwrap().abs_diff(number) as f64;
            assert!(off <= (number as f64 * 4.0 * STANDARD_ERROR).ceil(), "{number}: off by {off}");
            checkpoint = checkpoint * 3 / 2 + 1;
        }
    }
    assert_eq!(encoding(&bytes), Ok(Encoding::Dense));
}

#[test]
fn the_self_test_passes() {
    let mut state = 1u64;
    let random = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state ^ state >> 33
    };
    assert_eq!(self_test(random), Ok(()));
}

#[test]
fn equal_values_are_joined_up_to_four() {
    let mut bytes = new();
    for index in 0..9 {
        add_hash(&mut bytes, hash_for(index, 3), SPARSE_MAX_BYTES).unwrap();
    }
    assert_eq!(decode(&bytes).unwrap().unwrap(), "v:3,4 v:3,4 v:3,1 Z:16375");
    add_hash(&mut bytes, hash_for(5, 4), SPARSE_MAX_BYTES).unwrap();
    assert_eq!(decode(&bytes).unwrap().unwrap(), "v:3,4 v:3,1 v:4,1 v:3,3 Z:16375");
}

#[test]
fn promotion_is_at_the_limit_exactly() {
    // An empty one has 18 bytes, and the first element makes them 21.
    let mut bytes = new();
    add_hash(&mut bytes, hash_for(100, 1), 21).unwrap();
    assert_eq!((encoding(&bytes), bytes.len()), (Ok(Encoding::Sparse), 21));
    let mut bytes = new();
    add_hash(&mut bytes, hash_for(100, 1), 20).unwrap();
    assert_eq!(encoding(&bytes), Ok(Encoding::Dense));
    assert_eq!(register(&bytes, 100), Ok(1));
    for (value, form) in [(32, Encoding::Sparse), (33, Encoding::Dense)] {
        let mut bytes = new();
        assert_eq!(add_hash(&mut bytes, hash_for(7, value), SPARSE_MAX_BYTES), Ok(true));
        assert_eq!((encoding(&bytes), register(&bytes, 7)), (Ok(form), Ok(value)));
    }
}

#[test]
fn bad_bytes_are_errors() {
    let empty = new();
    for len in 0..HEADER {
        assert_eq!(validate(&empty[..len]), Err(Error::NotHyperLogLog));
    }
    assert_eq!(validate(&empty[..16]), Err(Error::Corrupted));
    assert_eq!(validate(&empty[..17]), Err(Error::Corrupted));
    let with = |opcodes: &[u8]| [&empty[..HEADER], opcodes].concat();
    for (opcodes, verdict) in [
        (&[0x7f, 0xfe, 0x00][..], Ok(())),
        (&[0x7f, 0xfe, 0x80], Ok(())),
        (&[0x7f, 0xfe], Err(Error::Corrupted)),
        (&[0x7f, 0xff, 0x00], Err(Error::Corrupted)),
        (&[0x7f, 0xfe, 0x81], Err(Error::Corrupted)),
        (&[0x7f, 0xfe, 0x00, 0x40], Err(Error::Corrupted)),
    ] {
        assert_eq!(validate(&with(opcodes)), verdict, "{opcodes:x?}");
        assert_eq!(count(&with(opcodes)).is_ok(), verdict.is_ok());
        assert_eq!(to_dense(&mut with(opcodes)).is_ok(), verdict.is_ok());
    }
    let mut dense = empty.clone();
    to_dense(&mut dense).unwrap();
    dense.push(0);
    assert_eq!(validate(&dense), Err(Error::NotHyperLogLog));
    let mut third = empty;
    third[4] = 2;
    assert_eq!(encoding(&third), Err(Error::NotHyperLogLog));
    assert_eq!(add(&mut third, b"x", SPARSE_MAX_BYTES), Err(Error::NotHyperLogLog));
}

/// Registers and values that meet often.
fn places() -> impl Strategy<Value = Vec<(usize, u8)>> {
    let index = prop_oneof![3 => 0..40usize, 1 => 16350..REGISTERS, 1 => 0..REGISTERS];
    let value = prop_oneof![8 => 1..4u8, 1 => 1..=32u8];
    prop::collection::vec((index, value), 0..200)
}

/// What Redis 7.0.15 counts of `0`, `1`, `2`, ...: the constants of the estimator to the last digit that shows.
#[test]
fn counts_of_the_first_numbers_are_known() {
    let mut hll = new();
    let mut counts = Vec::new();
    for n in 1..=100_000u32 {
        add(&mut hll, (n - 1).to_string().as_bytes(), SPARSE_MAX_BYTES).unwrap();
        if matches!(n, 1_000 | 10_000 | 100_000) {
            counts.push(count(&hll).unwrap());
        }
    }
    assert_eq!(counts, [1_001, 9_987, 99_565]);
}

proptest! {
    #[test]
    fn additions_are_the_models(places in places(), max_len in prop_oneof![Just(3000usize), 0..80usize]) {
        let (mut bytes, mut dense, mut model) = (new(), new(), Model::new());
        to_dense(&mut dense).unwrap();
        for &(index, value) in &places {
            let hash = hash_for(index, value);
            let raised = model.raise(index, value);
            prop_assert_eq!(add_hash(&mut bytes, hash, max_len), Ok(raised));
            prop_assert_eq!(add_hash(&mut dense, hash, max_len), Ok(raised));
            prop_assert_eq!(register(&bytes, index), Ok(model.0[index]));
            prop_assert!(bytes.len() <= max_len.max(18) || bytes.len() == DENSE_LEN);
        }
        model.assert_is(&bytes);
        model.assert_is(&dense);
        // All at once, and in two parts.
        let texts: Vec<Vec<u8>> = places.iter().map(|place| format!("{place:?}").into_bytes()).collect();
        let (mut single, mut all, mut raised) = (new(), new(), false);
        for text in &texts {
            raised |= add(&mut single, text, max_len).unwrap();
        }
        prop_assert_eq!(add_all(&mut all, texts.iter().map(Vec::as_slice), max_len), Ok(raised));
        prop_assert_eq!(&all, &single);
        prop_assert_eq!(add_all(&mut all, texts.iter().map(Vec::as_slice), max_len), Ok(false));
        prop_assert_eq!(&all, &single);
        let promoted = to_dense(&mut bytes).unwrap();
        prop_assert!(promoted || bytes.len() == DENSE_LEN);
        // Both caches are stale, or neither.
        prop_assert_eq!(bytes, dense);
    }

    #[test]
    fn a_union_has_the_highest_registers(
        parts in prop::collection::vec((places(), any::<bool>()), 1..4),
        max_len in prop_oneof![Just(3000usize), 0..80usize],
    ) {
        let (mut model, mut union, mut any_dense) = (Model::new(), Union::new(), false);
        for (places, is_dense) in parts {
            let mut part = new();
            if is_dense {
                to_dense(&mut part).unwrap();
            }
            for (index, value) in places {
                model.raise(index, value);
                add_hash(&mut part, hash_for(index, value), SPARSE_MAX_BYTES).unwrap();
            }
            union.add(&part).unwrap();
            any_dense |= is_dense;
        }
        prop_assert_eq!(union.count(), model.count());
        let mut target = new();
        union.write(&mut target, max_len).unwrap();
        prop_assert!(target.len() <= max_len.max(18) || target.len() == DENSE_LEN);
        prop_assert_eq!(cached(&target), Ok(None));
        prop_assert!(!any_dense || encoding(&target) == Ok(Encoding::Dense));
        model.assert_is(&target);
    }

    /// PFMERGE as Redis does it: each register of the union is raised, one after the other.
    #[test]
    fn a_union_is_written_as_if_register_by_register(
        target in prop::collection::vec((0..60usize, 1..4u8), 0..60),
        values in prop::collection::vec(prop_oneof![3 => Just(0u8), 5 => 1..4u8, 1 => 4..33u8], 0..70),
        strides in (1..4usize, 1..4usize),
        scattered in places(),
        foreign in any::<bool>(),
        max_len in prop_oneof![2 => Just(3000usize), 1 => 18..140usize],
    ) {
        let mut bytes = new();
        if foreign {
            // Runs that no addition leaves behind: single registers, and zeros in pieces.
            bytes.truncate(HEADER);
            let mut left = REGISTERS;
            for (run, value) in target {
                if value == 1 {
                    bytes.push(run as u8);
                    left -= run + 1;
                } else {
                    bytes.push(0x80 | (value - 1) << 2 | run as u8 & 3);
                    left -= (run & 3) + 1;
                }
            }
            bytes.extend([0x40 | ((left - 1) >> 8) as u8, (left - 1) as u8]);
        } else {
            for (index, value) in target {
                add_hash(&mut bytes, hash_for(index * strides.0, value), SPARSE_MAX_BYTES).unwrap();
            }
        }
        let mut union = Union::new();
        let mut part = new();
        for (at, value) in values.iter().enumerate().filter(|place| *place.1 > 0) {
            add_hash(&mut part, hash_for(at * strides.1, *value), SPARSE_MAX_BYTES).unwrap();
        }
        for (index, value) in scattered {
            add_hash(&mut part, hash_for(index, value), SPARSE_MAX_BYTES).unwrap();
        }
        union.add(&part).unwrap();
        union.add(&bytes).unwrap();
        let mut one_by_one = bytes.clone();
        for (index, value) in union.registers().iter().enumerate().filter(|place| *place.1 > 0) {
            add_hash(&mut one_by_one, hash_for(index, *value), max_len).unwrap();
        }
        invalidate(&mut one_by_one);
        union.write(&mut bytes, max_len).unwrap();
        prop_assert_eq!(bytes, one_by_one);
    }

    #[test]
    fn packing_goes_both_ways(seed in prop::collection::vec(0..64u8, 97)) {
        let mut unpacked = [0u8; REGISTERS];
        unpacked.iter_mut().zip(seed.iter().cycle()).for_each(|(to, from)| *to = *from);
        let (mut packed, mut back) = ([0u8; DENSE_LEN], [0u8; REGISTERS]);
        raw::pack(&unpacked, &mut packed);
        let single = |index| dense::get(&packed, index) == unpacked[index];
        prop_assert!((0..REGISTERS).all(single));
        raw::merge(&packed, &mut back);
        prop_assert_eq!(back, unpacked);
    }

    /// What runs on this processor beside what runs on every one.
    #[test]
    fn vectors_do_what_words_do(
        seed in any::<u64>(),
        (lowest, spread) in (0..64u32, prop_oneof![Just(1u32), 1..9u32, 1..65u32]),
        outliers in prop::collection::vec((0..REGISTERS, 0..64u8), 0..90),
    ) {
        let mut random = seed | 1;
        let mut draw = || {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((lowest + (random >> 40) as u32 % spread) % 64) as u8
        };
        let (mut unpacked, mut other) = ([0u8; REGISTERS], [0u8; REGISTERS]);
        unpacked.iter_mut().chain(&mut other).for_each(|register| *register = draw());
        outliers.iter().for_each(|(index, value)| unpacked[*index] = *value);
        let (mut packed, mut packed_too) = ([0xaau8; DENSE_LEN], [0xaau8; DENSE_LEN]);
        raw::pack(&unpacked, &mut packed);
        portable::pack(&unpacked, &mut packed_too);
        prop_assert_eq!(packed, packed_too);
        let mut naive: Histogram = [0; 64];
        unpacked.iter().for_each(|value| naive[usize::from(*value)] += 1);
        prop_assert_eq!(raw::histogram(&packed), naive);
        prop_assert_eq!(portable::histogram(&packed), naive);
        prop_assert_eq!(raw::tally(&unpacked), naive);
        prop_assert_eq!(portable::tally(&unpacked), naive);
        let mut other_too = other;
        let highest: Vec<u8> = unpacked.iter().zip(&other).map(|(one, two)| *one.max(two)).collect();
        raw::merge(&packed, &mut other);
        portable::merge(&packed, &mut other_too);
        prop_assert_eq!(&other[..], &highest[..]);
        prop_assert_eq!(&other_too[..], &highest[..]);
    }

    #[test]
    fn no_bytes_make_it_panic(
        tail in prop::collection::vec(any::<u8>(), 0..300),
        form in 0..3u8,
        hashes in prop::collection::vec(any::<u64>(), 0..20),
    ) {
        let mut bytes = new();
        bytes.truncate(HEADER);
        bytes[4] = form;
        bytes.extend(tail);
        let valid = validate(&bytes);
        prop_assert_eq!(count(&bytes).err(), valid.err());
        prop_assert_eq!(registers(&bytes).err(), valid.err());
        // What is shown need not be 16384 registers, but whole opcodes.
        let whole = opcodes(&bytes).ok().flatten().map(|mut opcodes| opcodes.all(|opcode| opcode.is_ok()));
        prop_assert_eq!(decode(&bytes).is_ok(), whole.unwrap_or(valid.is_ok()));
        for hash in hashes {
            let before = bytes.clone();
            if add_hash(&mut bytes, hash, SPARSE_MAX_BYTES).is_err() {
                prop_assert_eq!(&before, &bytes);
            }
        }
        // Additions neither repair nor break.
        prop_assert_eq!(validate(&bytes).err(), valid.err());
        prop_assert_eq!(to_dense(&mut bytes.clone()).err(), valid.err());
    }
}
