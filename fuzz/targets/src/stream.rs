//! Operations on a stream with a group, against vectors and maps; and bytes as its nodes.

use arbitrary::Unstructured;
use russet_structures::listpack::Listpack;
use russet_structures::stream::{
    AutoClaim, Claim, ConsumerIndex, Group, Id, Limits, NewId, Recorded, Stream, Threshold, Trim,
};
use std::collections::BTreeMap;

target! { run, "it agrees with a vector and a map, its invariants hold, and bytes are refused or harmless" }

type Texts = Vec<(Vec<u8>, Vec<u8>)>;

#[derive(Default)]
struct Model {
    entries: Vec<(Id, Texts)>,
    /// Who has it.
    pending: BTreeMap<Id, ConsumerIndex>,
    last: Id,
}

/// Input: a byte that says what the others are.
pub fn run(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 4 {
        0 => raw(rest),
        1 => elements(rest),
        _ => operations(rest),
    }
}

/// Bytes as they are, under a key that they begin with.
fn raw(data: &[u8]) {
    let Some((key, node)) = data.split_at_checked(16) else { return };
    // A length that fits: otherwise nearly everything ends there.
    let mut fitting = node.to_vec();
    if let Some(total) = fitting.first_chunk_mut() {
        *total = (node.len() as u32).to_le_bytes();
    }
    for node in [node, &fitting] {
        load(key, node);
    }
}

/// A sound listpack of any elements.
fn elements(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let mut node = Listpack::new();
    let key = Id::new(input.arbitrary().unwrap_or_default(), 0).to_bytes();
    while !input.is_empty() {
        let choice = input.arbitrary::<u8>().unwrap_or_default();
        match choice {
            0..200 => node.push_back(i64::from(choice % 9)),
            200..220 => node.push_back(-i64::from(choice)),
            220..240 => node.push_back(&b"text"[..]),
            _ => node.push_back(input.arbitrary::<i64>().unwrap_or_default()),
        };
    }
    load(&key, node.as_bytes());
}

/// Loads a node with whatever number of entries it has, and uses it.
fn load(key: &[u8], node: &[u8]) {
    for length in 0..20 {
        let recorded = Recorded { length, last_id: Id::MAX, history: None };
        let Ok(mut stream) = Stream::from_parts([(key, node)], recorded) else { continue };
        assert_eq!(stream.validate(), Ok(()));
        let ids: Vec<Id> = stream.iter().map(|entry| entry.id()).collect();
        assert_eq!(ids.len() as u64, length);
        let texts = stream.iter().flat_map(|entry| entry.fields()).map(|(field, value)| field.text_len() + value.text_len());
        assert!(texts.sum::<usize>() <= 20 * node.len() * (ids.len() + 1));
        assert!(stream.range_back(Id::MIN, Id::MAX).map(|entry| entry.id()).eq(ids.iter().rev().copied()));
        for (n, id) in ids.iter().enumerate() {
            if n % 2 == 0 {
                assert!(stream.delete(*id));
            } else {
                stream.trim(Trim { threshold: Threshold::MinId(*id), approximate: false, limit: 0 });
            }
            assert_eq!(stream.validate(), Ok(()));
        }
    }
}

fn texts(input: &mut Unstructured<'_>) -> Texts {
    let shape = input.arbitrary::<u8>().unwrap_or_default();
    let value = |n: u8| match (shape.wrapping_add(n)) % 4 {
        0 => vec![n; usize::from(shape)],
        1 => (i64::from(shape) << (shape % 56)).to_string().into_bytes(),
        _ => n.to_string().into_bytes(),
    };
    (0..=shape % 3).map(|n| (vec![b'a' + n + u8::from(shape >= 200)], value(n))).collect()
}

