//! Execute: run the requests in order, one at a time, and keep what could not run.

use super::prefetch::{GROUP, prefetch};
use super::{Batch, COMMANDS, Running, Source, violation};
use crate::server::Server;
use russet_engine::Flow;
use russet_engine::args::Args;

/// The most that any client may leave unrun, whatever the parameter says: places in it are 32-bit numbers.
const MOST_BACKLOG: u64 = 3 << 30;

/// How far a batch got.
struct Progress {
    /// Offset, in the source, up to which its bytes are done with.
    done: usize,
    /// It stopped before its last request.
    stopped: bool,
}

impl Server {
    /// Runs all requests of the slice.
    pub(super) fn execute(&mut self) {
        let mut prefetched = 0;
        for place in 0..self.work.batches.len() {
            let Some(mut batch) = self.work.batches[place].take() else { continue };
            if batch.source == Source::Own {
                self.engine.core.count_client(batch.client); // what it holds is at its largest now
            }
            let progress = self.run(&batch, &mut prefetched);
            self.settle(&mut batch, &progress);
            self.work.outgoing.push(batch.client);
        }
        self.work.running.set(None);
        self.work.batches.clear();
    }

    /// Gives the batches back that have not run: their requests are taken apart again.
    pub(super) fn hand_back(&mut self) {
        for place in 0..self.work.batches.len() {
            if let Some(mut batch) = self.work.batches[place].take() {
                batch.violation = None;
                self.settle(&mut batch, &Progress { done: 0, stopped: true });
            }
        }
    }

    fn run(&mut self, batch: &Batch, prefetched: &mut usize) -> Progress {
        let mut progress = Progress { done: 0, stopped: false };
        for index in batch.requests.clone() {
            let work = &self.work;
            let Some(connection) = self.connections.get(batch.client.0) else { return progress };
            let bytes: &[u8] = match batch.source {
                Source::Arena { at, len } => &work.arena[at..at + len],
                Source::Own => &connection.input[connection.consumed..],
            };
            if index >= *prefetched {
                let db = self.engine.core.clients.get(batch.client).map_or(0, |client| client.session.db);
                *prefetched = (index + GROUP).min(work.requests.len());
                prefetch(work, index..*prefetched, &self.engine.keyspace.databases()[db]);
            }
            let request = &work.requests[index];
            let spans = &work.spans[request.spans.start as usize..request.spans.end as usize];
            let key = (request.key.0 > 0).then_some(request.key);
            let args = Args::new(bytes, spans, &self.hasher, key);
            work.running.set(Some(Running { client: batch.client, source: batch.source, request: index }));
            let (lookup, end) = (request.lookup, request.end as usize);
            let flow = if self.engine.may_run_long(lookup) {
                let words = self.meanwhile.copy(args);
                self.run_long(batch.client, lookup, words)
            } else {
                self.engine.execute_resolved(batch.client, lookup, args)
            };
            if flow == Flow::Done {
                progress.done = end;
                continue;
            }
            if flow != Flow::Postponed {
                progress.done = end;
            }
            progress.stopped = true;
            return progress;
        }
        progress.done = batch.parsed;
        progress
    }

    /// Keeps the bytes of a batch that have not been run, and notes whether there is work left.
    fn settle(&mut self, batch: &mut Batch, progress: &Progress) {
        let Some(connection) = self.connections.get_mut(batch.client.0) else { return };
        if progress.stopped {
            let bytes = match batch.source {
                Source::Own => &mut connection.input[connection.consumed..],
                Source::Arena { at, len } => &mut self.work.arena[at..at + len],
            };
            connection.parser.rewind(bytes, progress.done);
            connection.unparsed = true;
            connection.appetite = 1;
        } else if let Some(error) = batch.violation.take() {
            let bytes = match batch.source {
                Source::Own => &connection.input[connection.consumed..],
                Source::Arena { at, len } => &self.work.arena[at..at + len],
            };
            violation::log(&self.engine, batch.client, &bytes[batch.parsed..], &error);
            self.engine.violation(batch.client, &error);
        }
        if !progress.stopped {
            connection.appetite = (connection.appetite * 4).min(COMMANDS);
        }
        connection.parser.forget_lines();
        match batch.source {
            Source::Own => connection.consume(progress.done),
            Source::Arena { at, len } => {
                if progress.done < len {
                    connection.input.extend_from_slice(&self.work.arena[at + progress.done..at + len]);
                }
            }
        }
        let Some(client) = self.engine.core.clients.get_mut(batch.client) else { return };
        if client.session.closing.is_some() {
            connection.consume(connection.backlog()); // none of it will run
        }
        connection.describe(&mut client.session.transport);
        connection.unparsed &= connection.backlog() > 0;
        let waiting = client.session.blocked.is_some() || client.session.closing.is_some();
        // Commands that a transaction has queued have not run either.
        let queued = client.session.transaction.as_ref().map_or(0, |transaction| transaction.size().bytes);
        let limit = self.engine.core.params.client_query_buffer_limit().min(MOST_BACKLOG);
        if (connection.backlog() + queued) as u64 > limit {
            tracing::warn!("Closing client that reached max query buffer length");
            self.engine.core.stats.query_buffer_disconnections += 1;
            client.session.close(russet_engine::session::Closing::Now);
        } else if (connection.readable || connection.unparsed && !waiting) && !connection.queued {
            connection.queued = true;
            self.work.next.push(batch.client);
        }
        self.engine.core.count_client(batch.client);
    }
}
