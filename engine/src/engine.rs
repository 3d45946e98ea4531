//! The engine: a database without sockets.
//!
//! ```
//! use russet_engine::{Engine, ManualClock, Setup};
//! use russet_engine::args::OwnedArgs;
//!
//! let mut engine = Engine::new(Setup::for_tests(ManualClock::at(1_700_000_000_000))).unwrap();
//! let client = engine.connect();
//! assert_eq!(engine.run(client, &[b"no-such", b"x"]), b"-ERR unknown command 'no-such', with args beginning with: 'x' \r\n");
//! ```

use crate::acl::{Acl, User};
use crate::args::{Args, OwnedArgs};
use crate::client_memory::ClientMemory;
use crate::clock::{Clock, Timekeeper};
use crate::command::registry::{Conflict, Lookup};
use crate::command::{Command, CommandId, Registry};
use crate::context::Context;
use crate::core::{Core, ReplyBuffers, history_id};
use crate::dispatch::{self, Flow};
use crate::effects::Journal;
use crate::error::Error;
use crate::eviction::Evictor;
use crate::hash::KeyHasher;
use crate::host::{Dataset, Host, NoHost};
use crate::info;
use crate::keyspace::{Cycle, Keyspace};
use crate::observe::{self, Observation};
use crate::output::Output;
use crate::params::Params;
use crate::persistence::Persistence;
use crate::pubsub::{self, Pubsub};
use crate::reply::{Protocol, Reply};
use crate::scripting::Scripting;
use crate::session::{Client, ClientKey, Clients, ReplyMode, Session};
use crate::stats::Stats;
use crate::transaction;
use crate::value::Encoding;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an engine is made from.
pub struct Setup {
    /// Parameters.
    pub params: Params,
    /// Where time comes from.
    pub clock: Box<dyn Clock>,
    /// Where randomness comes from.
    pub seed: [u8; 32],
    /// What surrounds the engine.
    pub host: Box<dyn Host>,
}

impl Setup {
    /// Defaults, a clock that the test holds, and a fixed seed.
    pub fn for_tests(clock: impl Clock + 'static) -> Self {
        Setup { params: Params::default(), clock: Box::new(clock), seed: [7; 32], host: Box::new(NoHost) }
    }
}

/// The database without sockets.
pub struct Engine {
    /// The data.
    pub keyspace: Keyspace,
    /// All commands.
    pub registry: Arc<Registry>,
    /// Everything else.
    pub core: Core,
}

impl Engine {
    /// Makes an engine with all the commands that are linked into the program.
    ///
    /// # Errors
    /// If two of them have one name.
    pub fn new(setup: Setup) -> Result<Self, Conflict> {
        Ok(Engine::with_registry(setup, Arc::new(Registry::collect()?)))
    }

    /// Makes an engine with the commands of a registry, which several may share.
    pub fn with_registry(setup: Setup, registry: Arc<Registry>) -> Self {
        let mut random = SmallRng::from_seed(setup.seed);
        let hasher = KeyHasher::new(random.random());
        let time = Timekeeper::new(setup.clock);
        let now_ns = time.monotonic_ns();
        let now_us = time.unix_us_at(now_ns);
        let mut keyspace = Keyspace::new(setup.params.databases() as usize, hasher);
        keyspace.set_now(now_us);
        let stats = Stats::new(registry.len());
        let replication_id = history_id(&mut random);
        let core = Core {
            params: setup.params,
            acl: Acl::default(),
            clients: Clients::default(),
            stats,
            random,
            host: setup.host,
            persistence: Persistence::at(now_us / 1_000_000),
            stopping: false,
            cron_paused: false,
            pause: None,
            large_element: crate::value::ListLimits::LARGE,
            skip_checksums: false,
            replication_id,
            started_ms: now_us / 1000,
            obeys: false,
            failures: Vec::new(),
            time,
            started_ns: now_ns,
            track_latency: true,
            deadlines: BTreeSet::new(),
            blocked_clients: 0,
            postponed: Vec::new(),
            touched: Vec::new(),
            evictor: Evictor::default(),
            reply_buffers: ReplyBuffers::default(),
            client_memory: ClientMemory::default(),
            pubsub: Pubsub::default(),
            observation: Observation::default(),
            pushes: Output::default(),
            scripting: Scripting::default(),
            meanwhile: None,
            out_of_memory: false,
            next_registry: None,
        };
        let mut engine = Engine { keyspace, core, registry };
        engine.apply_params();
        engine
    }