fn operations(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let limits = Limits {
        max_bytes: usize::from(input.arbitrary::<u16>().unwrap_or_default() % 600),
        max_entries: u64::from(input.arbitrary::<u8>().unwrap_or_default() % 12),
    };
    let (mut stream, mut model) = (Stream::new(), Model::default());
    let mut group = Group::new(Id::MIN, Some(0));
    let consumers: Vec<ConsumerIndex> = [b"a", b"b"].iter().filter_map(|name| group.add_consumer(*name, 0)).collect();
    stream.add_group(b"g", group);
    for now in 0..300i64 {
        let (Ok(choice), Ok(argument)) = (input.arbitrary::<u8>(), input.arbitrary::<u8>()) else { break };
        if input.is_empty() {
            break;
        }
        let some = model.entries.get(usize::from(argument) % model.entries.len().max(1));
        let id = some.map_or(Id::new(u64::from(argument), 0), |entry| entry.0);
        let consumer = consumers[usize::from(choice / 16 % 2)];
        match choice % 16 {
            0..6 => append(&mut stream, &mut model, &mut input, argument, limits),
            6 => {
                let before = model.entries.len();
                model.entries.retain(|entry| entry.0 != id);
                assert_eq!(stream.delete(id), model.entries.len() < before);
            }
            7 => trim(&mut stream, &mut model, choice, argument, id),
            8..11 => {
                let count = usize::from(argument % 8);
                let no_ack = choice >= 224;
                let new = model.entries.iter().map(|entry| entry.0).filter(|id| *id > model.last);
                let due: Vec<Id> = new.take(count).collect();
                let delivered = stream.deliver(b"g", consumer, Some(count), no_ack, now);
                assert_eq!(delivered.map(|one| (one.first, one.last)), due.first().copied().zip(due.last().copied()));
                model.last = due.last().copied().unwrap_or(model.last);
                if !no_ack {
                    model.pending.extend(due.into_iter().map(|id| (id, consumer)));
                }
            }
            11 => {
                let group = stream.group_mut(b"g").expect("it was added");
                assert_eq!(group.acknowledge(id), model.pending.remove(&id).is_some());
            }
            12 => {
                let claim = Claim { force: choice >= 128, just_id: argument % 2 == 0, ..Claim::default() };
                stream.claim(b"g", consumer, id, claim, now);
                let there = model.entries.iter().any(|entry| entry.0 == id);
                if !there {
                    model.pending.remove(&id);
                } else if claim.force || model.pending.contains_key(&id) {
                    model.pending.insert(id, consumer);
                }
            }
            13 => {
                let claim = AutoClaim { start: id, count: usize::from(argument % 5), min_idle: 0, just_id: false };
                let claimed = stream.auto_claim(b"g", consumer, claim, now);
                claimed.deleted.iter().for_each(|id| assert!(model.pending.remove(id).is_some()));
                claimed.taken.iter().for_each(|id| assert!(model.pending.insert(*id, consumer).is_some()));
            }
            14 => {
                let again = stream.redeliver(b"g", consumer, id, Some(3), now);
                let due = model.pending.range(id..).filter(|one| *one.1 == consumer).map(|one| *one.0).take(3);
                assert!(again.iter().map(|one| one.0).eq(due));
            }
            _ => stream = reload(&stream),
        }
        check(&stream, &model, id);
    }
}

fn append(stream: &mut Stream, model: &mut Model, input: &mut Unstructured<'_>, argument: u8, limits: Limits) {
    let texts = texts(input);
    let last = stream.last_id();
    let id = match argument % 4 {
        0 => NewId::Auto,
        1 => NewId::AutoSeq(last.ms.saturating_add(u64::from(argument / 32))),
        2 => NewId::Exact(Id::new(last.ms, last.seq.wrapping_add(u64::from(argument / 8)))),
        _ => NewId::Exact(Id::new(last.ms.wrapping_add(1u64 << (argument / 4)), last.seq)),
    };
    let fields = texts.iter().map(|(field, value)| (&field[..], &value[..]));
    if let Ok(id) = stream.append(id, u64::from(argument) * 7, fields, limits) {
        assert!(id > last);
        model.entries.push((id, texts));
    }
}

fn trim(stream: &mut Stream, model: &mut Model, choice: u8, argument: u8, id: Id) {
    let (approximate, by_id) = (choice >= 128, (choice / 16).is_multiple_of(2));
    let len = usize::from(argument % 32);
    let due = match by_id {
        true => model.entries.iter().filter(|entry| entry.0 < id).count(),
        false => model.entries.len().saturating_sub(len),
    };
    let threshold = if by_id { Threshold::MinId(id) } else { Threshold::MaxLen(len as u64) };
    let removed = stream.trim(Trim { threshold, approximate, limit: 0 }) as usize;
    assert!(if approximate { removed <= due } else { removed == due });
    model.entries.drain(..removed);
}

/// The same stream, written and read.
fn reload(stream: &Stream) -> Stream {
    let nodes: Vec<([u8; 16], &[u8])> = stream.nodes().map(|(key, node)| (key.to_bytes(), node)).collect();
    let recorded = Recorded {
        length: stream.len(),
        last_id: stream.last_id(),
        history: Some((stream.max_deleted_id(), stream.entries_added())),
    };
    let loaded = Stream::from_parts(nodes.iter().map(|(key, node)| (&key[..], *node)), recorded);
    let mut loaded = loaded.expect("it was sound");
    for (name, group) in stream.groups() {
        loaded.add_group(name, group.clone());
    }
    loaded
}

fn check(stream: &Stream, model: &Model, id: Id) {
    assert_eq!(stream.validate(), Ok(()));
    let owned = stream.iter().map(|entry| {
        let texts = entry.fields().map(|(field, value)| (field.to_vec(), value.to_vec()));
        (entry.id(), texts.collect())
    });
    assert!(owned.eq(model.entries.iter().cloned()));
    let below = model.entries.iter().rev().map(|entry| entry.0).filter(|other| *other <= id);
    assert!(stream.range_back(Id::MIN, id).map(|entry| entry.id()).eq(below));
    let group = stream.group(b"g").expect("it was added");
    let pending = group.pending(Id::MIN, Id::MAX, None).map(|one| (one.id, one.consumer));
    assert!(pending.eq(model.pending.iter().map(|(id, consumer)| (*id, *consumer))));
    stream.lag(group);
}
