//! Tests of the listpack against `Vec<Vec<u8>>`, and of what is refused.

use super::*;
use crate::element::Element;
use proptest::prelude::*;

/// Texts whose encodings lie on both sides of every limit.
fn edges() -> Vec<Vec<u8>> {
    let integers = [
        0i64,
        127,
        128,
        4095,
        4096,
        0x7fff,
        0x8000,
        0x7f_ffff,
        0x80_0000,
        0x7fff_ffff,
        0x8000_0000,
        i64::MAX,
    ];
    let below = integers.iter().map(|value| value.wrapping_neg().wrapping_sub(1));
    let mut texts: Vec<Vec<u8>> =
        integers.into_iter().chain(below).map(|value| value.to_string().into_bytes()).collect();
    for len in [0, 1, 63, 64, 125, 126, 127, 4095, 4096, 16377, 16378, 16379, 0x1f_fff9, 0x1f_fffa, 0x1f_fffb]
    {
        texts.push(vec![b'x'; len]);
    }
    texts
}

fn texts(listpack: &Listpack) -> Vec<Vec<u8>> {
    listpack.iter().map(|element| element.to_vec()).collect()
}

#[test]
fn every_encoding_reads_back_both_ways() {
    let edges = edges();
    let mut listpack = Listpack::new();
    for text in &edges {
        listpack.push_back(&text[..]);
        assert_eq!(listpack.validate(), Ok(()));
    }
    assert_eq!(texts(&listpack), edges);
    assert_eq!(Listpack::from_bytes(listpack.as_bytes()).as_ref(), Ok(&listpack));
    let mut backwards: Vec<Vec<u8>> = listpack.iter().rev().map(|element| element.to_vec()).collect();
    backwards.reverse();
    assert_eq!(backwards, edges);
    for (index, text) in edges.iter().enumerate() {
        let position = listpack.seek(index as i64).expect("an index below the length");
        assert_eq!((listpack.get(position).to_vec(), listpack.find(text, 0)), (text.clone(), Some(position)));
        assert_eq!(listpack.seek(index as i64 - edges.len() as i64), Some(position));
    }
}

/// Entries written by hand from the description of the format.
#[test]
fn entries_have_the_bytes_of_the_format() {
    const ENTRIES: [(&[u8], &[u8]); 12] = [
        (b"0", b"\x00\x01"),
        (b"127", b"\x7f\x01"),
        (b"128", b"\xc0\x80\x02"),
        (b"-1", b"\xdf\xff\x02"),
        (b"-4096", b"\xd0\x00\x02"),
        (b"4096", b"\xf1\x00\x10\x03"),
        (b"-32769", b"\xf2\xff\x7f\xff\x04"),
        (b"2147483647", b"\xf3\xff\xff\xff\x7f\x05"),
        (b"-2147483649", b"\xf4\xff\xff\xff\x7f\xff\xff\xff\xff\x09"),
        (b"", b"\x80\x01"),
        (b"abc", b"\x83abc\x04"),
        (b"007", b"\x83007\x04"),
    ];
    for (text, entry) in ENTRIES {
        let mut listpack = Listpack::new();
        listpack.push_back(text);
        assert_eq!(&listpack.as_bytes()[6..listpack.bytes() - 1], entry, "{}", text.escape_ascii());
    }
    let mut listpack = Listpack::new();
    listpack.push_back(&[b'y'; 300][..]);
    assert_eq!(listpack.as_bytes()[..8], [0x37, 1, 0, 0, 1, 0, 0xe1, 0x2c]);
    assert_eq!(listpack.as_bytes()[308..], [0x02, 0xae, END]);
}

#[test]
fn the_count_is_unknown_from_65535_on() {
    let mut listpack: Listpack = (0..65534).collect();
    assert_eq!((listpack.count(), listpack.len()), (65534, 65534));
    for len in [65535, 65536] {
        listpack.push_back(7);
        assert_eq!((listpack.count(), listpack.len(), listpack.validate()), (UNKNOWN, len, Ok(())));
    }
    for (index, value) in [(0, 0), (65533, 65533), (65535, 7), (-1, 7), (-65536, 0)] {
        let position = listpack.seek(index).expect("an index inside");
        assert_eq!(listpack.get(position), Element::Int(value));
    }
    assert_eq!((listpack.seek(65536), listpack.seek(-65537)), (None, None));
    // Redis does not count again on removal either: the header stays as it is until somebody asks for the length.
    listpack.remove_range(0, 10);
    assert_eq!((listpack.count(), listpack.len(), listpack.validate()), (UNKNOWN, 65526, Ok(())));
    assert_eq!((listpack.recount(), listpack.count()), (65526, 65526));
    let tail = listpack.split_off(listpack.first().expect("not empty"));
    assert_eq!((listpack.len(), tail.len(), tail.count()), (0, 65526, 65526));
}

