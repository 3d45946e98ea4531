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
    /// A key was removed because its time had come.
    Expired = "expired" in b'x',
    /// A key was removed to make room.
    Evicted = "evicted" in b'e',
    /// A key was created.
    New = "new" in b'n',
    /// A lookup found nothing.
    KeyMiss = "keymiss" in b'm',
}

/// Collects events of the enabled classes until they are published.
#[derive(Default)]
pub struct Events {
    /// Bit `class - 'A'` for each enabled class; `$` has bit 63.
    enabled: u64,
    pending: Vec<(usize, Event, Box<[u8]>)>,
}

impl Events {
    fn bit(class: u8) -> u64 {
        1 << if class == b'$' { 63 } else { (class.wrapping_sub(b'A')) & 63 }
    }

    /// Enables exactly the classes whose letters are in `classes`.
    pub fn enable(&mut self, classes: &[u8]) {
        self.enabled = classes.iter().fold(0, |bits, &class| bits | Self::bit(class));
    }

    /// Notes an event, if its class is enabled.
    #[inline]
    pub fn note(&mut self, db: usize, event: Event, key: &[u8]) {
        if self.enabled != 0 && self.enabled & Self::bit(event.class) != 0 {
            self.pending.push((db, event, key.into()));
        }
    }

    /// Takes what has been collected: database, event, key.
    pub fn drain(&mut self) -> std::vec::Drain<'_, (usize, Event, Box<[u8]>)> {
        self.pending.drain(..)
    }
}
