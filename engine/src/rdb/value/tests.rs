//! What is written is read back, whatever the value: equal, and in the encoding that Redis's loader gives it.

mod corrupt;
mod foreign;

use super::*;
use crate::keyspace::Expiry;
use crate::value::hash::Rules as HashRules;
use crate::value::sorted_set::Limits;
use crate::value::{
    Collection, Encoding, End, Hash, List, ListLimits, New, Set, SetLimits, SortedSet, Stream,
};
use proptest::prelude::*;
use russet_structures::stream::{Group, Id, Limits as StreamLimits, NewId};

const NOW: i64 = 1_700_000_000_000;

fn hasher() -> KeyHasher {
    KeyHasher::new([1, 2, 3, 4])
}

/// Parameters with limits that short tests reach.
fn params() -> Params {
    let params = Params::default();
    let small = [
        (&b"list-max-listpack-size"[..], &b"8"[..]),
        (b"set-max-intset-entries", b"6"),
        (b"set-max-listpack-entries", b"5"),
        (b"set-max-listpack-value", b"12"),
        (b"zset-max-listpack-entries", b"8"),
        (b"zset-max-listpack-value", b"12"),
        (b"hash-max-listpack-entries", b"8"),
        (b"hash-max-listpack-value", b"12"),
    ];
    params.stage(&small, false).expect("they are parameters").params().clone()
}

fn written(entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, true);
    write_value(&mut writer, entry);
    writer.finish().expect("a vector takes everything");
    bytes
}

fn read(kind: Kind, bytes: &[u8], deep: bool) -> Result<Option<Entry>, Error> {
    let (params, hasher) = (params(), hasher());
    let rules = Rules { params: &params, hasher: &hasher, now_ms: NOW, deep };
    let mut reader = Reader::new(bytes);
    let entry = read_entry(&mut reader, kind, b"key", Some(NOW + 5), &rules)?;
    assert_eq!(reader.position(), bytes.len() as u64, "all of it was read");
    Ok(entry)
}

fn entry(object: Object) -> Entry {
    Entry::new(b"key", object.encoding() as u8, Some(NOW + 5), Value::Owned(object))
}

/// Everything about a value but its encoding.
#[derive(Debug, PartialEq)]
enum Shown {
    Text(Vec<u8>),
    List(Vec<Vec<u8>>),
    Set(Vec<Vec<u8>>),
    SortedSet(Vec<(Vec<u8>, f64)>),
    Hash(Vec<(Vec<u8>, Vec<u8>, Option<i64>)>),
    Stream(String),
}

fn shown(entry: &Entry) -> Shown {
    assert_eq!((entry.key(), entry.expiry()), (&b"key"[..], Some(NOW + 5)));
    let object = match entry.payload() {
        Payload::Int(value) => return Shown::Text(value.to_string().into_bytes()),
        Payload::Inline(bytes) => return Shown::Text(bytes.to_vec()),
        Payload::Owned(object) => object,
    };
    match object {
        Object::Blob(blob) => Shown::Text(blob.to_vec()),
        Object::Module(value) => Shown::Text([value.type_name().as_bytes(), value.parts()].concat()),
        Object::List(list) => {
            let mut elements = Vec::new();
            if let List::Quick(list) = list {
                list.validate().expect("it is sound");
            }
            list.walk(0, list.len(), End::Tail, |element| {
                elements.push(element.to_vec());
                std::ops::ControlFlow::Continue(())
            });
            Shown::List(elements)
        }
        Object::Set(set) => {
            if let Set::Table(table) = set {
                table.validate();
            }
            let mut members: Vec<_> = set.members().map(|member| member.to_vec()).collect();
            members.sort();
            Shown::Set(members)
        }
        Object::SortedSet(set) => {
            if let SortedSet::Sorted(set) = set {
                set.validate().expect("it is sound");
            }
            Shown::SortedSet(set.iter().map(|(member, score)| (member.to_vec(), score)).collect())
        }
        Object::Hash(hash) => {
            if let Hash::Table(table) = hash {
                table.validate();
            }
            let expiry = |field: &[u8]| hash.at(i64::MIN).expiry(field).flatten();
            let fields = hash.at(i64::MIN).iter();
            let mut fields: Vec<_> = fields
                .map(|(field, value)| (field.to_vec(), value.to_vec(), expiry(&field.to_vec())))
                .collect();
            fields.sort();
            Shown::Hash(fields)
        }
        Object::Stream(stream) => {
            stream.validate().expect("it is sound");
            let groups: Vec<_> = stream.groups().map(|(name, group)| (name, shown_group(group))).collect();
            let nodes: Vec<_> = stream.nodes().collect();
            let counters = (stream.len(), stream.last_id(), stream.first_id());
            let history = (stream.max_deleted_id(), stream.entries_added());
            Shown::Stream(format!("{nodes:?} {counters:?} {history:?} {groups:?}"))
        }
    }
}

