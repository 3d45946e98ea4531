//! What the server knew: `INFO`, its clients, the request that ran, and parameters on which much depends.

use crate::log::{self, Level};
use crate::server::Server;
use crate::sys::fault::client_on_loan;
use russet_engine::params::words::quote;
use russet_engine::params::{Params, find};
use russet_engine::session::Client;
use russet_engine::session::line::{Reader, append_for};
use std::fmt::Write;

/// The parameters that a report shows, as in Redis.
const PARAMETERS: [&str; 16] = [
    "activedefrag",
    "client-query-buffer-limit",
    "io-threads",
    "io-threads-do-reads",
    "lazyfree-lazy-eviction",
    "lazyfree-lazy-expire",
    "lazyfree-lazy-server-del",
    "lazyfree-lazy-user-del",
    "lazyfree-lazy-user-flush",
    "list-compress-depth",
    "proto-max-bulk-len",
    "repl-diskless-load",
    "repl-diskless-sync",
    "replica-read-only",
    "slave-read-only",
    "sanitize-dump-payload",
];
/// The most bytes of a word that are shown.
const WORD: usize = 128;

/// Writes all of it. What clients have sent is left out if it is to be `hidden`.
pub(super) fn write(server: &mut Server, hidden: bool) {
    section("INFO OUTPUT", &String::from_utf8_lossy(&server.engine.report(&[b"all"])));
    section("CLIENT LIST OUTPUT", &clients(server, hidden));
    let words: Vec<Vec<u8>> = server.running_words().into_iter().map(<[u8]>::to_vec).collect();
    if let Some(line) = running(server, hidden) {
        section("CURRENT CLIENT INFO", &format!("{line}{}", arguments(&words, hidden)));
    }
    // There are no modules to say anything.
    section("MODULES INFO OUTPUT", "");
    section("CONFIG DEBUG OUTPUT", &parameters(&server.engine.core.params));
}

fn section(title: &str, text: &str) {
    log::raw(Level::Warning, &format!("\n------ {title} ------\n{text}"));
}

fn clients(server: &mut Server, hidden: bool) -> String {
    let mut lines = running(server, hidden).unwrap_or_default();
    let keys: Vec<_> = server.engine.core.clients.by_age().collect();
    for key in keys {
        if let Some(client) = server.engine.core.clients.get(key) {
            lines.push_str(&line(server, client, hidden));
        }
    }
    lines
}

/// The line of the client whose command ran.
fn running(server: &mut Server, hidden: bool) -> Option<String> {
    let client = client_on_loan(&mut server.engine.core.clients)?;
    Some(line(server, client, hidden))
}

fn line(server: &Server, client: &Client, hidden: bool) -> String {
    let mut line = Vec::new();
    let reader = Reader::Log { hidden };
    let engine = &server.engine;
    append_for(reader, &mut line, &client.session, &client.output, &engine.registry, None, engine.now_ms());
    String::from_utf8_lossy(&line).into_owned()
}

/// The words of a request; of those that are hidden only how long they are. What comes behind a password's word is never shown.
fn arguments(words: &[Vec<u8>], hidden: bool) -> String {
    let mut text = format!("argc: '{}'\n", words.len());
    for (index, word) in words.iter().enumerate() {
        let _ = if hidden && index > 0 {
            writeln!(text, "argv[{index}]: {} bytes", word.len())
        } else {
            let shown = quote(&word[..word.len().min(WORD)]);
            writeln!(text, "argv[{index}]: '{}'", String::from_utf8_lossy(&shown))
        };
        if word.eq_ignore_ascii_case(b"auth") || word.eq_ignore_ascii_case(b"auth2") {
            break;
        }
    }
    text
}

fn parameters(params: &Params) -> String {
    let mut text = String::new();
    for (name, parameter) in PARAMETERS.iter().filter_map(|name| Some((name, find(name.as_bytes())?))) {
        let _ = writeln!(text, "{name} {}", String::from_utf8_lossy(&params.show(parameter)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_hidden_or_kept_secret() {
        let words = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
        assert_eq!(
            arguments(&words(&["SET", "a b", &"x".repeat(200)]), false),
            format!(
                "argc: '3'\nargv[0]: '\"SET\"'\nargv[1]: '\"a b\"'\nargv[2]: '\"{}\"'\n",
                "x".repeat(128)
            )
        );
        assert_eq!(
            arguments(&words(&["SET", "a", "b c"]), true),
            "argc: '3'\nargv[0]: '\"SET\"'\nargv[1]: 1 bytes\nargv[2]: 3 bytes\n"
        );
        assert_eq!(arguments(&words(&["AUTH", "secret"]), false), "argc: '2'\nargv[0]: '\"AUTH\"'\n");
    }

    #[test]
    fn every_parameter_exists() {
        assert_eq!(parameters(&Params::default()).lines().count(), PARAMETERS.len());
    }
}
