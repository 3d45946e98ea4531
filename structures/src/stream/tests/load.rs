//! Loading: what was written is read, and whatever else is refused or harmless.

use super::*;
use crate::element::Element;

/// A stream with entries of both kinds, deleted ones, and two nodes.
fn sample() -> Stream {
    let mut stream = Stream::new();
    let limits = Limits { max_bytes: 0, max_entries: 5 };
    for ms in 1..=8u64 {
        let value = ms.to_string().into_bytes();
        let mut texts = vec![(b"a".to_vec(), value.clone()), (b"b".to_vec(), b"x".to_vec())];
        if ms % 3 == 0 {
            texts.push((b"more".to_vec(), value));
        }
        stream.append(NewId::Exact(Id::new(ms, ms % 2)), 0, borrow(&texts), limits).expect("ids ascend");
    }
    stream.delete(Id::new(2, 0));
    stream.delete(Id::new(8, 0));
    stream
}

fn parts(stream: &Stream) -> (Texts, Recorded) {
    let nodes = stream.nodes().map(|(key, node)| (key.to_bytes().to_vec(), node.to_vec())).collect();
    let recorded = Recorded {
        length: stream.len(),
        last_id: stream.last_id(),
        history: Some((stream.max_deleted_id(), stream.entries_added())),
    };
    (nodes, recorded)
}

fn load(nodes: &[(Vec<u8>, Vec<u8>)], recorded: Recorded) -> Result<Stream, Corrupt> {
    Stream::from_parts(nodes.iter().map(|(key, node)| (&key[..], &node[..])), recorded)
}

#[test]
fn what_was_written_is_read_in_any_order() {
    let stream = sample();
    let (mut nodes, recorded) = parts(&stream);
    assert_eq!(nodes.len(), 2);
    nodes.reverse();
    let mut loaded = load(&nodes, recorded).expect("it is sound");
    assert_eq!(loaded.validate(), Ok(()));
    assert_eq!(loaded.counters, stream.counters);
    assert!(loaded.iter().map(|entry| owned(&entry)).eq(stream.iter().map(|entry| owned(&entry))));
    push(&mut loaded, Id::new(9, 0));
    assert_eq!(loaded.validate(), Ok(()));
    let old = load(&nodes, Recorded { history: None, ..recorded }).expect("it is sound");
    assert_eq!((old.entries_added(), old.max_deleted_id()), (6, Id::MIN));
}

#[test]
fn numbers_that_do_not_go_together_are_refused() {
    let (nodes, good) = parts(&sample());
    let with = |recorded| load(&nodes, recorded).map(|_| ());
    assert_eq!(with(Recorded { length: 7, ..good }), Err(Corrupt::Length));
    assert_eq!(with(Recorded { last_id: Id::new(7, 0), ..good }), Err(Corrupt::Counters));
    assert_eq!(with(Recorded { history: Some((Id::MIN, 5)), ..good }), Err(Corrupt::Counters));
    assert_eq!(with(good), Ok(()));
    let mut short = nodes.clone();
    short[0].0.pop();
    assert_eq!(load(&short, good).map(|_| ()), Err(Corrupt::Key));
    let twice = [nodes.clone(), nodes.clone()].concat();
    assert_eq!(load(&twice, good).map(|_| ()), Err(Corrupt::SameKey(Id::new(1, 1))));
    let mut late = nodes;
    late[0].0[15] = 2;
    let moved = load(&late, good).map(|_| ());
    assert_eq!(moved, Ok(()), "all ids of the node move with its key");
    // The first node's last entry comes behind the second node's key.
    late[0].0[7] = 5;
    assert!(matches!(load(&late, good), Err(Corrupt::Order(_))));
}

/// A node of these elements under the key 5-0, as the only one.
fn node(elements: &[i64], length: u64) -> Result<(), Corrupt> {
    let mut listpack = Listpack::new();
    for &element in elements {
        // So that strings can be written as well.
        if element == i64::MIN {
            listpack.push_back(Element::Bytes(b"s"))
        } else {
            listpack.push_back(element)
        };
    }
    let key = Id::new(5, 0).to_bytes();
    let recorded = Recorded { length, last_id: Id::new(50, 0), history: None };
    let stream = Stream::from_parts([(&key[..], listpack.as_bytes())], recorded)?;
    assert_eq!(stream.validate(), Ok(()));
    assert_eq!(stream.iter().count(), length as usize);
    assert_eq!(stream.range_back(Id::MIN, Id::MAX).count(), length as usize);
    Ok(())
}

