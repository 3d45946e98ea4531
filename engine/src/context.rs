//! Context: everything that a running command may touch.
//!
//! Its fields are disjoint on purpose: a value borrowed from `db` can be written into `reply` without a copy.

use crate::args::Args;
use crate::command::{CommandId, Registry};
use crate::core::Core;
use crate::dispatch;
use crate::effects::Journal;
use crate::error::{Error, Outcome};
use crate::host::{Dataset, Host};
use crate::keyspace::{Db, Wanted};
use crate::number::{self, LongDouble};
use crate::reply::{Protocol, Reply};
use crate::session::{Blocked, ClientKey, Closing, ReplyMode, Session};

/// What a command is given.
pub struct Context<'a> {
    /// The selected database.
    pub db: Db<'a>,
    /// Where the answer goes.
    pub reply: Reply<'a>,
    /// Who asks.
    pub session: &'a mut Session,
    /// Everything else: parameters, the other clients, statistics.
    pub core: &'a mut Core,
    /// All commands.
    pub registry: &'a Registry,
    /// Where `session` will be put back.
    pub client: ClientKey,
    /// The command that runs.
    pub command: CommandId,
    /// What to journal.
    pub(crate) journal: Journal,
    /// What it does is journaled; not where a command runs another and is itself on record.
    pub(crate) records: bool,
    /// Runs inside `EXEC`: nothing may block.
    pub in_transaction: bool,
}

impl Context<'_> {
    /// The same context for a nested call.
    pub(crate) fn nested(&mut self) -> Context<'_> {
        let mut db = self.db.reborrow();
        db.no_touch = self.session.no_touch;
        Context {
            db,
            reply: self.reply.reborrow(),
            session: self.session,
            core: self.core,
            registry: self.registry,
            client: self.client,
            command: self.command,
            journal: Journal::AsSent,
            records: self.records,
            in_transaction: self.in_transaction,
        }
    }

    /// Runs another command as part of this one, through the same pipeline from `run` on.
    pub fn call(&mut self, command: CommandId, args: Args<'_>) {
        let mut cx = self.nested();
        dispatch::call(&mut cx, command, args);
        // A nested SELECT or HELLO goes on to be in force.
        let (db, protocol) = (cx.db.index(), cx.reply.protocol());
        self.db.select(db);
        self.reply.set_protocol(protocol);
    }

    /// Selects a database.
    ///
    /// # Errors
    /// If there is none with this index.
    pub fn select(&mut self, index: i64) -> Outcome {
        let index = self.db.existing(index)?;
        self.db.select(index);
        self.session.db = index;
        Ok(())
    }

    /// Switches the protocol version, this reply included.
    pub fn set_protocol(&mut self, protocol: Protocol) {
        self.session.protocol = protocol;
        self.reply.set_protocol(protocol);
    }

    /// Changes whether the session is answered, from the next byte of a reply on.
    pub fn set_reply_mode(&mut self, mode: ReplyMode) {
        let was_muted = self.session.reply_mode != ReplyMode::On;
        match (was_muted, mode != ReplyMode::On) {
            (false, true) => self.session.muted_from = Some(self.reply.output().mark()),
            (true, false) => {
                if let Some(mark) = self.session.muted_from.take() {
                    self.reply.output().truncate(mark);
                }
            }
            _ => {}
        }
        self.session.reply_mode = mode;
    }

    /// Ends the session once it has been sent what is written by now: what it has asked besides is done, but
    /// not answered.
    pub fn close_after_reply(&mut self) {
        self.session.close(Closing::AfterReply);
        self.set_reply_mode(ReplyMode::Off);
    }

    /// Journals `args` in place of the command as it was sent. May be called several times.
    pub fn journal<'w>(&mut self, args: impl IntoIterator<Item = &'w [u8], IntoIter: Clone>) {
        if self.db.keyspace().effects.attached() {
            *self.instead() += 1;
            self.db.keyspace().effects.stage(args.into_iter());
        }
    }

    /// The number of commands that are to be journaled in place of the one that runs.
    fn instead(&mut self) -> &mut usize {
        if !matches!(self.journal, Journal::Instead { .. }) {
            self.journal = Journal::Instead { from: self.db.keyspace().effects.staged(), commands: 0 };
        }
        match &mut self.journal {
            Journal::Instead { commands, .. } => commands,
            Journal::AsSent | Journal::Always => unreachable!("it has just been set"),
        }
    }

    /// Journals the command as it was sent, even if it changes nothing: `FLUSHDB` of an empty database, which
    /// need not be empty where the journal is read.
    pub fn journal_always(&mut self) {
        self.journal = Journal::Always;
    }

    /// Journals nothing of the command itself: what it does is journaled piece by piece, if it does anything.
    pub fn journal_nothing(&mut self) {
        self.instead();
    }

    /// Makes the session wait. It is answered when something wakes it, or at the deadline.
    pub fn block(&mut self, blocked: Blocked) {
        self.core.note_blocked(self.client, &blocked);
        self.session.blocked = Some(blocked);
    }

    /// Makes the session wait until one of `keys` holds what is wanted; then the command, whose words are `args`, runs
    /// again from its beginning. Inside a transaction nobody waits: the answer is that of the deadline.
    pub fn wait_for_keys<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k [u8]>,
        wanted: Wanted,
        deadline_ms: Option<i64>,
        on_timeout: fn(&mut Reply<'_>) -> Outcome,
        args: Args<'_>,
    ) -> Outcome {
        if self.in_transaction {
            return on_timeout(&mut self.reply);
        }
        let (db, command) = (self.db.index(), self.command);
        let waiting = &mut self.db.keyspace().waiting;
        let keys = waiting.add(self.client, db, keys, wanted, command, args.to_owned());
        // One that waits on keeps the deadline that it began with.
        let deadline_ms = self.session.resumed.unwrap_or(deadline_ms);
        self.block(Blocked { keys: Some(Box::new(keys)), ..Blocked::until(deadline_ms, on_timeout) });
        Ok(())
    }

    /// Reads how long a command is to wait, in seconds with a fraction: when that is over, Unix time in milliseconds;
    /// `None` for 0, which never is.
    ///
    /// # Errors
    /// If it is no number, negative, or too large.
    pub fn deadline(&self, timeout: &[u8]) -> Result<Option<i64>, Error> {
        deadline(timeout, self.db.now_ms())
    }

    /// As [`Context::deadline`], for a time in whole milliseconds.
    ///
    /// # Errors
    /// If it is no integer, negative, or too large.
    pub fn deadline_of_ms(&self, timeout: &[u8]) -> Result<Option<i64>, Error> {
        let ms =
            number::parse_i64(timeout).ok_or(Error::new("ERR timeout is not an integer or out of range"))?;
        match ms {
            0 => Ok(None),
            ..0 => Err(Error::new("ERR timeout is negative")),
            _ => match ms.checked_add(self.db.now_ms()) {
                Some(at) => Ok(Some(at)),
                None => Err(Error::new("ERR timeout is out of range")),
            },
        }
    }

    /// Puts parameters into force that the engine keeps in a form of its own: after `CONFIG SET`.
    pub fn apply_params(&mut self) {
        crate::engine_params::apply(self.db.keyspace(), self.core);
        self.follow_users();
    }

    /// The host, and what it is lent to save the dataset or to load it.
    pub fn host_and_dataset(&mut self) -> (&mut dyn Host, Dataset<'_>) {
        let Core { host, params, persistence, .. } = &mut *self.core;
        (&mut **host, Dataset { keyspace: self.db.keyspace(), params, persistence })
    }

    /// A random 64-bit number.
    pub fn random(&mut self) -> u64 {
        use rand::RngCore;
        self.core.random.next_u64()
    }
}

