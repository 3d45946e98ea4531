//! Tests of the ziplist against entries in a vector, whose fields follow Redis's rules one at a time, and of what is
//! refused.

use super::*;
use crate::element::Element;
use proptest::prelude::*;

/// An entry as the rules see it: its text, and whether its previous length is wide.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Plain {
    text: Vec<u8>,
    wide: bool,
}

/// Encoding and data of a text.
fn body(text: &[u8]) -> Vec<u8> {
    if let Element::Int(value) = Element::new(text) {
        let le = value.to_le_bytes();
        return match value {
            0..=12 => vec![0xf1 + le[0]],
            -128..=127 => vec![0xfe, le[0]],
            -32768..=32767 => [&[0xc0], &le[..2]].concat(),
            -8_388_608..=8_388_607 => [&[0xf0], &le[..3]].concat(),
            -2_147_483_648..=2_147_483_647 => [&[0xd0], &le[..4]].concat(),
            _ => [&[0xe0], &le[..]].concat(),
        };
    }
    let len = text.len();
    let head = match len {
        0..=63 => vec![len as u8],
        64..=16383 => vec![0x40 + (len >> 8) as u8, len as u8],
        _ => [&[0x80], &(len as u32).to_be_bytes()[..]].concat(),
    };
    [&head, text].concat()
}

/// A ziplist as a vector of entries, changed in the simplest way that the rules allow.
#[derive(Clone, Debug, Default)]
struct Model(Vec<Plain>);

impl Model {
    fn size(&self, index: usize) -> usize {
        body(&self.0[index].text).len() + if self.0[index].wide { 5 } else { 1 }
    }

    /// After the size of an entry changed.
    fn cascade(&mut self, mut index: usize) {
        while index + 1 < self.0.len() && self.size(index) >= 254 && !self.0[index + 1].wide {
            self.0[index + 1].wide = true;
            index += 1;
        }
    }

    fn insert(&mut self, index: usize, text: &[u8]) {
        let wide = index > 0 && self.size(index - 1) >= 254;
        self.0.insert(index, Plain { text: text.to_vec(), wide });
        let size = self.size(index);
        if let Some(next) = self.0.get_mut(index + 1) {
            let before = next.wide;
            next.wide = size >= 254 || before && size < 4;
            if next.wide != before {
                self.cascade(index + 1);
            }
        }
    }

    fn remove(&mut self, index: usize, count: usize) {
        let end = self.0.len().min(index.saturating_add(count));
        if index >= end {
            return;
        }
        self.0.drain(index..end);
        let wide = index > 0 && self.size(index - 1) >= 254;
        if let Some(next) = self.0.get_mut(index)
            && next.wide != wide
        {
            next.wide = wide;
            self.cascade(index);
        }
    }

