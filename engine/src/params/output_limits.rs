//! The value of `client-output-buffer-limit`: what each of the three classes of client may leave unread.

use super::amount::amount;
use super::declare::{How, Reason, Shape};
use super::lists::join;
use super::setting::{Setting, c_integer};
use crate::session::Kind;

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
    /// The limit of a kind of client.
    pub fn of(&self, kind: Kind) -> OutputLimit {
        match kind {
            Kind::Normal => self.normal,
            Kind::PubSub => self.pubsub,
            // We read from a master; what it is sent is little, and never refused.
            Kind::Master => OutputLimit::default(),
            Kind::Replica => self.replica,
        }
    }

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
            // The seconds are a C `int` in Redis: what does not fit may come out negative, and is refused
            // then.
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
