//! Core: everything of the engine but the data. Commands reach it as [`Context::core`](crate::Context).

use crate::acl::{Acl, PayloadCheck, User};
use crate::client_memory::ClientMemory;
use crate::clock::Timekeeper;
use crate::command::flags::command as flag;
use crate::command::registry::Conflict;
use crate::command::{Command, CommandId, Entry, Registry};
use crate::error::Error;
use crate::eviction::Evictor;
use crate::host::Host;
use crate::keyspace::{Keyspace, Waiting};
use crate::observe::Observation;
use crate::output::Output;
use crate::params::Params;
use crate::params::choice::SanitizeDump;
use crate::persistence::Persistence;
use crate::pubsub::Pubsub;
use crate::scripting::Scripting;
use crate::session::{Blocked, ClientKey, Clients, Session};
use crate::stats::Stats;
use rand::Rng;
use rand::rngs::SmallRng;
use std::collections::BTreeSet;
use std::sync::Arc;

/// `CLIENT PAUSE`.
#[derive(Clone, Copy, Debug)]
pub struct Pause {
    /// When it ends, Unix time in milliseconds.
    pub until_ms: i64,
    /// All commands wait, not only those that write.
    pub all: bool,
}

/// How the buffers of replies are fitted to what they are used for.
#[derive(Clone, Copy, Debug)]
pub struct ReplyBuffers {
    /// Whether they are.
    pub resized: bool,
    /// Milliseconds after which the most that a client has needed is forgotten; `None` is never.
    pub forget_after_ms: Option<i64>,
}

impl Default for ReplyBuffers {
    fn default() -> Self {
        ReplyBuffers { resized: true, forget_after_ms: Some(5000) }
    }
}

/// Everything of the engine but the data.
pub struct Core {
    /// Parameters.
    pub params: Params,
    /// Who may do what.
    pub acl: Acl,
    /// All clients but the one whose command is running.
    pub clients: Clients,
    /// Statistics.
    pub stats: Stats,
    /// Randomness for commands.
    pub random: SmallRng,
    /// What surrounds the engine.
    pub host: Box<dyn Host>,
    /// The process is about to end, and the dataset has been saved: no command runs any more.
    pub stopping: bool,
    /// What is due by itself waits (`DEBUG PAUSE-CRON`).
    pub cron_paused: bool,
    /// What is known about files.
    pub persistence: Persistence,
    /// Commands wait.
    pub pause: Option<Pause>,
    /// Elements of a list of so many bytes or more get a node of their own (`DEBUG QUICKLIST-PACKED-THRESHOLD`).
    pub large_element: u32,
    /// Checksums of dumped values are not compared (`DEBUG SET-SKIP-CHECKSUM-VALIDATION`).
    pub skip_checksums: bool,
    /// Forty hexadecimal digits that name the history of this dataset, for replicas.
    pub replication_id: String,
    /// Unix time in milliseconds when the engine was made.
    pub started_ms: i64,
    /// The command that runs has run before, where it was permitted: it is not refused for what it costs.
    pub obeys: bool,
    /// What was answered with an error although it had to be obeyed.
    pub(crate) failures: Vec<(CommandId, Error)>,
    pub(crate) time: Timekeeper,
    /// Monotonic time when the running command began: when the one before it ended.
    pub(crate) started_ns: u64,
    pub(crate) track_latency: bool,
    /// Clients that wait with a deadline, soonest first.
    pub(crate) deadlines: BTreeSet<(i64, ClientKey)>,
    /// The number of clients that wait.
    pub blocked_clients: usize,
    /// Clients that wait for the pause to end.
    pub(crate) postponed: Vec<ClientKey>,
    /// Clients that others have changed: woken, closed, or given something to send.
    pub(crate) touched: Vec<ClientKey>,
    /// Brings memory back below `maxmemory`.
    pub evictor: Evictor,
    /// How the buffers of replies are fitted to what they are used for (`DEBUG REPLYBUFFER`).
    pub reply_buffers: ReplyBuffers,
    /// What all clients hold together.
    pub(crate) client_memory: ClientMemory,
    /// Who listens to which channel.
    pub pubsub: Pubsub,
    /// What is seen of single commands.
    pub observation: Observation,
    /// What the client whose command runs is to be sent after the answer.
    pub(crate) pushes: Output,
    /// Scripts.
    pub scripting: Scripting,
    /// Answers other clients while a script runs long: called again and again. `true` at the first time.
    pub meanwhile: Option<fn(&mut Core, &mut Keyspace, bool)>,
    /// Memory was above its cap when the request that runs was admitted.
    pub(crate) out_of_memory: bool,
    /// The commands there are once the one that runs has returned, if it changed which there are.
    pub(crate) next_registry: Option<Arc<Registry>>,
}

