//! Groups: against plain maps of what is pending.

use std::collections::BTreeMap;

use super::*;

const NAMES: [&[u8]; 3] = [b"ada", b"bob", b"cyd"];

#[derive(Clone, Debug)]
enum Op {
    Append,
    Delete(usize),
    Trim(u64),
    Create(usize),
    Remove(usize),
    Deliver(usize, Option<usize>, bool),
    Redeliver(usize, Id, Option<usize>),
    Acknowledge(Id),
    Claim(usize, Id, Claim),
    AutoClaim(usize, AutoClaim),
    SetId(Id, Option<u64>),
    Copy,
}

fn id() -> impl Strategy<Value = Id> {
    (0u64..40).prop_map(|ms| Id::new(ms, 0))
}

fn op() -> impl Strategy<Value = Op> {
    let who = 0usize..NAMES.len();
    let few = || prop::option::of(0usize..5);
    let idle = || prop_oneof![Just(0i64), 1i64..20];
    let claim = (idle(), 0i64..60, prop::option::of(0u64..9), any::<bool>(), any::<bool>()).prop_map(
        |(min_idle, delivery_time, delivery_count, force, just_id)| Claim {
            min_idle,
            delivery_time,
            delivery_count,
            force,
            just_id,
        },
    );
    let auto = (id(), 0usize..4, idle(), any::<bool>())
        .prop_map(|(start, count, min_idle, just_id)| AutoClaim { start, count, min_idle, just_id });
    prop_oneof![
        8 => Just(Op::Append),
        2 => (0usize..20).prop_map(Op::Delete),
        1 => (0u64..20).prop_map(Op::Trim),
        2 => who.clone().prop_map(Op::Create),
        1 => who.clone().prop_map(Op::Remove),
        8 => (who.clone(), few(), any::<bool>()).prop_map(|(who, count, no_ack)| Op::Deliver(who, count, no_ack)),
        2 => (who.clone(), id(), few()).prop_map(|(who, id, count)| Op::Redeliver(who, id, count)),
        3 => id().prop_map(Op::Acknowledge),
        4 => (who.clone(), id(), claim).prop_map(|(who, id, claim)| Op::Claim(who, id, claim)),
        4 => (who, auto).prop_map(|(who, claim)| Op::AutoClaim(who, claim)),
        1 => (id(), prop::option::of(0u64..40)).prop_map(|(id, read)| Op::SetId(id, read)),
        1 => Just(Op::Copy),
    ]
}

#[derive(Default)]
struct Model {
    now: i64,
    /// Ids of all entries that there ever were, and whether they are there.
    entries: Vec<(Id, bool)>,
    last: Id,
    /// Who has it, since when, how often delivered.
    pending: BTreeMap<Id, (usize, i64, u64)>,
    consumers: [bool; NAMES.len()],
    /// Whether `last` was set by hand, so that the counter may be anything.
    guessed: bool,
}

impl Model {
    fn is_there(&self, id: Id) -> bool {
        self.entries.contains(&(id, true))
    }
}

fn check(stream: &Stream, model: &Model) {
    assert_eq!(stream.validate(), Ok(()));
    let group = stream.group(b"g").expect("the group");
    assert_eq!(group.last_id(), model.last);
    let listed = |one: Pending| {
        let name = group.consumer(one.consumer).expect("a consumer").name();
        let who = NAMES.iter().position(|other| *other == name).expect("one of them");
        (one.id, (who, one.delivery_time, one.delivery_count))
    };
    assert!(group.pending(Id::MIN, Id::MAX, None).map(listed).eq(model.pending.clone()));
    let (from, to) = (Id::new(9, 0), Id::new(25, 0));
    let inside = model.pending.range(from..=to).map(|(id, nack)| (*id, *nack));
    assert!(group.pending(from, to, None).map(listed).eq(inside));
    assert_eq!(group.pending_len(), model.pending.len());
    let ends = model.pending.keys().next().copied().zip(model.pending.keys().next_back().copied());
    assert_eq!(group.pending_ends(), ends);
    let names: Vec<&[u8]> =
        (0..NAMES.len()).filter(|who| model.consumers[*who]).map(|who| NAMES[who]).collect();
    assert!(group.consumers().map(|(_, consumer)| consumer.name()).eq(names));
    for (who, name) in NAMES.iter().enumerate() {
        let index = group.find_consumer(name);
        assert_eq!(index.is_some(), model.consumers[who]);
        let Some(index) = index else { continue };
        let own = model.pending.iter().filter(|(_, nack)| nack.0 == who).map(|(id, nack)| (*id, *nack));
        assert_eq!(group.consumer(index).map(Consumer::pending_len), Some(own.clone().count()));
        assert!(group.pending(Id::MIN, Id::MAX, Some(index)).map(listed).eq(own));
    }
    // What is said to be known of the past is true.
    let added_up_to = |id: Id| model.entries.iter().filter(|entry| entry.0 <= id).count() as u64;
    for &(id, _) in &model.entries {
        if let Some(added) = stream.added_up_to(id) {
            // Before the first entry, only a bound is known.
            let known = id >= stream.first_id() && !stream.is_empty();
            assert!(if known { added == added_up_to(id) } else { added >= added_up_to(id) }, "{id}: {added}");
        }
    }
    // Entries that went before the group came to them may be missing in its count.
    if !model.guessed
        && let Some(read) = group.entries_read()
    {
        assert!(read <= added_up_to(group.last_id()));
    }
}

