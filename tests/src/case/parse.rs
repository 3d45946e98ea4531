//! Case files into sections and steps.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::compare::Rule;
use super::play::Protocol;
use crate::peers::Server;
use crate::quoting;

/// A case file.
#[derive(Debug)]
pub struct File {
    /// Its name without directory, as shown in reports.
    pub name: String,
    /// Arguments that its servers are started with.
    pub arguments: Vec<String>,
    /// Who is asked.
    pub oracles: Vec<Server>,
    /// Its sections, in order.
    pub sections: Vec<Section>,
    /// Whether any line speaks of a client id, so that connections must ask for theirs.
    pub wants_ids: bool,
}

/// Steps that start from an empty keyspace and fresh connections.
#[derive(Debug)]
pub struct Section {
    /// What follows `==`.
    pub title: String,
    /// The only protocol it is played in, if it names one.
    pub only: Option<Protocol>,
    /// Its lines.
    pub steps: Vec<Step>,
}

/// One line.
#[derive(Debug)]
pub struct Step {
    /// Line number in the file, from 1.
    pub line: usize,
    /// The line as written.
    pub text: String,
    /// Which connection.
    pub connection: usize,
    /// What is done.
    pub action: Action,
    /// How replies are compared.
    pub rule: Rule,
    /// Who knows the right reply.
    pub judge: Judge,
    /// How often.
    pub times: usize,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Sends a command, reads a reply.
    Call(Vec<Vec<u8>>),
    /// A whole iteration of a cursor command.
    Scan(Vec<Vec<u8>>),
    /// Sends a command only.
    Send(Vec<Vec<u8>>),
    /// Reads a reply only.
    Read,
    /// Expects that nothing arrives.
    Silent,
    /// Sends bytes, collects all that comes back.
    Raw(Vec<u8>),
    /// Expects the server to close.
    Closed,
    /// Opens the connection anew.
    Reconnect,
    /// Sleeps.
    Wait(Duration),
}

/// Which reply is the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judge {
    /// What each of these servers says.
    Servers(Vec<Server>),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Judge {
    /// Everyone who can be asked.
    pub const ALL: [Server; 4] = [Server::Redis, Server::Valkey, Server::Redict, Server::Valkey9];
    /// Who is asked by default: those that are, or are close to, Redis 7.2.
    pub const USUAL: [Server; 3] = [Server::Redis, Server::Valkey, Server::Redict];

    /// The servers with these names, of which commas stand between.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn named(names: &str) -> Result<Vec<Server>, String> {
        let named = |name: &str| Judge::ALL.into_iter().find(|server| server.to_string() == name.trim());
        let servers: Option<Vec<Server>> = names.split(',').map(named).collect();
        servers.ok_or_else(|| format!("no such server in {names:?}"))
    }

    /// Whether what `server` says must be met.
    pub fn asks(&self, server: Server) -> bool {
        matches!(self, Judge::Servers(servers) if servers.contains(&server))
    }
}

impl File {
    /// Reads a case file.
    ///
    /// # Errors
    /// A text with file and line.
    pub fn read(path: &Path) -> Result<File, String> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        File::parse(&name, &text)
    }

    /// Parses the text of a case file.
    ///
    /// # Errors
    /// A text with file and line.
    pub fn parse(name: &str, text: &str) -> Result<File, String> {
        let mut file = File {
            name: name.into(),
            arguments: Vec::new(),
            oracles: Judge::USUAL.to_vec(),
            sections: Vec::new(),
            wants_ids: text.contains("{id"),
        };
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            let number = index + 1;
            let wrong = |what: String| format!("{name}.case:{number}: {what}");
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(title) = line.strip_prefix("==") {
                file.sections.push(Section::titled(title.trim()));
            } else if let Some(arguments) = line.strip_prefix("@server ") {
                let words =
                    quoting::split(arguments.as_bytes()).map_err(|_| wrong("unbalanced quotes".into()))?;
                file.arguments.extend(words.iter().map(|w| String::from_utf8_lossy(w).into_owned()));
            } else if let Some(names) = line.strip_prefix("@oracles ") {
                file.oracles = Judge::named(names).map_err(wrong)?;
            } else {
                let step = Step::parse(number, line).map_err(wrong)?;
                if file.sections.is_empty() {
                    file.sections.push(Section::titled(name));
                }
                file.sections.last_mut().expect("just pushed").steps.push(step);
            }
        }
        Ok(file)
    }
}

impl Section {
    fn titled(title: &str) -> Section {
        let (title, only) = if let Some(title) = title.strip_suffix("@resp2") {
            (title, Some(Protocol::Resp2))
        } else if let Some(title) = title.strip_suffix("@resp3") {
            (title, Some(Protocol::Resp3))
        } else {
            (title, None)
        };
        Section { title: title.trim().into(), only, steps: Vec::new() }
    }
}

