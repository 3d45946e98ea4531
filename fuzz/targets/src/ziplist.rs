//! Operations on a ziplist, against a vector of texts; and bytes that claim to be one.

use arbitrary::Unstructured;
use russet_structures::ziplist::{Position, Ziplist, to_listpack};

/// A ziplist is not let grow beyond this, so that inputs stay quick.
const LONGEST: usize = 1 << 15;

target! { run, "it agrees with a vector of texts; bytes from elsewhere are refused or sound" }

/// Input: a byte that says which; then the bytes of a ziplist, or operations, each with its operands.
pub fn run(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let ziplist = match kind % 4 {
        0 => foreign(rest),
        1 => foreign(&framed(rest)),
        _ => Some(Ziplist::new()),
    };
    if let (Some(ziplist), 2..) = (ziplist, kind % 4) {
        // An input that ends in the middle of a step has been tried up to there.
        let _ = steps(ziplist, &mut Unstructured::new(rest));
    }
}

/// Entries, with a header and an end around them that are right as far as the entries are.
fn framed(entries: &[u8]) -> Vec<u8> {
    let total = entries.len() as u32 + 11;
    let mut bytes = [&total.to_le_bytes()[..], &[10, 0, 0, 0, 0xff, 0xff], entries, &[0xff]].concat();
    if let Err(russet_structures::ziplist::Corrupt::Tail(tail)) = Ziplist::from_bytes(&bytes) {
        bytes[4..8].copy_from_slice(&(tail as u32).to_le_bytes());
    }
    bytes
}

/// What was accepted can be read from both ends, converted, and changed.
fn foreign(bytes: &[u8]) -> Option<Ziplist> {
    let (ziplist, listpack) = match (Ziplist::from_bytes(bytes), to_listpack(bytes)) {
        (Ok(ziplist), Ok(listpack)) => (ziplist, listpack),
        (first, second) => {
            assert_eq!(first.err(), second.err());
            return None;
        }
    };
    let texts = texts(&ziplist);
    assert_eq!((ziplist.as_bytes(), ziplist.len()), (bytes, texts.len()));
    assert!(ziplist.iter().rev().map(|element| element.to_vec()).eq(texts.iter().rev().cloned()));
    assert!(listpack.validate().is_ok() && listpack.iter().map(|element| element.to_vec()).eq(texts.clone()));
    let mut changed = ziplist.clone();
    let mut model = texts;
    for long in [&[b'x'; 300][..], b"1"] {
        changed.push_front(long);
        model.insert(0, long.to_vec());
        check(&changed, &model);
    }
    changed.remove_range(1, 1);
    model.remove(1);
    check(&changed, &model);
    changed.recount();
    check(&changed, &model);
    Some(ziplist)
}

fn texts(ziplist: &Ziplist) -> Vec<Vec<u8>> {
    ziplist.iter().map(|element| element.to_vec()).collect()
}

fn check(ziplist: &Ziplist, model: &[Vec<u8>]) {
    assert_eq!(ziplist.validate(), Ok(()));
    assert!(texts(ziplist) == model && ziplist.len() == model.len());
}

/// A short text, an integer, or one of a length where previous lengths become wide.
fn text(input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    Ok(match input.arbitrary::<u8>()? {
        kind @ 0..96 => input.bytes(usize::from(kind % 20).min(input.len()))?.to_vec(),
        96..128 => input.arbitrary::<i64>()?.to_string().into_bytes(),
        128..144 => input.arbitrary::<i8>()?.to_string().into_bytes(),
        kind @ 144..250 => vec![kind; 240 + usize::from(kind % 16)],
        kind => vec![kind; 60 + 50 * usize::from(kind % 8)],
    })
}

fn steps(mut ziplist: Ziplist, input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let mut model: Vec<Vec<u8>> = Vec::new();
    while !input.is_empty() {
        let choice = input.arbitrary::<u8>()?;
        let index = usize::from(input.arbitrary::<u8>()?) % (model.len() + 1);
        let position: Option<Position> = ziplist.seek(index as i64);
        assert_eq!(position.is_some(), index < model.len());
        let choice = if ziplist.bytes() > LONGEST { 11 } else { choice % 12 };
        match (choice, position) {
            (0..=2, _) => {
                let text = text(input)?;
                ziplist.push_back(&text[..]);
                model.push(text);
            }
            (3, _) => {
                let text = text(input)?;
                ziplist.push_front(&text[..]);
                model.insert(0, text);
            }
            (4, Some(position)) => {
                let text = text(input)?;
                ziplist.insert_before(position, &text[..]);
                model.insert(index, text);
            }
            (5, Some(position)) => {
                let text = text(input)?;
                ziplist.insert_after(position, &text[..]);
                model.insert(index + 1, text);
            }
            (6, Some(position)) => {
                let text = text(input)?;
                ziplist.replace(position, &text[..]);
                model[index] = text;
            }
            (7, Some(position)) => {
                let next = ziplist.remove(position).map(|next| ziplist.get(next).to_vec());
                model.remove(index);
                assert_eq!(next.as_ref(), model.get(index));
            }
            (8, Some(_)) => {
                let count = usize::from(input.arbitrary::<u8>()? % 5);
                ziplist.remove_range(index as i64 - model.len() as i64, count);
                model.drain(index..model.len().min(index + count));
            }
            (9, Some(position)) => {
                let tail = ziplist.split_off(position);
                check(&tail, &model[index..]);
                check(&ziplist, &model[..index]);
                ziplist.append_all(&tail);
            }
            (10, _) => {
                let text = text(input)?;
                let found = model.iter().position(|other| *other == text);
                assert_eq!(ziplist.find(&text, 0), found.and_then(|index| ziplist.seek(index as i64)));
            }
            (11, _) => {
                ziplist.truncate(index);
                model.truncate(index);
            }
            _ => {}
        }
        check(&ziplist, &model);
    }
    assert_eq!(Ziplist::from_bytes(ziplist.as_bytes()).as_ref(), Ok(&ziplist));
    Ok(())
}
