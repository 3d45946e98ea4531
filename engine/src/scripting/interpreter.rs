//! What the engine asks of an interpreter, and how one makes itself known.

use super::cache::{Digest, Script};
use super::caller::Caller;
use super::run::Invocation;
use crate::error::Error;
use std::cell::Cell;
use std::collections::BTreeMap;

/// A script language. A crate registers the interpreter of one with
/// `inventory::submit! { Language { name: "lua", start: ... } }`.
pub struct Language {
    /// Its name in a script's first line, lower case.
    pub name: &'static str,
    /// Starts an interpreter. Called when the first script comes, and after `SCRIPT FLUSH`.
    pub start: fn(Limits) -> Box<dyn Interpreter>,
}

inventory::collect!(Language);

/// What an interpreter may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of memory. A script that asks for more ends with an error.
    pub memory: usize,
}

/// Why a script has no answer but an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the client is told.
    pub error: Error,
    /// It has been counted: a command that the script ran has answered it.
    pub counted: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure { error, counted: false }
    }
}

/// Runs scripts of one language.
pub trait Interpreter: Send {
    /// Compiles a script, so that [`Interpreter::run`] need not.
    ///
    /// # Errors
    /// That it cannot be, and why.
    fn compile(&mut self, script: &Script) -> Result<(), Error>;

    /// Runs a script, which is compiled if it has not been, or not been kept. Writes one answer to [`Caller::reply`], or none and says why.
    ///
    /// # Errors
    /// What the script or the interpreter has to say instead of an answer.
    fn run(
        &mut self,
        script: &Script,
        call: Invocation<'_>,
        caller: &mut Caller<'_, '_>,
    ) -> Result<(), Failure>;

    /// Forgets what it has compiled of a script.
    fn forget(&mut self, script: &Digest);

    /// Bytes of memory that it uses.
    fn memory(&self) -> usize;
}

/// The interpreters that have been started.
#[derive(Default)]
pub struct Interpreters {
    started: BTreeMap<&'static str, Started>,
}

#[derive(Default)]
struct Started {
    /// Not here while a script of it runs.
    interpreter: Option<Box<dyn Interpreter>>,
    /// Bytes of memory that it used when that was last asked.
    memory: Cell<usize>,
}

impl Interpreters {
    /// The language with this name, letters compared without case.
    pub fn language(name: &str) -> Option<&'static Language> {
        inventory::iter::<Language>().find(|language| language.name.eq_ignore_ascii_case(name))
    }

    /// Whether the interpreter of a language has been started.
    pub(super) fn is_started(&self, language: &Language) -> bool {
        self.started.contains_key(language.name)
    }

    /// Takes the interpreter of a language, to use it; it is started if it has not been. `None` if it is in use.
    pub(super) fn take(&mut self, language: &Language, limits: Limits) -> Option<Box<dyn Interpreter>> {
        match self.started.get_mut(language.name) {
            Some(started) => started.interpreter.take(),
            None => {
                self.started.insert(language.name, Started::default());
                Some((language.start)(limits))
            }
        }
    }

    /// Puts back what was taken.
    pub(super) fn put_back(&mut self, language: &Language, interpreter: Box<dyn Interpreter>) {
        if let Some(started) = self.started.get_mut(language.name) {
            started.interpreter = Some(interpreter);
        }
    }

    /// Forgets what has been compiled of a script.
    pub fn forget(&mut self, script: &Script) {
        let started = self.started.get_mut(&*script.language.to_ascii_lowercase());
        if let Some(interpreter) = started.and_then(|started| started.interpreter.as_mut()) {
            interpreter.forget(&script.digest);
        }
    }

    /// Ends all interpreters, and returns them: dropping them may take long. One that runs a script stays.
    pub fn end(&mut self) -> Vec<Box<dyn Interpreter>> {
        let ended = self.started.values_mut().filter_map(|started| started.interpreter.take()).collect();
        self.started.clear();
        ended
    }

    /// Bytes of memory that they use: of one that runs, what it used when that was last asked.
    pub fn memory(&self) -> usize {
        let of = |started: &Started| {
            if let Some(interpreter) = &started.interpreter {
                started.memory.set(interpreter.memory());
            }
            started.memory.get()
        };
        self.started.values().map(of).sum()
    }
}
