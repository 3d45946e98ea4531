//! What a command is given.

use crate::answer::Answer;
use crate::db::Db;
use crate::error::{Error, Outcome};
use crate::ffi::{self, Raw};
use crate::reply::Reply;
use russet_plugin_abi::{log_level, nested};

/// The version of the protocol that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// RESP2.
    Resp2,
    /// RESP3.
    Resp3,
}

/// What a command is given. Its fields are apart on purpose: a value borrowed from `db` can be written into `reply`.
pub struct Context<'c> {
    /// The selected database.
    pub db: Db<'c>,
    /// Where the answer goes.
    pub reply: Reply<'c>,
    raw: Raw<'c>,
}

impl<'c> Context<'c> {
    pub(crate) fn new(raw: Raw<'c>) -> Self {
        Context { db: Db::new(raw), reply: Reply::new(raw), raw }
    }

    /// Runs a command, and returns what it answers, as in RESP3. An error that it answers is an answer.
    ///
    /// # Errors
    /// If `words` is empty.
    pub fn call(&mut self, words: &[&[u8]]) -> Result<Answer, Error> {
        self.raw.call(words, 0).map(Answer::new)
    }

    /// As [`Context::call`], answered as in RESP2.
    ///
    /// # Errors
    /// As [`Context::call`].
    pub fn call_resp2(&mut self, words: &[&[u8]]) -> Result<Answer, Error> {
        self.raw.call(words, nested::RESP2).map(Answer::new)
    }

    /// Journals what is done from here on, piece by piece, instead of the command as it was sent: for a command whose effect
    /// is not a function of its words and the dataset.
    ///
    /// # Errors
    /// Never, while the command runs.
    pub fn journal_effects(&mut self) -> Outcome {
        self.raw.journal_effects()
    }
}

/// How important a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever writes the plugin.
    Debug,
    /// For whoever looks closely.
    Verbose,
    /// What an operator should see.
    Notice,
    /// What an operator should do something about.
    Warning,
}

/// Writes a line to the server's log, with the plugin's name before it. On any thread.
pub fn log(level: Level, line: &str) {
    ffi::log(
        match level {
            Level::Debug => log_level::DEBUG,
            Level::Verbose => log_level::VERBOSE,
            Level::Notice => log_level::NOTICE,
            Level::Warning => log_level::WARNING,
        },
        line,
    );
}
