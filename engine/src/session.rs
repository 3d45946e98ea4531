//! A session: what the engine knows of one client, wherever its bytes come from.
//!
//! A session is not a socket. The server gives a connection one, a test or an embedding program makes one
//! directly; addresses and byte counts are facts that whoever owns the transport writes into it.

pub mod line;

use crate::acl::User;
use crate::client_memory::Counted;
use crate::error::Outcome;
use crate::keyspace::{KeyWait, WatchFlag};
use crate::output::{Mark, Output};
use crate::pubsub::Subscriptions;
use crate::reply::{Protocol, Reply};
use crate::stats::Stats;
use crate::transaction::{Size, Transaction, WatchList};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::AtomicPtr;

/// The number that `CLIENT ID` answers: unique for the life of the process.
pub type SessionId = u64;

/// When the transport should end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Once everything that waits has been sent.
    AfterReply,
    /// At once.
    Now,
}

/// `CLIENT REPLY`. Changed by [`Context::set_reply_mode`](crate::Context::set_reply_mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ReplyMode {
    /// Commands are answered.
    #[default]
    On,
    /// Nothing is answered.
    Off,
    /// This request is not answered.
    Skip,
}

/// What a client is to those that select by it: `CLIENT LIST TYPE`, output buffer limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends commands and reads answers.
    Normal,
    /// Follows the stream of effects.
    Replica,
    /// Is subscribed to channels.
    PubSub,
    /// Is who we follow.
    Master,
}

impl Kind {
    /// Reads the name of a kind, letters compared without case.
    pub fn parse(name: &[u8]) -> Option<Kind> {
        const NAMES: [(&str, Kind); 5] = [
            ("normal", Kind::Normal),
            ("slave", Kind::Replica),
            ("replica", Kind::Replica),
            ("pubsub", Kind::PubSub),
            ("master", Kind::Master),
        ];
        NAMES.iter().find(|(text, _)| name.eq_ignore_ascii_case(text.as_bytes())).map(|&(_, kind)| kind)
    }
}

/// Why a session waits, and what ends it.
pub struct Blocked {
    /// When it gives up: Unix time in milliseconds; `None` to wait for ever.
    pub deadline_ms: Option<i64>,
    /// What it is answered when it gives up.
    pub on_timeout: fn(&mut Reply<'_>) -> Outcome,
    /// Whether `CLIENT UNBLOCK` may end it.
    pub unblockable: bool,
    /// Waits for a pause to end: its command has not run yet.
    pub postponed: bool,
    /// The keys that it waits for, if it waits for any.
    pub keys: Option<Box<KeyWait>>,
}

impl Blocked {
    /// A wait for time alone, or for something that wakes it with [`Core::wake`](crate::Core::wake).
    pub fn until(deadline_ms: Option<i64>, on_timeout: fn(&mut Reply<'_>) -> Outcome) -> Self {
        Blocked { deadline_ms, on_timeout, unblockable: true, postponed: false, keys: None }
    }
}

/// What the transport reports, for `CLIENT LIST` and `INFO`.
#[derive(Default, Clone, Debug)]
pub struct Transport {
    /// The peer: `127.0.0.1:50000`, `[::1]:50000`, or the path of a unix socket with `:0`.
    pub peer: String,
    /// The local end, in the same form.
    pub local: String,
    /// The file descriptor, or -1.
    pub fd: i32,
    /// Whether it is a unix socket.
    pub unix: bool,
    /// Bytes received and not yet parsed.
    pub query_buffer: usize,
    /// Bytes of room left in the query buffer.
    pub query_room: usize,
    /// Bytes of the query buffer before those that have not been parsed: the beginning of an unfinished command.
    pub query_parsed: usize,
    /// Bytes of the words of an unfinished command.
    pub words: usize,
    /// Bytes received and not yet parsed that are in memory of the transport's own, while a request runs.
    pub query_borrowed: usize,
    /// Bytes wait because the peer does not take them.
    pub stalled: bool,
    /// Bytes received since the connection was made.
    pub received: u64,
    /// Bytes sent since the connection was made.
    pub sent: u64,
}

impl Transport {
    /// The peer as `MONITOR` shows it.
    pub(crate) fn peer_shown(&self) -> Cow<'_, str> {
        match self.local.strip_suffix(":0") {
            Some(path) if self.unix => Cow::Owned(format!("unix:{path}")),
            _ => Cow::Borrowed(&self.peer),
        }
    }

