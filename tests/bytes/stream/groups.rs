//! Consumer groups: the same deliveries, claims and acknowledgements, and then the same DUMP.

use rand::Rng;
use russet_structures::stream::{
    AutoClaim, Claim, Claimed, Consumer, ConsumerIndex, Group, Id, Pending, RecordedConsumer,
};
use russet_tests::dump::{Dump, RDB_STREAM_LISTPACKS_3, dump};
use russet_tests::launch::Running;
use russet_tests::resp::Value;

use super::rdb::read;
use super::{Both, CONSUMERS, LIMITS, SERVERS, both, entries, own_entries};

const GROUPS: [&str; 2] = ["g", "h"];

impl Both {
    /// Something done to a group. The server's clock is not ours: its times are taken over afterwards.
    pub(super) fn group_op(&mut self) {
        let name = GROUPS[self.random.random_range(0..GROUPS.len())];
        let who = CONSUMERS[self.random.random_range(0..CONSUMERS.len())];
        let group = name.as_bytes();
        if self.stream.group(group).is_none() {
            let id = if self.random.random() { Id::MIN } else { self.entry_id() };
            let read = self.random.random_bool(0.3).then(|| self.random.random_range(0..100));
            let given = read.map_or(String::new(), |read| format!(" ENTRIESREAD {read}"));
            self.line(&format!("XGROUP CREATE key {name} {id}{given}"));
            self.stream.add_group(group, Group::new(id, read));
            return;
        }
        let now = self.now();
        match self.random.random_range(0..24) {
            0 => {
                let reply = self.line(&format!("XGROUP DELCONSUMER key {name} {who}"));
                let own =
                    self.stream.group_mut(group).and_then(|group| group.remove_consumer(who.as_bytes()));
                assert_eq!(reply, Value::Integer(own.unwrap_or(0) as i64));
            }
            1 => {
                let id = self.entry_id();
                self.line(&format!("XGROUP SETID key {name} {id}"));
                self.stream.group_mut(group).expect("there").set_id(id, None);
            }
            2 if self.random.random_bool(0.3) => {
                self.line(&format!("XGROUP DESTROY key {name}"));
                self.stream.remove_group(group);
            }
            3..11 => {
                let (count, no_ack) = (self.random.random_range(1..9), self.random.random_bool(0.2));
                let word = if no_ack { "NOACK" } else { "" };
                let index = self.consumer(group, who);
                let reply =
                    self.line(&format!("XREADGROUP GROUP {name} {who} COUNT {count} {word} STREAMS key >"));
                let own = self.stream.deliver(group, index, Some(count), no_ack, now);
                let own = own.map(|own| own_entries(self.stream.range(own.first, own.last)));
                let theirs = reply.items().map(|streams| entries(&streams[0].items().expect("a key")[1]));
                assert_eq!(theirs, own);
            }
            11..14 => {
                let (id, count) = (self.id(), self.random.random_range(1..9));
                let index = self.consumer(group, who);
                let reply =
                    self.line(&format!("XREADGROUP GROUP {name} {who} COUNT {count} STREAMS key {id}"));
                let start = id.next().expect("not the last of all");
                let own = self.stream.redeliver(group, index, start, Some(count), now);
                let theirs = reply
                    .items()
                    .map(|streams| streams[0].items().expect("a key")[1].clone())
                    .expect("a list");
                let theirs: Vec<(String, bool)> = theirs
                    .items()
                    .unwrap_or_default()
                    .iter()
                    .map(|entry| entry.items().expect("an entry"))
                    .map(|entry| {
                        (entry[0].lossy(), entry[1].items().is_some_and(|fields| !fields.is_empty()))
                    })
                    .collect();
                let own: Vec<(String, bool)> =
                    own.iter().map(|(id, there)| (id.to_string(), *there)).collect();
                assert_eq!(theirs, own);
            }
            14..16 => {
                let id = self.entry_id();
                let reply = self.line(&format!("XACK key {name} {id}"));
                let own = self.stream.group_mut(group).expect("there").acknowledge(id);
                assert_eq!(reply, Value::Integer(i64::from(own)));
            }
            16..20 => self.claim(name, who, now),
            20..22 => self.auto_claim(name, who, now),
            _ => self.pending(name, who),
        }
        self.take_times(name);
    }

