//! The one table that declares each parameter once, and [`Params`], which holds their values.
//!
//! # Reading a value
//!
//! Every row has an accessor named after it, which reads one field: `params.maxmemory()`, `params.hz()`,
//! `params.bind()`. Switches, numbers and words come by value, everything else by reference.
//!
//! # CONFIG GET and CONFIG SET
//!
//! [`Params::get`] takes the patterns and returns names and values in the form in which Redis shows them.
//! Setting goes in two steps, so that the one who must put a value into force may refuse it:
//!
//! 1. [`Params::stage`] checks all pairs and returns a [`Staged`]: the values as they would be, and what
//!    changes. Nothing happens yet.
//! 2. The caller puts the changes into force and then [commits](Staged::commit), or answers with
//!    [`SetError::refused`] and drops it.
//!
//! [`Params::set_many`] does both with a callback. [`SetError`] displays as Redis's whole reply, beginning
//! with `ERR`.
//!
//! # Files and the command line
//!
//! Everything that fills the table does so as lines of a redis.conf: see [`load`]. This module opens no file.
//!
//! # Adding a parameter
//!
//! One row in the file of its area; [`declare`] shows what a row looks like. A new kind of value implements
//! [`setting::Setting`].

pub mod amount;
pub mod choice;
pub mod declare;
pub mod eviction_policy;
pub mod lists;
pub mod load;
pub mod notifications;
pub mod output_limits;
pub mod page;
pub mod rewrite;
pub mod set;
pub mod setting;
pub mod words;

mod cluster;
mod encoding;
mod memory;
mod monitoring;
mod network;
mod persistence;
mod plugins;
mod process;
mod replication;
mod security;

pub use amount::amount;
pub use declare::{Flags, Parameter, Reason, Status};
pub use set::{SetError, Staged};

use std::sync::LazyLock;

use declare::How;

/// The value of every parameter.
#[derive(Clone, Debug)]
pub struct Params {
    network: network::Network,
    process: process::Process,
    memory: memory::Memory,
    encoding: encoding::Encoding,
    persistence: persistence::Persistence,
    replication: replication::Replication,
    cluster: cluster::Cluster,
    security: security::Security,
    monitoring: monitoring::Monitoring,
    plugins: plugins::Plugins,
}

/// The areas of the table with their titles, in the order of the book.
pub(crate) static AREAS: [(&str, &[Parameter]); 10] = [
    ("Network and connections", network::TABLE),
    ("Process and log", process::TABLE),
    ("Memory and expiry", memory::TABLE),
    ("Encodings", encoding::TABLE),
    ("Persistence", persistence::TABLE),
    ("Replication", replication::TABLE),
    ("Cluster", cluster::TABLE),
    ("Security and TLS", security::TABLE),
    ("Monitoring and scripts", monitoring::TABLE),
    ("Plugins", plugins::TABLE),
];

/// Every parameter, area by area.
pub fn all() -> impl Iterator<Item = &'static Parameter> {
    AREAS.iter().flat_map(|(_, table)| table.iter())
}

/// The parameter that has `name` as its name or alias, in any case. Looks through the table, O(parameters).
pub fn find(name: &[u8]) -> Option<&'static Parameter> {
    all().find(|parameter| parameter.is_called(name))
}

impl Default for Params {
    /// The defaults of Redis 7.2.
    fn default() -> Self {
        let mut params = Params {
            network: Default::default(),
            process: Default::default(),
            memory: Default::default(),
            encoding: Default::default(),
            persistence: Default::default(),
            replication: Default::default(),
            cluster: Default::default(),
            security: Default::default(),
            monitoring: Default::default(),
            plugins: Default::default(),
        };
        for parameter in all() {
            let outcome = params.assign_text(parameter, parameter.default.as_bytes());
            debug_assert!(outcome.is_ok(), "the default of {} does not pass: {outcome:?}", parameter.name);
        }
        params
    }
}

impl Params {
    /// The value of `parameter` as `CONFIG GET` shows it.
    pub fn show(&self, parameter: &Parameter) -> Vec<u8> {
        (parameter.show)(self)
    }

    /// What a configuration file says for `parameter` after its name: one entry for each line, none where no
    /// line can say it.
    pub fn lines(&self, parameter: &Parameter) -> Vec<Vec<u8>> {
        (parameter.lines)(self)
    }

    /// Whether `parameter` has its default.
    pub fn is_default(&self, parameter: &Parameter) -> bool {
        static DEFAULTS: LazyLock<Params> = LazyLock::new(Params::default);
        DEFAULTS.show(parameter) == self.show(parameter)
    }

    /// The parameters that someone set and that are not in force yet, with the part of the server that they
    /// wait for: each is worth a warning in the log at start.
    pub fn not_in_force(&self) -> impl Iterator<Item = (&'static Parameter, &'static str)> {
        all().filter(|parameter| !self.is_default(parameter)).filter_map(|parameter| match parameter.status {
            Status::Later(part) => Some((parameter, part)),
            Status::Applied | Status::Accepted(_) => None,
        })
    }

    /// `CONFIG GET`: the names that match any of `patterns`, with their values.
    ///
    /// A pattern without `*`, `?` and `[` is a name, in any case, and comes back as it was written; it also
    /// finds hidden parameters. Other patterns match names and aliases, in any case. No name comes twice.
    pub fn get(&self, patterns: &[&[u8]]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        let mut add = |name: &[u8], parameter: &Parameter| {
            if !found.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                found.push((name.to_vec(), self.show(parameter)));
            }
        };
        for pattern in patterns {
            if memchr::memchr3(b'*', b'?', b'[', pattern).is_none() {
                if let Some(parameter) = find(pattern) {
                    add(pattern, parameter);
                }
                continue;
            }
            for parameter in all().filter(|parameter| !parameter.flags.contains(Flags::HIDDEN)) {
                for name in parameter.names() {
                    if crate::glob::matches(pattern, name.as_bytes(), true) {
                        add(name.as_bytes(), parameter);
                    }
                }
            }
        }
        found
    }

    /// Sets `parameter` whatever its flags, from the words of one line.
    ///
    /// For what the server finds out by itself, such as the working directory; clients go through
    /// [`stage`](Self::stage).
    pub fn assign(&mut self, parameter: &Parameter, words: &[&[u8]]) -> Result<(), Reason> {
        (parameter.assign)(self, words, How::Replace)
    }

    /// As [`assign`](Self::assign), from one text, as `CONFIG SET` has it.
    fn assign_text(&mut self, parameter: &Parameter, text: &[u8]) -> Result<(), Reason> {
        if !parameter.flags.contains(Flags::WORDS) {
            return (parameter.assign)(self, &[text], How::Replace);
        }
        let words: Vec<&[u8]> =
            if text.is_empty() { Vec::new() } else { text.split(|byte| *byte == b' ').collect() };
        (parameter.assign)(self, &words, How::Replace)
    }
}

#[cfg(test)]
mod tests;
