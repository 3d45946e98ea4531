//! Bytes that were changed or cut: an error, or a value that is sound and can be written again.

use super::*;
use russet_structures::listpack::Listpack;
use russet_structures::stream::GroupLoader;
use russet_structures::ziplist::Ziplist;

fn of_words(words: &str, mut add: impl FnMut(&[u8])) {
    words.split(' ').for_each(|word| add(word.as_bytes()));
}

/// A small value of every kind.
fn samples() -> Vec<(Kind, Vec<u8>)> {
    let (params, hasher) = (params(), hasher());
    let mut samples = Vec::new();
    let mut take = |object: Object| {
        let entry = entry(object);
        samples.push((kind_of(&entry), written(&entry)));
    };
    take(Object::Blob(crate::output::Blob::new(b"abc".repeat(20))));
    let list_limits = ListLimits::new(&params);
    for words in ["a 1 b", "a 1 2 -3 400 50000 6000000 70000000000 b c d e f"] {
        let mut list = List::long(list_limits);
        of_words(words, |word| list.push(End::Tail, word));
        list.settle(list_limits);
        take(list.into_object());
    }
    let rules = russet_structures::quicklist::Rules { fill: 2, depth: 1, plain: 6 };
    let mut list = russet_structures::quicklist::Quicklist::new(rules);
    of_words(
        "a an-element-of-its-own b c aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        |word| {
            list.push_back(word);
        },
    );
    take(List::Quick(list).into_object());
    let set_limits = SetLimits::new(&params, &hasher);
    for words in ["1 2 300 -5", "a b 3", "a b c d e f g h i j"] {
        let mut set = Set::empty();
        of_words(words, |word| {
            set.insert(Element::new(word), &set_limits);
        });
        take(set.into_object());
    }
    let limits = Limits::of(&params);
    let mut set = SortedSet::new(0, 0, limits, &hasher);
    let mut score = 0.0;
    of_words("a b c 4", |word| {
        score += 0.5;
        set.update(word, limits, &hasher, |_| Some(score));
    });
    take(set.duplicate().into_object());
    set.convert(&hasher);
    take(set.into_object());
    let hash_rules = HashRules::of(&params, &hasher);
    for (fields, expiry) in [(3, Expiry::Clear), (10, Expiry::Clear), (2, Expiry::At(NOW + 9))] {
        let mut hash = Hash::default();
        for field in b'a'..b'a' + fields {
            hash.put(&[field], b"value", expiry, &hash_rules, NOW);
        }
        take(hash.into_object());
    }
    take(sample_stream().into_object());

    let mut foreign = |kind: Kind, write: &dyn Fn(&mut Writer<&mut Vec<u8>>)| {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, false);
        write(&mut writer);
        writer.finish().expect("a vector takes everything");
        samples.push((kind, bytes));
    };
    let (mut ziplist, mut pack) = (Ziplist::new(), Listpack::new());
    of_words("a 1 b 2.5 c 300", |word| {
        ziplist.push_back(word);
        pack.push_back(word);
    });
    for kind in [Kind::LIST_ZIPLIST, Kind::SORTED_SET_ZIPLIST, Kind::HASH_ZIPLIST] {
        foreign(kind, &|w| w.string(ziplist.as_bytes()));
    }
    foreign(Kind::SET_LISTPACK, &|w| w.string(pack.as_bytes()));
    foreign(Kind::HASH_ZIPMAP, &|w| w.string(b"\x02\x01f\x01\0v\x01g\x02\x0112.\xff"));
    foreign(Kind::LIST_QUICKLIST_1, &|w| {
        w.length(1);
        w.string(ziplist.as_bytes());
    });
    foreign(Kind::LIST, &|w| w.put(b"\x02\x01a\xc0\x07"));
    foreign(Kind::SORTED_SET_1, &|w| w.put(b"\x02\x01a\x031.5\x01b\xfe"));
    foreign(Kind::MODULE, &|w| w.put(b"\x07\x02\x05\x05\x02ab\x04\0\0\0\0\0\0\0\0\0"));
    foreign(Kind::HASH_EXPIRING, &|w| {
        w.time_ms(NOW);
        w.put(b"\x02\x01\x01a\x01b\0\x01c\x01d");
    });
    let mut deadlines = Listpack::new();
    of_words("a b 1700000000007", |word| {
        deadlines.push_back(word);
    });
    foreign(Kind::HASH_EXPIRING_LISTPACK, &|w| {
        w.time_ms(NOW);
        w.string(deadlines.as_bytes());
    });
    samples
}