fn deadline(timeout: &[u8], now_ms: i64) -> Result<Option<i64>, Error> {
    const OUT_OF_RANGE: Error = Error::new("ERR timeout is out of range");
    let seconds =
        LongDouble::parse(timeout).ok_or(Error::new("ERR timeout is not a float or out of range"))?;
    match seconds.thousandfold().ok_or(OUT_OF_RANGE)? {
        ..0 => Err(Error::new("ERR timeout is negative")),
        0 => Ok(None),
        ms => ms.checked_add(now_ms).map(Some).ok_or(OUT_OF_RANGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_in_seconds_and_rounded_up() {
        let at = |text: &str| deadline(text.as_bytes(), 1000).map_err(|error| error.to_string());
        for (text, ms) in
            [("1", 1000), ("0.1", 100), ("0.0001", 1), ("1.0001", 1001), ("0.57", 570), ("0x10", 16_000)]
        {
            assert_eq!(at(text), Ok(Some(1000 + ms)), "{text}");
        }
        assert_eq!(at("0"), Ok(None));
        assert_eq!(at("-0.0001"), Ok(None), "rounded up it is nothing");
        for text in ["x", "", "nan", "1 ", "1e5000"] {
            assert_eq!(at(text), Err("ERR timeout is not a float or out of range".into()), "{text}");
        }
        for text in ["inf", "9223372036854775", "9223372036854776"] {
            assert_eq!(at(text), Err("ERR timeout is out of range".into()), "{text}");
        }
        for text in ["-1", "-inf", "-1e300"] {
            assert_eq!(at(text), Err("ERR timeout is negative".into()), "{text}");
        }
    }
}