fn apply(stream: &mut Stream, model: &mut Model, op: Op) {
    model.now += 1;
    let now = model.now;
    // A delivery may be recorded for later than now; only a least idle time makes that matter.
    let is_fresh = |time: i64, min_idle: i64| min_idle > 0 && now - time < min_idle;
    let index =
        |stream: &Stream, who: usize| stream.group(b"g").and_then(|group| group.find_consumer(NAMES[who]));
    match op {
        Op::Append => {
            let id = Id::new(model.entries.len() as u64 + 1, 0);
            push(stream, id);
            model.entries.push((id, true));
        }
        Op::Delete(n) => {
            if let Some((id, there)) = model.entries.get_mut(n) {
                assert_eq!(stream.delete(*id), *there);
                *there = false;
            }
        }
        Op::Trim(len) => {
            let trim = Trim { threshold: Threshold::MaxLen(len), approximate: false, limit: 0 };
            let mut removed = stream.trim(trim);
            for (_, there) in model.entries.iter_mut().filter(|entry| entry.1) {
                if removed > 0 {
                    (*there, removed) = (false, removed - 1);
                }
            }
        }
        Op::Create(who) => {
            let group = stream.group_mut(b"g").expect("the group");
            assert_eq!(group.add_consumer(NAMES[who], now).is_none(), model.consumers[who]);
            model.consumers[who] = true;
        }
        Op::Remove(who) => {
            let group = stream.group_mut(b"g").expect("the group");
            let before = model.pending.len();
            model.pending.retain(|_, nack| nack.0 != who);
            let removed = model.consumers[who].then_some(before - model.pending.len());
            assert_eq!(group.remove_consumer(NAMES[who]), removed);
            model.consumers[who] = false;
        }
        Op::Deliver(who, count, no_ack) => {
            let Some(index) = index(stream, who) else { return };
            let delivered = stream.deliver(b"g", index, count, no_ack, now);
            let new =
                model.entries.iter().filter(|entry| entry.1 && entry.0 > model.last).map(|entry| entry.0);
            let ids: Vec<Id> = new.take(count.unwrap_or(usize::MAX)).collect();
            let expected = ids.first().zip(ids.last());
            let expected =
                expected.map(|(first, last)| Delivered { first: *first, last: *last, count: ids.len() });
            assert_eq!(delivered, expected);
            if let Some(Delivered { first, last, .. }) = delivered {
                assert!(stream.range(first, last).map(|entry| entry.id()).eq(ids.iter().copied()));
                model.last = last;
                let consumer = stream.group(b"g").and_then(|group| group.consumer(index));
                assert_eq!(consumer.and_then(|consumer| consumer.active_time) == Some(now), !no_ack);
            }
            if !no_ack {
                model.pending.extend(ids.iter().map(|id| (*id, (who, now, 1))));
            }
        }
        Op::Redeliver(who, start, count) => {
            let Some(index) = index(stream, who) else { return };
            let own = model.pending.range(start..).filter(|(_, nack)| nack.0 == who).map(|(id, _)| *id);
            let own: Vec<Id> = own.take(count.unwrap_or(usize::MAX)).collect();
            let expected: Vec<(Id, bool)> = own.iter().map(|id| (*id, model.is_there(*id))).collect();
            assert_eq!(stream.redeliver(b"g", index, start, count, now), expected);
            for (id, _) in expected.iter().filter(|(_, there)| *there) {
                model.pending.entry(*id).and_modify(|nack| (nack.1, nack.2) = (now, nack.2 + 1));
            }
        }
        Op::Acknowledge(id) => {
            let group = stream.group_mut(b"g").expect("the group");
            assert_eq!(group.acknowledge(id), model.pending.remove(&id).is_some());
        }
        Op::Claim(who, id, claim) => {
            let Some(index) = index(stream, who) else { return };
            let expected = match (model.is_there(id), model.pending.get(&id)) {
                (false, Some(_)) => Claimed::Deleted,
                (false, None) => Claimed::NoEntry,
                (true, Some(nack)) if is_fresh(nack.1, claim.min_idle) => Claimed::TooFresh,
                (true, None) if !claim.force => Claimed::NotPending,
                (true, _) => Claimed::Taken,
            };
            assert_eq!(stream.claim(b"g", index, id, claim, now), expected);
            let before = model.pending.get(&id).map_or(1, |nack| nack.2);
            match expected {
                Claimed::Deleted => drop(model.pending.remove(&id)),
                Claimed::Taken => {
                    let count = claim.delivery_count.unwrap_or(before + u64::from(!claim.just_id));
                    model.pending.insert(id, (who, claim.delivery_time, count));
                }
                _ => {}
            }
        }
        Op::AutoClaim(who, claim) => {
            let Some(index) = index(stream, who) else { return };
            let got = stream.auto_claim(b"g", index, claim, now);
            let mut expected = AutoClaimed::default();
            let candidates: Vec<Id> = model.pending.range(claim.start..).map(|(id, _)| *id).collect();
            for (looked, id) in candidates.into_iter().enumerate() {
                let found = expected.taken.len() + expected.deleted.len();
                if found == claim.count || looked == 10 * claim.count {
                    expected.next = Some(id);
                    break;
                }
                let nack = model.pending[&id];
                if !model.is_there(id) {
                    model.pending.remove(&id);
                    expected.deleted.push(id);
                } else if !is_fresh(nack.1, claim.min_idle) {
                    model.pending.insert(id, (who, now, nack.2 + u64::from(!claim.just_id)));
                    expected.taken.push(id);
                }
            }
            assert_eq!(got, expected);
        }
        Op::SetId(id, read) => {
            stream.group_mut(b"g").expect("the group").set_id(id, read);
            (model.last, model.guessed) = (id, true);
        }
        Op::Copy => *stream = stream.clone(),
    }
    check(stream, model);
}