    fn claim(&mut self, name: &str, who: &str, now: i64) {
        let (id, group) = (self.entry_id(), name.as_bytes());
        let mut claim = Claim { delivery_time: now, ..Claim::default() };
        let mut line = format!("XCLAIM key {name} {who} 0 {id}");
        if self.random.random() {
            claim.delivery_time = now - [10_000, 1_000_000][self.random.random_range(0..2)];
            line += &format!(" TIME {}", claim.delivery_time);
        }
        if self.random.random() {
            let count = self.random.random_range(0..20);
            claim.delivery_count = Some(count);
            line += &format!(" RETRYCOUNT {count}");
        }
        (claim.force, claim.just_id) = (self.random.random(), self.random.random());
        line += if claim.force { " FORCE" } else { "" };
        line += if claim.just_id { " JUSTID" } else { "" };
        let index = self.consumer(group, who);
        let reply = self.line(&line);
        let own = self.stream.claim(group, index, id, claim, now);
        assert_eq!(reply.items().map(<[Value]>::len), Some(usize::from(own == Claimed::Taken)), "{own:?}");
    }

    fn auto_claim(&mut self, name: &str, who: &str, now: i64) {
        let (start, count, just_id) = (self.id(), self.random.random_range(1..6), self.random.random());
        // What was delivered "long ago" was so by hand, with TIME.
        let min_idle = [0, 60_000][self.random.random_range(0..2)];
        let word = if just_id { "JUSTID" } else { "" };
        let index = self.consumer(name.as_bytes(), who);
        let reply =
            self.line(&format!("XAUTOCLAIM key {name} {who} {min_idle} {start} COUNT {count} {word}"));
        let claim = AutoClaim { start, count, min_idle, just_id };
        let own = self.stream.auto_claim(name.as_bytes(), index, claim, now);
        let reply = reply.items().expect("three parts");
        assert_eq!(reply[0].lossy(), own.next.unwrap_or_default().to_string());
        let taken = reply[1].items().unwrap_or_default().iter();
        let taken = taken
            .map(|entry| if just_id { entry.lossy() } else { entry.items().expect("an entry")[0].lossy() });
        assert!(taken.eq(own.taken.iter().map(Id::to_string)), "{reply:?} {own:?}");
        let deleted = reply[2].items().unwrap_or_default().iter().map(Value::lossy);
        assert!(deleted.eq(own.deleted.iter().map(Id::to_string)), "{reply:?} {own:?}");
    }

    fn pending(&mut self, name: &str, who: &str) {
        let (start, end) = (self.id(), self.id());
        let reply = self.line(&format!("XPENDING key {name} IDLE 60000 {start} {end} 10 {who}"));
        let now = self.now();
        let group = self.stream.group(name.as_bytes()).expect("there");
        let own: Vec<Pending> = match group.find_consumer(who.as_bytes()) {
            None => Vec::new(),
            Some(index) => {
                let all = group.pending(start, end, Some(index));
                all.filter(|one| now - one.delivery_time >= 60_000).take(10).collect()
            }
        };
        let theirs = reply.items().unwrap_or_default().iter().map(|one| one.items().expect("four parts"));
        let theirs: Vec<_> = theirs.map(|one| (one[0].lossy(), one[1].lossy(), one[3].integer())).collect();
        let own =
            own.iter().map(|one| (one.id.to_string(), who.to_string(), Some(one.delivery_count as i64)));
        assert_eq!(theirs, own.collect::<Vec<_>>());
        let reply = self.line(&format!("XPENDING key {name}"));
        let group = self.stream.group(name.as_bytes()).expect("there");
        let reply = reply.items().expect("four parts");
        assert_eq!(reply[0].integer(), Some(group.pending_len() as i64));
        if let Some((first, last)) = group.pending_ends() {
            assert_eq!((reply[1].lossy(), reply[2].lossy()), (first.to_string(), last.to_string()));
        }
    }

    /// The server's clock, in milliseconds.
    pub(super) fn now(&mut self) -> i64 {
        let time = self.client.call(&["TIME"]).expect("the server answers").value;
        let parts: Vec<i64> =
            time.items().unwrap_or_default().iter().filter_map(|part| part.lossy().parse().ok()).collect();
        parts[0] * 1000 + parts[1] / 1000
    }

