//! A client for unit tests: types commands into an engine of its own and reads raw replies.

use russet_engine::effects;
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup};

/// An engine, its clock and a client.
pub(crate) struct Shell {
    pub(crate) engine: Engine,
    pub(crate) clock: ManualClock,
    client: ClientKey,
}

impl Shell {
    /// An empty engine at a fixed time.
    pub(crate) fn new() -> Self {
        let clock = ManualClock::at(1_700_000_000_000);
        let mut engine = Engine::new(Setup::for_tests(clock.clone())).expect("no two commands have one name");
        let client = engine.connect();
        Shell { engine, clock, client }
    }

    /// Runs a command whose words are separated by single spaces, and returns the reply with `\r\n` shown
    /// as a space: `$1 a` for a bulk string.
    pub(crate) fn run(&mut self, line: &str) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        self.words(&words)
    }

    /// Runs a command given as words.
    pub(crate) fn words(&mut self, words: &[&[u8]]) -> String {
        let reply = self.engine.run(self.client, words);
        String::from_utf8_lossy(&reply).replace("\r\n", " ").trim_end().to_owned()
    }

    /// Lets the clock's time come to pass and returns what the client is then sent, shown as by [`Shell::run`].
    pub(crate) fn tick(&mut self) -> String {
        self.engine.synchronise();
        self.engine.tick();
        let reply = self.engine.take_output(self.client);
        String::from_utf8_lossy(&reply).replace("\r\n", " ").trim_end().to_owned()
    }

    /// What another client has been sent, shown as by [`Shell::run`].
    pub(crate) fn told(&mut self, client: ClientKey) -> String {
        let reply = self.engine.take_output(client);
        String::from_utf8_lossy(&reply).replace("\r\n", " ").trim_end().to_owned()
    }

    /// Lets a new client run a command, and returns it: a client that is to wait.
    pub(crate) fn waiter(&mut self, line: &str) -> ClientKey {
        let typing = self.another();
        let reply = self.run(line);
        let waiter = self.switch(typing);
        assert_eq!(reply, "", "{line} does not wait");
        waiter
    }

    /// Takes the effects since the last time, as lines, but for `SELECT`.
    pub(crate) fn effects(&mut self) -> Vec<String> {
        let mut stream = Vec::new();
        self.engine.keyspace.effects.take_into(&mut stream);
        let line = |words: Vec<&[u8]>| {
            let words: Vec<_> = words.into_iter().map(String::from_utf8_lossy).collect();
            words.join(" ")
        };
        effects::commands(&stream).map(line).filter(|line| !line.starts_with("SELECT ")).collect()
    }

    /// The client that types.
    pub(crate) fn client(&self) -> ClientKey {
        self.client
    }

    /// Goes on in RESP3.
    pub(crate) fn resp3(&mut self) {
        let client = self.engine.core.clients.get_mut(self.client).expect("the shell's own client");
        client.session.protocol = russet_engine::Protocol::Resp3;
    }

    /// Gives a parameter another value.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let change = [(name.as_bytes(), value.as_bytes())];
        let changed = self.engine.core.params.set_many(&change, false, &mut |_, _| Ok(()));
        changed.expect("a parameter that can be changed");
        self.engine.apply_params();
    }

    /// Goes on as another client of the same engine.
    pub(crate) fn another(&mut self) -> ClientKey {
        std::mem::replace(&mut self.client, self.engine.connect())
    }

    /// Goes on as a client that has been seen before, and returns the one from before.
    pub(crate) fn switch(&mut self, client: ClientKey) -> ClientKey {
        std::mem::replace(&mut self.client, client)
    }
}

/// Asserts a conversation: each line is a command, `=>`, and its reply as [`Shell::run`] shows it.
macro_rules! conversation {
    ($($line:literal)*) => {{
        let mut shell = $crate::shell::Shell::new();
        $(
            let (command, expected) = $line.split_once(" => ").expect("a command, ` => `, a reply");
            assert_eq!(shell.run(command), expected, "{command}");
        )*
        shell
    }};
}
pub(crate) use conversation;