impl Core {
    /// Whether dumped values are looked at more closely than is needed to read them (`sanitize-dump-payload`): those of
    /// clients, or all. What `user` sends may be excepted from that.
    pub fn sanitizes_dumps(&self, user: &User) -> bool {
        match self.params.sanitize_dump_payload() {
            SanitizeDump::No => false,
            SanitizeDump::Clients => {
                self.persistence.loading.is_none() && user.payload_check() == PayloadCheck::Thorough
            }
            SanitizeDump::Yes => true,
        }
    }

    /// Adds commands to those of `registry`, or to what has become of them since the running command began. They can be
    /// called once it has returned. Returns their ids in their order.
    ///
    /// # Errors
    /// As [`Registry::with`].
    pub fn add_commands(
        &mut self,
        registry: &Registry,
        commands: &[&'static Command],
    ) -> Result<Vec<CommandId>, Conflict> {
        let (next, ids) = self.next_registry.as_deref().unwrap_or(registry).with(commands)?;
        self.stats.make_room(next.len());
        self.next_registry = Some(Arc::new(next));
        Ok(ids)
    }

    /// Takes commands away, as [`Core::add_commands`] adds them.
    pub fn remove_commands(&mut self, registry: &Registry, commands: &[CommandId]) {
        let next = self.next_registry.as_deref().unwrap_or(registry).without(commands);
        self.next_registry = Some(Arc::new(next));
    }

    /// Monotonic time in nanoseconds.
    pub fn monotonic_ns(&self) -> u64 {
        self.time.monotonic_ns()
    }

    /// Asks the host to look at a client that is not the one whose command runs.
    pub fn touch(&mut self, client: ClientKey) {
        match self.clients.get_mut(client) {
            Some(other) => other.touch(client, &mut self.touched),
            None => self.touched.push(client),
        }
    }

    pub(crate) fn note_blocked(&mut self, client: ClientKey, blocked: &Blocked) {
        self.blocked_clients += 1;
        if blocked.postponed {
            self.postponed.push(client);
        }
        if let Some(deadline) = blocked.deadline_ms {
            self.deadlines.insert((deadline, client));
        }
    }

    /// Ends a wait; the caller answers. Returns what it was.
    pub fn unblock(
        &mut self,
        waiting: &mut Waiting,
        key: ClientKey,
        session: &mut Session,
    ) -> Option<Blocked> {
        let blocked = session.blocked.take()?;
        if let Some(deadline) = blocked.deadline_ms {
            self.deadlines.remove(&(deadline, key));
        }
        if let Some(keys) = &blocked.keys {
            waiting.remove(keys);
        }
        self.blocked_clients -= 1;
        self.touch(key);
        Some(blocked)
    }

    /// Ends a wait of a client that is not the one whose command runs, with `answer` or what it would be told
    /// at its deadline. Returns whether it was waiting in a way that may be ended from outside.
    pub fn wake(&mut self, waiting: &mut Waiting, key: ClientKey, answer: Option<&Error>) -> bool {
        let Some(mut client) = self.clients.take(key) else { return false };
        let may = client.session.blocked.as_ref().is_some_and(|b| b.unblockable);
        if may && let Some(blocked) = self.unblock(waiting, key, &mut client.session) {
            self.count_wait(&mut client.session);
            match answer {
                Some(error) => {
                    self.stats.error(error);
                    if let Some(command) = client.session.last_command {
                        self.stats.command_mut(command).failed += 1;
                    }
                    client.answer(|reply| reply.error(error));
                }
                None => client.answer(blocked.on_timeout),
            }
        }
        self.clients.put_back(key, client);
        may
    }

    /// Lets commands wait until `until_ms`, Unix time in milliseconds: all of them, or those that write. A pause
    /// that is there already becomes neither shorter nor weaker.
    pub fn pause_until(&mut self, until_ms: i64, all: bool) {
        let before = self.pause.unwrap_or(Pause { until_ms, all });
        self.pause = Some(Pause { until_ms: before.until_ms.max(until_ms), all: before.all || all });
    }

    /// Ends the pause and lets those who waited go on.
    pub fn unpause(&mut self) {
        self.pause = None;
        for key in std::mem::take(&mut self.postponed) {
            let Some(client) = self.clients.get_mut(key) else { continue };
            if client.session.blocked.as_ref().is_some_and(|b| b.postponed) {
                client.session.blocked = None;
                self.blocked_clients -= 1;
                self.touched.push(key);
            }
        }
    }

    pub(crate) fn is_paused_for(&self, registry: &Registry, entry: &Entry, session: &Session) -> bool {
        let Some(pause) = self.pause else { return false };
        let writes = |entry: &Entry| entry.flags & (flag::WRITE | flag::MAY_REPLICATE) != 0;
        let queued_writes = || {
            entry.command.name == "EXEC"
                && session
                    .transaction
                    .as_ref()
                    .is_some_and(|t| t.commands().any(|command| writes(registry.get(command))))
        };
        pause.all || writes(entry) || queued_writes()
    }

    pub(crate) fn permit_protected(&self, entry: &Entry, session: &Session) -> Result<(), Error> {
        let name = entry.name.split('|').next().unwrap_or_default();
        self.host.permit_protected(&self.params, name, session)
    }
}

impl Core {
    pub(crate) fn wake_at_deadline(&mut self, waiting: &mut Waiting, key: ClientKey) {
        let Some(mut client) = self.clients.take(key) else { return };
        if let Some(blocked) = self.unblock(waiting, key, &mut client.session) {
            self.count_wait(&mut client.session);
            client.answer(blocked.on_timeout);
        }
        self.clients.put_back(key, client);
    }

