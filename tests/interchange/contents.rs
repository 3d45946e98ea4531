//! What a server holds, to compare it with what another holds.

use std::io;

use russet_tests::client::Client;
use russet_tests::generate::Dataset;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

/// Everything that commands tell about a dataset.
pub(crate) struct Contents {
    server: Server,
    dataset: Dataset,
    /// `DEBUG DIGEST`.
    digest: Vec<u8>,
    /// Groups of streams, a line each.
    groups: Vec<String>,
}

impl Contents {
    /// Reads a server.
    pub(crate) fn of(running: &Running) -> Result<Contents, String> {
        let read = || -> io::Result<Contents> {
            let mut client = running.connect()?;
            // Reading removes what has expired, which a digest counts.
            let dataset = Dataset::read(&mut client)?;
            let digest = client.line("DEBUG DIGEST")?.raw;
            Ok(Contents { server: running.server, dataset, digest, groups: groups(&mut client)? })
        };
        read().map_err(|e| format!("reading {}: {e}\n{}", running.server, running.log_tail(10)))
    }

    /// That this is what `right` is, however either keeps it: what is read is kept otherwise than what has grown.
    pub(crate) fn expect(&self, right: &Contents) -> Result<(), String> {
        let old = |server| matches!(server, Server::Redis | Server::Redis6);
        none(&self.dataset.differences_of_values(&right.dataset))?;
        if self.groups != right.groups {
            let place = self.groups.iter().zip(&right.groups).find(|(a, b)| a != b);
            return Err(format!("groups of streams differ: {place:?}"));
        }
        // They take the digest of a score in different digits.
        let alike = old(self.server) == old(right.server);
        if alike && self.digest != right.digest {
            return Err("equal datasets with different digests".into());
        }
        Ok(())
    }

    /// That values are kept as `right` keeps them, which has read the same file.
    pub(crate) fn expect_encodings(&self, right: &Contents) -> Result<(), String> {
        none(&self.dataset.differences(&right.dataset, right.server))
    }

    /// That the digests are equal: only where no score has a fraction, if one of them is Redis 7.0.
    pub(crate) fn expect_digest(&self, right: &Contents) -> Result<(), String> {
        if self.digest == right.digest {
            return Ok(());
        }
        let show = |digest: &[u8]| String::from_utf8_lossy(digest).trim().to_owned();
        Err(format!("digests differ: right {}, got {}", show(&right.digest), show(&self.digest)))
    }
}

fn none(differences: &[String]) -> Result<(), String> {
    if differences.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = differences.iter().take(8).map(String::as_str).collect();
    Err(format!("{} keys differ\n    {}", differences.len(), shown.join("\n    ")))
}

/// Groups and what is pending in them, without what time has a part in.
fn groups(client: &mut Client) -> io::Result<Vec<String>> {
    let mut all = Vec::new();
    for db in [0, 1, 2, 3, 15] {
        client.line(&format!("SELECT {db}"))?;
        let keys = client.line("KEYS *")?.value;
        for key in keys.items().unwrap_or_default() {
            let key = key.text().unwrap_or_default().to_vec();
            if client.call(&[b"TYPE", &key[..]])?.value.text() != Some(b"stream") {
                continue;
            }
            let stream = client.call(&[b"XINFO", &b"STREAM"[..], &key])?.value;
            let facts = stream.pairs().unwrap_or_default();
            let empty = facts.first().is_some_and(|(_, length)| *length == Value::Integer(0));
            // The nodes of the radix tree are an affair of each server's own. So is the first id of a stream without
            // entries that comes from before 7.0: the smallest of all ids here, the largest there.
            let left_out =
                |name: &str| name.starts_with("radix") || empty && name == "recorded-first-entry-id";
            let facts: Vec<String> = facts
                .iter()
                .filter(|(name, _)| !left_out(&name.lossy()))
                .map(|(name, value)| format!("{}={value:?}", name.lossy()))
                .collect();
            all.push(format!("{db} {} {}", key.escape_ascii(), facts.join(" ")));
            let groups = client.call(&[b"XINFO", &b"GROUPS"[..], &key])?.value;
            for group in groups.items().unwrap_or_default() {
                let pairs = group.pairs().unwrap_or_default();
                let name = pairs.first().and_then(|(_, name)| name.text()).unwrap_or_default().to_vec();
                let pending = client.call(&[b"XPENDING", &key[..], &name, b"-", b"+", b"10000"])?.value;
                let pending: Vec<String> =
                    pending.items().unwrap_or_default().iter().map(without_idle).collect();
                let consumers = client.call(&[b"XINFO", &b"CONSUMERS"[..], &key, &name])?.value;
                let consumers: Vec<String> = consumers
                    .items()
                    .unwrap_or_default()
                    .iter()
                    .map(|consumer| {
                        format!(
                            "{:?}",
                            consumer.pairs().unwrap_or_default().iter().take(2).collect::<Vec<_>>()
                        )
                    })
                    .collect();
                all.push(format!("{db} {} {pairs:?} {pending:?} {consumers:?}", key.escape_ascii()));
            }
        }
    }
    client.line("SELECT 0")?;
    all.sort();
    Ok(all)
}

/// An entry of `XPENDING`: id, consumer, times delivered.
fn without_idle(entry: &Value) -> String {
    match entry.items() {
        Some([id, consumer, _, times]) => format!("{} {} {times:?}", id.lossy(), consumer.lossy()),
        _ => format!("{entry:?}"),
    }
}
