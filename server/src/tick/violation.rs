//! What the log says of a client that violates the protocol, for who wants to know everything (`loglevel verbose`).

use crate::log::{Level, level};
use russet_engine::session::ClientKey;
use russet_engine::session::line::{REDACTED, Reader, append_for};
use russet_engine::{Engine, Error};

/// Bytes of what the client has sent that are shown whole; of more only the beginning and the end are.
const SHOWN: usize = 128;

/// Logs it. `bytes` begin with the request that is none.
pub(super) fn log(engine: &Engine, client: ClientKey, bytes: &[u8], error: &Error) {
    let Some(client) = engine.core.clients.get(client).filter(|_| level() <= Level::Verbose) else { return };
    let hidden = engine.core.params.hide_user_data_from_log();
    let mut line = Vec::new();
    let (session, output) = (&client.session, &client.output);
    append_for(Reader::Log { hidden }, &mut line, session, output, &engine.registry, None, engine.now_ms());
    let text = String::from_utf8_lossy(error.text());
    let what = text.strip_prefix("ERR Protocol error: ").unwrap_or(&text);
    let line = String::from_utf8_lossy(&line);
    let sample = if hidden { REDACTED.to_owned() } else { sample(bytes) };
    tracing::debug!(
        "Protocol error ({what}) from client: {}. Query buffer during protocol error: {sample}",
        line.trim_end()
    );
}

/// The bytes as one line: what does not print is a dot.
fn sample(bytes: &[u8]) -> String {
    let printable = |bytes: &[u8]| -> String {
        bytes.iter().map(|&byte| if (b' '..=b'~').contains(&byte) { char::from(byte) } else { '.' }).collect()
    };
    match bytes.len().checked_sub(SHOWN) {
        None => format!("'{}'", printable(bytes)),
        Some(more) => {
            let (begin, end) = (&bytes[..SHOWN / 2], &bytes[bytes.len() - SHOWN / 2..]);
            format!("'{}' (... more {more} bytes ...) '{}'", printable(begin), printable(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_one_short_line() {
        assert_eq!(sample(b"*1\r\n$x"), "'*1..$x'");
        let long = sample(&[b'\xff'; 300]);
        assert_eq!(long, format!("'{0}' (... more 172 bytes ...) '{0}'", ".".repeat(64)));
    }
}
