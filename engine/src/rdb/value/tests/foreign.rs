//! What is read and never written: the forms of older servers, and of Redis 7.4.

use super::*;
use crate::rdb::module_opcode;
use russet_structures::listpack::Listpack;
use russet_structures::ziplist::Ziplist;

/// The bytes of what is written.
fn bytes(write: impl FnOnce(&mut Writer<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, true);
    write(&mut writer);
    writer.finish().expect("a vector takes everything");
    bytes
}

fn ziplist(elements: &[&str]) -> Vec<u8> {
    let mut ziplist = Ziplist::new();
    for element in elements {
        ziplist.push_back(element.as_bytes());
    }
    ziplist.as_bytes().to_vec()
}

fn listpack(elements: &[&str]) -> Vec<u8> {
    let mut pack = Listpack::new();
    for element in elements {
        pack.push_back(element.as_bytes());
    }
    pack.as_bytes().to_vec()
}

/// Encoding and value of what was read; none if the key is to be left out.
fn loaded(kind: Kind, bytes: &[u8]) -> Option<(Encoding, Shown)> {
    let entry = read(kind, bytes, false).unwrap_or_else(|why| panic!("{kind:?}: {why}"))?;
    Some((Encoding::of(&entry), shown(&entry)))
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn pairs(pairs: &[(&str, &str, Option<i64>)]) -> Shown {
    let mut fields: Vec<_> =
        pairs.iter().map(|(f, v, at)| (f.as_bytes().to_vec(), v.as_bytes().to_vec(), *at)).collect();
    fields.sort();
    Shown::Hash(fields)
}

const MANY: [&str; 20] =
    ["a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j", "10"];

#[test]
fn lists_of_elements_and_of_ziplists() {
    let elements = bytes(|w| {
        w.length(3);
        ["a", "12", "b"].iter().for_each(|element| w.string(element.as_bytes()));
    });
    let list = || Shown::List(texts(&["a", "12", "b"]));
    assert_eq!(loaded(Kind::LIST, &elements), Some((Encoding::ListPacked, list())));
    assert_eq!(loaded(Kind::LIST, &[0]), None);
    let one = bytes(|w| w.string(&ziplist(&["a", "12", "b"])));
    assert_eq!(loaded(Kind::LIST_ZIPLIST, &one), Some((Encoding::ListQuick, list())));
    let nodes = bytes(|w| {
        w.length(3);
        w.string(&ziplist(&["a", "12"]));
        w.string(&ziplist(&[]));
        w.string(&ziplist(&["b"]));
    });
    assert_eq!(loaded(Kind::LIST_QUICKLIST_1, &nodes), Some((Encoding::ListQuick, list())));
    let one = bytes(|w| {
        w.length(1);
        w.string(&ziplist(&["a", "12", "b"]));
    });
    assert_eq!(loaded(Kind::LIST_QUICKLIST_1, &one), Some((Encoding::ListPacked, list())));
    for kind in [Kind::LIST_ZIPLIST, Kind::LIST_QUICKLIST_1] {
        let empty = bytes(|w| {
            if kind == Kind::LIST_QUICKLIST_1 {
                w.length(1);
            }
            w.string(&ziplist(&[]));
        });
        assert_eq!(loaded(kind, &empty), None);
    }
}

#[test]
fn sets_of_listpacks() {
    let few = bytes(|w| w.string(&listpack(&["a", "12"])));
    let set = Shown::Set(texts(&["12", "a"]));
    assert_eq!(loaded(Kind::SET_LISTPACK, &few), Some((Encoding::SetPacked, set)));
    let many = bytes(|w| w.string(&listpack(&MANY)));
    assert_eq!(loaded(Kind::SET_LISTPACK, &many).unwrap().0, Encoding::SetTable);
    let empty = bytes(|w| w.string(&listpack(&[])));
    assert_eq!(loaded(Kind::SET_LISTPACK, &empty), None);
    let twice = bytes(|w| w.string(&listpack(&["a", "b", "a"])));
    assert!(read(Kind::SET_LISTPACK, &twice, true).is_err());
    assert!(read(Kind::SET_LISTPACK, &twice, false).is_err());
}

#[test]
fn sorted_sets_with_text_scores_and_of_ziplists() {
    let text = bytes(|w| {
        w.length(4);
        for (member, score) in [("a", &b"\x031.5"[..]), ("b", b"\xff"), ("c", b"\xfe"), ("d", b"\x02-7")] {
            w.string(member.as_bytes());
            w.put(score);
        }
    });
    let elements = [("b", f64::NEG_INFINITY), ("d", -7.0), ("a", 1.5), ("c", f64::INFINITY)];
    let set = Shown::SortedSet(elements.map(|(member, score)| (member.as_bytes().to_vec(), score)).to_vec());
    assert_eq!(loaded(Kind::SORTED_SET_1, &text), Some((Encoding::SortedPacked, set)));
    for no_number in [&b"\xfd"[..], b"\x03nan", b"\x01x", b"\0"] {
        let wrong = [b"\x01\x01a", no_number].concat();
        assert!(read(Kind::SORTED_SET_1, &wrong, false).is_err(), "{no_number:?}");
    }
    let few = bytes(|w| w.string(&ziplist(&["a", "1", "b", "2.5"])));
    let set = Shown::SortedSet(vec![(b"a".to_vec(), 1.0), (b"b".to_vec(), 2.5)]);
    assert_eq!(loaded(Kind::SORTED_SET_ZIPLIST, &few), Some((Encoding::SortedPacked, set)));
    let many = bytes(|w| w.string(&ziplist(&MANY)));
    assert_eq!(loaded(Kind::SORTED_SET_ZIPLIST, &many).unwrap().0, Encoding::SortedTree);
    for wrong in [&["a", "1", "b"][..], &["a", "1", "a", "2"]] {
        assert!(read(Kind::SORTED_SET_ZIPLIST, &bytes(|w| w.string(&ziplist(wrong))), false).is_err());
    }
}

#[test]
fn hashes_of_zipmaps_and_ziplists() {
    let hash = || pairs(&[("f", "v", None), ("g", "12", None)]);
    let zipmap = bytes(|w| w.string(b"\x02\x01f\x01\0v\x01g\x02\x0112.\xff"));
    assert_eq!(loaded(Kind::HASH_ZIPMAP, &zipmap), Some((Encoding::HashPacked, hash())));
    let long = bytes(|w| w.string(b"\x01\x01f\x0d\0thirteen-long\xff"));
    assert_eq!(loaded(Kind::HASH_ZIPMAP, &long).unwrap().0, Encoding::HashTable);
    let twice = bytes(|w| w.string(b"\x02\x01f\x01\0v\x01f\x01\0v\xff"));
    assert!(read(Kind::HASH_ZIPMAP, &twice, false).is_err());
    let few = bytes(|w| w.string(&ziplist(&["f", "v", "g", "12"])));
    assert_eq!(loaded(Kind::HASH_ZIPLIST, &few), Some((Encoding::HashPacked, hash())));
    let many = bytes(|w| w.string(&ziplist(&MANY)));
    assert_eq!(loaded(Kind::HASH_ZIPLIST, &many).unwrap().0, Encoding::HashTable);
    for wrong in [&["f", "v", "g"][..], &["f", "v", "f", "w"]] {
        assert!(read(Kind::HASH_ZIPLIST, &bytes(|w| w.string(&ziplist(wrong))), false).is_err());
    }
    let empty = bytes(|w| w.string(&ziplist(&[])));
    assert_eq!(loaded(Kind::HASH_ZIPLIST, &empty), None);
}

#[test]
fn hashes_whose_fields_expire_in_the_forms_of_redis() {
    let table = bytes(|w| {
        w.time_ms(NOW + 4);
        w.length(4);
        for (later, field) in [(1, "soon"), (0, "never"), (8, "later"), (3, "then")] {
            w.length(later);
            w.string(field.as_bytes());
            w.string(b"v");
        }
    });
    let expected = pairs(&[
        ("soon", "v", Some(NOW + 4)),
        ("never", "v", None),
        ("later", "v", Some(NOW + 11)),
        ("then", "v", Some(NOW + 6)),
    ]);
    assert_eq!(loaded(Kind::HASH_EXPIRING, &table), Some((Encoding::HashTable, expected)));
    let (at, past) = ((NOW + 9).to_string(), (NOW - 1).to_string());
    let packed = |elements: &[&str]| {
        bytes(|w| {
            w.time_ms(NOW);
            w.string(&listpack(elements));
        })
    };
    let some = packed(&["f", "v", &at, "g", "w", "0", "gone", "x", &past]);
    let expected = pairs(&[("f", "v", Some(NOW + 9)), ("g", "w", None)]);
    assert_eq!(loaded(Kind::HASH_EXPIRING_LISTPACK, &some), Some((Encoding::HashTable, expected)));
    let never = packed(&["f", "v", "0"]);
    let expected = pairs(&[("f", "v", None)]);
    assert_eq!(loaded(Kind::HASH_EXPIRING_LISTPACK, &never), Some((Encoding::HashPacked, expected)));
    assert_eq!(loaded(Kind::HASH_EXPIRING_LISTPACK, &packed(&["f", "v", &past])), None);
    for wrong in [&["f", "v"][..], &["f", "v", "x"], &["f", "v", "-5"], &["f", "v", "0", "f", "v", "0"]] {
        assert!(read(Kind::HASH_EXPIRING_LISTPACK, &packed(wrong), false).is_err(), "{wrong:?}");
    }
}

#[test]
fn streams_of_the_first_version_estimate_what_a_group_has_read() {
    let mut stream = Stream::new();
    for n in 1..=3 {
        let id = NewId::Exact(Id::new(n, 0));
        stream.append(id, 0, [(&b"f"[..], &b"v"[..])], StreamLimits::default()).expect("ids ascend");
    }
    let old = bytes(|w| {
        w.length(1);
        for (key, node) in stream.nodes() {
            w.string(&key.to_bytes());
            w.string(node);
        }
        [3, 3, 0, 1].into_iter().for_each(|length| w.length(length)); // length, last id, groups
        w.string(b"group");
        [3, 0].into_iter().for_each(|length| w.length(length)); // the last that was read
        [0, 1].into_iter().for_each(|length| w.length(length)); // nothing is pending, one consumer
        w.string(b"ada");
        w.time_ms(NOW);
        w.length(0);
    });
    let entry = read(Kind::STREAM_1, &old, true).expect("it is sound").expect("it is not empty");
    let Some(Object::Stream(stream)) = Object::of(&entry) else { panic!("it is a stream") };
    let group = stream.group(b"group").expect("it is there");
    assert_eq!((stream.entries_added(), group.entries_read()), (3, Some(3)));
    let (_, consumer) = group.consumers().next().expect("ada");
    assert_eq!((consumer.seen_time, consumer.active_time), (NOW, Some(NOW)));
}

#[test]
fn values_of_modules_are_kept_as_they_came() {
    let value = bytes(|w| {
        w.length(0x1234_5678_9abc_def0);
        w.length(module_opcode::SIGNED);
        w.length(u64::MAX);
        w.length(module_opcode::DOUBLE);
        w.double(0.5);
        w.length(module_opcode::FLOAT);
        w.put(&1.5f32.to_le_bytes());
        for text in [&b"plain"[..], b"12", &[b'x'; 100]] {
            w.length(module_opcode::STRING);
            w.string(text);
        }
        w.length(module_opcode::END);
    });
    let entry = read(Kind::MODULE, &value, true).expect("it is sound").expect("it is kept");
    assert_eq!((kind_of(&entry), written(&entry)), (Kind::MODULE, value.clone()));
    assert_eq!((Encoding::of(&entry).name(), crate::value::type_name(&entry).len()), ("raw", 9));
    for end in 0..value.len() {
        assert!(read(Kind::MODULE, &value[..end], false).is_err(), "cut at {end}");
    }
    assert!(read(Kind::MODULE, b"\x01\x09\0", false).is_err(), "an opcode that is none");
    assert!(matches!(read(Kind::MODULE_1, &value, false), Err(Error::Unknown(_))));
    assert!(matches!(read(Kind(23), &value, false), Err(Error::Unknown(_))));
}
