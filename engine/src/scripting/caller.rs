//! The caller: what an interpreter is lent while a script runs, and what the script's commands pass.
//!
//! A command of a script is refused where the same command of a client would be, and besides: what would change the
//! session under the script or wait for somebody, and what writes where the script promised not to. Once a script has
//! written, the state of the server stops nothing: half of a script must not remain.

use super::{Running, Scratch};
use crate::acl;
use crate::args::{Args, OwnedArgs};
use crate::command::Entry;
use crate::command::flags::command as flag;
use crate::command::registry::Lookup;
use crate::context::Context;
use crate::dispatch;
use crate::error::Error;
use crate::hash::KeyHasher;
use crate::reply::{Protocol, Reply};

bitflags::bitflags! {
    /// Who is told of what a script does.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Replicate: u8 {
        /// The append-only file.
        const JOURNAL = 1;
        /// Replicas.
        const REPLICAS = 1 << 1;
    }
}

/// What an interpreter is lent while a script runs.
pub struct Caller<'a, 'c> {
    cx: &'a mut Context<'c>,
    /// The request that called the script.
    request: Args<'a>,
    hasher: KeyHasher,
    scratch: Scratch,
    /// The version of the protocol in which the script's commands answer.
    pub protocol: Protocol,
    /// Who is told of what the script does from here on.
    pub replicate: Replicate,
    /// It must not write.
    pub(super) read_only: bool,
    /// It may use memory where there is none left.
    pub(super) allow_oom: bool,
    wrote: bool,
}

impl<'a, 'c> Caller<'a, 'c> {
    /// Lends `cx` for a script that `request` calls.
    pub(super) fn new(cx: &'a mut Context<'c>, request: Args<'a>) -> Self {
        let scratch = std::mem::take(&mut cx.core.scripting.scratch);
        let hasher = request.hasher().clone();
        Caller {
            cx,
            request,
            hasher,
            scratch,
            protocol: Protocol::Resp2,
            replicate: Replicate::all(),
            read_only: false,
            allow_oom: false,
            wrote: false,
        }
    }

    /// Gives back what it was lent.
    pub(super) fn end(self) {
        self.cx.core.scripting.scratch = self.scratch;
    }

