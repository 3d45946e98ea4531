//! Delivery: entries go to consumers, again to the same, or from one to another.

use super::group::{ConsumerIndex, Group, Nack, id_of};
use super::{Id, Range, Stream};
use crate::rax::Seek;

/// Entries that were delivered: those of the stream from one id to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The first.
    pub first: Id,
    /// The last.
    pub last: Id,
    /// How many.
    pub count: usize,
}

/// How XCLAIM takes an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Only if nothing was delivered for so many milliseconds; 0 or less asks for nothing.
    pub min_idle: i64,
    /// The time of delivery to be recorded, in milliseconds.
    pub delivery_time: i64,
    /// The number of deliveries to be recorded.
    pub delivery_count: Option<u64>,
    /// Whether an entry that is pending for nobody is taken as well.
    pub force: bool,
    /// Whether this is no delivery, so that the number stays as it is if none is given.
    pub just_id: bool,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The entry is pending for the consumer.
    Taken,
    /// The entry was delivered too lately.
    TooFresh,
    /// The entry is pending for nobody.
    NotPending,
    /// The entry is no longer in the stream; it was pending and is so no more.
    Deleted,
    /// The entry is not in the stream and was not pending.
    NoEntry,
}

/// What XAUTOCLAIM took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AutoClaimed {
    /// What is pending for the consumer now.
    pub taken: Vec<Id>,
    /// What was pending, but is no longer in the stream.
    pub deleted: Vec<Id>,
    /// Where to go on; none at the end, for which Redis says `0-0`.
    pub next: Option<Id>,
}

/// How XAUTOCLAIM looks for entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoClaim {
    /// Where to begin.
    pub start: Id,
    /// How many entries are taken or found deleted at most; ten times as many are looked at.
    pub count: usize,
    /// Only what was not delivered for so many milliseconds; 0 or less asks for nothing.
    pub min_idle: i64,
    /// Whether this is no delivery, so that numbers of deliveries stay.
    pub just_id: bool,
}

impl Stream {
    /// Delivers to a consumer what the group has not read, up to `count` entries (`None`: all), at `now`
    /// (milliseconds): XREADGROUP with `>`. Unless `no_ack`, they are pending then. The entries are
    /// [`range`](Stream::range) from the first to the last. O(n) for the first entry, O(1) for each.
    ///
    /// `None` if there is nothing to deliver, or no such group or consumer.
    pub fn deliver(
        &mut self,
        group: &[u8],
        consumer: ConsumerIndex,
        count: Option<usize>,
        no_ack: bool,
        now: i64,
    ) -> Option<Delivered> {
        let counters = self.counters;
        let group = self.groups.get_mut(group)?;
        group.consumer(consumer)?;
        let start = group.last_id.next()?;
        let mut delivered: Option<Delivered> = None;
        for entry in Range::new(&self.nodes, start, Id::MAX).take(count.unwrap_or(usize::MAX)) {
            let id = entry.id();
            match group.entries_read {
                Some(read) if !counters.has_tombstone_from(id) => {
                    group.entries_read = Some(read.wrapping_add(1));
                }
                // There is an entry, but a file may say that none was added.
                _ if counters.entries_added > 0 => group.entries_read = counters.added_up_to(id),
                _ => {}
            }
            group.last_id = id;
            if !no_ack {
                group.assign(id, Nack { time: now, count: 1, consumer });
            }
            let so_far = delivered.get_or_insert(Delivered { first: id, last: id, count: 0 });
            so_far.last = id;
            so_far.count += 1;
        }
        // Redis calls a consumer active when something is pending for it anew.
        if delivered.is_some() && !no_ack {
            group.touch(consumer, now);
        }
        delivered
    }

