//! Resolve: find out which command each request names, and hash its first key.

use super::Source;
use crate::server::Server;
use russet_engine::command::registry::Lookup;

impl Server {
    /// Resolves all requests of the slice.
    pub(super) fn resolve(&mut self) {
        let work = &mut self.work;
        for batch in work.batches.iter().flatten() {
            let bytes: &[u8] = match batch.source {
                Source::Arena { at, len } => &work.arena[at..at + len],
                Source::Own => match self.connections.get(batch.client.0) {
                    Some(connection) => &connection.input[connection.consumed..],
                    None => continue,
                },
            };
            for request in &mut work.requests[batch.requests.clone()] {
                let spans = &work.spans[request.spans.start as usize..request.spans.end as usize];
                let word = |i: usize| spans.get(i).map(|s| &bytes[s.start as usize..s.end as usize]);
                request.lookup = self.engine.lookup(word(0).unwrap_or_default(), word(1));
                if let Lookup::Found(command) = request.lookup {
                    let index = self.engine.hashed_word(command);
                    if index > 0
                        && let Some(key) = word(index as usize)
                    {
                        request.key = (index, self.hasher.hash(key));
                    }
                }
            }
        }
    }
}
