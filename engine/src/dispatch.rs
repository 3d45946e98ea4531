//! Dispatch: the one pipeline that every request walks, whoever sends it.
//!
//! ```text
//!  look up -> arity -> keys -> permission -> state -> run -> effects -> statistics
//!  `-------------------- process --------------------'    `------ call ------'
//! ```
//!
//! A connection, the replay of a journal and an embedding program enter at [`process`]; `EXEC` and scripts run
//! what was checked before at [`call`].

use crate::acl;
use crate::args::Args;
use crate::command::flags::command as flag;
use crate::command::registry::{Lookup, Registry};
use crate::command::{CommandId, Entry};
use crate::context::Context;
use crate::effects::{Effects, Journal};
use crate::error::Error;
use crate::eviction::Evicted;
use crate::observe;
use crate::reply::Protocol;
use crate::session::{Blocked, Closing, ReplyMode, Session};

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It was answered; the next may follow.
    Done,
    /// The session waits: nothing more of it may run until it is woken.
    Blocked,
    /// The request did not run. It is to be given again when the session is woken.
    Postponed,
    /// The session ends: nothing more of it may run.
    Closing,
}

/// Runs one request.
pub(crate) fn process(cx: &mut Context<'_>, lookup: Lookup, args: Args<'_>) -> Flow {
    if cx.session.reply_mode != ReplyMode::On {
        cx.session.muted_from = Some(cx.reply.output().mark());
    }
    cx.session.active_ms = cx.db.now_ms();
    cx.session.last_command = match lookup {
        Lookup::Found(command) => Some(command),
        Lookup::Unknown | Lookup::UnknownSubcommand(_) => None,
    };
    let flow = match admit(cx, lookup, args) {
        Ok(Admitted::Run(command)) => {
            call(cx, command, args);
            // One that waits is counted when it is done.
            cx.session.commands += u64::from(cx.session.blocked.is_none());
            None
        }
        Ok(Admitted::Queued) => {
            cx.session.commands += 1;
            None
        }
        Ok(Admitted::Postponed) => Some(Flow::Postponed),
        Ok(Admitted::Hostile) => {
            cx.session.close(Closing::Now);
            None
        }
        Err(error) => {
            reject(cx, lookup, &error);
            None
        }
    };
    if cx.session.blocked.is_some() {
        cx.session.waiting_bytes = args.bytes();
    }
    if let Some(flow) = flow {
        return flow;
    }
    if cx.session.reply_mode != ReplyMode::On || cx.session.skip_next {
        cx.session.end_request(cx.reply.output());
    }
    if !cx.core.pushes.is_empty() {
        cx.take_pushes();
    }
    if cx.reply.output().overflows() {
        cx.session.overflow(&mut cx.core.stats);
    }
    cx.reply.output().limit(0);
    match (cx.session.closing, &cx.session.blocked) {
        (Some(_), _) => Flow::Closing,
        (None, Some(_)) => Flow::Blocked,
        (None, None) => Flow::Done,
    }
}

enum Admitted {
    Run(CommandId),
    Queued,
    Postponed,
    Hostile,
}