    /// Whether the peer is on this machine.
    pub fn is_local(&self) -> bool {
        self.unix || self.peer.starts_with("127.") || self.peer.starts_with("[::1]")
    }
}

/// One client.
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// The selected database.
    pub db: usize,
    /// The protocol version it speaks.
    pub protocol: Protocol,
    /// The name it gave itself.
    pub name: Vec<u8>,
    /// The library's name, from `CLIENT SETINFO`.
    pub lib_name: Vec<u8>,
    /// The library's version.
    pub lib_ver: Vec<u8>,
    /// The user it is.
    pub user: Arc<User>,
    /// Whether it has proved who it is, or need not.
    pub authenticated: bool,
    /// Whether it may do everything: it is authenticated, and nothing is kept from its user.
    pub(crate) trusted: bool,
    /// The transaction that is being queued.
    pub transaction: Option<Box<Transaction>>,
    /// The transaction that `EXEC` is running.
    pub executing: Option<Size>,
    /// Keys that it watches.
    pub watched: WatchList,
    /// Set when one of them changes.
    pub watch_flag: WatchFlag,
    /// Whether it is answered.
    pub reply_mode: ReplyMode,
    /// The request after this one is not answered.
    pub skip_next: bool,
    /// From where on the output is to be taken back, while requests are not answered.
    pub(crate) muted_from: Option<Mark>,
    /// Why it waits.
    pub blocked: Option<Blocked>,
    /// While a command that has waited runs again: the deadline of its wait.
    pub(crate) resumed: Option<Option<i64>>,
    /// When its transport should end.
    pub closing: Option<Closing>,
    /// It is ended because it left too much unread.
    pub overflowed: bool,
    /// It is ended because it was the largest when memory for clients was short.
    pub evicted: bool,
    /// What it listens to, if it does to anything.
    pub(crate) subscriptions: Option<Box<Subscriptions>>,
    /// It is shown all that runs (`MONITOR`).
    pub(crate) monitors: bool,
    /// Not evicted when memory for clients is short.
    pub no_evict: bool,
    /// Its lookups leave access clocks alone.
    pub no_touch: bool,
    /// Unix time in milliseconds when it began.
    pub created_ms: i64,
    /// Unix time in milliseconds of its last request.
    pub active_ms: i64,
    /// Bytes of the arguments of the request that waits, if one does.
    pub waiting_bytes: usize,
    /// The command of the last request, if there is such a command.
    pub last_command: Option<crate::command::CommandId>,
    /// Commands it has run.
    pub commands: u64,
    /// What the transport reports.
    pub transport: Transport,
}

impl Session {
    /// A session at its beginning, of whom everybody is who has not proved to be another.
    pub fn new(id: SessionId, user: Arc<User>, now_ms: i64) -> Self {
        let authenticated = user.is_open();
        Session {
            id,
            db: 0,
            protocol: Protocol::Resp2,
            name: Vec::new(),
            lib_name: Vec::new(),
            lib_ver: Vec::new(),
            trusted: authenticated && user.is_unlimited(),
            user,
            authenticated,
            transaction: None,
            executing: None,
            watched: WatchList::default(),
            watch_flag: WatchFlag::default(),
            reply_mode: ReplyMode::On,
            skip_next: false,
            muted_from: None,
            blocked: None,
            resumed: None,
            closing: None,
            overflowed: false,
            evicted: false,
            subscriptions: None,
            monitors: false,
            no_evict: false,
            no_touch: false,
            created_ms: now_ms,
            active_ms: now_ms,
            waiting_bytes: 0,
            last_command: None,
            commands: 0,
            transport: Transport { fd: -1, ..Transport::default() },
        }
    }

    /// Whether it is shown all that runs (`MONITOR`).
    pub fn monitors(&self) -> bool {
        self.monitors
    }

    /// What it is to those that select by it.
    pub fn kind(&self) -> Kind {
        if self.is_subscribed() { Kind::PubSub } else { Kind::Normal }
    }

    /// The transaction that is queued or being run.
    pub fn transaction_size(&self) -> Option<Size> {
        self.executing.or_else(|| self.transaction.as_ref().map(|transaction| transaction.size()))
    }

    /// Bytes that the client holds: what it has sent and what it is to be sent among them.
    pub fn memory(&self, output: &Output) -> usize {
        let words = self.name.len() + self.lib_name.len() + self.lib_ver.len();
        let transport = &self.transport;
        let received = transport.query_parsed + transport.query_buffer + transport.query_room;
        let received = received - transport.query_borrowed;
        let queued = self.transaction_size().map_or(0, |size| size.bytes);
        let subscriptions = self.subscriptions.as_ref().map_or(0, |own| own.memory());
        let waiting = self.blocked.as_ref().map_or(0, |_| self.waiting_bytes);
        let own = words + waiting + self.watched.memory() + subscriptions;
        size_of::<Session>() + own + received + queued + output.memory()
    }

    /// Asks the transport to end; a stronger wish replaces a weaker one.
    pub fn close(&mut self, when: Closing) {
        if self.closing != Some(Closing::Now) {
            self.closing = Some(when);
        }
    }

    /// Ends a session that has left too much unread, and counts it.
    pub fn overflow(&mut self, stats: &mut Stats) {
        if !std::mem::replace(&mut self.overflowed, true) {
            stats.output_buffer_disconnections += 1;
        }
        self.close(Closing::Now);
    }