    /// Counts a command that has waited and is now answered.
    fn count_wait(&mut self, session: &mut Session) {
        session.commands += 1;
        if let Some(command) = session.last_command {
            self.stats.ran(command, 0, self.track_latency);
        }
    }

    /// Begins another history: replicas of the old one must copy everything again.
    pub fn change_replication_id(&mut self) {
        self.replication_id = history_id(&mut self.random);
    }

    /// The number of clients that wait with a deadline.
    pub fn clients_with_deadline(&self) -> usize {
        self.deadlines.len()
    }

    /// How often per second periodic work runs: `hz`, doubled with `dynamic-hz` until a run looks at no more
    /// than 200 clients.
    pub fn effective_hz(&self) -> u32 {
        const CLIENTS_PER_RUN: usize = 200;
        const MOST: u32 = 500;
        let mut hz = self.params.hz().clamp(1, i64::from(MOST)) as u32;
        if self.params.dynamic_hz() {
            while hz < MOST && self.clients.len() / hz as usize > CLIENTS_PER_RUN {
                hz = (hz * 2).min(MOST);
            }
        }
        hz
    }
}

/// Forty random hexadecimal digits.
pub(crate) fn history_id(random: &mut SmallRng) -> String {
    (0..40).filter_map(|_| char::from_digit(random.random_range(0..16), 16)).collect()
}