    fn join(&mut self, other: Model) {
        let at = self.0.len();
        self.0.extend(other.0);
        if let Some(last) = at.checked_sub(1) {
            self.cascade(last);
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let (mut entries, mut prev, mut tail) = (Vec::new(), 0, 10);
        for entry in &self.0 {
            tail = 10 + entries.len();
            if entry.wide {
                entries.push(0xfe);
                entries.extend_from_slice(&(prev as u32).to_le_bytes());
            } else {
                entries.push(prev as u8);
            }
            entries.extend_from_slice(&body(&entry.text));
            prev = 10 + entries.len() - tail;
        }
        let mut bytes = (entries.len() as u32 + 11).to_le_bytes().to_vec();
        bytes.extend_from_slice(&(tail as u32).to_le_bytes());
        bytes.extend_from_slice(&(self.0.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&entries);
        bytes.push(0xff);
        bytes
    }

    fn text(&self, index: usize) -> Option<Vec<u8>> {
        self.0.get(index).map(|entry| entry.text.clone())
    }
}

fn texts(ziplist: &Ziplist) -> Vec<Vec<u8>> {
    ziplist.iter().map(|element| element.to_vec()).collect()
}

/// Texts whose encodings lie on both sides of every limit.
fn edges() -> Vec<Vec<u8>> {
    let integers =
        [0i64, 12, 13, 127, 128, 0x7fff, 0x8000, 0x7f_ffff, 0x80_0000, 0x7fff_ffff, 0x8000_0000, i64::MAX];
    let below = integers.iter().map(|value| value.wrapping_neg().wrapping_sub(1));
    let mut texts: Vec<Vec<u8>> =
        integers.into_iter().chain(below).map(|value| value.to_string().into_bytes()).collect();
    for len in [0, 1, 31, 32, 63, 64, 246, 247, 250, 251, 252, 16383, 16384] {
        texts.push(vec![b'x'; len]);
    }
    texts.push(b"1".repeat(31));
    texts
}

#[test]
fn every_encoding_reads_back_both_ways() {
    let edges = edges();
    let (mut ziplist, mut model) = (Ziplist::new(), Model::default());
    for (index, text) in edges.iter().enumerate() {
        ziplist.push_back(&text[..]);
        model.insert(index, text);
        assert_eq!((ziplist.validate(), ziplist.as_bytes()), (Ok(()), &model.bytes()[..]));
    }
    assert_eq!(texts(&ziplist), edges);
    assert_eq!(Ziplist::from_bytes(ziplist.as_bytes()).as_ref(), Ok(&ziplist));
    let mut backwards: Vec<Vec<u8>> = ziplist.iter().rev().map(|element| element.to_vec()).collect();
    backwards.reverse();
    assert_eq!(backwards, edges);
    for (index, text) in edges.iter().enumerate() {
        let position = ziplist.seek(index as i64).expect("an index below the length");
        assert_eq!((ziplist.get(position).to_vec(), ziplist.find(text, 0)), (text.clone(), Some(position)));
        assert_eq!(ziplist.seek(index as i64 - edges.len() as i64), Some(position));
    }
    let listpack = to_listpack(ziplist.as_bytes()).expect("a ziplist");
    assert_eq!(listpack, edges.iter().map(|text| &text[..]).collect());
}

/// Entries written by hand from the description of the format, each the first of its list.
#[test]
fn entries_have_the_bytes_of_the_format() {
    const ENTRIES: [(&[u8], &[u8]); 13] = [
        (b"0", b"\0\xf1"),
        (b"12", b"\0\xfd"),
        (b"13", b"\0\xfe\x0d"),
        (b"-1", b"\0\xfe\xff"),
        (b"-128", b"\0\xfe\x80"),
        (b"128", b"\0\xc0\x80\0"),
        (b"-32769", b"\0\xf0\xff\x7f\xff"),
        (b"8388608", b"\0\xd0\0\0\x80\0"),
        (b"-2147483649", b"\0\xe0\xff\xff\xff\x7f\xff\xff\xff\xff"),
        (b"", b"\0\0"),
        (b"abc", b"\0\x03abc"),
        (b"007", b"\0\x03007"),
        (b"-0", b"\0\x02-0"),
    ];
    for (text, entry) in ENTRIES {
        let mut ziplist = Ziplist::new();
        ziplist.push_back(text);
        assert_eq!(&ziplist.as_bytes()[10..ziplist.bytes() - 1], entry, "{}", text.escape_ascii());
    }
    let mut ziplist: Ziplist = [&[b'y'; 300][..], b"z"].into_iter().collect();
    assert_eq!(ziplist.as_bytes()[..13], [0x41, 1, 0, 0, 0x39, 1, 0, 0, 2, 0, 0, 0x41, 0x2c]);
    assert_eq!(ziplist.as_bytes()[313..], [0xfe, 0x2f, 1, 0, 0, 1, b'z', END]);
    ziplist.clear();
    assert_eq!(ziplist.as_bytes(), b"\x0b\0\0\0\x0a\0\0\0\0\0\xff");
    assert_eq!(ziplist, Ziplist::default());
}

#[test]
fn a_cascade_runs_as_far_as_it_must() {
    let long = [b'x'; 250];
    for stop in [0usize, 1, 5, 40, 79] {
        // The entry `stop` is short: behind it nothing changes.
        let (mut ziplist, mut model) = (Ziplist::new(), Model::default());
        for index in 0..80 {
            let text = if index == stop { &long[..100] } else { &long[..] };
            ziplist.push_back(text);
            model.insert(index, text);
        }
        let before = ziplist.bytes();
        ziplist.push_front(&[b'y'; 251][..]);
        model.insert(0, &[b'y'; 251]);
        assert_eq!(ziplist.bytes(), before + 254 + 4 * (stop + 1));
        assert_eq!((ziplist.validate(), ziplist.as_bytes()), (Ok(()), &model.bytes()[..]));
        ziplist.remove_range(0, 1);
        model.remove(0, 1);
        assert_eq!(ziplist.bytes(), before + 4 * stop);
        assert_eq!((ziplist.validate(), ziplist.as_bytes()), (Ok(()), &model.bytes()[..]));
    }
}

/// A tiny entry in front of a field that a cascade left wide leaves it so: otherwise an insertion would make the ziplist
/// shorter.
#[test]
fn an_insertion_never_makes_the_ziplist_shorter() {
    for (text, grows) in [(&b"1"[..], 2), (b"a", 3), (b"ab", 0), (b"abc", 1)] {
        let mut ziplist: Ziplist = [&[b'x'; 300][..], &[b'x'; 250], b"end"].into_iter().collect();
        ziplist.remove_range(0, 1);
        assert_eq!(ziplist.bytes(), 11 + 253 + 9);
        let last = ziplist.last().expect("an element");
        ziplist.insert_before(last, text);
        assert_eq!(ziplist.bytes(), 11 + 253 + 9 + grows, "{}", text.escape_ascii());
        assert_eq!(ziplist.validate(), Ok(()));
    }
}

#[test]
fn the_count_is_unknown_from_65535_on() {
    let mut ziplist: Ziplist = (0..65534).collect();
    assert_eq!((ziplist.count(), ziplist.len()), (65534, 65534));
    for len in [65535, 65536] {
        ziplist.push_back(7);
        assert_eq!((ziplist.count(), ziplist.len(), ziplist.validate()), (UNKNOWN, len, Ok(())));
    }
    for (index, value) in [(0, 0), (65533, 65533), (65535, 7), (-1, 7), (-65536, 0)] {
        let position = ziplist.seek(index).expect("an index inside");
        assert_eq!(ziplist.get(position), Element::Int(value));
    }
    assert_eq!((ziplist.seek(65536), ziplist.seek(-65537)), (None, None));
    assert_eq!(to_listpack(ziplist.as_bytes()).map(|listpack| listpack.len()), Ok(65536));
    ziplist.remove_range(0, 10);
    assert_eq!((ziplist.count(), ziplist.len(), ziplist.validate()), (UNKNOWN, 65526, Ok(())));
    assert_eq!((ziplist.recount(), ziplist.count()), (65526, 65526));
    let tail = ziplist.split_off(ziplist.first().expect("not empty"));
    assert_eq!((ziplist.len(), tail.len(), tail.count()), (0, 65526, 65526));
}

#[test]
fn digits_that_came_as_a_string_are_found_and_become_integers() {
    let ziplist = Ziplist::from_bytes(b"\x0f\0\0\0\x0a\0\0\0\x01\0\0\x0212\xff").expect("digits as a string");
    assert_eq!((ziplist.find(b"12", 0), ziplist.find(b"13", 0)), (ziplist.first(), None));
    let listpack = to_listpack(ziplist.as_bytes()).expect("digits as a string");
    assert_eq!(listpack.iter().next(), Some(Element::Int(12)));
}

/// Longer forms than needed are read as Redis reads them.
#[test]
fn wider_forms_than_needed_are_accepted() {
    let wide =
        b"\x22\0\0\0\x19\0\0\0\x03\0\xfe\0\0\0\0\x40\x01a\xfe\x08\0\0\0\x80\0\xfe\x08\0\0\0\xc0\x05\0\xff";
    assert_eq!(Ziplist::from_bytes(wide), Err(Corrupt::Entry(18)));
    let wide: [&[u8]; 5] = [
        b"\x26\0\0\0\x1d\0\0\0\x03\0",
        b"\xfe\0\0\0\0\x40\x01a",
        b"\xfe\x08\0\0\0\x80\0\0\0\x01b",
        b"\xfe\x0b\0\0\0\xc0\x05\0",
        b"\xff",
    ];
    let ziplist = Ziplist::from_bytes(&wide.concat()).expect("a ziplist");
    assert_eq!(texts(&ziplist), [b"a", b"b", b"5"]);
    assert_eq!(to_listpack(ziplist.as_bytes()), Ok([&b"a"[..], b"b", b"5"].into_iter().collect()));
}

#[test]
fn what_is_not_a_ziplist_is_refused() {
    const REFUSED: [(&[u8], Corrupt); 20] = [
        (b"", Corrupt::Length),
        (b"\x0a\0\0\0\x0a\0\0\0\0\0", Corrupt::Length),
        (b"\x0c\0\0\0\x0a\0\0\0\0\0\xff", Corrupt::Total),
        (b"\x0b\0\0\0\x0a\0\0\0\0\0\xfe", Corrupt::End(10)),
        (b"\x0b\0\0\0\x0b\0\0\0\0\0\xff", Corrupt::Tail(10)),
        (b"\x0b\0\0\0\0\0\0\0\0\0\xff", Corrupt::Tail(10)),
        (b"\x0b\0\0\0\x0a\0\0\0\x01\0\xff", Corrupt::Count(0)),
        (b"\x0c\0\0\0\x0a\0\0\0\0\0\xff\xff", Corrupt::End(10)),
        (b"\x0c\0\0\0\x0a\0\0\0\x01\0\0\xff", Corrupt::Entry(10)),
        (b"\x0d\0\0\0\x0a\0\0\0\x01\0\x01\xf1\xff", Corrupt::PrevLength(10)),
        (b"\x0d\0\0\0\x0b\0\0\0\x01\0\0\xf1\xff", Corrupt::Tail(10)),
        (b"\x0f\0\0\0\x0a\0\0\0\x02\0\0\xf1\x02\xf1\xff", Corrupt::Tail(12)),
        (b"\x0f\0\0\0\x0c\0\0\0\x01\0\0\xf1\x02\xf1\xff", Corrupt::Count(2)),
        (b"\x0f\0\0\0\x0c\0\0\0\x02\0\0\xf1\x03\xf1\xff", Corrupt::PrevLength(12)),
        (b"\x0d\0\0\0\x0a\0\0\0\x01\0\0\x01\xff", Corrupt::Entry(10)),
        (b"\x0d\0\0\0\x0a\0\0\0\x01\0\0\xff\xff", Corrupt::Entry(10)),
        (b"\x0d\0\0\0\x0a\0\0\0\x01\0\0\x40\xff", Corrupt::Entry(10)),
        (b"\x0f\0\0\0\x0a\0\0\0\x01\0\0\xe0\0\0\xff", Corrupt::Entry(10)),
        (b"\x0f\0\0\0\x0a\0\0\0\x01\0\xfe\0\0\0\xff", Corrupt::Entry(10)),
        (b"\x11\0\0\0\x0a\0\0\0\x01\0\0\x80\xff\xff\xff\xff\xff", Corrupt::Entry(10)),
    ];
    for (bytes, why) in REFUSED {
        assert_eq!(Ziplist::from_bytes(bytes), Err(why), "{}", bytes.escape_ascii());
        assert_eq!(to_listpack(bytes), Err(why), "{}", bytes.escape_ascii());
    }
    let unknown = b"\x0d\0\0\0\x0a\0\0\0\xff\xff\0\xf1\xff";
    assert!(Ziplist::from_bytes(unknown).is_ok_and(|ziplist| ziplist.len() == 1));
}

/// One operation on a ziplist: which, where, with what.
#[derive(Clone, Debug)]
struct Step {
    what: u8,
    place: u16,
    count: usize,
    text: Vec<u8>,
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..80),
        1 => any::<i64>().prop_map(|value| value.to_string().into_bytes()),
        1 => (-20i64..200).prop_map(|value| value.to_string().into_bytes()),
        // What makes a cascade: 246 to 250 grow over the limit with a wide field, 251 and more are beyond it.
        6 => (any::<u8>(), 244usize..254).prop_map(|(byte, len)| vec![byte; len]),
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
fn apply(ziplist: &mut Ziplist, model: &mut Model, step: &Step) -> Result<(), TestCaseError> {
    let text = &step.text[..];
    let len = model.0.len();
    let index = usize::from(step.place) % (len + 1);
    let position = ziplist.seek(index as i64);
    prop_assert_eq!(position.is_some(), index < len);
    let following = |ziplist: &Ziplist, next: Option<Position>| next.map(|next| ziplist.get(next).to_vec());
    match (step.what, position) {
        (0..=3, _) => {
            let position = ziplist.push_back(text);
            prop_assert_eq!(Some(position), ziplist.last());
            model.insert(len, text);
        }
        (4 | 5, _) => {
            let position = ziplist.push_front(text);
            prop_assert_eq!(Some(position), ziplist.first());
            model.insert(0, text);
        }
        (6 | 7, Some(position)) => {
            let new = ziplist.insert_before(position, text);
            prop_assert_eq!(ziplist.get(new).to_vec(), text);
            model.insert(index, text);
        }
        (8, Some(position)) => {
            let new = ziplist.insert_after(position, text);
            prop_assert_eq!(ziplist.get(new).to_vec(), text);
            model.insert(index + 1, text);
        }
        (9 | 10, Some(position)) => {
            let new = ziplist.replace(position, text);
            prop_assert_eq!((new, ziplist.get(new).to_vec()), (position, text.to_vec()));
            model.remove(index, 1);
            model.insert(index, text);
        }
        (11 | 12, Some(position)) => {
            let next = ziplist.remove(position);
            model.remove(index, 1);
            prop_assert_eq!(following(ziplist, next), model.text(index));
        }
        (13, Some(position)) if step.count < 3 => {
            let next = ziplist.remove_at(position, step.count);
            model.remove(index, step.count);
            prop_assert_eq!(following(ziplist, next), model.text(index));
        }
        (13, Some(_)) => {
            ziplist.remove_range(index as i64 - len as i64, step.count);
            model.remove(index, step.count);
        }
        (14, Some(position)) => {
            let tail = ziplist.split_off(position);
            let mut other = model.clone();
            other.remove(0, index);
            model.remove(index, usize::MAX);
            prop_assert_eq!((tail.validate(), tail.as_bytes()), (Ok(()), &other.bytes()[..]));
            prop_assert_eq!((ziplist.validate(), ziplist.as_bytes()), (Ok(()), &model.bytes()[..]));
            if step.count < 2 {
                (*ziplist, *model) = {
                    let (mut first, mut second) = (tail, other);
                    first.append_all(ziplist);
                    second.join(model.clone());
                    (first, second)
                };
            } else {
                ziplist.append_all(&tail);
                model.join(other);
            }
        }
        (15, _) if step.count == 0 => {
            ziplist.truncate(index);
            model.remove(index, usize::MAX);
        }
        (15, _) => {
            ziplist.reserve(step.count * 50);
            ziplist.shrink_to_fit();
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #[test]
    fn behaves_like_entries_that_follow_the_rules(steps in prop::collection::vec(step(), 0..80)) {
        let (mut ziplist, mut model) = (Ziplist::new(), Model::default());
        for step in &steps {
            apply(&mut ziplist, &mut model, step)?;
            prop_assert_eq!(ziplist.validate(), Ok(()));
            prop_assert_eq!(ziplist.as_bytes(), &model.bytes()[..]);
            prop_assert_eq!((ziplist.len(), ziplist.is_empty()), (model.0.len(), model.0.is_empty()));
            for skip in 0..3 {
                let mut candidates = model.0.iter().step_by(skip + 1);
                let found = candidates.position(|entry| entry.text == step.text).map(|n| n * (skip + 1));
                let found = found.and_then(|index| ziplist.seek(index as i64));
                prop_assert_eq!(ziplist.find(&step.text, skip), found);
            }
        }
        let all: Vec<Vec<u8>> = model.0.iter().map(|entry| entry.text.clone()).collect();
        prop_assert_eq!(&texts(&ziplist), &all);
        let listpack = to_listpack(ziplist.as_bytes());
        prop_assert_eq!(listpack, Ok(all.iter().map(|text| &text[..]).collect()));
        let mut pairs: Vec<_> = all.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        let owned = |(a, b): (Element<'_>, Element<'_>)| (a.to_vec(), b.to_vec());
        prop_assert_eq!(ziplist.pairs().map(owned).collect::<Vec<_>>(), pairs.clone());
        if all.len().is_multiple_of(2) {
            pairs.reverse();
            prop_assert_eq!(ziplist.pairs().rev().map(owned).collect::<Vec<_>>(), pairs);
        }
        let mut backwards = Vec::new();
        let mut position = ziplist.last();
        while let Some(at) = position {
            prop_assert!(ziplist.iter_from(at).map(|element| element.to_vec()).eq(all[all.len() - 1 - backwards.len()..].to_vec()));
            backwards.push(ziplist.get(at).to_vec());
            position = ziplist.prev(at);
        }
        backwards.reverse();
        prop_assert_eq!(backwards, all);
    }

    #[test]
    fn bytes_that_are_not_ours_are_refused_or_sound(texts in prop::collection::vec(text(), 0..6), changes in prop::collection::vec(any::<(u16, u8)>(), 1..4), cut in any::<u16>()) {
        let whole: Ziplist = texts.iter().map(|text| &text[..]).collect();
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
        match Ziplist::from_bytes(&bytes) {
            Ok(mut ziplist) => {
                prop_assert_eq!(ziplist.as_bytes(), &bytes[..]);
                let forwards = ziplist.iter().collect::<Vec<_>>();
                let mut backwards = ziplist.iter().rev().collect::<Vec<_>>();
                backwards.reverse();
                prop_assert_eq!((forwards.len(), &forwards), (ziplist.len(), &backwards));
                prop_assert_eq!(to_listpack(&bytes).map(|listpack| listpack.len()), Ok(forwards.len()));
                // It can be changed too.
                ziplist.push_front(&[b'x'; 300][..]);
                prop_assert_eq!(ziplist.validate(), Ok(()));
                ziplist.remove_range(1, 1);
                prop_assert_eq!(ziplist.validate(), Ok(()));
            }
            Err(why) => prop_assert_eq!(to_listpack(&bytes), Err(why)),
        }
    }
}
