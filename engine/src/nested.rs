//! Commands that run others: what a plugin or a script asks for goes through the pipeline from its first step.
//!
//! The command that asks is journaled as it was sent, and then what it runs is not; or it journals nothing of itself, and
//! each command that it runs is on record.

use crate::acl;
use crate::answer::Answer;
use crate::args::Args;
use crate::command::flags::command as flag;
use crate::command::registry::Lookup;
use crate::context::Context;
use crate::dispatch::{self, unknown_command, unknown_subcommand};
use crate::error::Error;
use crate::output::Output;
use crate::reply::{Protocol, Reply};

/// How a command runs another.
#[derive(Clone, Copy, Debug)]
pub struct Nested {
    /// The version of the protocol in which it answers.
    pub protocol: Protocol,
    /// What it does is journaled.
    pub journal: bool,
}

impl Context<'_> {
    /// Runs a command, and returns what it answers; a refusal is an answer too. It never waits: one that would is
    /// answered as at its deadline.
    ///
    /// # Errors
    /// As the pipeline refuses a request. Besides, what is kept from scripts is kept from here too, for it would change
    /// the session or the process under whoever asks; and a command that only reads must not run one that writes, or the
    /// journal would lack what that does.
    pub fn run(&mut self, args: Args<'_>, how: Nested) -> Result<Answer, Error> {
        let registry = self.registry;
        let entry = match registry.lookup(args.get(0).unwrap_or_default(), args.get(1)) {
            Lookup::Found(id) => registry.get(id),
            Lookup::Unknown if args.len() == 0 => return Err(Error::new("ERR there is no command to run")),
            Lookup::Unknown => return Err(unknown_command(args)),
            Lookup::UnknownSubcommand(id) => return Err(unknown_subcommand(registry.get(id), args)),
        };
        if !entry.accepts(args.len()) || entry.command.run.is_none() {
            return Err(Error::arity(&entry.name));
        }
        if entry.has(flag::NOSCRIPT) {
            return Err(Error::owned(format!("ERR '{}' can be run by clients only", entry.name)));
        }
        let asking = registry.get(self.command);
        if entry.has(flag::WRITE) && !asking.has(flag::WRITE) {
            return Err(Error::owned(format!(
                "ERR '{}' writes, but '{}', which runs it, is declared without WRITE",
                entry.name, asking.name
            )));
        }
        if !self.session.trusted {
            acl::permit_nested(self, entry, args)?;
        }
        let mut output = Output::default();
        let failures = self.core.failures.len();
        let mut cx = self.nested();
        cx.reply = Reply::new(&mut output, how.protocol);
        cx.records &= how.journal;
        cx.in_transaction = true;
        dispatch::call(&mut cx, entry.id, args);
        let db = cx.db.index();
        self.db.select(db);
        // While a journal is replayed: whether the command that asks minds the error is its own affair.
        self.core.failures.truncate(failures);
        Ok(Answer::of(output.take_bytes()))
    }
}
