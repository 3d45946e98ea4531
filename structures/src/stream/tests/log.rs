//! Entries: append, range, delete, trim, XSETID.

use super::*;

#[derive(Clone, Debug)]
enum Op {
    Append(NewId, u64, Texts),
    /// The n-th entry, or one that is not there.
    Delete(usize),
    DeleteId(Id),
    Trim(Trim),
    SetId(Id, Option<u64>, Option<Id>),
    Range(Id, Id),
    Copy,
}

/// Small ids, so that operations meet.
fn id() -> impl Strategy<Value = Id> {
    let end = |end: Id| Just(end);
    prop_oneof![
        20 => (0u64..40, 0u64..4).prop_map(|(ms, seq)| Id { ms, seq }),
        1 => end(Id::MIN),
        1 => end(Id::MAX),
        1 => end(Id::new(20, u64::MAX)),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let new_id = prop_oneof![
        6 => Just(NewId::Auto),
        3 => (0u64..40).prop_map(NewId::AutoSeq),
        1 => id().prop_filter("the end of all ids", |id| *id != Id::MAX).prop_map(NewId::Exact),
    ];
    let threshold = prop_oneof![(0u64..30).prop_map(Threshold::MaxLen), id().prop_map(Threshold::MinId),];
    let trim = (threshold, any::<bool>(), prop_oneof![3 => Just(0u64), 1 => 1u64..20]);
    prop_oneof![
        20 => (new_id, 0u64..40, texts()).prop_map(|(id, now, texts)| Op::Append(id, now, texts)),
        4 => (0usize..40).prop_map(Op::Delete),
        1 => id().prop_map(Op::DeleteId),
        2 => trim.prop_map(|(threshold, approximate, limit)| Op::Trim(Trim { threshold, approximate, limit })),
        1 => (id(), prop::option::of(0u64..50), prop::option::of(id())).prop_map(|(a, b, c)| Op::SetId(a, b, c)),
        4 => (id(), id()).prop_map(|(start, end)| Op::Range(start, end)),
        1 => Just(Op::Copy),
    ]
}

#[derive(Default)]
struct Model {
    entries: Vec<(Id, Texts)>,
    last: Id,
    max_deleted: Id,
    added: u64,
}

impl Model {
    fn next_id(&self, id: NewId, now: u64) -> Option<Id> {
        let id = match id {
            NewId::Auto => Id::new(now, 0).max(self.last.next()?),
            NewId::AutoSeq(ms) if ms == self.last.ms => Id::new(ms, self.last.seq.checked_add(1)?),
            NewId::AutoSeq(ms) => Id::new(ms, 0),
            NewId::Exact(id) => id,
        };
        (id > self.last).then_some(id)
    }

    fn delete(&mut self, id: Id) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.0 != id);
        let deleted = self.entries.len() < before;
        if deleted {
            self.max_deleted = self.max_deleted.max(id);
        }
        deleted
    }

    fn set_id(&mut self, id: Id, added: Option<u64>, deleted: Option<Id>) -> Result<(), SetIdError> {
        let deleted = deleted.filter(|deleted| *deleted != Id::MIN);
        match self.entries.last() {
            _ if deleted > Some(id) => return Err(SetIdError::BelowGivenDeleted),
            _ if self.max_deleted > id => return Err(SetIdError::BelowDeleted),
            Some((last, _)) if *last > id => return Err(SetIdError::BelowLast),
            Some(_) if added.is_some_and(|added| added < self.entries.len() as u64) => {
                return Err(SetIdError::AddedBelowLength);
            }
            _ => {}
        }
        self.last = id;
        self.added = added.unwrap_or(self.added);
        self.max_deleted = deleted.unwrap_or(self.max_deleted);
        Ok(())
    }
}

/// How many of the entries from the front this trim removes.
fn trimmed(model: &Model, trim: Trim) -> usize {
    match trim.threshold {
        Threshold::MaxLen(len) => model.entries.len().saturating_sub(len as usize),
        Threshold::MinId(id) => model.entries.iter().filter(|entry| entry.0 < id).count(),
    }
}

fn check(stream: &Stream, model: &Model) {
    assert_eq!(stream.validate(), Ok(()));
    assert!(stream.iter().map(|entry| owned(&entry)).eq(model.entries.iter().cloned()));
    assert_eq!(stream.len(), model.entries.len() as u64);
    assert_eq!(stream.is_empty(), model.entries.is_empty());
    assert_eq!(stream.first_id(), model.entries.first().map_or(Id::MIN, |entry| entry.0));
    let recorded = (stream.last_id(), stream.max_deleted_id(), stream.entries_added());
    assert_eq!(recorded, (model.last, model.max_deleted, model.added));
}