/// Everything that happens before a command runs: may it?
fn admit(cx: &mut Context<'_>, lookup: Lookup, args: Args<'_>) -> Result<Admitted, Error> {
    let registry = cx.registry;
    let entry = match lookup {
        Lookup::Found(id) => registry.get(id),
        Lookup::Unknown if is_http(args.word(0)) => return Ok(Admitted::Hostile),
        Lookup::Unknown => return Err(unknown_command(args)),
        Lookup::UnknownSubcommand(id) => return Err(unknown_subcommand(registry.get(id), args)),
    };
    if !entry.accepts(args.len()) || (entry.command.run.is_none() && args.len() < 2) {
        return Err(Error::arity(&entry.name));
    }
    if entry.has(flag::PROTECTED) {
        cx.core.permit_protected(entry, cx.session)?;
    }
    if cx.session.trusted {
        permit_in_transaction(entry, cx.session)?;
    } else {
        acl::require_login(cx, entry)?;
        permit_in_transaction(entry, cx.session)?;
        acl::permit(cx, entry, args)?;
    }
    // While a script runs, no request is admitted that needs memory, and what the script knows of it remains.
    let interrupts = cx.core.scripting.running.is_some();
    if !interrupts {
        cx.core.out_of_memory = cx.core.evictor.limit() != 0
            && cx.core.evict(cx.db.keyspace(), cx.session.protocol) == Evicted::Impossible;
    }
    if cx.core.out_of_memory && !interrupts && needs_memory(registry, entry, cx.session) {
        return Err(Error::new("OOM command not allowed when used memory > 'maxmemory'."));
    }
    if !cx.core.persistence.snapshots.last_succeeded || !cx.core.persistence.journal.last_write_succeeded {
        let writes = any_runs(registry, entry, cx.session, |flags| flags & flag::WRITE != 0);
        if writes || entry.command.name == "PING" {
            cx.core.persistence.refuses_writes(&cx.core.params)?;
        }
    }
    if cx.session.is_subscribed() && cx.session.protocol == Protocol::Resp2 && !runs_while_subscribed(entry) {
        return Err(Error::owned(format!(
            "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this \
             context",
            entry.name
        )));
    }
    if cx.core.persistence.loading.is_some()
        && any_runs(registry, entry, cx.session, |flags| flags & flag::LOADING == 0)
    {
        return Err(Error::new("LOADING Redis is loading the dataset in memory"));
    }
    if interrupts
        && !entry.has(flag::ALLOW_BUSY)
        && let Some(running) = &cx.core.scripting.running
    {
        return Err(running.busy_error());
    }
    if cx.core.pause.is_some() && cx.core.is_paused_for(registry, entry, cx.session) {
        let until = Blocked { unblockable: false, postponed: true, ..Blocked::until(None, |_| Ok(())) };
        cx.block(until);
        return Ok(Admitted::Postponed);
    }
    if let Some(transaction) = &mut cx.session.transaction
        && !runs_inside_multi(entry)
    {
        transaction.queue(entry.id, args);
        let _ = cx.reply.simple("QUEUED");
        return Ok(Admitted::Queued);
    }
    Ok(Admitted::Run(entry.id))
}

/// Whether a command may be queued, if a transaction has begun.
fn permit_in_transaction(entry: &Entry, session: &Session) -> Result<(), Error> {
    if entry.has(flag::NO_MULTI) && session.transaction.is_some() {
        return Err(Error::new("ERR Command not allowed inside a transaction"));
    }
    Ok(())
}

/// Whether a command, or one that the transaction has queued which it is to run, has the flags that `wanted` looks for.
fn any_runs(registry: &Registry, entry: &Entry, session: &Session, wanted: impl Fn(u64) -> bool) -> bool {
    let queued = session.transaction.as_ref().filter(|_| entry.command.name == "EXEC");
    wanted(entry.flags)
        || queued.is_some_and(|t| t.commands().any(|command| wanted(registry.get(command).flags)))
}

/// Whether a request is refused where there is no memory left: it may make the data larger, or what a transaction queues.
fn needs_memory(registry: &Registry, entry: &Entry, session: &Session) -> bool {
    let Some(transaction) = &session.transaction else { return entry.has(flag::DENYOOM) };
    match entry.command.name {
        "EXEC" => transaction.commands().any(|command| registry.get(command).has(flag::DENYOOM)),
        "DISCARD" | "QUIT" | "RESET" => false,
        _ => true,
    }
}

/// Commands that steer a transaction run while one is being queued.
fn runs_inside_multi(entry: &Entry) -> bool {
    matches!(entry.command.name, "EXEC" | "DISCARD" | "MULTI" | "WATCH" | "QUIT" | "RESET")
}

