//! Keyspace events: the name and the class of what happened to a key.
//!
//! Every change says which event it is. Subscribers of keyspace notifications see them; while no class is
//! enabled, saying so costs one test.

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The name that subscribers see.
    pub name: &'static str,
    /// The class, one letter of `notify-keyspace-events`.
    pub class: u8,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $text:literal in $class:literal),* $(,)?) => {
        #[expect(non_upper_case_globals, reason = "used like the variants of an enum")]
        impl Event {
            $($(#[$doc])* pub const $name: Event = Event { name: $text, class: $class };)*
        }
    };
}

events! {
    /// A key was removed.
    Del = "del" in b'g',
    /// An expiry was set.
    Expire = "expire" in b'g',
    /// An expiry was taken away.
    Persist = "persist" in b'g',
    /// A key got another name.
    RenameFrom = "rename_from" in b'g',
    /// A key got its name from another.
    RenameTo = "rename_to" in b'g',
    /// A key left for another database.
    MoveFrom = "move_from" in b'g',
    /// A key came from another database.
    MoveTo = "move_to" in b'g',
    /// A key was made by copying another.
    CopyTo = "copy_to" in b'g',
    /// A key was made of a dumped value.
    Restore = "restore" in b'g',
    /// A string was set.
    Set = "set" in b'$',
    /// A part of a string was set.
    SetRange = "setrange" in b'$',
    /// A string grew at its end.
    Append = "append" in b'$',
    /// Bits of a string were set.
    SetBit = "setbit" in b'$',
    /// Elements were added to a HyperLogLog, or others merged into it.
    PfAdd = "pfadd" in b'$',
    /// An integer was added.
    IncrBy = "incrby" in b'$',
    /// A float was added.
    IncrByFloat = "incrbyfloat" in b'$',
    /// Elements were put at the head of a list.
    LPush = "lpush" in b'l',
    /// Elements were put at the tail of a list.
    RPush = "rpush" in b'l',
    /// Elements were taken from the head of a list.
    LPop = "lpop" in b'l',
    /// Elements were taken from the tail of a list.
    RPop = "rpop" in b'l',
    /// An element was put into a list.
    LInsert = "linsert" in b'l',
    /// An element of a list was replaced.
    LSet = "lset" in b'l',
    /// Elements of a list were removed by value.
    LRem = "lrem" in b'l',
    /// A list was cut to a range.
    LTrim = "ltrim" in b'l',
    /// A list was made by sorting.
    SortStore = "sortstore" in b'l',
    /// Members were added to a set.
    SAdd = "sadd" in b's',
    /// Members were removed from a set.
    SRem = "srem" in b's',
    /// Random members were taken from a set.
    SPop = "spop" in b's',
    /// A set was made of what others share.
    SInterStore = "sinterstore" in b's',
    /// A set was made of what others hold.
    SUnionStore = "sunionstore" in b's',
    /// A set was made of what others lack.
    SDiffStore = "sdiffstore" in b's',
    /// Fields of a hash were set.
    HSet = "hset" in b'h',
    /// An integer was added to a field.
    HIncrBy = "hincrby" in b'h',
    /// A float was added to a field.
    HIncrByFloat = "hincrbyfloat" in b'h',
    /// Fields of a hash were removed.
    HDel = "hdel" in b'h',
    /// Fields of a hash got an expiry.
    HExpire = "hexpire" in b'h',
    /// Fields of a hash were removed because their time had come.
    HExpired = "hexpired" in b'h',
    /// Fields of a hash lost their expiry.
    HPersist = "hpersist" in b'h',
    /// Members were added to a sorted set, or got other scores.
    ZAdd = "zadd" in b'z',
    /// A score was incremented.
    ZIncr = "zincr" in b'z',
    /// Members were removed from a sorted set.
    ZRem = "zrem" in b'z',
    /// Members were removed by score.
    ZRemRangeByScore = "zremrangebyscore" in b'z',
    /// Members were removed by their bytes.
    ZRemRangeByLex = "zremrangebylex" in b'z',
    /// Members were removed by rank.
    ZRemRangeByRank = "zremrangebyrank" in b'z',
    /// Members with the lowest scores were taken.
    ZPopMin = "zpopmin" in b'z',
    /// Members with the highest scores were taken.
    ZPopMax = "zpopmax" in b'z',
    /// A sorted set was made of what others share.
    ZInterStore = "zinterstore" in b'z',
    /// A sorted set was made of what others hold.
    ZUnionStore = "zunionstore" in b'z',
    /// A sorted set was made of what others lack.
    ZDiffStore = "zdiffstore" in b'z',
    /// A sorted set was made of a range of another.
    ZRangeStore = "zrangestore" in b'z',
    /// A sorted set was made of what was found around a place.
    GeoSearchStore = "geosearchstore" in b'z',
    /// The same, by the older commands.
    GeoRadiusStore = "georadiusstore" in b'z',
    /// An entry was added to a stream.
    XAdd = "xadd" in b't',
    /// Entries were removed from a stream.
    XDel = "xdel" in b't',
    /// The oldest entries of a stream were removed.
    XTrim = "xtrim" in b't',
    /// The last id of a stream was set.
    XSetId = "xsetid" in b't',
    /// A consumer group was made.
    XGroupCreate = "xgroup-create" in b't',
    /// A consumer group was put to another place.
    XGroupSetId = "xgroup-setid" in b't',
    /// A consumer group was removed.
    XGroupDestroy = "xgroup-destroy" in b't',
    /// A consumer was made.
    XGroupCreateConsumer = "xgroup-createconsumer" in b't',
    /// A consumer was removed.
    XGroupDelConsumer = "xgroup-delconsumer" in b't',
    /// A key was removed because its time had come.
    Expired = "expired" in b'x',
    /// A key was removed to make room.
    Evicted = "evicted" in b'e',
    /// A key was created.
    New = "new" in b'n',
    /// A lookup found nothing.
    KeyMiss = "keymiss" in b'm',
}

/// On which of the two kinds of channel an event is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventChannels {
    /// On the channel of the key.
    pub keyspace: bool,
    /// On the channel of the event.
    pub keyevent: bool,
}

