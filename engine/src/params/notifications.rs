//! The value of `notify-keyspace-events`: classes of events, written as letters.

use super::declare::{How, Reason, Shape};
use super::setting::{Setting, single};
use super::words::quote;
use crate::event::EventChannels;

bitflags::bitflags! {
    /// Which keyspace notifications are published, and on which of the two kinds of channel.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Notifications: u32 {
        /// `K`: on `__keyspace@<db>__:<key>`.
        const KEYSPACE = 1;
        /// `E`: on `__keyevent@<db>__:<event>`.
        const KEYEVENT = 1 << 1;
        /// `g`: commands of no type, such as DEL and EXPIRE.
        const GENERIC = 1 << 2;
        /// `$`: string commands.
        const STRING = 1 << 3;
        /// `l`: list commands.
        const LIST = 1 << 4;
        /// `s`: set commands.
        const SET = 1 << 5;
        /// `h`: hash commands.
        const HASH = 1 << 6;
        /// `z`: sorted set commands.
        const SORTED_SET = 1 << 7;
        /// `x`: a key expired.
        const EXPIRED = 1 << 8;
        /// `e`: a key was evicted.
        const EVICTED = 1 << 9;
        /// `t`: stream commands.
        const STREAM = 1 << 10;
        /// `m`: a key was asked for that is not there. Not part of `A`.
        const KEY_MISS = 1 << 11;
        /// `d`: events of a plugin's own types.
        const MODULE = 1 << 13;
        /// `n`: a key came into being. Not part of `A`.
        const NEW = 1 << 14;
        /// `A`: every class but `m` and `n`.
        const ALL = Self::GENERIC.bits() | Self::STRING.bits() | Self::LIST.bits() | Self::SET.bits() | Self::HASH.bits()
            | Self::SORTED_SET.bits() | Self::EXPIRED.bits() | Self::EVICTED.bits() | Self::STREAM.bits() | Self::MODULE.bits();
    }
}

impl Notifications {
    /// Letters in the order in which `CONFIG GET` shows them; `A` stands for those up to `d`, and hides `n`
    /// with them.
    const LETTERS: [(u8, Self); 14] = [
        (b'g', Self::GENERIC),
        (b'$', Self::STRING),
        (b'l', Self::LIST),
        (b's', Self::SET),
        (b'h', Self::HASH),
        (b'z', Self::SORTED_SET),
        (b'x', Self::EXPIRED),
        (b'e', Self::EVICTED),
        (b't', Self::STREAM),
        (b'd', Self::MODULE),
        (b'n', Self::NEW),
        (b'K', Self::KEYSPACE),
        (b'E', Self::KEYEVENT),
        (b'm', Self::KEY_MISS),
    ];

    /// The letters of the classes of events that are published.
    pub fn classes(self) -> impl Iterator<Item = u8> {
        let classes = self - Self::KEYSPACE - Self::KEYEVENT;
        Self::LETTERS.into_iter().filter(move |(_, class)| classes.contains(*class)).map(|(letter, _)| letter)
    }

    /// The kinds of channel on which they are published.
    pub fn channels(self) -> EventChannels {
        EventChannels { keyspace: self.contains(Self::KEYSPACE), keyevent: self.contains(Self::KEYEVENT) }
    }
}

impl Setting for Notifications {
    type Rule = ();
    type View<'a> = Self;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let mut classes = Self::empty();
        for letter in single(args)? {
            classes |= match letter {
                b'A' => Self::ALL,
                _ => match Self::LETTERS.iter().find(|(own, _)| own == letter) {
                    Some((_, class)) => *class,
                    None => return Err("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.".into()),
                },
            };
        }
        *self = classes;
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        let mut out = Vec::new();
        if self.contains(Self::ALL) {
            out.push(b'A');
        }
        let hidden = if self.contains(Self::ALL) { Self::ALL | Self::NEW } else { Self::empty() };
        out.extend(
            Self::LETTERS
                .iter()
                .filter(|(_, class)| self.contains(*class) && !hidden.contains(*class))
                .map(|(letter, _)| *letter),
        );
        out
    }

    fn view(&self) -> Self {
        *self
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "letters out of `KEg$lshzxetdmnA`, or empty".into(), unit: "" }
    }

    fn lines(&self, rule: &()) -> Vec<Vec<u8>> {
        vec![quote(&self.show(rule))]
    }
}
