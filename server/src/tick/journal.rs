//! Journal: what the tick has done to the dataset leaves the engine, before any reply leaves the server.

use crate::server::Server;

impl Server {
    /// Hands the tick's effects on. Nothing consumes them yet, so the engine records none: an append-only
    /// file and replicas will attach themselves here.
    pub(super) fn journal(&mut self) {
        self.engine.keyspace.effects.forget();
    }
}