    /// Where the script's answer goes.
    pub fn reply(&mut self) -> &mut Reply<'c> {
        &mut self.cx.reply
    }

    /// Counts that the command which runs the script answers an error.
    pub fn fail(&mut self) {
        self.cx.core.stats.command_mut(self.cx.command).failed += 1;
    }

    /// The context of the command that runs the script.
    pub fn context(&mut self) -> &mut Context<'c> {
        self.cx
    }

    /// The words of the command that [`Caller::call`] is to run; none at first.
    pub fn words(&mut self) -> &mut OwnedArgs {
        &mut self.scratch.words
    }

    /// Runs the command in [`Caller::words`], and takes the words away. Returns what it answers: one reply as it would be sent.
    ///
    /// # Errors
    /// That it was not run, and why. That has been counted.
    pub fn call(&mut self) -> Result<&[u8], Error> {
        let unsent = self.scratch.output.len();
        self.scratch.output.advance(unsent);
        let mut words = std::mem::take(&mut self.scratch.words);
        let hasher = self.hasher.clone();
        let ran = self.run(words.args(&hasher));
        words.clear();
        self.scratch.words = words;
        ran?;
        if self.scratch.output.as_single().is_none() {
            self.scratch.joined = self.scratch.output.take_bytes();
            return Ok(&self.scratch.joined);
        }
        Ok(self.scratch.output.as_single().unwrap_or_default())
    }

    fn run(&mut self, args: Args<'_>) -> Result<(), Error> {
        let registry = self.cx.registry;
        let found = registry.lookup(args.get(0).unwrap_or_default(), args.get(1));
        let Lookup::Found(id) = found else {
            return Err(self.refuse(None, Error::new("ERR Unknown Redis command called from script")));
        };
        let entry = registry.get(id);
        if let Err(error) = self.permit(entry, args) {
            return Err(self.refuse(Some(entry), error));
        }
        if entry.has(flag::WRITE) && !self.wrote {
            self.wrote = true;
            if let Some(running) = &mut self.cx.core.scripting.running {
                running.wrote = true;
            }
        }
        let mut cx = self.cx.nested();
        cx.reply = Reply::new(&mut self.scratch.output, self.protocol);
        cx.records &= self.replicate.contains(Replicate::JOURNAL);
        cx.in_transaction = true;
        dispatch::call(&mut cx, id, args);
        let db = cx.db.index();
        self.cx.db.select(db);
        Ok(())
    }

    /// Whether the script may run this command.
    fn permit(&mut self, entry: &Entry, args: Args<'_>) -> Result<(), Error> {
        if !entry.accepts(args.len()) || entry.command.run.is_none() {
            return Err(Error::new("ERR Wrong number of args calling Redis command from script"));
        }
        if entry.has(flag::NOSCRIPT) && !self.cx.core.scripting.deny_list_disabled {
            return Err(Error::new("ERR This Redis command is not allowed from script"));
        }
        if !self.cx.session.trusted {
            acl::permit_in_script(self.cx, entry, args)?;
        }
        if self.read_only && entry.flags & (flag::WRITE | flag::MAY_REPLICATE) != 0 {
            return Err(Error::new("ERR Write commands are not allowed from read-only scripts."));
        }
        let core = &mut *self.cx.core;
        if self.wrote || core.obeys {
            return Ok(());
        }
        if entry.has(flag::WRITE) {
            core.persistence.refuses_writes(&core.params)?;
        }
        if entry.has(flag::DENYOOM) && core.out_of_memory && !self.allow_oom {
            return Err(Error::new("OOM command not allowed when used memory > 'maxmemory'."));
        }
        Ok(())
    }

    fn refuse(&mut self, entry: Option<&Entry>, error: Error) -> Error {
        let stats = &mut self.cx.core.stats;
        stats.error(&error);
        if let Some(entry) = entry {
            stats.command_mut(entry.id).rejected += 1;
        }
        error
    }

    /// Whether the client that runs the script may run the command in [`Caller::words`], and takes the words away; `None` if
    /// there is no such command.
    pub fn may_call(&mut self) -> Option<bool> {
        let words = std::mem::take(&mut self.scratch.words);
        self.cx.may_run(words.args(&self.hasher))
    }

    /// Called now and then while the script computes. Returns whether it is to end.
    pub fn interrupt(&mut self) -> bool {
        let threshold_ms = self.cx.core.params.busy_reply_threshold();
        let now_ns = self.cx.core.time.monotonic_ns();
        let Some(running) = &mut self.cx.core.scripting.running else { return false };
        let elapsed_ms = now_ns.saturating_sub(running.started_ns) / 1_000_000;
        if threshold_ms == 0 || elapsed_ms < threshold_ms as u64 {
            return false;
        }
        let first = !std::mem::replace(&mut running.busy, true);
        if first {
            running.words = self.request.iter().map(<[u8]>::to_vec).collect();
        }
        if let Some(answer_others) = self.cx.core.meanwhile {
            // For the script no time passes.
            let started_ns = self.cx.core.started_ns;
            let keyspace = self.cx.db.keyspace();
            let now_us = keyspace.now_us();
            answer_others(self.cx.core, keyspace, first);
            keyspace.set_now(now_us);
            self.cx.core.started_ns = started_ns;
        }
        let stopping = self.cx.core.stopping;
        let Some(running) = &mut self.cx.core.scripting.running else { return true };
        running.killed |= stopping;
        running.killed
    }

    /// The script that runs.
    pub fn running(&self) -> Option<&Running> {
        self.cx.core.scripting.running.as_ref()
    }
}