#[test]
fn digits_that_came_as_a_string_are_found() {
    let listpack = Listpack::from_bytes(b"\x0c\0\0\0\x01\0\x8212\x03\xff");
    assert_eq!(listpack, Err(Corrupt::Total));
    let listpack = Listpack::from_bytes(b"\x0b\0\0\0\x01\0\x8212\x03\xff").expect("a listpack");
    assert_eq!((listpack.find(b"12", 0), listpack.find(b"13", 0)), (listpack.first(), None));
}

#[test]
fn what_is_not_a_listpack_is_refused() {
    const REFUSED: [(&[u8], Corrupt); 15] = [
        (b"", Corrupt::Length),
        (b"\x06\0\0\0\0\0", Corrupt::Length),
        (b"\x08\0\0\0\0\0\xff", Corrupt::Total),
        (b"\x07\0\0\0\0\0\xfe", Corrupt::End(6)),
        (b"\x07\0\0\0\x01\0\xff", Corrupt::Count(0)),
        (b"\x08\0\0\0\0\0\xff\xff", Corrupt::End(6)),
        (b"\x08\0\0\0\x01\0\x01\xff", Corrupt::BackLength(6)),
        (b"\x09\0\0\0\x01\0\x01\x02\xff", Corrupt::BackLength(6)),
        (b"\x09\0\0\0\x01\0\x01\x81\xff", Corrupt::BackLength(6)),
        (b"\x09\0\0\0\x02\0\x01\x01\xff", Corrupt::Count(1)),
        (b"\x09\0\0\0\x01\0\x85\x06\xff", Corrupt::Entry(6)),
        (b"\x09\0\0\0\x01\0\xf5\x01\xff", Corrupt::Entry(6)),
        (b"\x08\0\0\0\x01\0\xe0\xff", Corrupt::Entry(6)),
        (b"\x0c\0\0\0\x01\0\xf0\xff\xff\xff\xff\xff", Corrupt::Entry(6)),
        (b"\x0b\0\0\0\x01\0\xf4\0\0\0\xff", Corrupt::Entry(6)),
    ];
    for (bytes, why) in REFUSED {
        assert_eq!(Listpack::from_bytes(bytes), Err(why), "{}", bytes.escape_ascii());
    }
    assert!(
        Listpack::from_bytes(b"\x09\0\0\0\xff\xff\x01\x01\xff").is_ok_and(|listpack| listpack.len() == 1)
    );
}

