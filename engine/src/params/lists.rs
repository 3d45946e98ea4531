//! Parameters that hold several things: save points, output limits, addresses, percentiles, notification classes, ...

use super::declare::{How, Reason, Shape};
use super::setting::{Setting, amount};
use super::words::quote;

fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// Reads a whole number as C's `strtoll` would: blanks and a `+` before it are fine, nothing at all is 0, too much saturates.
fn c_integer(word: &[u8]) -> Option<i64> {
    let word = word.trim_ascii_start();
    let (negative, digits) = match word {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0i64, |sum, digit| {
        let digit = i64::from(digit - b'0');
        sum.saturating_mul(10).saturating_add(if negative { -digit } else { digit })
    }))
}

fn join(words: impl Iterator<Item = String>) -> Vec<u8> {
    words.collect::<Vec<_>>().join(" ").into_bytes()
}

/// Save a snapshot after so many seconds if there were so many changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavePoint {
    /// At least this long after the last snapshot.
    pub seconds: i64,
    /// At least this many changes since.
    pub changes: i32,
}

/// All save points; none means that no snapshot is taken by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavePoints(Vec<SavePoint>);

impl Setting for SavePoints {
    type Rule = ();
    type View<'a> = &'a [SavePoint];

    fn assign(&mut self, _: &(), args: &[&[u8]], how: How) -> Result<(), Reason> {
        const UNREADABLE: &str = "Invalid save parameters";
        let args = if matches!(args, [b""]) { &[] } else { args };
        let mut points = Vec::with_capacity(args.len() / 2);
        let (pairs, rest) = args.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(UNREADABLE.into());
        }
        for [seconds, changes] in pairs {
            match (c_integer(seconds), c_integer(changes)) {
                // Redis keeps the changes in a C `int` once it has looked at their sign.
                (Some(seconds @ 1..), Some(changes @ 0..)) => {
                    points.push(SavePoint { seconds, changes: changes as i32 });
                }
                _ => return Err(UNREADABLE.into()),
            }
        }
        if how == How::Replace || args.is_empty() {
            self.0.clear();
        }
        self.0.append(&mut points);
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        join(self.0.iter().map(|point| format!("{} {}", point.seconds, point.changes)))
    }

    fn view(&self) -> &[SavePoint] {
        &self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "pairs of seconds and changes, or `\"\"`".into(), unit: "" }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        if self.0.is_empty() {
            return vec![b"\"\"".to_vec()];
        }
        self.0.iter().map(|point| format!("{} {}", point.seconds, point.changes).into_bytes()).collect()
    }
}

/// How much output may wait for a client before it is disconnected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputLimit {
    /// Bytes at which it is disconnected at once; 0 is no limit.
    pub hard: u64,
    /// Bytes at which it is disconnected after `soft_seconds`; 0 is no limit.
    pub soft: u64,
    /// How long it may stay above `soft`.
    pub soft_seconds: u64,
}

/// The output limits of the three classes of client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputLimits {
    /// Clients that send commands.
    pub normal: OutputLimit,
    /// Replicas.
    pub replica: OutputLimit,
    /// Subscribers.
    pub pubsub: OutputLimit,
}

impl OutputLimits {
    fn classes(&self) -> [(&'static str, OutputLimit); 3] {
        // Redis shows the class as it was called when the parameter was made.
        [("normal", self.normal), ("slave", self.replica), ("pubsub", self.pubsub)]
    }
}

impl Setting for OutputLimits {
    type Rule = ();
    type View<'a> = &'a Self;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let (classes, rest) = args.as_chunks::<4>();
        if !rest.is_empty() {
            return Err("Wrong number of arguments in buffer limit configuration.".into());
        }
        let mut limits = *self;
        for [class, hard, soft, seconds] in classes {
            let slot = match class.to_ascii_lowercase().as_slice() {
                b"normal" => &mut limits.normal,
                b"replica" | b"slave" => &mut limits.replica,
                b"pubsub" => &mut limits.pubsub,
                _ => return Err("Invalid client class specified in buffer limit configuration.".into()),
            };
            // The seconds are a C `int` in Redis: what does not fit may come out negative, and is refused then.
            let seconds = c_integer(seconds).and_then(|seconds| u64::try_from(seconds as i32).ok());
            let (Some(hard), Some(soft), Some(soft_seconds)) = (amount(hard), amount(soft), seconds) else {
                return Err(
                    "Error in hard, soft or soft_seconds setting in buffer limit configuration.".into()
                );
            };
            *slot = OutputLimit { hard, soft, soft_seconds };
        }
        *self = limits;
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        join(
            self.classes().into_iter().map(|(class, limit)| {
                format!("{class} {} {} {}", limit.hard, limit.soft, limit.soft_seconds)
            }),
        )
    }

    fn view(&self) -> &Self {
        self
    }