proptest! {
    #[test]
    fn groups_do_what_maps_do(ops in prop::collection::vec(op(), 1..100)) {
        let mut stream = Stream::new();
        assert!(stream.add_group(b"g", Group::new(Id::MIN, Some(0))));
        assert!(!stream.add_group(b"g", Group::default()));
        let mut model = Model::default();
        for op in ops {
            apply(&mut stream, &mut model, op);
        }
        let parts = parts(stream.group(b"g").expect("the group"));
        let again = load(&parts).expect("it is sound");
        prop_assert_eq!(again.validate(), Ok(()));
        prop_assert_eq!(super::groups::parts(&again), parts);
        stream.remove_group(b"g");
        stream.add_group(b"g", again);
        check(&stream, &model);
    }
}

type Parts = (Id, Option<u64>, Vec<(Id, i64, u64)>, Vec<(Vec<u8>, i64, Option<i64>, Vec<Id>)>);

fn parts(group: &Group) -> Parts {
    let all = group.pending(Id::MIN, Id::MAX, None);
    let consumers = group.consumers().map(|(index, consumer)| {
        let own = group.pending(Id::MIN, Id::MAX, Some(index)).map(|one| one.id).collect();
        (consumer.name().to_vec(), consumer.seen_time, consumer.active_time, own)
    });
    let pending = all.map(|one| (one.id, one.delivery_time, one.delivery_count)).collect();
    (group.last_id(), group.entries_read(), pending, consumers.collect())
}

fn load((last_id, read, pending, consumers): &Parts) -> Result<Group, Corrupt> {
    let consumers = consumers.iter().map(|(name, seen_time, active_time, pending)| RecordedConsumer {
        name,
        seen_time: *seen_time,
        active_time: *active_time,
        pending: pending.clone(),
    });
    Group::from_parts(*last_id, *read, pending.iter().copied(), consumers)
}

