//! A conversation with a source and a target, and its record.

use russet_tests::client::{Client, Reply};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::quoting::show_short;

/// What is said to the two.
pub(crate) type Scene = fn(&mut Conversation) -> Result<(), String>;

/// Two servers, a connection to each, and what was said.
pub(crate) struct Conversation {
    /// Where keys leave.
    pub(crate) source: Client,
    /// Where they arrive.
    pub(crate) target: Client,
    /// The source's process.
    pub(crate) from: Running,
    /// The target's process, until it is ended.
    pub(crate) to: Option<Running>,
    port: String,
    said: Vec<String>,
}

/// Plays a scene.
pub(crate) fn play(scene: Scene, source: Server, target: Server) -> Result<Vec<String>, String> {
    let (from, to) = (Running::start(source, &[])?, Running::start(target, &[])?);
    let mut conversation = Conversation {
        source: from.connect().map_err(|e| e.to_string())?,
        target: to.connect().map_err(|e| e.to_string())?,
        port: to.address.port().to_string(),
        from,
        to: Some(to),
        said: Vec::new(),
    };
    scene(&mut conversation)?;
    Ok(conversation.said)
}

impl Conversation {
    /// Tells the source; `HERE` in the line is the target's host and port.
    pub(crate) fn source(&mut self, line: &str) -> Result<Reply, String> {
        let here = format!("127.0.0.1 {}", self.port);
        let reply = self.source.line(&line.replace("HERE", &here));
        self.note("source", line, reply)
    }

    /// Tells the target.
    pub(crate) fn target(&mut self, line: &str) -> Result<Reply, String> {
        let reply = self.target.line(line);
        self.note("target", line, reply)
    }

    fn note(&mut self, who: &str, line: &str, reply: std::io::Result<Reply>) -> Result<Reply, String> {
        let reply = reply.map_err(|e| format!("{who}> {line}: {e}"))?;
        self.said.push(format!("{who}> {line}: {}", show_short(&reply.raw, 2000)));
        Ok(reply)
    }

    /// Tells the source several lines.
    pub(crate) fn sources(&mut self, lines: &str) -> Result<(), String> {
        lines.lines().map(str::trim).filter(|line| !line.is_empty()).try_for_each(|line| {
            self.source(line)?;
            Ok(())
        })
    }

    /// Tells the target several lines.
    pub(crate) fn targets(&mut self, lines: &str) -> Result<(), String> {
        lines.lines().map(str::trim).filter(|line| !line.is_empty()).try_for_each(|line| {
            self.target(line)?;
            Ok(())
        })
    }
}
