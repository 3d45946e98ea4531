//! Listpacks: operations on one, against a list of texts; and any bytes taken for one.

use arbitrary::Unstructured;
use russet_structures::element::Element;
use russet_structures::listpack::Listpack;

target! { run, "it agrees with a list of texts, its invariants hold; foreign bytes are refused or sound" }

/// Input: one byte says which; then bytes that choose step by step what happens, or those to be taken for a listpack.
pub fn run(data: &[u8]) {
    match data.split_first() {
        Some((0..0x80, steps)) => {
            let mut input = Unstructured::new(steps);
            operate(&mut Listpack::new(), &mut Vec::new(), &mut input, 400);
        }
        Some((_, bytes)) => foreign(bytes),
        None => {}
    }
}

fn texts(listpack: &Listpack) -> Vec<Vec<u8>> {
    listpack.iter().map(|element| element.to_vec()).collect()
}

/// Bytes from elsewhere: as they are, and with the length that they should have in front.
fn foreign(bytes: &[u8]) {
    let mut fitting = bytes.to_vec();
    if let Some(total) = fitting.first_chunk_mut() {
        *total = (bytes.len() as u32).to_le_bytes();
    }
    for bytes in [bytes, &fitting] {
        let Ok(mut listpack) = Listpack::from_bytes(bytes) else { continue };
        assert_eq!((listpack.as_bytes(), listpack.validate()), (bytes, Ok(())));
        let mut model = texts(&listpack);
        let mut backwards: Vec<Vec<u8>> = listpack.iter().rev().map(|element| element.to_vec()).collect();
        backwards.reverse();
        assert_eq!((listpack.len(), &model), (model.len(), &backwards));
        for text in model.iter().take(20) {
            let found = listpack.find(text, 0).map(|position| listpack.get(position).to_vec());
            assert_eq!(found.as_ref(), Some(text));
        }
        // What was accepted can be changed as what we made.
        operate(&mut listpack, &mut model, &mut Unstructured::new(bytes), 40);
    }
}

/// A text of any kind; most are short.
fn text<'a>(input: &mut Unstructured<'a>) -> Vec<u8> {
    let kind = input.arbitrary::<u8>().unwrap_or_default();
    match kind % 8 {
        0 | 1 => i64::from(input.arbitrary::<i8>().unwrap_or_default()).to_string().into_bytes(),
        2 => {
            let number = input.arbitrary::<i64>().unwrap_or_default() >> (kind & 56);
            number.to_string().into_bytes()
        }
        3 => {
            let lengths = [62, 63, 64, 125, 126, 127, 4095, 4096];
            vec![kind; lengths[usize::from(kind / 8) % lengths.len()]]
        }
        _ => input.bytes(usize::from(kind / 8).min(input.len())).unwrap_or_default().to_vec(),
    }
}

fn operate(listpack: &mut Listpack, model: &mut Vec<Vec<u8>>, input: &mut Unstructured<'_>, steps: usize) {
    for _ in 0..steps {
        let Ok(choice) = input.arbitrary::<u8>() else { break };
        if input.is_empty() {
            break;
        }
        step(listpack, model, input, choice);
        assert_eq!(listpack.validate(), Ok(()));
        assert_eq!((listpack.len(), listpack.is_empty()), (model.len(), model.is_empty()));
    }
    assert_eq!(&texts(listpack), model);
}

fn step(listpack: &mut Listpack, model: &mut Vec<Vec<u8>>, input: &mut Unstructured<'_>, choice: u8) {
    let index = usize::from(input.arbitrary::<u8>().unwrap_or_default()) % (model.len() + 1);
    let position = listpack.seek(index as i64);
    assert_eq!(position.is_some(), index < model.len());
    let count = usize::from(choice / 32);
    match (choice % 16, position) {
        (0..4, _) => {
            let text = text(input);
            listpack.push_back(&text[..]);
            model.push(text);
        }
        (4, _) => {
            let text = text(input);
            listpack.push_front(&text[..]);
            model.insert(0, text);
        }
        (5, Some(position)) => {
            let text = text(input);
            let place = listpack.insert_before(position, &text[..]);
            assert_eq!(listpack.get(place).to_vec(), text);
            model.insert(index, text);
        }
        (6, Some(position)) => {
            let text = text(input);
            let place = listpack.insert_after(position, &text[..]);
            assert_eq!(listpack.get(place), Element::new(&text));
            model.insert(index + 1, text);
        }
        (7, Some(position)) => {
            model[index] = text(input);
            listpack.replace(position, &model[index][..]);
        }
        (8, Some(position)) => {
            let next = listpack.remove(position).map(|next| listpack.get(next).to_vec());
            model.remove(index);
            assert_eq!(next.as_ref(), model.get(index));
        }
        (9, Some(_)) => {
            listpack.remove_range(index as i64 - model.len() as i64, count);
            model.drain(index..model.len().min(index + count));
        }
        (10, Some(position)) => {
            let tail = listpack.split_off(position);
            assert_eq!((listpack.validate(), tail.validate()), (Ok(()), Ok(())));
            if count % 2 == 0 {
                listpack.prepend_all(&tail);
                model.rotate_left(index);
            } else {
                listpack.append_all(&tail);
            }
        }
        (11, _) => {
            let limit = 4 + count * 20;
            listpack.retain(|element| element.text_len() != limit);
            model.retain(|text| text.len() != limit);
        }
        (12, _) => {
            listpack.truncate(index.max(model.len() / 2));
            model.truncate(index.max(model.len() / 2));
        }
        (13, _) => {
            let mut state = index as u64;
            let mut random = || {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                state ^ state >> 33
            };
            let distinct = listpack.sample_distinct(index, count, &mut random);
            assert_eq!(distinct.len(), index.min(model.len() / (count + 1)));
            assert!(distinct.is_sorted_by(|a, b| a < b));
            let many = listpack.sample_many(count, 0, random);
            assert!(many.iter().all(|position| model.contains(&listpack.get(*position).to_vec())));
        }
        (14, _) => {
            let text = text(input);
            let found = listpack.find(&text, count).map(|position| listpack.get(position).to_vec());
            let there = model.iter().step_by(count + 1).any(|other| *other == text);
            assert_eq!(found, there.then_some(text));
        }
        _ => listpack.shrink_to_fit(),
    }
}
