//! A server, and lines of conversation with it.

use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;

/// A client of a server that permits `MODULE`.
pub(crate) struct Talk {
    /// The server.
    pub(crate) server: Running,
    /// The client.
    pub(crate) client: Client,
}

impl Talk {
    /// Starts a server, with `extra` arguments.
    pub(crate) fn start(extra: &[&str]) -> Result<Talk, String> {
        let server = Running::start(Server::Russet, &[&["--enable-module-command", "yes"], extra].concat())?;
        Talk::with(server)
    }

    /// Talks to a server that runs.
    pub(crate) fn with(server: Running) -> Result<Talk, String> {
        let client = server.connect().map_err(|error| error.to_string())?;
        Ok(Talk { server, client })
    }

    /// What a line is answered: the bytes, with blanks for the ends of lines.
    pub(crate) fn say(&mut self, line: &str) -> Result<String, String> {
        let reply = self
            .client
            .line(line)
            .map_err(|error| format!("{line}: {error}\n{}", self.server.log_tail(20)))?;
        Ok(String::from_utf8_lossy(&reply.raw).trim_end().replace("\r\n", " "))
    }

    /// Says lines of the form `request => answer`, and checks the answers. One that ends in `...` may go on.
    pub(crate) fn check(&mut self, lines: &[&str]) -> Result<(), String> {
        for line in lines {
            let (request, expected) = line.split_once(" => ").ok_or("a line without an answer")?;
            let said = self.say(request)?;
            let is_right = match expected.strip_suffix("...") {
                Some(beginning) => said.starts_with(beginning),
                None => said == expected,
            };
            if !is_right {
                return Err(format!("{request}\n  expected {expected}\n  answered {said}"));
            }
        }
        Ok(())
    }

    /// How often a text stands in the server's map of memory.
    pub(crate) fn mappings(&self, text: &str) -> usize {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.server.pid())).unwrap_or_default();
        maps.lines().filter(|line| line.contains(text)).count()
    }
}
