//! Effects: what a request did to the dataset, as commands that would do it again.
//!
//! They leave the engine as one stream, in the order in which they happened. An append-only file, a replica
//! and a test that replays them all read the same stream. Time, randomness and floating point are resolved
//! before: `SET k v EX 10` leaves as `SET k v PXAT <when>`, an expired key as `DEL`.

use crate::args::OwnedArgs;

/// One step of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Run this command in database `db`.
    Command {
        /// Index of the database.
        db: usize,
        /// The command and its arguments.
        args: OwnedArgs,
    },
    /// What follows up to [`Effect::Commit`] happens as a whole or not at all.
    Begin,
    /// The end of what [`Effect::Begin`] began.
    Commit,
}

/// The stream's end inside the engine.
#[derive(Default)]
pub struct Effects {
    attached: bool,
    pending: Vec<Effect>,
    /// Length of `pending` at which the open transaction began.
    transaction: Option<usize>,
}

impl Effects {
    /// Starts or stops recording. While nobody listens nothing is copied.
    pub fn attach(&mut self, listening: bool) {
        self.attached = listening;
        if !listening {
            self.pending.clear();
            self.transaction = None;
        }
    }

    /// Whether anybody listens.
    #[inline]
    pub fn attached(&self) -> bool {
        self.attached
    }

    /// Appends a command.
    pub fn push(&mut self, db: usize, args: OwnedArgs) {
        if self.attached {
            self.pending.push(Effect::Command { db, args });
        }
    }

    /// Opens a transaction; nested ones join the outer one. Returns whether this call opened it.
    pub fn begin(&mut self) -> bool {
        let opened = self.attached && self.transaction.is_none();
        if opened {
            self.transaction = Some(self.pending.len());
            self.pending.push(Effect::Begin);
        }
        opened
    }

    /// Closes what [`Effects::begin`] opened. An empty transaction leaves no trace, one with a single command
    /// needs no brackets.
    pub fn commit(&mut self) {
        let Some(start) = self.transaction.take() else { return };
        match self.pending.len() - start {
            1 => self.pending.truncate(start),
            2 => {
                self.pending.remove(start);
            }
            _ => self.pending.push(Effect::Commit),
        }
    }

    /// Takes what has been recorded, in order. The journal stage calls this once per tick.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Effect> {
        self.pending.drain(..)
    }
}

/// What a command wants journalled instead of itself.
#[derive(Default)]
pub enum Journal {
    /// The command as it was sent.
    #[default]
    AsSent,
    /// The command as it was sent, even if it changed nothing.
    Always,
    /// These commands.
    Instead(Vec<OwnedArgs>),
}