    /// Renames a command, or takes it away where `to` is empty. For the start of the server, before the registry is shared.
    ///
    /// # Errors
    /// As [`Registry::rename`].
    pub fn rename_command(&mut self, from: &[u8], to: &[u8]) -> Result<(), &'static str> {
        let registry = Arc::get_mut(&mut self.registry).ok_or("commands are renamed only at start")?;
        registry.rename(from, to)
    }

    /// Adds commands to those there are, and returns their ids in their order. O(commands).
    ///
    /// # Errors
    /// As [`Registry::with`].
    pub fn add_commands(&mut self, commands: &[&'static Command]) -> Result<Vec<CommandId>, Conflict> {
        let ids = self.core.add_commands(&self.registry, commands)?;
        self.adopt_registry();
        Ok(ids)
    }

    /// Puts a changed set of commands into force.
    #[cold]
    fn adopt_registry(&mut self) {
        if let Some(registry) = self.core.next_registry.take() {
            self.registry = registry;
            self.core.compile_users(&self.registry);
        }
    }

    /// Puts parameters into force that the engine keeps in a form of its own.
    pub fn apply_params(&mut self) {
        crate::engine_params::apply(&mut self.keyspace, &mut self.core);
    }

    /// Adds a client.
    pub fn connect(&mut self) -> ClientKey {
        let user = self.core.acl.default_user().clone();
        self.core.clients.add(user, self.keyspace.now_ms())
    }

    /// Removes a client, and everything that waits for it.
    pub fn disconnect(&mut self, key: ClientKey) {
        let Some(mut client) = self.core.clients.remove(key) else { return };
        self.core.unblock(&mut self.keyspace.waiting, key, &mut client.session);
        self.core.client_memory.forget(key, &mut client.counted);
        transaction::discard(&mut self.keyspace, &mut client.session);
        pubsub::leave(&mut self.core, &mut client.session);
        observe::leave(&mut self.core, key, &mut client.session);
    }

    /// What a request's first words name.
    #[inline]
    pub fn lookup(&self, name: &[u8], sub: Option<&[u8]>) -> Lookup {
        self.registry.lookup(name, sub)
    }

    /// Whether a request may run for long, and others be answered meanwhile: it runs a script, and no other one runs.
    #[inline]
    pub fn may_run_long(&self, lookup: Lookup) -> bool {
        let Lookup::Found(command) = lookup else { return false };
        self.registry.get(command).runs_scripts && self.core.scripting.running.is_none()
    }

    /// The word of a request that is certainly a key; 0 if there is none.
    #[inline]
    pub fn hashed_word(&self, command: CommandId) -> u32 {
        self.registry.get(command).hashed_word
    }

    /// Unix time in milliseconds, as of the last command.
    pub fn now_ms(&self) -> i64 {
        self.keyspace.now_ms()
    }

    /// Begins a tick: time moves on.
    pub fn synchronise(&mut self) {
        self.core.time.synchronise();
        self.core.started_ns = self.core.time.monotonic_ns();
        self.keyspace.set_now(self.core.time.unix_us_at(self.core.started_ns));
        let stats = &mut self.core.stats;
        stats.event_loop.begin(self.core.started_ns, stats.commands_processed);
    }

    /// Ends a tick, for the statistics.
    pub fn finish_cycle(&mut self) {
        let now_ns = self.core.time.monotonic_ns();
        let stats = &mut self.core.stats;
        stats.event_loop.end(now_ns, stats.commands_processed);
        if !self.core.persistence.waits.is_empty() {
            self.core.collect_waits(now_ns);
        }
    }

    /// Runs one request of a client, whose name was looked up before.
    #[inline]
    pub fn execute_resolved(&mut self, key: ClientKey, lookup: Lookup, args: Args<'_>) -> Flow {
        self.core.evict_clients();
        let lookup = match lookup {
            Lookup::Found(_) => lookup,
            // A request before this one may have loaded the plugin that has it.
            _ => self.lookup(args.word(0), args.get(1)),
        };
        let Some(mut client) = self.core.clients.take(key) else { return Flow::Closing };
        if client.session.closing.is_some() || self.core.stopping {
            // Somebody has ended it, or everybody, earlier in this tick.
            self.core.clients.put_back(key, client);
            return Flow::Closing;
        }
        let flow = self.run_request(key, &mut client, lookup, args);
        if self.core.client_memory.is_limited() {
            self.core.client_memory.count(key, &mut client);
        }
        self.core.clients.put_back(key, client);
        // While a script runs nobody must see what it has done by now.
        if self.keyspace.waiting.has_ready() && self.core.scripting.running.is_none() {
            self.serve_waiting();
        }
        if !self.keyspace.garbage.is_empty() {
            self.throw_away();
        }
        if self.core.next_registry.is_some() {
            self.adopt_registry();
        }
        flow
    }

    /// Walks a request of a client that has been taken out of its place through the pipeline.
    #[inline]
    fn run_request(&mut self, key: ClientKey, client: &mut Client, lookup: Lookup, args: Args<'_>) -> Flow {
        self.keyspace.set_now(self.core.time.unix_us_at(self.core.started_ns));
        let Client { session, output, .. } = client;
        // What is not going to be sent does not wait.
        if session.reply_mode == ReplyMode::On {
            output.limit(self.core.params.client_output_buffer_limit().of(session.kind()).hard as usize);
        }
        self.keyspace.paused = self.core.pause.is_some();
        let mut db = self.keyspace.db(session.db);
        db.no_touch = session.no_touch;
        let mut cx = Context {
            db,
            reply: Reply::new(output, session.protocol),
            session,
            core: &mut self.core,
            registry: &self.registry,
            client: key,
            command: CommandId::default(),
            journal: Journal::AsSent,
            records: true,
            in_transaction: false,
        };
        dispatch::process(&mut cx, lookup, args)
    }

    /// Runs the commands again that wait for keys that have changed; see [`Waiting`](crate::keyspace::Waiting). Nobody
    /// is served during a pause.
    #[cold]
    fn serve_waiting(&mut self) {
        while self.core.pause.is_none()
            && let Some(mut ready) = self.keyspace.waiting.take_ready()
        {
            loop {
                let db = self.keyspace.db(ready.db);
                let found = db.peek(db.key(&ready.key)).map(|entry| Encoding::of(entry).kind());
                let Some(client) = self.keyspace.waiting.next(&mut ready, found) else { break };
                self.resume(client);
            }
        }
    }

    /// Has the host drop the large values that have lost their places.
    #[cold]
    fn throw_away(&mut self) {
        let garbage = self.keyspace.garbage.take();
        let objects = garbage.len();
        self.core.host.drop_later(Box::new(garbage), objects);
    }

    /// Runs the command again that a client waits with. One that is about to be closed would not read the answer, and
    /// leaves what it waited for to the next.
    fn resume(&mut self, key: ClientKey) {
        let Some(mut client) = self.core.clients.take(key) else { return };
        if client.session.closing.is_none()
            && let Some(blocked) = self.core.unblock(&mut self.keyspace.waiting, key, &mut client.session)
            && let Some(wait) = blocked.keys
        {
            client.session.resumed = Some(blocked.deadline_ms);
            let hasher = self.keyspace.hasher().clone();
            self.run_request(key, &mut client, Lookup::Found(wait.command), wait.args.args(&hasher));
            client.session.resumed = None;
        }
        self.core.clients.put_back(key, client);
        self.core.count_client(key);
    }

    /// Runs one request of a client.
    pub fn execute(&mut self, key: ClientKey, args: Args<'_>) -> Flow {
        let lookup = self.lookup(args.word(0), args.get(1));
        self.execute_resolved(key, lookup, args)
    }

    /// Answers a violation of the protocol and ends the session.
    pub fn violation(&mut self, key: ClientKey, error: &Error) {
        let Some(client) = self.core.clients.get_mut(key) else { return };
        self.core.stats.error(error);
        let _ = Reply::new(&mut client.output, client.session.protocol).error(error);
        client.session.close(crate::session::Closing::AfterReply);
    }

    /// Runs one request and takes the answer: for tests, benches and embedding programs. Time moves on to what
    /// the clock says.
    pub fn run(&mut self, key: ClientKey, words: &[&[u8]]) -> Vec<u8> {
        self.synchronise();
        let owned = OwnedArgs::new(words.iter().copied());
        let hasher = self.keyspace.hasher().clone();
        self.execute(key, owned.args(&hasher));
        self.take_output(key)
    }

    /// What `INFO` says of these sections, without a client who asks.
    pub fn report(&mut self, sections: &[&[u8]]) -> Vec<u8> {
        let (mut session, mut output) =
            (Session::new(0, User::unlimited().into(), self.now_ms()), Output::default());
        let mut cx = Context {
            db: self.keyspace.db(0),
            reply: Reply::new(&mut output, Protocol::default()),
            session: &mut session,
            core: &mut self.core,
            registry: &self.registry,
            client: ClientKey(usize::MAX),
            command: CommandId::default(),
            journal: Journal::AsSent,
            records: true,
            in_transaction: false,
        };
        info::report(&mut cx, sections.iter().copied())
    }

    /// Takes what a client has still to be sent.
    pub fn take_output(&mut self, key: ClientKey) -> Vec<u8> {
        let Some(client) = self.core.clients.get_mut(key) else { return Vec::new() };
        client.output.take_bytes()
    }

    /// The host, and what it is lent to save the dataset or to load it.
    pub fn host_and_dataset(&mut self) -> (&mut dyn Host, Dataset<'_>) {
        let Core { host, params, persistence, .. } = &mut self.core;
        (&mut **host, Dataset { keyspace: &mut self.keyspace, params, persistence })
    }

    /// What is due with time: deadlines, the end of a pause.
    pub fn tick(&mut self) {
        let now_ms = self.keyspace.now_ms();
        while let Some(&(deadline, key)) = self.core.deadlines.first() {
            if deadline > now_ms {
                break;
            }
            self.core.wake_at_deadline(&mut self.keyspace.waiting, key);
        }
        if self.core.pause.is_some_and(|pause| pause.until_ms <= now_ms) {
            self.core.unpause();
        }
        if self.core.evictor.is_unfinished() {
            self.core.evict(&mut self.keyspace, Protocol::default());
        }
        self.serve_waiting();
    }

    /// When [`Engine::tick`] has something to do next, Unix time in milliseconds.
    pub fn next_deadline_ms(&self) -> Option<i64> {
        let deadline = self.core.deadlines.first().map(|&(deadline, _)| deadline);
        let pause = self.core.pause.map(|pause| pause.until_ms);
        // Nothing is evicted during a pause, so its end is soon enough.
        let evicting = (self.core.evictor.is_unfinished() && pause.is_none()).then(|| self.now_ms());
        deadline.into_iter().chain(pause).chain(evicting).min()
    }

    /// Runs a cycle of the active expiry. See [`Cycle`].
    pub fn expire_cycle(&mut self, cycle: Cycle) {
        let Engine { keyspace, core, .. } = self;
        if core.pause.is_some() {
            return;
        }
        let effort = core.params.active_expire_effort() as u32;
        let start = core.time.monotonic_ns();
        keyspace.expire_cycle(cycle, effort, || ((core.time.monotonic_ns() - start) / 1000) as i64);
        core.note_wait("expire-cycle", start);
        // Nobody's command runs.
        if !keyspace.events.is_empty() {
            core.publish_events(&mut keyspace.events, Protocol::default());
        }
        self.serve_waiting();
        if !self.keyspace.garbage.is_empty() {
            self.throw_away();
        }
    }

    /// Takes the samples that the rates per second of `INFO` are made of. Called ten times a second.
    pub fn sample_rates(&mut self) {
        let now_ms = self.now_ms();
        self.core.stats.sample_rates(now_ms);
    }

    /// Takes the clients that something has happened to: woken, closed by others, or given something to send.
    pub fn take_touched(&mut self, into: &mut Vec<ClientKey>) {
        for &key in &self.core.touched {
            if let Some(client) = self.core.clients.get_mut(key) {
                client.touched = false;
            }
        }
        into.append(&mut self.core.touched);
    }
}