#[test]
fn every_element_of_a_node_is_looked_at() {
    const S: i64 = i64::MIN;
    let key = Id::new(5, 0);
    for sound in [
        &[1, 0, 1, S, 0, 2, 0, 0, 7, 4][..],
        &[1, 0, 0, 0, 2, 0, 0, 3],
        &[1, 0, 0, 0, 0, 0, 0, 0, 4],
        &[1, 0, 1, S, 0, 0, 3, 1, 1, S, S, 6],
        &[1, 1, 1, S, 0, 3, -9, 0, 7, 4, 2, 0, 0, 7, 4],
    ] {
        assert_eq!(node(sound, 1), Ok(()), "{sound:?}");
    }
    assert_eq!(node(&[0, 0, 1, S, 0], 0), Ok(()));
    assert_eq!(node(&[0, 1, 1, S, 0, 3, 0, 0, 7, 4], 0), Ok(()));
    for (elements, why) in [
        (&[][..], Corrupt::Master(key)),
        (&[1, 0], Corrupt::Master(key)),
        (&[S, 0, 1, S, 0, 2, 0, 0, 7, 4], Corrupt::Master(key)),
        (&[-1, 0, 1, S, 0, 2, 0, 0, 7, 4], Corrupt::Master(key)),
        (&[1, 0, -1, 0, 2, 0, 0, 3], Corrupt::Master(key)),
        (&[1, 0, i64::MAX, S, 0, 2, 0, 0, 7, 4], Corrupt::Master(key)),
        (&[1, 0, 1, S, 1, 2, 0, 0, 7, 4], Corrupt::Master(key)),
        (&[1, 0, 1, S, 0, 4, 0, 0, 7, 4], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, -1, 0, 0, 7, 4], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, 2, S, 0, 7, 4], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, 2, 0, S, 7, 4], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, 2, 0, 0, 7, 5], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, 2, 0, 0, 7, S], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, 2, 0, 0, 7], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, 0, 0, 0, -1, 2], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, 0, 0, 0, i64::MAX, S, S, 6], Corrupt::Entry(key, 0)),
        (&[1, 0, 1, S, 0, 0, 0, 0, i64::MAX / 2, S, S, 6], Corrupt::Entry(key, 0)),
        (&[2, 0, 1, S, 0, 2, 0, 0, 7, 4], Corrupt::Count(key)),
        (&[1, 1, 1, S, 0, 2, 0, 0, 7, 4], Corrupt::Count(key)),
        (&[0, 1, 1, S, 0, 2, 0, 0, 7, 4], Corrupt::Count(key)),
        (&[1, 0, 1, S, 0, 2, -1, 0, 7, 4], Corrupt::Order(Id::new(4, 0))),
        (&[2, 0, 1, S, 0, 2, 0, 0, 7, 4, 2, 0, 0, 7, 4], Corrupt::Order(key)),
        (&[1, 0, 1, S, 0, 2, 46, 0, 7, 4], Corrupt::Counters),
    ] {
        assert_eq!(
            node(elements, 1.max(elements.first().copied().unwrap_or(1).min(2)) as u64),
            Err(why),
            "{elements:?}"
        );
    }
}

#[test]
fn a_flag_in_a_wide_encoding_can_be_marked() {
    // Integers of foreign listpacks may take more bytes than they need: two flags, 2 in 16 bits and 0.
    let mut bytes = vec![0, 0, 0, 0, 0, 0, 2, 1, 0, 1, 1, 1, 0x81, b'f', 2, 0, 1];
    bytes.extend([0xf1, 2, 0, 3, 0, 1, 0, 1, 7, 1, 4, 1, 0xf1, 2, 0, 3, 1, 1, 0, 1, 8, 1, 4, 1, 0xff]);
    bytes[0] = bytes.len() as u8;
    bytes[4] = 15;
    let key = Id::new(5, 0).to_bytes();
    let recorded = Recorded { length: 2, last_id: Id::new(6, 0), history: None };
    let load = || Stream::from_parts([(&key[..], &bytes[..])], recorded).expect("it is sound");
    let mut stream = load();
    assert!(stream.delete(Id::new(5, 0)));
    assert_eq!(stream.validate(), Ok(()));
    assert!(stream.iter().map(|entry| entry.id()).eq([Id::new(6, 0)]));
    let mut stream = load();
    let trim = Trim { threshold: Threshold::MaxLen(1), approximate: false, limit: 0 };
    assert_eq!(stream.trim(trim), 1);
    assert_eq!(stream.validate(), Ok(()));
}

proptest! {
    /// A changed byte is refused, or makes another sound stream.
    #[test]
    fn changed_bytes_do_no_harm(at in any::<prop::sample::Index>(), byte: u8, cut in prop::option::of(0usize..200)) {
        let (mut nodes, recorded) = parts(&sample());
        let node = &mut nodes[0].1;
        let at = at.index(node.len());
        node[at] = byte;
        node.truncate(cut.unwrap_or(node.len()));
        if let Ok(mut stream) = load(&nodes, recorded) {
            prop_assert_eq!(stream.validate(), Ok(()));
            prop_assert_eq!(stream.iter().count(), stream.range_back(Id::MIN, Id::MAX).count());
            let ids: Vec<Id> = stream.iter().map(|entry| entry.id()).collect();
            for id in ids {
                prop_assert!(stream.delete(id));
                prop_assert_eq!(stream.validate(), Ok(()));
            }
        }
    }

    #[test]
    fn any_elements_do_no_harm(elements in prop::collection::vec(prop_oneof![0i64..5, -3i64..10, any::<i64>()], 0..40), length in 0u64..3) {
        let _ = node(&elements, length);
    }
}
