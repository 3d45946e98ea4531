//! Running a script: what the state of the server has against it, and what is left of it afterwards.

use super::cache::Script;
use super::caller::Caller;
use super::interpreter::{Failure, Interpreter, Interpreters, Language, Limits};
use super::running::{Kind, Running};
use super::shebang::Flags;
use crate::args::Args;
use crate::context::Context;
use crate::error::{Error, Outcome};
use std::sync::Arc;

/// A request that calls a script or a function: word 3 is the first key.
#[derive(Clone, Copy)]
pub struct Invocation<'a> {
    request: Args<'a>,
    keys: usize,
}

impl<'a> Invocation<'a> {
    /// Reads the number of keys, which is word 2.
    ///
    /// # Errors
    /// If it is none, or there are not so many words.
    pub fn of(request: Args<'a>) -> Result<Self, Error> {
        let keys = request.int(2)?;
        if keys > (request.len() - 3) as i64 {
            return Err(Error::new("ERR Number of keys can't be greater than number of args"));
        }
        match usize::try_from(keys) {
            Ok(keys) => Ok(Invocation { request, keys }),
            Err(_) => Err(Error::new("ERR Number of keys can't be negative")),
        }
    }

    /// The keys that are declared.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone + use<'a> {
        self.request.head(3 + self.keys).iter_from(3)
    }

    /// The other words.
    pub fn args(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone + use<'a> {
        self.request.iter_from(3 + self.keys)
    }
}

/// Whether the state of the server permits to run what has these flags; `read_only` is a command whose name promises that
/// nothing is written.
///
/// # Errors
/// Why it does not.
pub fn begin(cx: &Context<'_>, flags: Flags, read_only: bool) -> Result<(), Error> {
    if flags.contains(Flags::COMPATIBLE) {
        return Ok(());
    }
    let core = &*cx.core;
    if !flags.contains(Flags::NO_WRITES) {
        if !core.obeys {
            core.persistence.refuses_scripts(&core.params)?;
        }
        if read_only {
            return Err(Error::new("ERR Can not execute a script with write flag using *_ro command."));
        }
    }
    if core.out_of_memory && !core.obeys && !flags.intersects(Flags::ALLOW_OOM | Flags::NO_WRITES) {
        return Err(Error::new(
            "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'",
        ));
    }
    Ok(())
}

/// Bytes of memory that an interpreter may use, where the machine does not say how much there is.
const MEMORY: usize = 1 << 30;

/// What an interpreter may use: a quarter of the machine's memory. What the server is killed for is no use to anyone.
pub(super) fn limits(cx: &Context<'_>) -> Limits {
    match cx.core.host.usage().system_memory {
        0 => Limits { memory: MEMORY },
        memory => Limits { memory: (memory / 4).max(64 << 20) as usize },
    }
}

/// Takes the interpreter of a language for the time that `work` needs it.
///
/// # Errors
/// If there is no such language, or it is in use.
fn with_interpreter<R>(
    cx: &mut Context<'_>,
    language: &'static Language,
    work: impl FnOnce(&mut Context<'_>, &mut dyn Interpreter) -> R,
) -> Result<R, Error> {
    let limits =
        if cx.core.scripting.interpreters.is_started(language) { Limits { memory: 0 } } else { limits(cx) };
    let Some(mut interpreter) = cx.core.scripting.interpreters.take(language, limits) else {
        return Err(Error::new("ERR a script runs already"));
    };
    let done = work(cx, &mut *interpreter);
    cx.core.scripting.interpreters.put_back(language, interpreter);
    Ok(done)
}

fn language(script: &Script) -> Result<&'static Language, Error> {
    Interpreters::language(&script.language).ok_or_else(|| {
        let name = if script.flags.contains(Flags::COMPATIBLE) { &b""[..] } else { first_word(&script.text) };
        Error::quoting("ERR Unexpected engine in script shebang: ", name, "")
    })
}

fn first_word(text: &[u8]) -> &[u8] {
    text.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default()
}

/// Compiles a script and keeps it, `loaded` for good.
///
/// # Errors
/// If it cannot be compiled.
pub fn compile(cx: &mut Context<'_>, script: &Arc<Script>, loaded: bool) -> Result<(), Error> {
    let language = language(script)?;
    with_interpreter(cx, language, |_, interpreter| interpreter.compile(script))??;
    let scripting = &mut cx.core.scripting;
    if let Some(gone) = scripting.cache.add(script.clone(), loaded) {
        scripting.interpreters.forget(&gone);
    }
    Ok(())
}

/// Runs a script.
///
/// # Errors
/// What it has to say instead of an answer.
pub fn run(cx: &mut Context<'_>, script: &Script, call: Invocation<'_>, read_only: bool) -> Outcome {
    begin(cx, script.flags, read_only)?;
    let language = language(script)?;
    let ran = with_interpreter(cx, language, |cx, interpreter| {
        run_in(cx, (Kind::Script, &script.name), script.flags, call, read_only, |caller| {
            interpreter.run(script, call, caller)
        })
    })?;
    match ran {
        Ok(()) => Ok(()),
        Err(Failure { error, counted: true }) => {
            cx.core.stats.command_mut(cx.command).failed += 1;
            cx.reply.error(&error)
        }
        Err(Failure { error, counted: false }) => Err(error),
    }
}

/// Lends the context to `work`, which runs the code of a script or a function of this name and with these flags. What it does
/// is journaled as one transaction, and the session is afterwards what it was before.
pub fn run_in<R>(
    cx: &mut Context<'_>,
    (kind, name): (Kind, &Arc<str>),
    flags: Flags,
    call: Invocation<'_>,
    read_only: bool,
    work: impl FnOnce(&mut Caller<'_, '_>) -> R,
) -> R {
    cx.core.scripting.running = Some(Running {
        kind,
        name: name.clone(),
        words: Vec::new(),
        started_ns: cx.core.started_ns,
        busy: false,
        wrote: false,
        obeyed: cx.core.obeys,
        killed: false,
    });
    let (db, session_db) = (cx.db.index(), cx.session.db);
    let opened = cx.db.keyspace().effects.begin();
    let compatible = flags.contains(Flags::COMPATIBLE);
    let mut caller = Caller::new(cx, call.request);
    caller.read_only = read_only || (!compatible && flags.contains(Flags::NO_WRITES));
    caller.allow_oom = !compatible && flags.contains(Flags::ALLOW_OOM);
    let done = work(&mut caller);
    caller.end();
    if opened {
        match cx.core.stopping {
            // The process ends, and half of a script is not to be found in any file.
            true => cx.db.keyspace().effects.abandon(),
            false => cx.db.keyspace().effects.commit(),
        }
    }
    cx.session.db = session_db;
    cx.db.select(db);
    cx.core.scripting.running = None;
    done
}
