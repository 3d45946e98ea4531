//! Replay: commands that happened before, run by a session of their own.
//!
//! They walk a short pipeline: look up, arity, run. Nothing else may stop what has happened already: no limit on memory, no
//! error of the disk, nobody's patience. Nothing is counted, nothing is recorded, and nobody waits. Keys whose time has
//! come stay, whatever the clock says, for the commands that follow were run when they were there: what removed them is
//! among the commands.

use crate::acl::User;
use crate::args::Args;
use crate::command::registry::Lookup;
use crate::command::{CommandId, Registry};
use crate::context::Context;
use crate::core::Core;
use crate::dispatch;
use crate::effects::Journal;
use crate::error::Error;
use crate::keyspace::Keyspace;
use crate::output::Output;
use crate::reply::Reply;
use crate::session::{ClientKey, Session};

/// No client has this number.
const NOBODY: u64 = u64::MAX;

/// A session that replays.
pub struct Replay {
    session: Session,
    output: Output,
}

/// A command that was run and answered with an error.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its name.
    pub command: String,
    /// What it answered.
    pub error: Error,
}

impl Replay {
    /// A session at its beginning.
    pub fn new(now_ms: i64) -> Self {
        let session = Session::new(NOBODY, User::unlimited().into(), now_ms);
        Replay { session, output: Output::default() }
    }

    /// The database that it has selected.
    pub fn db(&self) -> usize {
        self.session.db
    }

    /// Whether a transaction has begun and not ended.
    pub fn in_transaction(&self) -> bool {
        self.session.transaction.is_some()
    }

    /// Runs a command, or queues it.
    ///
    /// # Errors
    /// If there is no such command, or not with so many words.
    pub fn run(
        &mut self,
        keyspace: &mut Keyspace,
        core: &mut Core,
        registry: &Registry,
        lookup: Lookup,
        args: Args<'_>,
    ) -> Result<(), Error> {
        core.obeys = true;
        let beginning = self.output.mark();
        let mut db = keyspace.db(self.session.db);
        db.no_touch = self.session.no_touch;
        let mut cx = Context {
            db,
            reply: Reply::new(&mut self.output, self.session.protocol),
            session: &mut self.session,
            core,
            registry,
            client: ClientKey(usize::MAX),
            command: CommandId::default(),
            journal: Journal::AsSent,
            records: true,
            in_transaction: true,
        };
        let outcome = dispatch::obey(&mut cx, lookup, args);
        cx.core.obeys = false;
        self.output.truncate(beginning);
        if !keyspace.garbage.is_empty() {
            let garbage = keyspace.garbage.take();
            let objects = garbage.len();
            core.host.drop_later(Box::new(garbage), objects);
        }
        outcome
    }

    /// Takes the commands that have answered with an error.
    pub fn take_failures(core: &mut Core, registry: &Registry) -> Vec<Failure> {
        let failures = std::mem::take(&mut core.failures);
        core.stats.unexpected_errors += failures.len() as u64;
        let of = |(command, error)| Failure { command: registry.get(command).name.to_string(), error };
        failures.into_iter().map(of).collect()
    }
}