    /// Delivers again what is pending for a consumer, from `start` on, up to `count` entries (`None`: all):
    /// XREADGROUP with an id. Returns ids, and whether their entries are still there; of those that are, time and number of
    /// deliveries change. O(n) for each.
    pub fn redeliver(
        &mut self,
        group: &[u8],
        consumer: ConsumerIndex,
        start: Id,
        count: Option<usize>,
        now: i64,
    ) -> Vec<(Id, bool)> {
        let Some(group) = self.groups.get_mut(group) else { return Vec::new() };
        let pending = group.pending(start, Id::MAX, Some(consumer)).take(count.unwrap_or(usize::MAX));
        let mut ids: Vec<(Id, bool)> = pending.map(|pending| (pending.id, false)).collect();
        for (id, there) in &mut ids {
            *there = Range::new(&self.nodes, *id, *id).next().is_some();
            if *there && let Some(nack) = group.pending.get_mut(&id.to_bytes()) {
                nack.time = now;
                nack.count = nack.count.saturating_add(1);
            }
        }
        ids
    }

    /// Makes one entry pending for a consumer: XCLAIM. O(n). Without such a group or consumer nothing is pending.
    pub fn claim(
        &mut self,
        group: &[u8],
        consumer: ConsumerIndex,
        id: Id,
        claim: Claim,
        now: i64,
    ) -> Claimed {
        let there = self.get(id).is_some();
        let Some(group) = self.groups.get_mut(group) else { return Claimed::NotPending };
        if !there {
            return if group.acknowledge(id) { Claimed::Deleted } else { Claimed::NoEntry };
        }
        if group.consumer(consumer).is_none() {
            return Claimed::NotPending;
        }
        let count = match group.pending.get(&id.to_bytes()) {
            Some(nack) if claim.min_idle > 0 && now.saturating_sub(nack.time) < claim.min_idle => {
                return Claimed::TooFresh;
            }
            Some(nack) => nack.count,
            // As Redis does: the entry counts as delivered once before this.
            None if claim.force => 1,
            None => return Claimed::NotPending,
        };
        let more = u64::from(!claim.just_id);
        let count = claim.delivery_count.unwrap_or_else(|| count.saturating_add(more));
        group.assign(id, Nack { time: claim.delivery_time, count, consumer });
        group.touch(consumer, now);
        Claimed::Taken
    }

    /// Makes entries pending for a consumer that were delivered to anybody long ago: XAUTOCLAIM. O(n) for each that
    /// is looked at.
    pub fn auto_claim(
        &mut self,
        group: &[u8],
        consumer: ConsumerIndex,
        claim: AutoClaim,
        now: i64,
    ) -> AutoClaimed {
        let mut claimed = AutoClaimed::default();
        let Some(group) = self.groups.get_mut(group) else { return claimed };
        if group.consumer(consumer).is_none() {
            return claimed;
        }
        let looked_at = claim.count.saturating_mul(10);
        let (mut start, mut looked, mut left) = (Some(claim.start), 0, claim.count);
        while let Some(pending) = start.and_then(|start| group.next_pending(start)) {
            if left == 0 || looked == looked_at {
                claimed.next = Some(pending.0);
                break;
            }
            let (id, nack) = pending;
            start = id.next();
            looked += 1;
            if Range::new(&self.nodes, id, id).next().is_none() {
                group.acknowledge(id);
                claimed.deleted.push(id);
                left -= 1;
                continue;
            }
            if claim.min_idle > 0 && now.saturating_sub(nack.time) < claim.min_idle {
                continue;
            }
            let count = nack.count.saturating_add(u64::from(!claim.just_id));
            group.assign(id, Nack { time: now, count, consumer });
            claimed.taken.push(id);
            left -= 1;
        }
        if !claimed.taken.is_empty() {
            group.touch(consumer, now);
        }
        claimed
    }
}

impl Group {
    /// The consumer got something.
    fn touch(&mut self, consumer: ConsumerIndex, now: i64) {
        if let Some(consumer) = self.consumer_mut(consumer) {
            consumer.active_time = Some(now);
        }
    }

    /// The first pending entry of this id or a greater one.
    fn next_pending(&self, start: Id) -> Option<(Id, Nack)> {
        let cursor = self.pending.seek(Seek::Ge(&start.to_bytes()));
        let (key, nack) = cursor.entry()?;
        Some((id_of(key), *nack))
    }
}