/// An event that has been noted.
struct Noted {
    db: usize,
    event: Event,
    /// Where the key ends in [`Events::keys`]; it begins where the one before ends.
    key_end: usize,
}

/// Collects events of the enabled classes until they are published.
#[derive(Default)]
pub struct Events {
    /// Bit `class - 'A'` for each enabled class; `$` has bit 63.
    enabled: u64,
    channels: EventChannels,
    pending: Vec<Noted>,
    /// The keys of all pending events, one after the other.
    keys: Vec<u8>,
}

/// Room above this many bytes, that a burst of events has left behind, is not kept.
const KEEP: usize = 8 * 1024;

impl Events {
    fn bit(class: u8) -> u64 {
        1 << if class == b'$' { 63 } else { (class.wrapping_sub(b'A')) & 63 }
    }

    /// Enables exactly the classes whose letters are in `classes`, if there is a kind of channel to publish on.
    pub fn enable(&mut self, classes: impl IntoIterator<Item = u8>, channels: EventChannels) {
        let anywhere = channels != EventChannels::default();
        let classes = classes.into_iter().filter(|_| anywhere);
        self.enabled = classes.fold(0, |bits, class| bits | Self::bit(class));
        self.channels = channels;
    }

    /// Notes an event, if its class is enabled.
    #[inline]
    pub fn note(&mut self, db: usize, event: Event, key: &[u8]) {
        if self.enabled != 0 && self.enabled & Self::bit(event.class) != 0 {
            self.keys.extend_from_slice(key);
            self.pending.push(Noted { db, event, key_end: self.keys.len() });
        }
    }

    /// Whether nothing has been noted.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Takes what has been noted, in order: database, event, key.
    pub fn take(&mut self, mut each: impl FnMut(EventChannels, usize, Event, &[u8])) {
        let mut start = 0;
        for noted in self.pending.drain(..) {
            each(self.channels, noted.db, noted.event, &self.keys[start..noted.key_end]);
            start = noted.key_end;
        }
        self.keys.clear();
        if self.keys.capacity() + self.pending.capacity() * size_of::<Noted>() > KEEP {
            (self.keys, self.pending) = (Vec::new(), Vec::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_enabled_is_noted() {
        let mut events = Events::default();
        let seen = |events: &mut Events| {
            for event in [Event::Set, Event::Del, Event::KeyMiss] {
                events.note(3, event, b"key");
            }
            events.note(3, Event::Set, b"");
            let mut seen = Vec::new();
            events.take(|_, db, event, key| seen.push((db, event.name, key.to_vec())));
            assert!(events.is_empty());
            seen
        };
        assert_eq!(seen(&mut events), []);
        let keyspace = EventChannels { keyspace: true, keyevent: false };
        events.enable(*b"g", keyspace);
        assert_eq!(seen(&mut events), [(3, "del", b"key".to_vec())]);
        events.enable(*b"$m", keyspace);
        assert_eq!(
            seen(&mut events),
            [(3, "set", b"key".to_vec()), (3, "keymiss", b"key".to_vec()), (3, "set", Vec::new())]
        );
        events.enable(*b"$m", EventChannels::default());
        assert_eq!(seen(&mut events), [], "there is no channel to publish it on");
    }
}