impl Step {
    /// Parses one line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(line: usize, text: &str) -> Result<Step, String> {
        let words = quoting::split(text.as_bytes()).map_err(|_| "unbalanced quotes".to_string())?;
        let mut words = words.into_iter().peekable();
        let mut step = Step {
            line,
            text: text.into(),
            connection: 1,
            action: Action::Call(Vec::new()),
            rule: Rule::default(),
            judge: Judge::Servers(Judge::ALL.to_vec()),
            times: 1,
        };
        if let Some(number) = words.peek().and_then(|w| connection_prefix(w)) {
            step.connection = number;
            words.next();
        }
        let mut kind = String::new();
        while let Some(flag) = words.next_if(|w| w.first() == Some(&b'@')) {
            if let Some(other) = step.flag(&String::from_utf8_lossy(&flag[1..]), &flag)? {
                kind = other;
            }
        }
        let words: Vec<Vec<u8>> = words.collect();
        let bare = words.is_empty();
        step.action = match (kind.as_str(), bare) {
            ("", false) => Action::Call(words),
            ("scan", false) => Action::Scan(words),
            ("send", false) => Action::Send(words),
            ("raw", false) if words.len() == 1 => Action::Raw(words.concat()),
            ("read", true) => Action::Read,
            ("silent", true) => Action::Silent,
            ("closed", true) => Action::Closed,
            ("reconnect", true) => Action::Reconnect,
            (wait, true) if wait.starts_with("wait=") => {
                Action::Wait(Duration::from_millis(number(&wait["wait=".len()..])?))
            }
            ("", true) => return Err("no command".into()),
            (kind, _) => return Err(format!("@{kind} with the wrong number of words")),
        };
        Ok(step)
    }

    /// Applies a flag that changes how a reply is judged; gives back one that says what is done.
    fn flag(&mut self, flag: &str, raw: &[u8]) -> Result<Option<String>, String> {
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        match name {
            "redis" => self.judge = Judge::Servers(vec![Server::Redis, Server::Redict]),
            "valkey" => self.judge = Judge::Servers(vec![Server::Valkey, Server::Redict]),
            "redict" => self.judge = Judge::Servers(vec![Server::Redict]),
            "by" => {
                self.judge = Judge::Servers(Judge::named(value)?);
            }
            "is" => self.judge = Judge::Bytes([&raw["@is=".len()..], b"\r\n"].concat()),
            "sort" => self.rule.sorted = true,
            "pairs" => self.rule.paired = true,
            "near" => self.rule.near = number(value)?,
            "ignore" => self.rule.ignored = value.split(',').map(String::from).collect(),
            "without" => self.rule.removed = value.split(',').map(String::from).collect(),
            "shape" => self.rule.shape = true,
            "any" => self.rule.any = true,
            "times" => self.times = number(value)?,
            "scan" | "send" | "raw" | "read" | "silent" | "closed" | "reconnect" | "wait" => {
                return Ok(Some(flag.into()));
            }
            _ => return Err(format!("unknown flag @{name}")),
        }
        Ok(None)
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{text:?} is no number"))
}

fn connection_prefix(word: &[u8]) -> Option<usize> {
    let digits = word.strip_suffix(b">")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_connection_flags_and_a_command() {
        let step = Step::parse(1, r#"2> @valkey @near=3 @times=4 PTTL "a b""#).unwrap();
        assert_eq!((step.connection, step.times, step.rule.near), (2, 4, 3));
        assert!(step.judge.asks(Server::Valkey) && !step.judge.asks(Server::Redis));
        assert_eq!(step.action, Action::Call(vec![b"PTTL".to_vec(), b"a b".to_vec()]));
        let step = Step::parse(1, r#"@is="-ERR no \"x\"" GET"#).unwrap();
        assert_eq!(step.judge, Judge::Bytes(b"-ERR no \"x\"\r\n".to_vec()));
        assert_eq!(Step::parse(1, "@wait=5").unwrap().action, Action::Wait(Duration::from_millis(5)));
        for bad in ["@nonsense GET", "@raw a b", "@sort", "@wait=x", "GET \"a", "@closed GET"] {
            assert!(Step::parse(1, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_is_sections() {
        let file =
            File::parse("x", "# remark\n@server --requirepass \"a b\"\nPING\n== two @resp3\n\nGET k\n")
                .unwrap();
        assert_eq!(file.arguments, ["--requirepass", "a b"]);
        assert_eq!(file.sections.len(), 2);
        assert_eq!((file.sections[1].title.as_str(), file.sections[1].only), ("two", Some(Protocol::Resp3)));
        assert_eq!(file.sections[1].steps[0].line, 6);
        assert!(File::parse("x", "PING\n@foo BAR").unwrap_err().starts_with("x.case:2: "));
    }
}
