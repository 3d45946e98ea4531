//! An engine with a client, and what a command costs it in memory.

use peak_alloc::PeakAlloc;
use russet_engine::args::OwnedArgs;
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Protocol, Setup};
use std::io::IoSlice;
use std::sync::{Mutex, MutexGuard, PoisonError};

// A block that is resized is counted twice for as long as both are there, as it is in every allocator that copies.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Held by whoever measures: the heap is that of the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// What a session and its statistics may need at any time: a piece of output, the histogram of a command's latency.
const SLACK: usize = 160 * 1024;

/// An engine and its client.
pub(crate) struct Table {
    engine: Engine,
    client: ClientKey,
    clock: ManualClock,
    _alone: MutexGuard<'static, ()>,
}

/// What a command has cost, in bytes.
#[derive(Clone, Copy, Debug)]
struct Cost {
    /// The length of the reply.
    reply: usize,
    /// The most memory that was in use while it ran, beyond what was in use before. The reply is in it.
    most: usize,
    /// Whether the reply is an error.
    refused: bool,
}

impl Table {
    pub(crate) fn new(protocol: Protocol) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        russet_commands::link();
        let clock = ManualClock::at(1_700_000_000_000);
        let mut engine = Engine::new(Setup::for_tests(clock.clone())).expect("no two commands have one name");
        let client = engine.connect();
        engine.core.clients.get_mut(client).expect("it is connected").session.protocol = protocol;
        Table { engine, client, clock, _alone: alone }
    }

    /// Gives a parameter another value.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let change = [(name.as_bytes(), value.as_bytes())];
        let changed = self.engine.core.params.set_many(&change, false, &mut |_, _| Ok(()));
        changed.expect("a parameter that can be changed");
        self.engine.apply_params();
    }

    /// Lets milliseconds pass.
    pub(crate) fn pass(&mut self, ms: i64) {
        self.clock.advance(ms);
    }

    /// Runs a command whose words are separated by single spaces.
    pub(crate) fn run(&mut self, line: &str) {
        let cost = self.words(line.split(' '));
        assert!(!cost.refused, "{line}");
    }

    /// Runs `head` again and again, each time followed by some of `words`, until all have had their turn. Those that belong
    /// together in groups of `group` stay together.
    pub(crate) fn fill(&mut self, head: &str, group: usize, words: impl Iterator<Item = String>) {
        let mut words = words.peekable();
        while words.peek().is_some() {
            let some: Vec<String> = words.by_ref().take(1000 * group).collect();
            let cost = self.words(head.split(' ').chain(some.iter().map(String::as_str)));
            assert!(!cost.refused, "{head}");
        }
    }

    /// A command with a long reply has no more than `times` its length in use, the reply included.
    pub(crate) fn answers(&mut self, line: &str, times: f64) {
        let cost = self.shown(line);
        assert!(!cost.refused && cost.reply > 500_000, "{line}: {cost:?}");
        assert!(cost.most <= (cost.reply as f64 * times) as usize + SLACK, "{line}: {cost:?}");
    }

    /// A command looks at much and answers little, and has no more than `most` bytes in use.
    pub(crate) fn answers_little(&mut self, line: &str, most: usize) {
        let cost = self.shown(line);
        assert!(!cost.refused && cost.reply < 10_000, "{line}: {cost:?}");
        assert!(cost.most <= most + SLACK, "{line}: {cost:?}");
    }

    /// A command that looks at much and answers little, with nothing to be remembered.
    pub(crate) fn counts(&mut self, line: &str) {
        self.answers_little(line, 0);
    }

    /// A command is refused, before it has more than `most` bytes in use.
    pub(crate) fn refuses(&mut self, line: &str, most: usize) {
        let cost = self.shown(line);
        assert!(cost.refused && cost.most <= most + SLACK, "{line}: {cost:?}");
    }

    fn shown(&mut self, line: &str) -> Cost {
        let cost = self.words(line.split(' '));
        println!("{line}: answered {}, in use {}", cost.reply, cost.most);
        cost
    }

    fn words<'w>(&mut self, words: impl Iterator<Item = &'w str>) -> Cost {
        let words = OwnedArgs::new(words.map(str::as_bytes));
        self.engine.synchronise();
        let hasher = self.engine.keyspace.hasher().clone();
        HEAP.reset_peak_usage();
        let before = HEAP.current_usage();
        self.engine.execute(self.client, words.args(&hasher));
        let most = HEAP.peak_usage() - before;
        let output = &mut self.engine.core.clients.get_mut(self.client).expect("it is connected").output;
        let reply = output.len();
        let mut slices = [IoSlice::new(&[])];
        output.slices(&mut slices);
        let refused = slices[0].starts_with(b"-");
        output.advance(reply);
        output.shrink();
        Cost { reply, most, refused }
    }
}