    /// Ends a session to make room for others, and counts it.
    pub(crate) fn evict(&mut self, stats: &mut Stats) {
        if !std::mem::replace(&mut self.evicted, true) {
            stats.evicted_clients += 1;
        }
        self.close(Closing::Now);
    }

    /// Takes back what a request has answered that should not be, and lets `CLIENT REPLY SKIP` move on.
    pub(crate) fn end_request(&mut self, output: &mut Output) {
        if self.reply_mode != ReplyMode::On
            && let Some(mark) = self.muted_from.take()
        {
            output.truncate(mark);
        }
        if self.blocked.is_some() {
            return; // the answer is still to come
        }
        if self.reply_mode == ReplyMode::Skip {
            self.reply_mode = ReplyMode::On;
        }
        if std::mem::take(&mut self.skip_next) && self.reply_mode == ReplyMode::On {
            self.reply_mode = ReplyMode::Skip;
        }
    }
}

/// A session with what it has still to be sent.
pub struct Client {
    /// The session.
    pub session: Session,
    /// Its replies.
    pub output: Output,
    /// The host has been asked to look at it.
    pub(crate) touched: bool,
    /// What it was last counted with.
    pub(crate) counted: Counted,
}

impl Client {
    /// Notes in `touched` that the host should look at this client, which is the one at `key`; once is enough.
    #[inline]
    pub(crate) fn touch(&mut self, key: ClientKey, touched: &mut Vec<ClientKey>) {
        if !std::mem::replace(&mut self.touched, true) {
            touched.push(key);
        }
    }

    /// Writes the answer that it has been waiting for, unless it does not want answers.
    pub(crate) fn answer(&mut self, write: impl FnOnce(&mut Reply<'_>) -> Outcome) {
        let Client { session, output, .. } = self;
        let mark = output.mark();
        let _ = write(&mut Reply::new(output, session.protocol));
        session.muted_from = Some(mark);
        session.end_request(output);
    }
}

/// The place of a client in [`Clients`]: small, dense, reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientKey(pub usize);

/// All clients. The one whose command is running stands outside, in its [`Context`](crate::Context).
#[derive(Default)]
pub struct Clients {
    slots: slab::Slab<Option<Box<Client>>>,
    by_id: BTreeMap<SessionId, ClientKey>,
    next_id: SessionId,
    /// The client whose command is running, null if none is. Only its address: it is on loan.
    running: AtomicPtr<Client>,
}

impl Clients {
    /// Adds a client and says where. O(1).
    pub fn add(&mut self, user: Arc<User>, now_ms: i64) -> ClientKey {
        self.next_id += 1;
        let session = Session::new(self.next_id, user, now_ms);
        let key = ClientKey(self.slots.insert(Some(Box::new(Client {
            session,
            output: Output::default(),
            touched: false,
            counted: Counted::default(),
        }))));
        self.by_id.insert(self.next_id, key);
        key
    }

    /// Where the client with this number is. O(log n).
    pub fn find(&self, id: SessionId) -> Option<ClientKey> {
        self.by_id.get(&id).copied()
    }

    /// Where all clients are, the eldest first, the one whose command is running among them.
    pub fn by_age(&self) -> impl Iterator<Item = ClientKey> {
        self.by_id.values().copied()
    }

    /// The number of clients.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The client at `key`, unless its command is running.
    pub fn get(&self, key: ClientKey) -> Option<&Client> {
        self.slots.get(key.0)?.as_deref()
    }

    /// The client at `key`, unless its command is running.
    #[inline]
    pub fn get_mut(&mut self, key: ClientKey) -> Option<&mut Client> {
        self.slots.get_mut(key.0)?.as_deref_mut()
    }

    /// All clients but the one whose command is running.
    pub fn iter(&self) -> impl Iterator<Item = (ClientKey, &Client)> {
        self.slots.iter().filter_map(|(key, client)| Some((ClientKey(key), client.as_deref()?)))
    }

    /// All clients but the one whose command is running.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ClientKey, &mut Client)> {
        self.slots.iter_mut().filter_map(|(key, client)| Some((ClientKey(key), client.as_deref_mut()?)))
    }

    #[inline]
    pub(crate) fn take(&mut self, key: ClientKey) -> Option<Box<Client>> {
        let mut client = self.slots.get_mut(key.0)?.take()?;
        *self.running.get_mut() = &raw mut *client;
        Some(client)
    }

    #[inline]
    pub(crate) fn put_back(&mut self, key: ClientKey, client: Box<Client>) {
        *self.running.get_mut() = ptr::null_mut();
        self.slots[key.0] = Some(client);
    }

    /// Where the client is whose command is running, null if none is. For the report of a crash, which nobody survives: it
    /// is the only way to learn whose command it was that the process broke in.
    pub fn running(&mut self) -> *const Client {
        *self.running.get_mut()
    }

    pub(crate) fn remove(&mut self, key: ClientKey) -> Option<Box<Client>> {
        let client = self.slots.try_remove(key.0)??;
        self.by_id.remove(&client.session.id);
        Some(client)
    }
}
