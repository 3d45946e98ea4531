//! One client as a line of `CLIENT LIST`.

use super::{Closing, Kind, Session};
use crate::command::Registry;
use crate::output::Output;
use crate::pubsub::Space;
use std::io::Write;

/// What stands for something that is hidden.
pub const REDACTED: &str = "*redacted*";

/// Appends the line of one client, its end included. `argument_bytes` is what the arguments of its running
/// command take, if one runs.
pub fn append(
    line: &mut Vec<u8>,
    session: &Session,
    output: &Output,
    registry: &Registry,
    argument_bytes: Option<usize>,
    now_ms: i64,
) {
    append_for(Reader::Client, line, session, output, registry, argument_bytes, now_ms);
}

/// Who is to read a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A client, who may know everything.
    Client,
    /// Whoever reads the log. What people have made up, the names of clients and users, is left out if `hidden`.
    Log {
        /// `hide-user-data-from-log`.
        hidden: bool,
    },
}

/// Appends the line of one client for `reader`: see `CLIENT LIST`.
pub fn append_for(
    reader: Reader,
    line: &mut Vec<u8>,
    session: &Session,
    output: &Output,
    registry: &Registry,
    argument_bytes: Option<usize>,
    now_ms: i64,
) {
    let hidden = reader == Reader::Log { hidden: true };
    let seconds_since = |then_ms: i64| (now_ms - then_ms).max(0) / 1000;
    let transport = &session.transport;
    let transaction = session.transaction_size();
    let arguments = match (session.executing, argument_bytes) {
        // What EXEC runs stands in the transaction; its own arguments are its name.
        (Some(_), Some(_)) => "EXEC".len(),
        (None, Some(bytes)) => bytes,
        (_, None) if session.blocked.is_some() => session.waiting_bytes,
        (_, None) => transport.words,
    };
    let buffer = output.buffer();
    let listed = output.memory() - buffer.size;
    let memory = session.memory(output) + argument_bytes.map_or(0, |_| arguments);
    let write = |line: &mut Vec<u8>, field: std::fmt::Arguments<'_>| {
        // Writing to a vector cannot fail.
        let _ = line.write_fmt(field);
    };
    write(line, format_args!("id={} addr={} laddr={}", session.id, transport.peer, transport.local));
    write(line, format_args!(" fd={} name=", transport.fd));
    line.extend_from_slice(if hidden { REDACTED.as_bytes() } else { shown(&session.name) });
    write(line, format_args!(" age={}", seconds_since(session.created_ms)));
    write(line, format_args!(" idle={}", seconds_since(session.active_ms)));
    line.extend_from_slice(b" flags=");
    append_flags(line, session);
    write(line, format_args!(" db={} sub={}", session.db, session.subscriptions(Space::Channels)));
    write(line, format_args!(" psub={}", session.subscriptions(Space::Patterns)));
    write(line, format_args!(" ssub={}", session.subscriptions(Space::Shard)));
    write(line, format_args!(" multi={}", transaction.map_or(-1, |size| size.commands as i64)));
    write(line, format_args!(" qbuf={} qbuf-free={}", transport.query_buffer, transport.query_room));
    write(line, format_args!(" argv-mem={arguments}"));
    write(line, format_args!(" multi-mem={}", transaction.map_or(0, |size| size.bytes)));
    write(line, format_args!(" rbs={} rbp={} obl={}", buffer.size, buffer.peak, buffer.used));
    write(line, format_args!(" oll={} omem={listed} tot-mem={memory}", output.chunks()));
    write(line, format_args!(" events={}", if transport.stalled { "rw" } else { "r" }));
    let command = session.last_command.map_or("NULL", |command| &registry.get(command).name);
    // Nobody's invalidations are redirected yet.
    write(line, format_args!(" cmd={command} user="));
    line.extend_from_slice(if hidden { REDACTED.as_bytes() } else { session.user.name() });
    write(line, format_args!(" redir=-1 resp={} lib-name=", session.protocol.version()));
    line.extend_from_slice(shown(&session.lib_name));
    line.extend_from_slice(b" lib-ver=");
    line.extend_from_slice(shown(&session.lib_ver));
    line.push(b'\n');
}

/// Appends a letter for each thing that is true of the client, or `N`.
fn append_flags(line: &mut Vec<u8>, session: &Session) {
    let flags = [
        (b'O', session.monitors()),
        (b'S', session.kind() == Kind::Replica),
        (b'M', session.kind() == Kind::Master),
        (b'P', session.kind() == Kind::PubSub),
        (b'x', session.transaction_size().is_some()),
        (b'b', session.blocked.is_some()),
        (b'd', session.watch_flag.is_set()),
        (b'c', session.closing == Some(Closing::AfterReply)),
        (b'A', session.closing == Some(Closing::Now)),
        (b'U', session.transport.unix),
        (b'e', session.no_evict),
        (b'T', session.no_touch),
    ];
    let before = line.len();
    line.extend(flags.iter().filter(|(_, is)| *is).map(|(letter, _)| letter));
    if line.len() == before {
        line.push(b'N');
    }
}

/// As much of a name as is seen in `CLIENT LIST`.
pub fn shown(text: &[u8]) -> &[u8] {
    text.split(|&b| b == 0).next().unwrap_or_default()
}