/// A group without the places in which it keeps its consumers.
fn shown_group(group: &Group) -> String {
    let consumers: Vec<_> = group
        .consumers()
        .map(|(index, consumer)| {
            let pending = group.pending(Id::MIN, Id::MAX, Some(index));
            let pending = pending.map(|nack| (nack.id, nack.delivery_time, nack.delivery_count));
            let pending: Vec<_> = pending.collect();
            (consumer.name().to_vec(), consumer.seen_time, consumer.active_time, pending)
        })
        .collect();
    format!("{:?} {:?} {consumers:?}", group.last_id(), group.entries_read())
}

/// Writes an entry, reads it, compares, and returns the encoding of what was read.
fn there_and_back(entry: &Entry) -> Encoding {
    let read = read(kind_of(entry), &written(entry), true).expect("it was written").expect("it is not empty");
    assert_eq!(shown(&read), shown(entry));
    Encoding::of(&read)
}

fn word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => "[a-d]{0,3}".prop_map(String::into_bytes),
        2 => (-40i64..400).prop_map(|value| value.to_string().into_bytes()),
        1 => any::<i64>().prop_map(|value| value.to_string().into_bytes()),
        1 => "(ab){0,40}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..30),
    ]
}

fn words() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(word(), 1..24)
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-9..9i32).prop_map(f64::from),
        -1e9..1e9f64,
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(0.1)
    ]
}

