//! Meanwhile: other clients are answered while a script runs long.
//!
//! A script runs within `execute`, to its end. If it takes too long it asks, again and again, for a tick within this one, so
//! that whoever comes is told that the server is busy, and somebody can end it. For that the server has to be at hand while its
//! engine is at work: a request that runs a script has its words copied, the engine is taken out of the server, and the server
//! lent to the thread. What asks for the inner tick holds the data and the rest of the engine; they are put into the engine that
//! stands in for it, and back.
//!
//! # What is left out of the inner tick?
//!
//! Everything that is due by itself: expiry, deadlines of those who wait, files. It would come between what the script has done
//! and what it is still to do. The script's own client is not read from.

use super::Work;
use crate::server::Server;
use russet_engine::args::{Args, OwnedArgs};
use russet_engine::command::registry::Lookup;
use russet_engine::host::NoHost;
use russet_engine::keyspace::Keyspace;
use russet_engine::params::Params;
use russet_engine::session::ClientKey;
use russet_engine::{Core, Engine, Flow, ManualClock, Setup};
use scoped_tls_hkt::scoped_thread_local;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

scoped_thread_local!(static mut SERVER: Server);

/// What is needed while a request runs long.
#[derive(Default)]
pub(crate) struct Meanwhile {
    /// The client whose request runs.
    client: Option<ClientKey>,
    /// Stands in the engine's place.
    stand_in: Option<Box<Engine>>,
    /// What the stages of inner ticks hand to each other.
    work: Option<Box<Work>>,
    /// Room for the words of a request.
    words: OwnedArgs,
}

/// Copied words longer than this are not kept room for.
const KEPT: usize = 64 * 1024;

impl Meanwhile {
    /// Whether the request of a client runs.
    pub(super) fn is_occupied(&self, client: ClientKey) -> bool {
        self.client == Some(client)
    }

    /// Copies a request, so that what it was read into is free.
    pub(super) fn copy(&mut self, args: Args<'_>) -> OwnedArgs {
        let mut words = mem::take(&mut self.words);
        words.clear();
        args.iter().for_each(|word| words.push(word));
        words
    }

    fn stand_in(&mut self, engine: &Engine) -> Box<Engine> {
        let mut stand_in = self.stand_in.take().unwrap_or_else(|| {
            let setup = Setup {
                params: Params::default(),
                clock: Box::new(ManualClock::at(0)),
                seed: [0; 32],
                host: Box::new(NoHost),
            };
            Box::new(Engine::with_registry(setup, engine.registry.clone()))
        });
        if !Arc::ptr_eq(&stand_in.registry, &engine.registry) {
            stand_in.registry = engine.registry.clone();
        }
        stand_in
    }
}

impl Server {
    /// Runs a request that may take long.
    pub(super) fn run_long(&mut self, client: ClientKey, lookup: Lookup, words: OwnedArgs) -> Flow {
        let mut engine = self.meanwhile.stand_in(&self.engine);
        mem::swap(&mut self.engine, &mut engine);
        self.meanwhile.client = Some(client);
        let hasher = self.hasher.clone();
        let flow = SERVER.set(self, || engine.execute_resolved(client, lookup, words.args(&hasher)));
        self.meanwhile.client = None;
        mem::swap(&mut self.engine, &mut engine);
        self.meanwhile.stand_in = Some(engine);
        if words.bytes() <= KEPT {
            self.meanwhile.words = words;
        }
        flow
    }

    /// A tick within the one that runs a script.
    fn inner_tick(&mut self) {
        self.hand_back();
        let spare = self.meanwhile.work.take().unwrap_or_default();
        let mut outer = mem::replace(&mut self.work, *spare);
        // Who has not had a turn in the outer tick has one here, and whoever was answered there is sent it.
        let waiting = outer.ready.drain(outer.walked..);
        self.work.next.extend(waiting);
        self.work.next.append(&mut outer.next);
        self.work.outgoing.append(&mut outer.outgoing);
        mem::swap(&mut self.work.ready, &mut self.work.next);
        if self.notice(Duration::ZERO).is_ok() {
            self.engine.synchronise();
            self.walk();
            let _ = self.follow_host();
            self.journal();
            // Who has asked for the end sees it when it has come.
            if !self.ending {
                self.flush();
            }
        }
        outer.next.append(&mut self.work.next);
        outer.outgoing.append(&mut self.work.outgoing);
        self.meanwhile.work = Some(Box::new(mem::replace(&mut self.work, outer)));
    }
}

/// Answers others while a script runs long; `first` says that it has just begun to be long.
pub(crate) fn answer_others(core: &mut Core, keyspace: &mut Keyspace, first: bool) {
    if first && let Some(running) = &core.scripting.running {
        let elapsed_ms = core.monotonic_ns().saturating_sub(running.started_ns) / 1_000_000;
        let (kill, name) = (running.kill_command(), &running.name);
        tracing::warn!(
            "Slow script detected: still in execution after {elapsed_ms} milliseconds. You can try killing the script using \
             the {kill} command. Script name is: {name}."
        );
    }
    if !SERVER.is_set() {
        return; // a journal is being loaded
    }
    SERVER.with(|server| {
        mem::swap(&mut server.engine.core, core);
        mem::swap(&mut server.engine.keyspace, keyspace);
        server.inner_tick();
        mem::swap(&mut server.engine.core, core);
        mem::swap(&mut server.engine.keyspace, keyspace);
    });
}
