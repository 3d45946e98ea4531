//! What was refused lately: `ACL LOG`. What happens again within a minute is one entry that counts.

use std::collections::VecDeque;

/// How far two refusals may lie apart to be one entry.
const TOGETHER_MS: i64 = 60_000;
/// How many entries are looked at for one that says the same.
const COMPARED: usize = 10;

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A command.
    Command,
    /// A key.
    Key,
    /// A channel.
    Channel,
    /// A login.
    Auth,
}

impl Reason {
    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Command => "command",
            Reason::Key => "key",
            Reason::Channel => "channel",
            Reason::Auth => "auth",
        }
    }
}

/// Where it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A request of a client.
    TopLevel,
    /// A transaction.
    Multi,
    /// A script.
    Script,
    /// A command of a plugin.
    Plugin,
}

impl Occasion {
    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Occasion::TopLevel => "toplevel",
            Occasion::Multi => "multi",
            Occasion::Script => "lua",
            Occasion::Plugin => "module",
        }
    }
}

/// One kind of refusal.
#[derive(Clone, Debug)]
pub struct Entry {
    /// How often.
    pub count: u64,
    /// What was refused.
    pub reason: Reason,
    /// Where.
    pub occasion: Occasion,
    /// The command, the key or the channel; of a login the command that asked.
    pub object: Vec<u8>,
    /// To whom.
    pub user: Vec<u8>,
    /// The client, as `CLIENT LIST` tells of it, the last time.
    pub client: Vec<u8>,
    /// Its number.
    pub id: u64,
    /// Unix time in milliseconds of the first time.
    pub created_ms: i64,
    /// Unix time in milliseconds of the last time.
    pub updated_ms: i64,
}

impl Entry {
    fn is_as(&self, other: &Entry) -> bool {
        self.reason == other.reason
            && self.occasion == other.occasion
            && (self.updated_ms - other.updated_ms).abs() <= TOGETHER_MS
            && self.object == other.object
            && self.user == other.user
    }
}

/// What was refused, the latest first.
#[derive(Debug, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    next_id: u64,
}

impl Log {
    /// The entries, the latest first.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Forgets everything. Numbers go on.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Adds a refusal, or counts it with one that says the same; `most` entries stay.
    pub(super) fn add(&mut self, mut entry: Entry, most: usize) {
        let same = (0..self.entries.len().min(COMPARED)).find(|&at| self.entries[at].is_as(&entry));
        match same.and_then(|at| self.entries.remove(at)) {
            Some(known) => {
                let (client, updated_ms) = (entry.client, entry.updated_ms);
                self.entries.push_front(Entry { count: known.count + 1, client, updated_ms, ..known });
            }
            None => {
                entry.id = self.next_id;
                self.next_id += 1;
                self.entries.push_front(entry);
                self.entries.truncate(most);
            }
        }
    }

    /// Keeps `most` entries.
    pub(super) fn trim(&mut self, most: usize) {
        self.entries.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(object: &str, updated_ms: i64) -> Entry {
        Entry {
            count: 1,
            reason: Reason::Key,
            occasion: Occasion::TopLevel,
            object: object.into(),
            user: b"a".to_vec(),
            client: format!("at {updated_ms}").into(),
            id: 0,
            created_ms: updated_ms,
            updated_ms,
        }
    }

    #[test]
    fn what_happens_again_counts_and_comes_first() {
        let mut log = Log::default();
        for (object, ms) in [("a", 0), ("b", 1), ("a", 60_000), ("a", 120_001)] {
            log.add(entry(object, ms), 10);
        }
        let told: Vec<_> =
            log.entries().map(|e| (&*e.object, e.count, e.id, e.created_ms, e.updated_ms)).collect();
        assert_eq!(told, [(&b"a"[..], 1, 2, 120_001, 120_001), (b"a", 2, 0, 0, 60_000), (b"b", 1, 1, 1, 1)]);
        assert_eq!(log.entries().nth(1).unwrap().client, b"at 60000");
    }

    #[test]
    fn only_the_latest_are_compared_and_kept() {
        let mut log = Log::default();
        for object in 0..11 {
            log.add(entry(&object.to_string(), 0), 11);
        }
        log.add(entry("0", 0), 11);
        assert_eq!(log.entries().len(), 11, "the eleventh was not looked at, and has gone");
        assert_eq!(log.entries().next().unwrap().count, 1);
        log.trim(2);
        assert_eq!(log.entries().map(|e| e.id).collect::<Vec<_>>(), [11, 10]);
        log.clear();
        log.add(entry("0", 0), 11);
        assert_eq!(log.entries().next().unwrap().id, 12);
    }
}