/// Commands whose answers a RESP2 client can tell from messages.
fn runs_while_subscribed(entry: &Entry) -> bool {
    entry
        .command
        .name
        .strip_suffix("SUBSCRIBE")
        .is_some_and(|kind| matches!(kind, "" | "UN" | "P" | "PUN" | "S" | "SUN"))
        || matches!(entry.command.name, "PING" | "QUIT" | "RESET")
}

/// Answers a request that may not run.
#[cold]
fn reject(cx: &mut Context<'_>, lookup: Lookup, error: &Error) {
    if let Lookup::Found(id) = lookup {
        cx.core.stats.command_mut(id).rejected += 1;
        if cx.registry.get(id).command.name == "EXEC" {
            // A transaction that cannot be run is given up.
            crate::transaction::discard(cx.db.keyspace(), cx.session);
            let text = [
                b"EXECABORT Transaction discarded because of: ",
                error.text().strip_prefix(b"ERR ").unwrap_or(error.text()),
            ]
            .concat();
            answer_error(cx, &Error::owned(text));
            return;
        }
    }
    if let Some(transaction) = &mut cx.session.transaction {
        transaction.failed = true;
    }
    answer_error(cx, error);
}

pub(crate) fn answer_error(cx: &mut Context<'_>, error: &Error) {
    cx.core.stats.error(error);
    if cx.core.obeys {
        cx.core.failures.push((cx.command, error.clone()));
    }
    let _ = cx.reply.error(error);
}

/// Runs a command that has been admitted: run, effects, statistics.
pub(crate) fn call(cx: &mut Context<'_>, command: CommandId, args: Args<'_>) {
    let registry = cx.registry;
    let entry = registry.get(command);
    let Some(run) = entry.command.run else { return };
    cx.command = command;
    let outer_journal = std::mem::take(&mut cx.journal);
    let dirty = cx.db.keyspace().dirty;
    let database = cx.db.index();

    let started = cx.core.started_ns;
    let outcome = run(cx, args);
    if let Err(error) = &outcome {
        answer_error(cx, error);
        cx.core.stats.command_mut(command).failed += 1;
    }

    let events = &mut cx.db.keyspace().events;
    if !events.is_empty() {
        cx.core.publish_events(events, cx.session.protocol);
    }
    let journal = std::mem::replace(&mut cx.journal, outer_journal);
    if cx.core.obeys {
        return; // it is on record already, and nobody's request
    }
    let keyspace = cx.db.keyspace();
    if keyspace.effects.attached() {
        let changed = cx.records && (keyspace.dirty != dirty || matches!(journal, Journal::Always));
        record(&mut keyspace.effects, changed, database, journal, entry, args);
    }

    let ended = cx.core.time.monotonic_ns();
    cx.core.started_ns = ended;
    let track = cx.core.track_latency;
    let took = ended.saturating_sub(started);
    if cx.session.blocked.is_none() {
        cx.core.stats.ran(command, took, track);
    }
    if cx.core.observation.concerns(took) {
        observe::observe(cx, entry, args, took);
    }
    if !cx.in_transaction {
        cx.core.stats.event_loop.commands_ns += took;
    }
}

/// Runs one request that has to be obeyed: it is refused only if it makes no sense.
pub(crate) fn obey(cx: &mut Context<'_>, lookup: Lookup, args: Args<'_>) -> Result<(), Error> {
    let entry = match lookup {
        Lookup::Found(id) => cx.registry.get(id),
        Lookup::Unknown => return Err(unknown_command(args)),
        Lookup::UnknownSubcommand(id) => return Err(unknown_subcommand(cx.registry.get(id), args)),
    };
    if !entry.accepts(args.len()) || entry.command.run.is_none() {
        return Err(Error::arity(&entry.name));
    }
    match &mut cx.session.transaction {
        Some(transaction) if entry.command.name != "EXEC" => transaction.queue(entry.id, args),
        _ => call(cx, entry.id, args),
    }
    Ok(())
}