fn apply(stream: &mut Stream, model: &mut Model, op: Op, limits: Limits) {
    match op {
        Op::Append(id, now, texts) => {
            let got = stream.append(id, now, borrow(&texts), limits);
            assert_eq!(got.ok(), model.next_id(id, now), "{got:?}");
            if let Ok(id) = got {
                model.entries.push((id, texts));
                model.last = id;
                model.added += 1;
            }
        }
        Op::Delete(index) => {
            let id = model.entries.get(index).map_or(Id::new(3, 9), |entry| entry.0);
            assert_eq!(stream.delete(id), model.delete(id));
            assert!(stream.get(id).is_none());
        }
        Op::DeleteId(id) => assert_eq!(stream.delete(id), model.delete(id)),
        Op::Trim(trim) => {
            let most = trimmed(model, trim);
            let removed = stream.trim(trim) as usize;
            if trim.approximate || trim.limit > 0 {
                assert!(removed <= most);
                assert!(!trim.approximate || trim.limit == 0 || removed as u64 <= trim.limit);
                // What is left over is in one node.
                let kept: Vec<_> = stream.iter().take(most - removed).map(|entry| entry.id()).collect();
                if let (0, Some(last)) = (trim.limit, kept.last()) {
                    let second = stream.nodes().filter(|(_, node)| has_entries(node)).nth(1);
                    assert!(second.is_none_or(|(key, _)| key > *last));
                }
            } else {
                assert_eq!(removed, most);
            }
            model.entries.drain(..removed);
        }
        Op::SetId(id, added, deleted) => {
            assert_eq!(stream.set_id(id, added, deleted), model.set_id(id, added, deleted));
        }
        Op::Range(start, end) => {
            let inside: Vec<Id> =
                model.entries.iter().map(|entry| entry.0).filter(|id| (start..=end).contains(id)).collect();
            assert!(stream.range(start, end).map(|entry| entry.id()).eq(inside.iter().copied()));
            assert!(stream.range_back(start, end).map(|entry| entry.id()).eq(inside.iter().rev().copied()));
            let got = stream.get(start).map(|entry| owned(&entry));
            assert_eq!(got.as_ref(), model.entries.iter().find(|entry| entry.0 == start));
            assert_eq!(stream.last().map(|entry| entry.id()), model.entries.last().map(|entry| entry.0));
        }
        Op::Copy => *stream = stream.clone(),
    }
    check(stream, model);
}

fn has_entries(node: &[u8]) -> bool {
    Listpack::from_bytes(node).is_ok_and(|node| node::Master::read(&node).live > 0)
}

proptest! {
    #[test]
    fn does_what_a_vec_does(limits in limits(), ops in prop::collection::vec(op(), 1..120)) {
        let (mut stream, mut model) = (Stream::new(), Model::default());
        for op in ops {
            apply(&mut stream, &mut model, op, limits);
        }
    }
}

