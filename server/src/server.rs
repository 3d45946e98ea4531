//! The server: an engine, the sockets around it, and the loop that connects them.

use crate::accept::Accepting;
use crate::connection::{Connection, Stream};
use crate::cron;
use crate::host::ServerHost;
use crate::lifecycle::signals::Signals;
use crate::listen::TcpEndpoint;
use crate::tick::{self, Meanwhile, Work};
use mio::{Events, Interest, Poll, Token};
use russet_engine::session::{Client, ClientKey};
use russet_engine::{Engine, KeyHasher};
use slab::Slab;
use std::io;
use std::os::fd::AsFd;
use std::time::Instant;

/// Tokens below are connections.
pub(crate) const LISTENERS: Token = Token(usize::MAX / 2);
/// A signal has arrived.
pub(crate) const SIGNALS: Token = Token(usize::MAX / 2 - 1);
/// Events taken from the poll at a time.
const EVENTS: usize = 1024;

/// A socket that accepts.
pub(crate) enum Listener {
    Tcp(mio::net::TcpListener),
    Unix(mio::net::UnixListener, String),
}

/// Everything that runs.
pub(crate) struct Server {
    /// The database.
    pub engine: Box<Engine>,
    pub(crate) poll: Poll,
    pub(crate) events: Events,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) accepting: Accepting,
    pub(crate) connections: Slab<Connection>,
    pub(crate) signals: Signals,
    pub(crate) work: Work,
    pub(crate) meanwhile: Meanwhile,
    pub(crate) hasher: KeyHasher,
    pub(crate) next_cron: Instant,
    pub(crate) cron: cron::Progress,
    /// The tick that is running is the last.
    pub(crate) ending: bool,
}

impl Server {
    /// A server around `engine`, listening nowhere yet.
    ///
    /// # Errors
    /// If the system has no poll to give, or signals were taken over before.
    pub(crate) fn new(mut engine: Engine, signals: Signals) -> io::Result<Self> {
        engine.core.meanwhile = Some(tick::answer_others);
        let poll = Poll::new()?;
        poll.registry().register(&mut signals.readiness()?, SIGNALS, Interest::READABLE)?;
        let hasher = engine.keyspace.hasher().clone();
        Ok(Server {
            engine: Box::new(engine),
            poll,
            events: Events::with_capacity(EVENTS),
            listeners: Vec::new(),
            accepting: Accepting::default(),
            connections: Slab::new(),
            signals,
            work: Work::default(),
            meanwhile: Meanwhile::default(),
            hasher,
            next_cron: cron::now(),
            cron: cron::Progress::default(),
            ending: false,
        })
    }

    /// Begins to accept on a listener.
    pub(crate) fn listen(&mut self, mut listener: Listener) -> io::Result<()> {
        let token = Token(LISTENERS.0 + self.listeners.len());
        let source: &mut dyn mio::event::Source = match &mut listener {
            Listener::Tcp(listener) => listener,
            Listener::Unix(listener, _) => listener,
        };
        self.poll.registry().register(source, token, Interest::READABLE)?;
        if let Listener::Tcp(socket) = &listener
            && let Some(host) = self.host()
        {
            host.listening.push(socket.as_fd().try_clone_to_owned()?);
        }
        self.listeners.push(listener);
        Ok(())
    }

    /// Puts other TCP listeners in the place of those that are open.
    pub(crate) fn replace_tcp(&mut self, endpoints: Vec<TcpEndpoint>) -> io::Result<()> {
        if let Some(host) = self.host() {
            host.listening.clear();
        }
        let kept: Vec<Listener> =
            self.listeners.drain(..).filter(|listener| matches!(listener, Listener::Unix(..))).collect();
        for mut listener in kept {
            if let Listener::Unix(listener, _) = &mut listener {
                self.poll.registry().deregister(listener)?;
            }
            self.listen(listener)?;
        }
        for endpoint in endpoints {
            self.listen(Listener::Tcp(mio::net::TcpListener::from_std(endpoint.listener)))?;
        }
        Ok(())
    }

    /// The host, where it is the server's own.
    pub(crate) fn host(&mut self) -> Option<&mut ServerHost> {
        self.engine.core.host.as_any().downcast_mut()
    }

    /// Stops accepting.
    pub(crate) fn stop_listening(&mut self) {
        if let Some(host) = self.host() {
            host.listening.clear();
        }
        self.listeners.clear();
    }

    /// Adds a connection whose client the engine has just made.
    pub(crate) fn add(&mut self, client: ClientKey, mut stream: Stream) -> io::Result<()> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(stream.source(), Token(client.0), interest)?;
        let index = self.connections.insert(Connection::new(stream));
        debug_assert_eq!(index, client.0, "clients and connections have the same indexes");
        Ok(())
    }

    /// Ends a connection and forgets its client.
    pub(crate) fn close(&mut self, client: ClientKey) {
        if let Some(mut connection) = self.connections.try_remove(client.0) {
            let _ = self.poll.registry().deregister(connection.stream.source());
        }
        if let Some(Client { session, .. }) = self.engine.core.clients.get(client) {
            let (id, peer) = (session.id, &session.transport.peer);
            if session.overflowed {
                tracing::warn!("Client id={id} addr={peer} closed for overcoming of output buffer limits.");
            } else if session.evicted {
                tracing::info!("Evicting client: id={id} addr={peer}");
            }
        }
        self.engine.disconnect(client);
    }

    /// Whether a client leaves more unread than its class may; notes since when it has been above the soft
    /// limit.
    pub(crate) fn exceeds_output_limit(&mut self, key: ClientKey) -> bool {
        let Some(client) = self.engine.core.clients.get_mut(key) else { return false };
        let Some(connection) = self.connections.get_mut(key.0) else { return false };
        let limit = self.engine.core.params.client_output_buffer_limit().of(client.session.kind());
        let waiting = client.output.excess() as u64;
        let over = |bytes: u64| bytes > 0 && waiting > bytes;
        let soft_for = if over(limit.soft) {
            connection.over_soft_limit.get_or_insert_with(cron::now).elapsed()
        } else {
            connection.over_soft_limit = None;
            std::time::Duration::ZERO
        };
        let exceeds = over(limit.hard) || (over(limit.soft) && soft_for.as_secs() > limit.soft_seconds);
        if exceeds {
            client.session.overflow(&mut self.engine.core.stats);
        }
        exceeds
    }
}