/// Numbers that a test can repeat.
fn random(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state ^ state >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

#[test]
fn chance_is_fair() {
    let listpack: Listpack = (0..7).collect();
    let value = |position| match listpack.get(position) {
        Element::Int(value) => value as usize,
        Element::Bytes(_) => unreachable!("only integers"),
    };
    let mut random = random(1);
    // Of 7 elements, and of 3 pairs before one that is left over.
    for (skip, groups) in [(0, 7usize), (1, 3), (6, 1)] {
        let mut seen = [[0u32; 7]; 3];
        for _ in 0..3000 {
            let one = listpack.sample(skip, &mut random).expect("not empty");
            seen[0][value(one) / (skip + 1)] += 1;
            for many in listpack.sample_many(3, skip, &mut random) {
                seen[1][value(many) / (skip + 1)] += 1;
            }
            for distinct in listpack.sample_distinct(2, skip, &mut random) {
                assert_eq!(value(distinct) % (skip + 1), 0);
                seen[2][value(distinct) / (skip + 1)] += 1;
            }
        }
        for (seen, draws) in seen.iter().zip([3000, 9000, 3000 * groups.min(2)]) {
            let expected = (draws / groups) as u32;
            assert!(seen[groups..].iter().all(|count| *count == 0), "{seen:?}");
            // Five standard deviations are less than that.
            assert!(seen[..groups].iter().all(|count| count.abs_diff(expected) < expected / 4), "{seen:?}");
        }
    }
    assert!(listpack.sample(7, &mut random).is_none() && listpack.sample_many(2, 7, &mut random).is_empty());
    assert!(listpack.sample_distinct(2, usize::MAX, &mut random).is_empty());
    assert_eq!(Listpack::new().sample(0, || unreachable!("nothing to choose from")), None);
}

/// One operation on a listpack: which, where, with what.
#[derive(Clone, Debug)]
struct Step {
    what: u8,
    place: u16,
    count: usize,
    text: Vec<u8>,
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => prop::collection::vec(any::<u8>(), 0..80),
        2 => any::<i64>().prop_map(|value| value.to_string().into_bytes()),
        2 => (-5000i64..5000).prop_map(|value| value.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 120..135),
        1 => prop::sample::select(edges().into_iter().filter(|text| text.len() < 5000).collect::<Vec<_>>()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    (0u8..16, any::<u16>(), 0usize..5, text()).prop_map(|(what, place, count, text)| Step {
        what,
        place,
        count,
        text,
    })
}

/// Does the step on both, and compares what it gives.
fn apply(listpack: &mut Listpack, model: &mut Vec<Vec<u8>>, step: &Step) -> Result<(), TestCaseError> {
    let text = &step.text[..];
    let index = usize::from(step.place) % (model.len() + 1);
    let position = listpack.seek(index as i64);
    prop_assert_eq!(position.is_some(), index < model.len());
    match (step.what, position) {
        (0..=2, _) => {
            let position = listpack.push_back(text);
            prop_assert_eq!(Some(position), listpack.last());
            model.push(text.to_vec());
        }
        (3, _) => {
            let position = listpack.push_front(text);
            prop_assert_eq!(Some(position), listpack.first());
            model.insert(0, text.to_vec());
        }
        (4, Some(position)) => {
            let new = listpack.insert_before(position, text);
            prop_assert_eq!(listpack.get(new).to_vec(), text);
            model.insert(index, text.to_vec());
        }
        (5, Some(position)) => {
            let new = listpack.insert_after(position, text);
            prop_assert_eq!(listpack.get(new).to_vec(), text);
            model.insert(index + 1, text.to_vec());
        }
        (6, Some(position)) => {
            let new = listpack.replace(position, text);
            prop_assert_eq!((new, listpack.get(new).to_vec()), (position, text.to_vec()));
            model[index] = text.to_vec();
        }
        (7 | 8, Some(position)) => {
            let next = listpack.remove(position);
            model.remove(index);
            prop_assert_eq!(next.map(|next| listpack.get(next).to_vec()), model.get(index).cloned());
        }
        (9, Some(position)) => {
            let next = listpack.remove_at(position, step.count);
            model.drain(index..model.len().min(index + step.count));
            prop_assert_eq!(next.map(|next| listpack.get(next).to_vec()), model.get(index).cloned());
        }
        (10, Some(_)) => {
            listpack.remove_range(index as i64 - model.len() as i64, step.count);
            model.drain(index..model.len().min(index + step.count));
        }
        (11, _) if step.count == 0 => {
            listpack.truncate(index);
            model.truncate(index);
        }
        (12, _) => {
            let limit = 20 + step.count * 20;
            listpack.retain(|element| element.text_len() < limit);
            model.retain(|text| text.len() < limit);
        }
        (13, Some(position)) => {
            let tail = listpack.split_off(position);
            prop_assert_eq!((listpack.validate(), tail.validate()), (Ok(()), Ok(())));
            if step.count < 2 {
                model.rotate_left(index);
                listpack.prepend_all(&tail);
            } else {
                listpack.append_all(&tail);
            }
        }
        (14, _) => {
            listpack.reserve(step.count * 50);
            listpack.shrink_to_fit();
        }
        (15, _) if step.count == 0 => {
            listpack.clear();
            model.clear();
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #[test]
    fn behaves_like_a_vec_of_texts(steps in prop::collection::vec(step(), 0..80)) {
        let (mut listpack, mut model) = (Listpack::new(), Vec::new());
        for step in &steps {
            apply(&mut listpack, &mut model, step)?;
            prop_assert_eq!(listpack.validate(), Ok(()));
            prop_assert_eq!((listpack.len(), listpack.is_empty()), (model.len(), model.is_empty()));
            prop_assert_eq!(&texts(&listpack), &model);
            // However it came about, its bytes are those of the same elements appended in order.
            let appended: Listpack = model.iter().map(|text| &text[..]).collect();
            prop_assert_eq!(listpack.as_bytes(), appended.as_bytes());
            for skip in 0..3 {
                let found = model.iter().step_by(skip + 1).position(|text| *text == step.text).map(|n| n * (skip + 1));
                let found = found.and_then(|index| listpack.seek(index as i64));
                prop_assert_eq!(listpack.find(&step.text, skip), found);
            }
        }
        let mut pairs: Vec<_> = model.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        let owned = |(a, b): (Element<'_>, Element<'_>)| (a.to_vec(), b.to_vec());
        prop_assert_eq!(listpack.pairs().map(owned).collect::<Vec<_>>(), pairs.clone());
        if model.len() % 2 == 0 {
            pairs.reverse();
            prop_assert_eq!(listpack.pairs().rev().map(owned).collect::<Vec<_>>(), pairs);
        }
        for skip in 0..3 {
            // Drawn at once or one by one is the same; all that there are come in order.
            let (mut together, mut single) = (random(model.len() as u64), random(model.len() as u64));
            let many = listpack.sample_many(9, skip, &mut together);
            let one_by_one: Vec<_> = (0..9).map_while(|_| listpack.sample(skip, &mut single)).collect();
            prop_assert_eq!(many, one_by_one);
            let groups = model.len() / (skip + 1);
            let all: Vec<_> = (0..groups).filter_map(|n| listpack.seek((n * (skip + 1)) as i64)).collect();
            prop_assert_eq!(listpack.sample_distinct(usize::MAX, skip, &mut together), all);
            let some = listpack.sample_distinct(groups / 2, skip, &mut together);
            prop_assert!(some.len() == groups / 2 && some.is_sorted_by(|a, b| a < b));
        }
        let mut positions = Vec::new();
        let mut position = listpack.last();
        while let Some(at) = position {
            positions.push(listpack.get(at).to_vec());
            position = listpack.prev(at);
        }
        positions.reverse();
        prop_assert_eq!(positions, model);
    }

    #[test]
    fn bytes_that_are_not_ours_are_refused_or_sound(texts in prop::collection::vec(text(), 0..6), changes in prop::collection::vec(any::<(u16, u8)>(), 1..4), cut in any::<u16>()) {
        let whole: Listpack = texts.iter().map(|text| &text[..]).collect();
        let mut bytes = whole.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        if cut % 3 == 0 {
            bytes.truncate(usize::from(cut) % (bytes.len() + 1));
            if let Some(total) = bytes.get(..4).map(|_| (bytes.len() as u32).to_le_bytes()) {
                bytes[..4].copy_from_slice(&total);
            }
        }
        if let Ok(listpack) = Listpack::from_bytes(&bytes) {
            prop_assert_eq!(listpack.as_bytes(), &bytes[..]);
            let forwards = listpack.iter().collect::<Vec<_>>();
            let mut backwards = listpack.iter().rev().collect::<Vec<_>>();
            backwards.reverse();
            prop_assert_eq!((forwards.len(), forwards), (listpack.len(), backwards));
        }
    }
}

#[test]
fn iterators_know_their_place_and_part() {
    let listpack: Listpack = ["a", "17", "b", "c"].iter().map(|text| text.as_bytes()).collect();
    let mut elements = listpack.iter();
    assert_eq!(elements.next_position(), listpack.first());
    elements.next();
    assert_eq!(elements.next_position(), listpack.seek(1));
    let mut last = elements.split_back(2);
    assert_eq!(last.next_position(), listpack.seek(2));
    assert_eq!(last.by_ref().map(|element| element.to_vec()).collect::<Vec<_>>(), [b"b", b"c"]);
    assert_eq!(last.next_position(), None);
    assert_eq!(elements.clone().collect::<Vec<_>>(), [Element::Int(17)]);
    assert_eq!(elements.split_back(5).collect::<Vec<_>>(), [Element::Int(17)]);
    assert_eq!((elements.next(), elements.next_position()), (None, None));
    let mut grown = Listpack::new();
    grown.reserve(100);
    assert!(grown.spare() >= 100);
}