#[test]
fn a_node_is_full_by_entries_and_by_bytes() {
    let mut stream = Stream::new();
    for ms in 1..=7 {
        push(&mut stream, Id::new(ms, 0));
    }
    assert_eq!(stream.nodes().map(|(key, _)| key.ms).collect::<Vec<_>>(), [1, 4, 7]);
    // Deleted entries count: the last node takes two more and no third.
    push(&mut stream, Id::new(8, 0));
    assert!(stream.delete(Id::new(8, 0)));
    push(&mut stream, Id::new(9, 0));
    push(&mut stream, Id::new(10, 0));
    assert_eq!(stream.nodes().map(|(key, _)| key.ms).collect::<Vec<_>>(), [1, 4, 7, 10]);
    let mut stream = Stream::new();
    let limits = Limits { max_bytes: 60, max_entries: 0 };
    for ms in 1..=4 {
        stream.append(NewId::Auto, ms, [(&b"f"[..], &[b'x'; 10][..])], limits).expect("appended");
    }
    // The first node has 35 bytes after one entry and 53 after two: 35 + 11 are less than 60, 53 + 11 are not.
    assert_eq!(stream.nodes().map(|(key, _)| key.ms).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn the_last_entry_of_a_node_takes_it_along() {
    let mut stream = Stream::new();
    for ms in 1..=3 {
        push(&mut stream, Id::new(ms, 0));
    }
    for ms in [2, 1, 3] {
        assert!(stream.delete(Id::new(ms, 0)));
        assert!(!stream.delete(Id::new(ms, 0)));
        assert_eq!(stream.validate(), Ok(()));
    }
    assert_eq!((stream.node_count(), stream.last_id()), (0, Id::new(3, 0)));
    assert_eq!(stream.redis_tree_nodes(), 1);
}

#[test]
fn an_exact_trim_may_leave_a_node_of_deleted_entries_and_it_is_still_the_last() {
    let mut stream = Stream::new();
    for ms in 5..=7 {
        push(&mut stream, Id::new(ms, 0));
    }
    stream.delete(Id::new(7, 0));
    let trim = Trim { threshold: Threshold::MinId(Id::new(7, 0)), approximate: false, limit: 0 };
    assert_eq!(stream.trim(trim), 2);
    assert_eq!((stream.len(), stream.node_count()), (0, 1));
    assert_eq!((stream.first().is_none(), stream.last().is_none()), (true, true));
    // As a file of type 15 is loaded, which says nothing of what was deleted: XSETID may then go back.
    let nodes: Vec<(Id, Vec<u8>)> = stream.nodes().map(|(key, node)| (key, node.to_vec())).collect();
    let keys: Vec<[u8; 16]> = nodes.iter().map(|(key, _)| key.to_bytes()).collect();
    let parts = keys.iter().zip(&nodes).map(|(key, (_, node))| (&key[..], &node[..]));
    let recorded = Recorded { length: 0, last_id: Id::new(7, 0), history: None };
    let mut stream = Stream::from_parts(parts, recorded).expect("it is sound");
    stream.set_id(Id::new(2, 0), None, None).expect("nothing is in the way");
    for ms in [3, 4, 5, 6] {
        push(&mut stream, Id::new(ms, 0));
        assert_eq!(stream.validate(), Ok(()));
    }
    assert!(stream.iter().map(|entry| entry.id().ms).eq([3, 4, 5, 6]));
}

#[test]
fn ids_end() {
    let mut stream = Stream::new();
    let fields = [(&b"f"[..], &b"v"[..])];
    let mut append = |id| stream.append(id, 9, fields, Limits::default());
    assert_eq!(append(NewId::Exact(Id::MIN)), Err(AppendError::NotGreater));
    assert_eq!(append(NewId::AutoSeq(0)), Ok(Id::new(0, 1)));
    assert_eq!(append(NewId::Exact(Id::new(7, u64::MAX))), Ok(Id::new(7, u64::MAX)));
    assert_eq!(append(NewId::AutoSeq(7)), Err(AppendError::Exhausted));
    assert_eq!(append(NewId::Auto), Ok(Id::new(9, 0)));
    assert_eq!(append(NewId::Auto), Ok(Id::new(9, 1)));
    assert_eq!(append(NewId::AutoSeq(8)), Err(AppendError::NotGreater));
    assert_eq!(append(NewId::Exact(Id::new(u64::MAX, 1))), Ok(Id::new(u64::MAX, 1)));
    assert_eq!(append(NewId::Exact(Id::MAX)), Ok(Id::MAX));
    assert_eq!(append(NewId::Auto), Err(AppendError::Exhausted));
    assert_eq!(stream.validate(), Ok(()));
    // Differences to the first entry's id that wrap around.
    assert!(stream.range_back(Id::MIN, Id::MAX).map(|entry| entry.id().ms).eq([
        u64::MAX,
        u64::MAX,
        9,
        9,
        7,
        0
    ]));
}

#[test]
fn default_limits_are_a_hundred_nodes() {
    assert_eq!(
        [0, 1, 100, 20_000, u64::MAX].map(Trim::default_limit),
        [10_000, 100, 10_000, 1_000_000, 1_000_000]
    );
}

/// The limit of bytes is reached when it is met, as in Redis.
#[test]
fn a_node_that_would_meet_the_limit_is_full() {
    let fields = [(&b"field"[..], &b"value"[..])];
    let nodes = |room: usize| {
        let mut stream = Stream::new();
        stream.append(NewId::Exact(Id::new(1, 1)), 0, fields, Limits::default()).expect("the first");
        let max_bytes = stream.nodes().next().map_or(0, |(_, node)| node.len()) + room;
        let limits = Limits { max_bytes, max_entries: 100 };
        stream.append(NewId::Exact(Id::new(1, 2)), 0, fields, limits).expect("the second");
        stream.nodes().count()
    };
    assert_eq!((nodes(10), nodes(11)), (2, 1));
}
