//! Tests of the block against `Vec<u8>`.

use super::*;
use proptest::prelude::*;

#[test]
fn an_empty_block_owns_nothing() {
    let mut block = Block::new();
    assert_eq!((block.len(), block.capacity(), block.memory()), (0, 0, 0));
    block.truncate(3);
    block.extend_from_slice(b"");
    block.splice(0..0, b"");
    assert_eq!(block.append_gap(0), b"");
    block.shrink_to_fit();
    assert_eq!((block.capacity(), block.clone()), (0, Block::default()));
    block.push(7);
    block.truncate(0);
    block.shrink_to_fit();
    assert_eq!(block.capacity(), 0);
}

#[test]
fn capacities_are_size_classes() {
    assert_eq!([1, 8, 9, 24, 57, 121, 1016, 1017].map(capacity_for), [8, 8, 24, 24, 72, 152, 1016, 1272]);
    for len in 1..5000 {
        let total = capacity_for(len) + HEADER;
        assert!(
            total >= len + HEADER && total < ((len + HEADER) * 5 / 4).max(len + HEADER + 16),
            "{len}: {total}"
        );
    }
}

#[test]
#[should_panic(expected = "3..9 of 8 bytes")]
fn a_range_outside_is_refused() {
    Block::from_slice(b"12345678").splice(3..9, b"");
}

#[test]
fn an_end_is_replaced() {
    let mut block = Block::new();
    block.replace_end(0, [b"", b""]);
    assert_eq!(block.capacity(), 0);
    block.replace_end(0, [b"ab", b"", b"cd"]);
    block.replace_end(3, [b"x", b"yz12"]);
    assert_eq!(&block[..], b"axyz12");
    block.replace_end(5, [b"b"]);
    block.replace_end(1, [b""]);
    assert_eq!(&block[..], b"a");
}

#[test]
#[should_panic(expected = "no 3 bytes at the end of a block of 2")]
fn an_end_that_is_not_there_is_refused() {
    Block::from_slice(b"12").replace_end(3, [b"x"]);
}

#[test]
#[should_panic(expected = "a block of more than")]
fn a_length_beyond_the_limit_is_refused() {
    Block::from_slice(b"1").reserve(usize::MAX);
}

proptest! {
    #[test]
    fn behaves_like_a_vec(steps in prop::collection::vec((0u8..6, any::<(u16, u16)>(), prop::collection::vec(any::<u8>(), 0..40)), 0..60)) {
        let (mut block, mut model) = (Block::new(), Vec::new());
        for (step, (a, b), bytes) in steps {
            let (a, b) = (usize::from(a) % (model.len() + 1), usize::from(b) % (model.len() + 1));
            let range = a.min(b)..a.max(b);
            match step {
                3 if bytes.len() % 2 == 0 => {
                    block.replace_end(b - b.min(a), [&bytes, b"-", &bytes]);
                    model.truncate(model.len() - (b - b.min(a)));
                    model.extend([&bytes[..], b"-", &bytes].concat());
                }
                0 => { block.extend_from_slice(&bytes); model.extend_from_slice(&bytes); }
                1 | 2 => { block.splice(range.clone(), &bytes); model.splice(range, bytes.iter().copied()); }
                3 => { block.truncate(a); model.truncate(a); }
                4 => block.shrink_to_fit(),
                _ => block.reserve(bytes.len() * 10),
            }
            prop_assert_eq!(&block[..], &model[..]);
            prop_assert!(block.capacity() >= block.len());
            prop_assert_eq!(&block.clone(), &block);
        }
    }
}