    fn shape(_: &()) -> Shape {
        Shape {
            values: "class (`normal`, `replica`, `pubsub`), hard limit, soft limit, seconds; repeated".into(),
            unit: "bytes",
        }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        self.classes()
            .into_iter()
            .map(|(class, limit)| {
                let class = if class == "slave" { "replica" } else { class };
                format!("{class} {} {} {}", limit.hard, limit.soft, limit.soft_seconds).into_bytes()
            })
            .collect()
    }
}

/// Addresses to listen on: names, IPv4 or IPv6, `*` for all of a family. A leading `-` means that it may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(Vec<Vec<u8>>);

impl Setting for Addresses {
    type Rule = ();
    type View<'a> = &'a [Vec<u8>];

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        if args.len() > 16 {
            return Err("Too many bind addresses specified.".into());
        }
        let args = if matches!(args, [b""]) { &[] } else { args };
        self.0 = args.iter().map(|arg| arg.to_vec()).collect();
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        self.0.join(&b' ')
    }

    fn view(&self) -> &[Vec<u8>] {
        &self.0
    }

    fn shape(_: &()) -> Shape {
        Shape {
            values: "up to 16 addresses; `*` is any, a leading `-` forgives one that is missing".into(),
            unit: "",
        }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        if self.0.is_empty() { vec![b"\"\"".to_vec()] } else { vec![self.0.join(&b' ')] }
    }
}

/// Percentiles, each from 0 to 100.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Percentiles(Vec<f64>);

impl Setting for Percentiles {
    type Rule = ();
    type View<'a> = &'a [f64];

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let args = if matches!(args, [b""]) { &[] } else { args };
        let mut percentiles = Vec::with_capacity(args.len());
        for arg in args {
            match number::<f64>(arg) {
                Some(percentile) if (0.0..=100.0).contains(&percentile) => percentiles.push(percentile),
                Some(percentile) if !percentile.is_nan() => {
                    return Err(
                        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]".into(),
                    );
                }
                _ => return Err("Invalid latency-tracking-info-percentiles parameters".into()),
            }
        }
        self.0 = percentiles;
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        join(self.0.iter().map(|percentile| {
            let text = format!("{percentile:.6}");
            text.trim_end_matches('0').trim_end_matches('.').to_string()
        }))
    }

    fn view(&self) -> &[f64] {
        &self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "any number of percentiles".into(), unit: "%" }
    }

    fn lines(&self, rule: &()) -> Vec<Vec<u8>> {
        if self.0.is_empty() { vec![b"\"\"".to_vec()] } else { vec![self.show(rule)] }
    }
}

/// The OOM killer's scores for the master, a replica, and a background child.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OomScores(pub [i32; 3]);

impl Setting for OomScores {
    type Rule = ();
    type View<'a> = [i32; 3];

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let Ok(args) = <[&[u8]; 3]>::try_from(args) else {
            return Err("wrong number of arguments".into());
        };
        let mut scores = [0; 3];
        for (slot, arg) in scores.iter_mut().zip(args) {
            *slot = match c_integer(arg) {
                Some(score @ -2000..=2000) => score as i32,
                _ => {
                    return Err(
                        "Invalid oom-score-adj-values, elements must be between -2000 and 2000.".into()
                    );
                }
            };
        }
        self.0 = scores;
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        join(self.0.iter().map(i32::to_string))
    }

    fn view(&self) -> [i32; 3] {
        self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "three scores, -2000 to 2000".into(), unit: "" }
    }
}

/// The master that this server replicates, if any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Master(Option<(Vec<u8>, u16)>);

impl Setting for Master {
    type Rule = ();
    type View<'a> = Option<(&'a [u8], u16)>;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        self.0 = match args {
            [] | [b""] => None,
            [host, port] if host.eq_ignore_ascii_case(b"no") && port.eq_ignore_ascii_case(b"one") => None,
            [host, port] => match c_integer(port).map(u16::try_from) {
                Some(Ok(port)) => Some((host.to_vec(), port)),
                _ => return Err("Invalid master port".into()),
            },
            _ => return Err("wrong number of arguments".into()),
        };
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        match &self.0 {
            None => Vec::new(),
            Some((host, port)) => [host.as_slice(), b" ", port.to_string().as_bytes()].concat(),
        }
    }

    fn view(&self) -> Option<(&[u8], u16)> {
        self.0.as_ref().map(|(host, port)| (host.as_slice(), *port))
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "host and port, or `no one`".into(), unit: "" }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        match &self.0 {
            None => Vec::new(),
            Some((host, port)) => vec![[quote(host).as_slice(), b" ", port.to_string().as_bytes()].concat()],
        }
    }
}

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
    /// Letters in the order in which `CONFIG GET` shows them; `A` stands for those up to `d`, and hides `n` with them.
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
}

impl Setting for Notifications {
    type Rule = ();
    type View<'a> = Self;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let mut classes = Self::empty();
        for letter in super::setting::single(args)? {
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
