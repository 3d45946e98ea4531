//! Journal: what the tick has done to the dataset leaves the engine, before any reply leaves the server.

use crate::cron;
use crate::server::Server;

impl Server {
    /// Hands the tick's effects on: to the append-only file, which with `appendfsync always` is on disk when this returns.
    /// While nobody wants them the engine records none.
    pub(super) fn journal(&mut self) {
        if self.engine.keyspace.effects.attached() {
            let begun = cron::now();
            self.feed_journal();
            self.engine.core.stats.event_loop.journal_ns += begun.elapsed().as_nanos() as u64;
        }
    }
}