/// Puts a command's effects into the stream, if it has `changed` anything.
fn record(effects: &mut Effects, changed: bool, db: usize, journal: Journal, entry: &Entry, args: Args<'_>) {
    match journal {
        // EXEC and the like: what they ran has been recorded.
        Journal::AsSent if !entry.has(flag::WRITE) => {}
        Journal::AsSent | Journal::Always if changed => effects.push(db, args.iter()),
        Journal::AsSent | Journal::Always => {}
        Journal::Instead { from, commands } if changed => effects.push_staged(db, from, commands),
        Journal::Instead { from, .. } => effects.drop_staged(from),
    }
}

/// Whether a request is the beginning of an HTTP one. A browser that was tricked into sending it must not have
/// its body run: the connection ends without an answer.
#[cold]
fn is_http(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"post") || name.eq_ignore_ascii_case(b"host:")
}

const QUOTED_MAX: usize = 128;

/// The error for a command that nobody declared: it quotes the beginning of what was sent.
#[cold]
pub(crate) fn unknown_command(args: Args<'_>) -> Error {
    let name = &args.word(0)[..args.word(0).len().min(QUOTED_MAX)];
    let mut quoted = Vec::new();
    for word in args.iter_from(1) {
        let room = QUOTED_MAX.saturating_sub(quoted.len());
        if room == 0 {
            break;
        }
        quoted.push(b'\'');
        quoted.extend_from_slice(until_nul(&word[..word.len().min(room)]));
        quoted.extend_from_slice(b"' ");
    }
    let mut text = b"ERR unknown command '".to_vec();
    text.extend_from_slice(until_nul(name));
    text.extend_from_slice(b"', with args beginning with: ");
    text.extend_from_slice(&quoted);
    Error::owned(text)
}

#[cold]
pub(crate) fn unknown_subcommand(container: &Entry, args: Args<'_>) -> Error {
    let sub = args.get(1).unwrap_or_default();
    let mut text = b"ERR unknown subcommand '".to_vec();
    text.extend_from_slice(until_nul(&sub[..sub.len().min(QUOTED_MAX)]));
    text.extend_from_slice(b"'. Try ");
    text.extend_from_slice(container.name.to_ascii_uppercase().as_bytes());
    text.extend_from_slice(b" HELP.");
    Error::owned(text)
}

/// Redis formats these texts as C strings.
fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&b| b == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::{Engine, ManualClock, Setup};

    #[test]
    fn an_unknown_command_is_quoted_up_to_128_bytes_and_each_word_up_to_its_zero_byte() {
        let mut engine = Engine::new(Setup::for_tests(ManualClock::at(1_700_000_000_000))).unwrap();
        let client = engine.connect();
        let mut told = |words: &[&[u8]]| {
            let reply = engine.run(client, words);
            let text = String::from_utf8(reply).unwrap();
            text.strip_prefix("-ERR unknown command ").unwrap().trim_end_matches("\r\n").to_owned()
        };
        assert_eq!(told(&[b"x\0y", b"a\0b", b"c"]), "'x', with args beginning with: 'a' 'c' ");
        let long = [b'y'; 200];
        let beginning = |n| "y".repeat(n);
        assert_eq!(
            told(&[&long, &long, b"z"]),
            format!("'{0}', with args beginning with: '{0}' ", beginning(128))
        );
        assert_eq!(
            told(&[b"x", &long[..120], &long, b"z"]),
            format!("'x', with args beginning with: '{}' '{}' ", beginning(120), beginning(5))
        );
        // Quotation marks count, so a word may be cut to nothing but its marks.
        assert_eq!(
            told(&[b"x", &long[..124], b"a", b"b"]),
            format!("'x', with args beginning with: '{}' 'a' ", beginning(124))
        );
    }
}