    /// A consumer, made on both sides if it is not there.
    pub(super) fn consumer(&mut self, name: &[u8], who: &str) -> ConsumerIndex {
        let group = self.stream.group_mut(name).expect("there");
        if let Some(index) = group.find_consumer(who.as_bytes()) {
            return index;
        }
        let index = group.add_consumer(who.as_bytes(), 0).expect("it was not there");
        // The server has no group before the test has restored it.
        self.line(&format!("XGROUP CREATECONSUMER key {} {who}", name.escape_ascii()));
        index
    }

    /// Takes over the server's times, after seeing that ours are near: a clock goes on between two questions.
    fn take_times(&mut self, name: &str) {
        let Dump { body, .. } = dump(&mut self.client, "key").expect("it is there");
        let theirs = read(self.kind, &body).expect("it is sound");
        let (group, theirs) = (self.stream.group_mut(name.as_bytes()), theirs.group(name.as_bytes()));
        let (Some(group), Some(theirs)) = (group, theirs) else { return };
        let near = |a: i64, b: i64| assert!((a - b).abs() < 10_000, "{a} and {b}: {:?}", self.log.last());
        let names = |group: &Group| group.consumers().map(|(_, one)| one.name().to_vec()).collect::<Vec<_>>();
        assert_eq!(names(group), names(theirs), "{:?}", self.log.last());
        let mut parts = Vec::new();
        for (index, consumer) in theirs.consumers() {
            let own = group.find_consumer(consumer.name()).expect("the names are equal");
            let pending: Vec<Id> = theirs.pending(Id::MIN, Id::MAX, Some(index)).map(|one| one.id).collect();
            let own_pending: Vec<Id> = group.pending(Id::MIN, Id::MAX, Some(own)).map(|one| one.id).collect();
            assert_eq!(pending, own_pending, "{:?}", self.log.last());
            let own_times = group.consumer(own).map(|one: &Consumer| one.active_time);
            if self.kind == RDB_STREAM_LISTPACKS_3 {
                let own_active = own_times.flatten();
                assert_eq!(own_active.is_some(), consumer.active_time.is_some(), "{:?}", self.log.last());
                near(own_active.unwrap_or(0), consumer.active_time.unwrap_or(0));
            }
            parts.push(RecordedConsumer {
                name: consumer.name(),
                seen_time: consumer.seen_time,
                active_time: consumer.active_time,
                pending,
            });
        }
        let mut nacks = Vec::new();
        for (own, their) in group.pending(Id::MIN, Id::MAX, None).zip(theirs.pending(Id::MIN, Id::MAX, None))
        {
            near(own.delivery_time, their.delivery_time);
            nacks.push((own.id, their.delivery_time, own.delivery_count));
        }
        let copy = Group::from_parts(group.last_id(), group.entries_read(), nacks, parts);
        *group = copy.expect("it is sound");
    }
}

#[test]
fn the_same_deliveries_make_the_same_dump() -> Result<(), String> {
    for (server, kind) in SERVERS {
        let running = Running::start(server, &["--rdbcompression", "no"])?;
        for limits in [LIMITS[0], LIMITS[2]] {
            let seed = rand::random();
            println!("{server}, {limits:?}, seed {seed}");
            let mut both = both(&running, kind, seed, limits);
            both.begin();
            for step in 0..1200 {
                match both.random.random_range(0..40) {
                    0..14 => both.append(),
                    14..17 => {
                        let id = both.entry_id();
                        let reply = both.line(&format!("XDEL key {id}"));
                        assert_eq!(reply, Value::Integer(i64::from(both.stream.delete(id))));
                    }
                    17 if step % 3 == 0 => {
                        let (trim, words) = both.trim_words();
                        let command = [vec![b"XTRIM".to_vec(), b"key".to_vec()], words].concat();
                        let reply = both.call(&command);
                        assert_eq!(reply, Value::Integer(both.stream.trim(trim) as i64));
                    }
                    _ => both.group_op(),
                }
                if step % 4 == 0 {
                    both.compare();
                }
            }
            both.compare();
        }
    }
    Ok(())
}
