//! Transactions: commands that are queued by `MULTI` and run together by `EXEC`, unless a watched key changed.

use crate::acl;
use crate::args::{Args, Key, OwnedArgs};
use crate::command::CommandId;
use crate::context::Context;
use crate::dispatch;
use crate::error::{Error, Outcome};
use crate::keyspace::{Keyspace, WatchFlag};
use crate::session::Session;

/// How large a transaction is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// The number of queued commands.
    pub commands: usize,
    /// Bytes that their arguments hold.
    pub bytes: usize,
}

/// What has been queued since `MULTI`.
#[derive(Default)]
pub struct Transaction {
    queued: Vec<(CommandId, OwnedArgs)>,
    bytes: usize,
    /// A command could not be queued: `EXEC` will refuse.
    pub failed: bool,
}

impl Transaction {
    /// The number of queued commands.
    pub fn len(&self) -> usize {
        self.queued.len()
    }

    /// Whether nothing is queued.
    pub fn is_empty(&self) -> bool {
        self.queued.is_empty()
    }

    /// How large it is. O(1).
    pub fn size(&self) -> Size {
        Size { commands: self.queued.len(), bytes: self.bytes }
    }

    /// The queued commands.
    pub fn commands(&self) -> impl Iterator<Item = CommandId> {
        self.queued.iter().map(|(command, _)| *command)
    }

    pub(crate) fn queue(&mut self, command: CommandId, args: Args<'_>) {
        let args = args.to_owned();
        self.bytes += args.bytes();
        self.queued.push((command, args));
    }
}

/// A watched key.
pub struct Watched {
    db: usize,
    key: Box<[u8]>,
}

impl Watched {
    /// The database of the key.
    pub fn db(&self) -> usize {
        self.db
    }
}

/// The keys that a session watches.
#[derive(Default)]
pub struct WatchList {
    keys: Vec<Watched>,
    /// Bytes of their names.
    bytes: usize,
}

impl WatchList {
    /// The keys.
    pub fn iter(&self) -> std::slice::Iter<'_, Watched> {
        self.keys.iter()
    }

    /// Bytes of memory. O(1).
    pub(crate) fn memory(&self) -> usize {
        self.keys.capacity() * size_of::<Watched>() + self.bytes
    }

    fn push(&mut self, watched: Watched) {
        self.bytes += watched.key.len();
        self.keys.push(watched);
    }
}

/// Begins to watch a key of the selected database. O(1) beside the keys that the session watches already.
pub fn watch(cx: &mut Context<'_>, key: Key<'_>) {
    let db = cx.db.index();
    if cx.session.watched.iter().any(|w| w.db == db && *w.key == *key.bytes) {
        return;
    }
    let was_expired = cx.db.keyspace().is_expired(db, key);
    let flag = cx.session.watch_flag.clone();
    cx.db.keyspace().watches.add(db, key.bytes, &flag, was_expired);
    cx.session.watched.push(Watched { db, key: key.bytes.into() });
}

/// Ends all watches of a session, and forgets what they saw.
pub fn unwatch(keyspace: &mut Keyspace, session: &mut Session) {
    if session.watched.keys.is_empty() {
        return;
    }
    for watched in std::mem::take(&mut session.watched).keys {
        keyspace.watches.remove(watched.db, &watched.key, &session.watch_flag);
    }
    session.watch_flag = WatchFlag::default();
}

/// Gives up the transaction and its watches.
pub fn discard(keyspace: &mut Keyspace, session: &mut Session) {
    session.transaction = None;
    unwatch(keyspace, session);
}

/// Runs what has been queued.
///
/// # Errors
/// If there is no transaction, or one of its commands could not be queued.
pub fn exec(cx: &mut Context<'_>) -> Outcome {
    let Some(transaction) = cx.session.transaction.take() else {
        return Err(Error::new("ERR EXEC without MULTI"));
    };
    let keyspace = cx.db.keyspace();
    let flag = &cx.session.watch_flag;
    let has_expired = |w: &Watched| {
        keyspace.is_expired(w.db, Key::new(&w.key, &keyspace.hasher))
            && !keyspace.watches.was_expired(w.db, &w.key, flag)
    };
    let stale = flag.is_set() || cx.session.watched.iter().any(has_expired);
    unwatch(keyspace, cx.session);
    if transaction.failed {
        return Err(Error::new("EXECABORT Transaction discarded because of previous errors."));
    }
    if stale {
        return cx.reply.null_array();
    }
    cx.reply.array(transaction.len())?;
    let opened = cx.db.keyspace().effects.begin();
    let hasher = cx.db.keyspace().hasher.clone();
    let outer = std::mem::replace(&mut cx.in_transaction, true);
    cx.session.executing = Some(transaction.size());
    for (command, args) in &transaction.queued {
        let args = args.args(&hasher);
        if !cx.session.trusted
            && let Err(error) = acl::permit_again(cx, cx.registry.get(*command), args)
        {
            dispatch::answer_error(cx, &error);
            continue;
        }
        cx.call(*command, args);
    }
    cx.session.executing = None;
    cx.in_transaction = outer;
    if opened {
        cx.db.keyspace().effects.commit();
    }
    Ok(())
}
