//! Operations on a quicklist, against a deque of texts; and nodes that come from elsewhere.

use arbitrary::Unstructured;
use russet_structures::listpack::Listpack;
use russet_structures::lzf;
use russet_structures::quicklist::{Bytes, Quicklist, Rules};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// A list is not let grow beyond so many elements, so that inputs stay quick.
const MOST: usize = 600;

target! { run, "it agrees with a deque of texts, whatever its rules; nodes from elsewhere are refused or sound" }

type Model = VecDeque<Vec<u8>>;

/// Input: rules, then operations, each with its operands.
pub fn run(data: &[u8]) {
    // An input that ends in the middle of a step has been tried up to there.
    let _ = steps(&mut Unstructured::new(data));
}

fn rules(input: &mut Unstructured<'_>) -> arbitrary::Result<Rules> {
    let [fill, depth, plain] = input.arbitrary::<[u8; 3]>()?;
    let fill = if fill < 128 { i16::from(fill % 20) } else { -i16::from(fill % 6) };
    let plain = [20, 300, 5000, 1 << 30][usize::from(plain % 4)];
    Ok(Rules { fill, depth: u16::from(depth % 4), plain })
}

fn text(input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    Ok(match input.arbitrary::<u8>()? {
        kind @ 0..100 => input.bytes(usize::from(kind % 20).min(input.len()))?.to_vec(),
        kind @ 100..140 => (kind % 8).to_string().into_bytes(),
        140..170 => input.arbitrary::<i32>()?.to_string().into_bytes(),
        kind => vec![kind; usize::from(kind - 170) * 60],
    })
}

fn steps(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let (mut list, mut model) = (Quicklist::new(rules(input)?), Model::new());
    while !input.is_empty() {
        let choice = if model.len() > MOST { 11 } else { input.arbitrary::<u8>()? % 19 };
        let index = usize::from(input.arbitrary::<u16>()?) % (model.len() + 1);
        match choice {
            0..=10 => change(&mut list, &mut model, choice, index, input)?,
            11 => {
                list.keep_range(index / 4, index);
                model.truncate(index / 4 + index);
                model.drain(..(index / 4).min(model.len()));
            }
            12 => list.set_rules(rules(input)?),
            13 => {
                list.rotate_left();
                model.rotate_left(usize::from(!model.is_empty()));
                list.rotate_right();
                list.rotate_right();
                model.rotate_right(2 % model.len().max(1));
            }
            14 | 15 => foreign(&mut list, &mut model, input)?,
            16 => {
                let text = text(input)?;
                list.append_plain(&text);
                model.push_back(text);
            }
            17 => {
                let (text, count) = (text(input)?, input.arbitrary::<u8>()? % 64);
                for n in 0..count {
                    let text = [&text[..text.len().min(40)], &[n]].concat();
                    list.push_back(&text[..]);
                    model.push_back(text);
                }
            }
            _ => read(&list, &model, index, &text(input)?),
        }
        assert_eq!((list.validate(), list.len()), (Ok(()), model.len()));
    }
    read(&list, &model, model.len() / 2, b"3");
    let mut copy = Quicklist::new(list.rules());
    for node in list.stored() {
        let bytes = match node.bytes {
            Bytes::Raw(bytes) => bytes.to_vec(),
            Bytes::Lzf(bytes, len) => lzf::decompress(bytes, len).expect("a node's LZF data"),
        };
        if node.packed { copy.append_packed(&bytes).expect("a listpack") } else { copy.append_plain(&bytes) }
    }
    assert!(copy == list && copy.node_count() == list.node_count() && copy.validate().is_ok());
    Ok(())
}

fn change(
    list: &mut Quicklist,
    model: &mut Model,
    choice: u8,
    index: usize,
    input: &mut Unstructured<'_>,
) -> arbitrary::Result<()> {
    let there = index < model.len();
    match choice {
        0 | 1 => {
            let text = text(input)?;
            list.push_back(&text[..]);
            model.push_back(text);
        }
        2 => {
            let text = text(input)?;
            list.push_front(&text[..]);
            model.push_front(text);
        }
        3 | 4 => {
            let text = text(input)?;
            let after = choice == 4;
            let done = if after { list.insert_after(index, &text[..]) } else { list.insert_before(index, &text[..]) };
            assert_eq!(done, there);
            if there {
                model.insert(index + usize::from(after), text);
            }
        }
        5 => {
            let text = text(input)?;
            assert_eq!(list.replace(index, &text[..]), there);
            if there {
                model[index] = text;
            }
        }
        6 => assert_eq!(list.remove(index), model.remove(index).is_some()),
        7 => {
            let count = usize::from(input.arbitrary::<u8>()? % 64);
            let end = model.len().min(index + count);
            assert_eq!(list.remove_range(index, count), model.drain(index..end).count());
        }
        8 => {
            let (text, count) = (text(input)?, i64::from(input.arbitrary::<i8>()? % 4));
            let mut places: Vec<usize> = (0..model.len()).filter(|index| model[*index] == text).collect();
            if count < 0 {
                places.reverse();
            }
            places.truncate(if count == 0 { usize::MAX } else { count.unsigned_abs() as usize });
            places.sort_unstable();
            assert_eq!(list.remove_value(&text, count), places.len());
            places.iter().rev().for_each(|index| drop(model.remove(*index)));
        }
        9 => assert_eq!(list.pop_back(|element| element.to_vec()), model.pop_back()),
        _ => assert_eq!(list.pop_front(|element| element.to_vec()), model.pop_front()),
    }
    Ok(())
}

/// Appends a listpack that somebody else made, perhaps a broken one.
fn foreign(list: &mut Quicklist, model: &mut Model, input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let mut pack = Listpack::new();
    for _ in 0..input.arbitrary::<u8>()? % 8 {
        pack.push_back(&text(input)?[..]);
    }
    let mut bytes = pack.as_bytes().to_vec();
    if input.arbitrary()? {
        let (at, byte) = input.arbitrary::<(u16, u8)>()?;
        let at = usize::from(at) % bytes.len();
        bytes[at] = byte;
    }
    let (nodes, result) = (list.node_count(), list.append_packed(&bytes));
    match Listpack::from_bytes(&bytes) {
        Ok(pack) => {
            assert_eq!((result, list.node_count()), (Ok(()), nodes + usize::from(!pack.is_empty())));
            model.extend(pack.iter().map(|element| element.to_vec()));
        }
        Err(why) => assert_eq!((result, list.node_count()), (Err(why), nodes)),
    }
    Ok(())
}

/// Everything that can be read is as in the model.
fn read(list: &Quicklist, model: &Model, index: usize, text: &[u8]) {
    let (mut iter, mut expected) = (list.iter(), model.iter());
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
    assert_eq!(list.get(index, |element| element.to_vec()).as_ref(), model.get(index));
    assert_eq!(list.position(text), model.iter().position(|other| other == text));
    let mut seen = Vec::new();
    list.range(index, 20, |element| {
        seen.push(element.to_vec());
        ControlFlow::Continue(())
    });
    assert!(seen.iter().eq(model.iter().skip(index).take(20)));
}
