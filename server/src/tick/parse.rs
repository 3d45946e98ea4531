//! Parse: turn each batch's bytes into requests, whose words are slices of those bytes.

use super::{Request, Source};
use crate::resp::{Limits, Step};
use crate::server::Server;
use russet_engine::command::registry::Lookup;

/// The longest word of any client, whatever the parameter says: places in a buffer are 32-bit numbers.
const LONGEST: u64 = 2 << 30;
/// Room for this many words is kept: more than small commands bring to a tick.
const SPANS_KEPT: usize = 256 * 1024;

impl Server {
    /// Parses all batches, up to the per-tick bound of each.
    pub(super) fn parse(&mut self) {
        let longest = self.engine.core.params.proto_max_bulk_len().min(LONGEST) as i64;
        let work = &mut self.work;
        work.requests.clear();
        work.spans.clear();
        if work.spans.capacity() > SPANS_KEPT {
            work.spans = Vec::new();
        }
        for batch in work.batches.iter_mut().flatten() {
            let first = work.requests.len();
            batch.requests = first..first;
            let Some(connection) = self.connections.get_mut(batch.client.0) else { continue };
            let Some(client) = self.engine.core.clients.get_mut(batch.client) else { continue };
            if client.session.blocked.is_some() || client.session.closing.is_some() {
                connection.unparsed = true; // its bytes wait for it
                continue;
            }
            connection.unparsed = true;
            let limits = if client.session.authenticated {
                Limits { bulk: longest, words: Limits::WORDS }
            } else {
                Limits::UNAUTHENTICATED
            };
            let room = connection.room();
            let bytes = match batch.source {
                Source::Arena { at, len } => &mut work.arena[at..at + len],
                Source::Own => &mut connection.input[connection.consumed..],
            };
            let transport = &mut client.session.transport;
            (transport.query_buffer, transport.query_parsed) = (bytes.len(), 0);
            transport.query_borrowed = if batch.source == Source::Own { 0 } else { bytes.len() };
            transport.words = 0;
            transport.query_room = room;
            while work.requests.len() - first < connection.appetite {
                let spans = work.spans.len() as u32;
                match connection.parser.parse(bytes, batch.parsed, limits, &mut work.spans) {
                    Ok(Step::Command { end }) => {
                        batch.parsed = end;
                        let spans = spans..work.spans.len() as u32;
                        if !spans.is_empty() {
                            let end = end as u32;
                            work.requests.push(Request { spans, end, lookup: Lookup::Unknown, key: (0, 0) });
                        }
                    }
                    Ok(Step::Incomplete) => {
                        connection.unparsed = false;
                        break;
                    }
                    Err(_) if work.requests.len() > first => {
                        // What comes before may change what is allowed, as AUTH does: ask again behind it.
                        connection.parser.reset();
                        break;
                    }
                    Err(error) => {
                        batch.violation = Some(error);
                        break;
                    }
                }
            }
            batch.requests = first..work.requests.len();
        }
    }
}