fn sample_stream() -> Stream {
    let mut stream = Stream::new();
    let limits = StreamLimits { max_entries: 2, ..StreamLimits::default() };
    for n in 1..4 {
        let fields = [(&b"f"[..], &b"v"[..]), (b"g", b"300")];
        stream.append(NewId::Exact(Id::new(n, 0)), 0, fields, limits).expect("ids ascend");
    }
    stream.delete(Id::new(2, 0));
    let mut group = GroupLoader::new(Id::new(2, 0), Some(2));
    group.pending(Id::new(1, 0), NOW, 3).expect("once");
    let ada = group.consumer(b"ada", NOW, None).expect("once");
    group.assign(Id::new(1, 0), ada).expect("it is pending");
    stream.add_group(b"group", group.finish().expect("all is assigned"));
    stream
}

/// Reads bytes that may be anything, looks at what has become of them, and writes it again.
fn survives(kind: Kind, bytes: &[u8], deep: bool) {
    let (params, hasher) = (params(), hasher());
    let rules = Rules { params: &params, hasher: &hasher, now_ms: NOW, deep };
    let mut reader = Reader::new(bytes);
    let Ok(Some(entry)) = read_entry(&mut reader, kind, b"key", Some(NOW + 5), &rules) else { return };
    let value = shown(&entry);
    let again = read(kind_of(&entry), &written(&entry), deep);
    // A set that nobody looked through may hold a member twice, which shows as soon as it is written member by member.
    match again {
        Ok(Some(again)) => assert_eq!(shown(&again), value),
        Ok(None) => panic!("an empty value"),
        Err(why) => assert!(!deep, "{why}"),
    }
}

#[test]
fn every_changed_bit_and_every_cut() {
    let samples = samples();
    let kinds: std::collections::BTreeSet<u8> = samples.iter().map(|(kind, _)| kind.0).collect();
    assert!(
        [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 16, 17, 18, 20, 21, 22, 24, 25]
            .iter()
            .all(|kind| kinds.contains(kind)),
        "{kinds:?}"
    );
    for (kind, sample) in &samples {
        survives(*kind, sample, true);
        for deep in [false, true] {
            for at in 0..sample.len() {
                assert!(read(*kind, &sample[..at], deep).is_err(), "{kind:?} cut at {at}");
                let mut changed = sample.clone();
                for bit in 0..8 {
                    changed[at] = sample[at] ^ 1 << bit;
                    survives(*kind, &changed, deep);
                }
                for byte in [0, 0x7f, 0x80, 0x81, 0xc3, 0xfe, 0xff] {
                    changed[at] = byte;
                    survives(*kind, &changed, deep);
                }
            }
        }
    }
}

proptest! {
    /// Several changes at once, also of the kind.
    #[test]
    fn any_changes(
        sample in any::<prop::sample::Index>(), kind in prop::option::of(0..26u8),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), deep: bool
    ) {
        let samples = samples();
        let (own, mut bytes) = samples[sample.index(samples.len())].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        survives(kind.map_or(own, Kind), &bytes, deep);
    }

    #[test]
    fn any_bytes(kind in 0..26u8, bytes in prop::collection::vec(any::<u8>(), 0..80), deep: bool) {
        survives(Kind(kind), &bytes, deep);
    }
}
