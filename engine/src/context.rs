//! Context: everything that a running command may touch.
//!
//! Its fields are disjoint on purpose: a value borrowed from `db` can be written into `reply` without a copy.

use crate::args::Args;
use crate::command::{CommandId, Registry};
use crate::core::Core;
use crate::dispatch;
use crate::effects::Journal;
use crate::error::Outcome;
use crate::keyspace::Db;
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
    pub fn journal<'w>(&mut self, args: impl IntoIterator<Item = &'w [u8]>) {
        if !self.db.keyspace().effects.attached() {
            return;
        }
        let args = crate::args::OwnedArgs::new(args);
        match &mut self.journal {
            Journal::Instead(commands) => commands.push(args),
            Journal::AsSent | Journal::Always => self.journal = Journal::Instead(vec![args]),
        }
    }

    /// Journals the command as it was sent, even if it changes nothing: `FLUSHDB` of an empty database, which
    /// need not be empty where the journal is read.
    pub fn journal_always(&mut self) {
        self.journal = Journal::Always;
    }

    /// Makes the session wait. It is answered when something wakes it, or at the deadline.
    pub fn block(&mut self, blocked: Blocked) {
        self.core.note_blocked(self.client, &blocked);
        self.session.blocked = Some(blocked);
    }

    /// Puts parameters into force that the engine keeps in a form of its own: after `CONFIG SET`.
    pub fn apply_params(&mut self) {
        crate::engine_params::apply(self.db.keyspace(), self.core);
    }

    /// A random 64-bit number.
    pub fn random(&mut self) -> u64 {
        use rand::RngCore;
        self.core.random.next_u64()
    }
}