#[test]
fn groups_that_contradict_themselves_are_refused() {
    let [one, two] = [Id::new(1, 0), Id::new(2, 0)];
    let ada = || (b"ada".to_vec(), 5, None, vec![one]);
    let sound: Parts =
        (two, None, vec![(one, 7, 1), (two, 7, 1)], vec![ada(), (b"bob".to_vec(), 5, Some(6), vec![two])]);
    assert!(load(&sound).is_ok());
    let changed = |change: fn(&mut Parts)| {
        let mut parts = sound.clone();
        change(&mut parts);
        load(&parts).map(|_| ()).expect_err("it is not sound")
    };
    assert_eq!(changed(|parts| parts.3[1].0 = b"ada".to_vec()), Corrupt::SameName);
    assert_eq!(changed(|parts| parts.2.push((Id::new(1, 0), 9, 9))), Corrupt::Pending(one));
    assert_eq!(changed(|parts| parts.3[1].3.push(Id::new(1, 0))), Corrupt::Pending(one));
    assert_eq!(changed(|parts| parts.3[1].3.push(Id::new(2, 0))), Corrupt::Pending(two));
    assert_eq!(changed(|parts| parts.3[1].3.push(Id::new(3, 0))), Corrupt::Pending(Id::new(3, 0)));
    assert_eq!(changed(|parts| parts.3[1].3.clear()), Corrupt::Pending(two));
}

#[test]
fn lag_is_known_until_something_is_deleted_ahead() {
    let mut stream = Stream::new();
    let lag = |stream: &Stream| stream.group(b"g").and_then(|group| stream.lag(group));
    stream.add_group(b"g", Group::new(Id::MIN, Some(0)));
    assert_eq!(lag(&stream), Some(0));
    let ada = stream.group_mut(b"g").and_then(|group| group.add_consumer(b"ada", 0)).expect("a new one");
    (1..=5).for_each(|ms| push(&mut stream, Id::new(ms, 0)));
    assert_eq!(lag(&stream), Some(5));
    stream.deliver(b"g", ada, Some(2), false, 1);
    assert_eq!(lag(&stream), Some(3));
    stream.delete(Id::new(4, 0));
    assert_eq!(lag(&stream), None, "4 is counted as added, and will never be read");
    stream.deliver(b"g", ada, Some(1), false, 1);
    assert_eq!(lag(&stream), None);
    stream.deliver(b"g", ada, None, false, 1);
    assert_eq!(lag(&stream), Some(0), "at the end it is known again");
    push(&mut stream, Id::new(6, 0));
    assert_eq!(lag(&stream), Some(1));
    let middle = Group::new(Id::new(3, 0), None);
    assert_eq!(stream.lag(&middle), None);
    assert_eq!(stream.lag(&Group::new(Id::new(9, 0), None)), None, "nobody knows what comes before 9");
    stream.trim(Trim { threshold: Threshold::MaxLen(0), approximate: false, limit: 0 });
    assert_eq!(stream.lag(&middle), Some(0));
}

#[test]
fn memory_grows_with_what_is_held() {
    let mut stream = Stream::new();
    assert_eq!(stream.memory(), 0);
    (1..=100).for_each(|ms| push(&mut stream, Id::new(ms, 0)));
    let entries = stream.memory();
    assert!(entries > stream.nodes().map(|(_, node)| node.len()).sum::<usize>());
    stream.add_group(b"g", Group::default());
    let ada = stream.group_mut(b"g").and_then(|group| group.add_consumer(b"ada", 0)).expect("a new one");
    let empty = stream.memory();
    stream.deliver(b"g", ada, None, false, 1);
    // 24 and 8 bytes of a leaf in one tree, 8 in the other, and 9 in both parents.
    assert!(stream.memory() - empty >= 100 * (32 + 8 + 2 * 9));
}

#[test]
fn places_of_consumers_are_used_again() {
    let mut group = Group::default();
    let ada = group.add_consumer(b"ada", 0);
    group.add_consumer(b"bob", 0);
    assert_eq!(group.remove_consumer(b"ada"), Some(0));
    assert_eq!((group.remove_consumer(b"ada"), group.find_consumer(b"ada")), (None, None));
    assert_eq!(group.add_consumer(b"cyd", 3), ada);
    assert_eq!(group.validate(), Ok(()));
    assert!(group.consumers().map(|(_, consumer)| consumer.name()).eq([b"bob", b"cyd"]));
}