proptest! {
    #[test]
    fn strings(text in word()) {
        let mut scratch = Vec::new();
        let (encoding, value) = New::Text(&text).prepare(3, &mut scratch);
        let entry = Entry::new(b"key", encoding as u8, Some(NOW + 5), value);
        prop_assert_eq!(there_and_back(&entry), encoding);
    }

    #[test]
    fn lists(words in words(), depth in 0..2u16, plain in 1..60u32) {
        let (params, mut list) = (params(), List::default());
        let limits = ListLimits::new(&params);
        for word in &words {
            list.make_room(word.len(), 1, limits);
            list.push(End::Tail, &word[..]);
        }
        list.settle(limits);
        let encoding = list.encoding();
        prop_assert_eq!(there_and_back(&entry(list.into_object())), encoding);

        // Nodes that are compressed, and elements with nodes of their own.
        let rules = russet_structures::quicklist::Rules { fill: 3, depth, plain };
        let mut list = russet_structures::quicklist::Quicklist::new(rules);
        list.extend(words.iter().map(|word| &word[..]).filter(|word| !word.is_empty()));
        if !list.is_empty() {
            there_and_back(&entry(List::Quick(list).into_object()));
        }
    }

    #[test]
    fn sets(words in words()) {
        let limits = SetLimits::new(&params(), &hasher());
        let mut set = Set::empty();
        for word in &words {
            set.insert(Element::new(word), &limits);
        }
        let small = set.len() <= limits.packed && words.iter().all(|word| word.len() <= limits.packed_value);
        let ints = words.iter().all(|word| matches!(Element::new(word), Element::Int(_)));
        let expected = match set.len() {
            len if ints && len <= limits.ints => Encoding::SetInts,
            // What is too large for an intset is a table at once.
            len if small && len <= limits.ints => Encoding::SetPacked,
            _ => Encoding::SetTable,
        };
        prop_assert_eq!(there_and_back(&entry(set.into_object())), expected);
    }

    #[test]
    fn sorted_sets(words in words(), scores in prop::collection::vec(score(), 24)) {
        let (limits, hasher) = (Limits::of(&params()), hasher());
        let mut set = SortedSet::new(0, 0, limits, &hasher);
        for (word, score) in words.iter().zip(scores) {
            set.update(word, limits, &hasher, |_| Some(score));
        }
        let encoding = set.encoding();
        prop_assert_eq!(there_and_back(&entry(set.duplicate().into_object())), encoding);
        set.convert(&hasher);
        prop_assert_eq!(there_and_back(&entry(set.into_object())), encoding);
    }

    #[test]
    fn hashes(words in words(), deadlines in prop::collection::vec(prop::option::of(0..9i64), 24)) {
        let rules = HashRules::of(&params(), &hasher());
        let (mut hash, mut expiring) = (Hash::default(), Hash::default());
        for (pair, deadline) in words.windows(2).zip(deadlines) {
            hash.put(&pair[0], &pair[1], Expiry::Clear, &rules, NOW);
            let expiry = deadline.map_or(Expiry::Clear, |at| Expiry::At(NOW + at));
            expiring.put(&pair[0], &pair[1], expiry, &rules, NOW);
        }
        prop_assume!(hash.len() > 0);
        let encoding = hash.encoding();
        prop_assert_eq!(there_and_back(&entry(hash.into_object())), encoding);
        if expiring.next_expiry().is_some() {
            prop_assert_eq!(there_and_back(&entry(expiring.into_object())), Encoding::HashTable);
        }
    }

    #[test]
    fn streams(
        words in words(), deleted in prop::collection::vec(any::<bool>(), 24),
        nacks in prop::collection::vec((0..3usize, 0..5i64, 0..4u64), 24), active: bool, read in prop::option::of(0..9u64)
    ) {
        let mut stream = Stream::new();
        let limits = StreamLimits { max_entries: 5, ..StreamLimits::default() };
        for (n, word) in words.iter().enumerate() {
            let fields = [(&b"field"[..], &word[..]), (&word[..], b"value")];
            let id = NewId::Exact(Id::new(n as u64 + 1, 3));
            stream.append(id, 0, fields[..1 + n % 2].iter().copied(), limits).expect("ids ascend");
        }
        for (n, _) in deleted.iter().enumerate().filter(|(_, deleted)| **deleted) {
            stream.delete(Id::new(n as u64 + 1, 3));
        }
        let pending = nacks.iter().enumerate().map(|(n, (_, time, count))| (Id::new(n as u64, 1), *time, *count));
        let mut loader = russet_structures::stream::GroupLoader::new(Id::new(7, 7), read);
        pending.for_each(|(id, time, count)| loader.pending(id, time, count).expect("once"));
        for (n, name) in [&b"ada"[..], b"bob", b""].into_iter().enumerate() {
            let last = if active || n == 1 { Some(NOW) } else { None };
            let consumer = loader.consumer(name, NOW, last).expect("once");
            for (at, _) in nacks.iter().enumerate().filter(|(_, nack)| nack.0 == n) {
                loader.assign(Id::new(at as u64, 1), consumer).expect("it is pending");
            }
        }
        stream.add_group(b"group", loader.finish().expect("all is assigned"));
        stream.add_group(b"none", Group::new(Id::MAX, None));
        let entry = entry(stream.into_object());
        prop_assert_eq!(kind_of(&entry), if active { Kind::STREAM_2 } else { Kind::STREAM });
        prop_assert_eq!(version_of(&entry), if active { Version::OLDEST } else { Version::CONSUMERS });
        there_and_back(&entry);
    }
}
