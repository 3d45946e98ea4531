//! Quicklist against `VecDeque<Vec<u8>>`.

use super::{Bytes, Quicklist, Rules};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::ops::ControlFlow;

type Model = VecDeque<Vec<u8>>;

#[derive(Clone, Debug)]
enum Op {
    PushBack(Vec<u8>),
    PushFront(Vec<u8>),
    /// Index, behind or before.
    Insert(usize, bool, Vec<u8>),
    Replace(usize, Vec<u8>),
    Remove(usize),
    RemoveRange(usize, usize),
    KeepRange(usize, usize),
    RemoveValue(Vec<u8>, i64),
    PopBack,
    PopFront,
    RotateLeft,
    RotateRight,
    Rules(Rules),
    /// Many at once, so that there are nodes.
    Fill(Vec<u8>, u16, bool),
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (0i64..20).prop_map(|n| n.to_string().into_bytes()),
        1 => any::<i64>().prop_map(|n| n.to_string().into_bytes()),
        2 => prop::collection::vec(any::<u8>(), 0..30),
        2 => (any::<u8>(), 30usize..600).prop_map(|(byte, len)| vec![byte; len]),
        1 => (any::<u8>(), 2000usize..9000).prop_map(|(byte, len)| vec![byte; len]),
    ]
}

fn rules() -> impl Strategy<Value = Rules> {
    let fill = prop_oneof![-7i16..=0, 1i16..5, 5i16..200];
    let plain = prop::sample::select(vec![20u32, 300, 4000, 1 << 30]);
    (fill, 0u16..4, plain).prop_map(|(fill, depth, plain)| Rules { fill, depth, plain })
}

fn op() -> impl Strategy<Value = Op> {
    let index = || 0usize..400;
    prop_oneof![
        4 => text().prop_map(Op::PushBack),
        4 => text().prop_map(Op::PushFront),
        8 => (index(), any::<bool>(), text()).prop_map(|(index, after, text)| Op::Insert(index, after, text)),
        4 => (index(), text()).prop_map(|(index, text)| Op::Replace(index, text)),
        4 => index().prop_map(Op::Remove),
        1 => (index(), 0usize..100).prop_map(|(start, count)| Op::RemoveRange(start, count)),
        1 => (0usize..20, 0usize..900).prop_map(|(start, count)| Op::KeepRange(start, count)),
        2 => (text(), -3i64..4).prop_map(|(text, count)| Op::RemoveValue(text, count)),
        1 => Just(Op::PopBack),
        1 => Just(Op::PopFront),
        1 => Just(Op::RotateLeft),
        1 => Just(Op::RotateRight),
        1 => rules().prop_map(Op::Rules),
        2 => (text(), 0u16..300, any::<bool>()).prop_map(|(text, count, back)| Op::Fill(text, count, back)),
    ]
}

/// Removes as LREM does; returns how many.
fn remove_value(model: &mut Model, text: &[u8], count: i64) -> usize {
    let mut places: Vec<usize> = (0..model.len()).filter(|index| model[*index] == text).collect();
    if count < 0 {
        places.reverse();
    }
    if count != 0 {
        places.truncate(count.unsigned_abs() as usize);
    }
    places.sort_unstable();
    places.iter().rev().for_each(|index| drop(model.remove(*index)));
    places.len()
}

fn apply(list: &mut Quicklist, model: &mut Model, op: Op) {
    match op {
        Op::PushBack(text) => {
            list.push_back(&text[..]);
            model.push_back(text);
        }
        Op::PushFront(text) => {
            list.push_front(&text[..]);
            model.push_front(text);
        }
        Op::Insert(index, after, text) => {
            let there = index < model.len();
            let done = if after {
                list.insert_after(index, &text[..])
            } else {
                list.insert_before(index, &text[..])
            };
            assert_eq!(done, there);
            if there {
                model.insert(index + usize::from(after), text);
            }
        }
        Op::Replace(index, text) => {
            assert_eq!(list.replace(index, &text[..]), index < model.len());
            if let Some(old) = model.get_mut(index) {
                *old = text;
            }
        }
        Op::Remove(index) => assert_eq!(list.remove(index), model.remove(index).is_some()),
        Op::RemoveRange(start, count) => {
            let end = (start + count).min(model.len());
            let gone = model.drain(start.min(end)..end).count();
            assert_eq!(list.remove_range(start, count), gone);
        }
        Op::KeepRange(start, count) => {
            list.keep_range(start, count);
            model.truncate(start + count);
            model.drain(..start.min(model.len()));
        }
        Op::RemoveValue(text, count) => {
            assert_eq!(list.remove_value(&text, count), remove_value(model, &text, count));
        }
        Op::PopBack => assert_eq!(list.pop_back(|element| element.to_vec()), model.pop_back()),
        Op::PopFront => assert_eq!(list.pop_front(|element| element.to_vec()), model.pop_front()),
        Op::RotateLeft => {
            list.rotate_left();
            model.rotate_left(usize::from(!model.is_empty()));
        }
        Op::RotateRight => {
            list.rotate_right();
            model.rotate_right(usize::from(!model.is_empty()));
        }
        Op::Rules(rules) => list.set_rules(rules),
        Op::Fill(text, count, back) => {
            for n in 0..count {
                let text = [&text[..text.len().min(50)], n.to_string().as_bytes()].concat();
                if back {
                    list.push_back(&text[..])
                } else {
                    list.push_front(&text[..])
                }
                if back { model.push_back(text) } else { model.push_front(text) }
            }
        }
    }
}

fn texts(list: &Quicklist) -> Model {
    let mut texts = Model::new();
    let mut iter = list.iter();
    while let Some(element) = iter.next() {
        texts.push_back(element.to_vec());
    }
    texts
}

/// Everything that can be read is as in the model.
fn compare(list: &Quicklist, model: &Model, index: usize) {
    assert_eq!(list.validate(), Ok(()));
    assert_eq!(list.len(), model.len());
    assert_eq!(&texts(list), model);
    assert_eq!(list.front().map(|element| element.to_vec()).as_ref(), model.front());
    assert_eq!(list.back().map(|element| element.to_vec()).as_ref(), model.back());
    assert_eq!(list.get(index, |element| element.to_vec()).as_ref(), model.get(index));
    let (mut iter, mut expected) = (list.iter_from(index), model.iter().skip(index));
    while let Some(element) = iter.next() {
        assert_eq!(Some(&element.to_vec()), expected.next());
    }
    assert_eq!(expected.next(), None);
    let (mut iter, mut left) = (list.rev_from(index), if index < model.len() { index + 1 } else { 0 });
    while let Some(element) = iter.next() {
        left -= 1;
        assert_eq!(element.to_vec(), model[left]);
    }
    assert_eq!(left, 0);
    let mut seen = Vec::new();
    list.range(index, 50, |element| {
        seen.push(element.to_vec());
        if seen.len() == 45 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(seen.iter().eq(model.iter().skip(index).take(45)));
}

fn compare_find(list: &Quicklist, model: &Model, text: &[u8], rank: i64, most: usize) {
    let mut found = Vec::new();
    list.find(text, rank, most, |index| {
        found.push(index);
        ControlFlow::Continue(())
    });
    let mut all: Vec<usize> = (0..model.len()).collect();
    if rank < 0 {
        all.reverse();
    }
    all.truncate(most);
    all.retain(|index| model[*index] == text);
    assert_eq!(found, all.split_off((rank.unsigned_abs().max(1) as usize - 1).min(all.len())));
    assert_eq!(list.position(text), model.iter().position(|element| element == text));
}

proptest! {
    #[test]
    fn operations_agree_with_a_model(rules in rules(), ops in prop::collection::vec(op(), 0..60), index in 0usize..500) {
        let (mut list, mut model) = (Quicklist::new(rules), Model::new());
        for op in ops {
            apply(&mut list, &mut model, op);
            assert_eq!((list.validate(), list.len()), (Ok(()), model.len()));
        }
        compare(&list, &model, index);
        for rank in [0, 1, 2, -1, -3] {
            compare_find(&list, &model, b"7", rank, usize::MAX);
            compare_find(&list, &model, b"7", rank, index);
        }
    }

    #[test]
    fn what_is_stored_makes_the_same_list(rules in rules(), ops in prop::collection::vec(op(), 0..30), other in rules()) {
        let (mut list, mut model) = (Quicklist::new(rules), Model::new());
        ops.into_iter().for_each(|op| apply(&mut list, &mut model, op));
        let mut copy = Quicklist::new(other);
        for node in list.stored() {
            let bytes = match node.bytes {
                super::Bytes::Raw(bytes) => bytes.to_vec(),
                super::Bytes::Lzf(bytes, len) => crate::lzf::decompress(bytes, len).expect("LZF data"),
            };
            if node.packed { copy.append_packed(&bytes).expect("a listpack") } else { copy.append_plain(&bytes) }
        }
        prop_assert_eq!(copy.node_count(), list.node_count());
        prop_assert_eq!(&copy, &list);
        compare(&copy, &model, 3);
    }
}

#[test]
fn a_node_that_could_not_become_shorter_is_compressed_once_what_was_in_the_way_is_gone() {
    let mut list = Quicklist::new(Rules { fill: 4, depth: 1, ..Rules::default() });
    // Bytes without any repetition cost more than what the others have saves.
    let mut state = 7u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let noise: Vec<u8> = (0..3000).map(|_| random()).collect();
    list.extend([&b"first"[..], b"a", b"b", b"c"]);
    list.extend([&noise[..], &[b'y'; 60], b"odd", b"one"]);
    list.extend([&b"last"[..]]);
    let lzf = |list: &Quicklist| list.stored().filter(|node| matches!(node.bytes, Bytes::Lzf(..))).count();
    let before = lzf(&list);
    assert_eq!(list.remove_value(&noise, 1), 1);
    assert_eq!((list.validate(), before, lzf(&list)), (Ok(()), 0, 1));
}
