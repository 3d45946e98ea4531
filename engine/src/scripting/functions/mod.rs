//! Functions: code that clients have put into the server by name, as part of the dataset.
//!
//! ```text
//!  FUNCTION LOAD ──> Header (library.rs) ──> LibraryEngine::load ──> Set (set.rs) ──> Beside::libraries ──> RDB, AOF
//!  FCALL ──> Set::function ──> run_in ──> LibraryEngine::run ──> (the function) ──> Caller::call
//! ```
//!
//! # Where is the truth?
//!
//! In the keyspace: [`Beside::libraries`](crate::rdb::file::Beside) holds the code of each library, as files do, and a file
//! that is loaded replaces it. What has been compiled of it follows: [`sync`] comes before everything that looks at
//! functions, and compiles what is there if it is not what was there before. Both carry a generation, by which they know
//! each other.

mod dump;
mod library;
mod set;

pub use dump::{dump, restore};
pub(crate) use library::library_name;
pub use library::{Function, Library};
pub use set::{Collision, Set};

use super::caller::Caller;
use super::interpreter::{Failure, Limits};
use super::run::{Invocation, begin, limits, run_in};
use super::running::{Kind, Running};
use super::shebang::Flags;
use crate::args::Args;
use crate::context::Context;
use crate::error::{Error, Outcome};
use std::sync::Arc;

/// A language in which libraries can be written. A crate registers the engine of one with
/// `inventory::submit! { LibraryLanguage { name: "LUA", start: ... } }`.
pub struct LibraryLanguage {
    /// Its name, as `FUNCTION LIST` shows it; libraries may write it in letters of any case.
    pub name: &'static str,
    /// Starts its engine. Called when the first library comes.
    pub start: fn(Limits) -> Box<dyn LibraryEngine>,
}

inventory::collect!(LibraryLanguage);

/// A function that a library has registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// By what it is called.
    pub name: String,
    /// What its author says about it.
    pub description: Option<Vec<u8>>,
    /// What it promises.
    pub flags: Flags,
    /// By what its engine knows it, which is no other's ever.
    pub id: u64,
}

/// Runs the functions of one language.
pub trait LibraryEngine: Send {
    /// Runs the code of a library once, which registers functions. It ends early if it takes long, unless `patient`.
    ///
    /// # Errors
    /// What is wrong with it. Nothing is left of it then.
    fn load(&mut self, code: &[u8], patient: bool) -> Result<Vec<Registered>, Error>;

    /// Runs a function. Writes one answer to [`Caller::reply`], or none and says why.
    ///
    /// # Errors
    /// What the function or the engine has to say instead of an answer.
    fn run(
        &mut self,
        function: &Function,
        call: Invocation<'_>,
        caller: &mut Caller<'_, '_>,
    ) -> Result<(), Failure>;

    /// Forgets a function.
    fn forget(&mut self, id: u64);

    /// Tells the log that a library of the dataset is no use, and why.
    fn left_out(&self, why: &Error);

    /// Whether what was loaded is here still: an engine may be bound to a thread, and find itself in another.
    fn is_whole(&self) -> bool;

    /// Bytes of memory that it uses.
    fn memory(&self) -> usize;
}

/// All that the engine knows of functions.
#[derive(Default)]
pub struct Functions {
    /// The libraries and their functions.
    pub set: Set,
    /// The engine; not here while a function runs. There is one language by now.
    engine: Option<Box<dyn LibraryEngine>>,
    /// Bytes that the engine used when that was last asked.
    memory: usize,
    /// Which code is compiled: that which the keyspace has under the same number.
    generation: u64,
}

impl Functions {
    /// Bytes of memory that the engine uses.
    pub fn engine_memory(&self) -> usize {
        self.memory
    }

    /// The language of this name, letters compared without case.
    fn language(name: &[u8]) -> Option<&'static LibraryLanguage> {
        inventory::iter::<LibraryLanguage>()
            .find(|language| language.name.as_bytes().eq_ignore_ascii_case(name))
    }

    /// All languages.
    pub fn languages() -> impl Iterator<Item = &'static LibraryLanguage> {
        inventory::iter::<LibraryLanguage>()
    }

    /// Compiles a library, which belongs to nothing yet.
    fn compile(&mut self, code: &[u8], limits: Limits, patient: bool) -> Result<Library, Error> {
        let header = library::Header::read(code)?;
        let Some(language) = Functions::language(&header.engine) else {
            return Err(Error::quoting("ERR Engine '", &header.engine, "' not found"));
        };
        let engine = self.engine.get_or_insert_with(|| (language.start)(limits));
        let functions = engine.load(header.body, patient);
        self.memory = engine.memory();
        let functions = functions?;
        if functions.is_empty() {
            return Err(Error::new("ERR No functions registered"));
        }
        Ok(Library::new(header.name, language.name, code, functions))
    }

    /// Nobody calls the functions of these libraries any more.
    fn forget<'l>(&mut self, libraries: impl IntoIterator<Item = &'l Arc<Library>>) {
        let Some(engine) = &mut self.engine else { return };
        for function in libraries.into_iter().flat_map(|library| &library.functions) {
            engine.forget(function.id);
        }
        self.memory = engine.memory();
    }
}

/// Sees to it that what is compiled is the code that the keyspace has. O(1) where nothing has changed.
///
/// A library that cannot be compiled is left out and told of in the log: it stays in the keyspace until libraries change.
pub fn sync(cx: &mut Context<'_>) {
    let beside = &cx.db.keyspace().beside;
    let whole = cx.core.scripting.functions.engine.as_ref().is_none_or(|engine| engine.is_whole());
    let same = beside.generation == cx.core.scripting.functions.generation;
    if whole && same && (beside.generation != 0 || beside.libraries.is_empty()) {
        return;
    }
    let codes = beside.libraries.clone();
    let limits = limits(cx);
    let functions = &mut cx.core.scripting.functions;
    (functions.set, functions.engine, functions.memory) = (Set::default(), None, 0);
    for code in codes {
        let joined = functions.compile(&code, limits, true).and_then(|library| {
            functions.set.join(vec![Arc::new(library)], true).map_err(|taken| taken.error())
        });
        if let (Err(error), Some(engine)) = (joined, &functions.engine) {
            engine.left_out(&error);
        }
    }
    agree(cx);
}

/// The keyspace and what is compiled have the same code from here on.
fn agree(cx: &mut Context<'_>) {
    let functions = &mut cx.core.scripting.functions;
    functions.generation += 1;
    cx.db.keyspace().beside.generation = functions.generation;
}

/// The libraries have changed: the keyspace is told, and whoever counts changes.
fn changed(cx: &mut Context<'_>) {
    let codes = cx.core.scripting.functions.set.libraries().map(|library| library.code.clone()).collect();
    let keyspace = cx.db.keyspace();
    keyspace.beside.libraries = codes;
    keyspace.dirty += 1;
    agree(cx);
}

/// Adds a library, or puts it in place of the one of its name, and returns its name.
///
/// # Errors
/// Why that cannot be. Nothing has changed then.
pub fn load(cx: &mut Context<'_>, code: &[u8], replace: bool) -> Result<Arc<str>, Error> {
    sync(cx);
    let limits = limits(cx);
    let patient = cx.core.obeys;
    let functions = &mut cx.core.scripting.functions;
    let header = library::Header::read(code)?;
    if Functions::language(&header.engine).is_some()
        && !replace
        && functions.set.library(&header.name).is_some()
    {
        return Err(Error::owned(format!("ERR Library '{}' already exists", header.name)));
    }
    let library = Arc::new(functions.compile(code, limits, patient)?);
    let name = library.name.clone();
    add(cx, vec![library], replace)?;
    Ok(name)
}

/// Adds compiled libraries.
fn add(cx: &mut Context<'_>, libraries: Vec<Arc<Library>>, replace: bool) -> Result<(), Error> {
    let functions = &mut cx.core.scripting.functions;
    match functions.set.join(libraries.clone(), replace) {
        Ok(replaced) => functions.forget(&replaced),
        Err(collision) => {
            functions.forget(&libraries);
            return Err(collision.error());
        }
    }
    changed(cx);
    Ok(())
}

/// Milliseconds since `running` began.
pub fn elapsed_ms(cx: &Context<'_>, running: &Running) -> u64 {
    cx.core.time.monotonic_ns().saturating_sub(running.started_ns) / 1_000_000
}

/// What becomes of the libraries that are there when others are restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// They go.
    Flush,
    /// They stay, and must not collide with the new ones.
    Append,
    /// Those go that have the name of a new one.
    Replace,
}

/// Adds libraries, all of them or none.
///
/// # Errors
/// Why that cannot be.
pub fn restore_all(cx: &mut Context<'_>, codes: &[Vec<u8>], policy: Policy) -> Result<(), Error> {
    sync(cx);
    let limits = limits(cx);
    let functions = &mut cx.core.scripting.functions;
    let mut new = Set::default();
    for code in codes {
        let added = functions.compile(code, limits, true).and_then(|library| {
            let library = Arc::new(library);
            new.join(vec![library.clone()], false).map_err(|collision| {
                functions.forget([&library]);
                match collision {
                    Collision::Library(name) => Error::owned(format!("ERR Library '{name}' already exists")),
                    taken => taken.error(),
                }
            })
        });
        if let Err(error) = added {
            functions.forget(new.libraries());
            return Err(error);
        }
    }
    if policy == Policy::Flush {
        let old = std::mem::take(&mut functions.set);
        functions.forget(old.libraries());
    }
    add(cx, new.libraries().cloned().collect(), policy == Policy::Replace)
}

/// Removes a library. Returns whether there was one of this name.
pub fn delete(cx: &mut Context<'_>, name: &[u8]) -> bool {
    sync(cx);
    let functions = &mut cx.core.scripting.functions;
    let Some(removed) = functions.set.remove(name) else { return false };
    functions.forget([&removed]);
    changed(cx);
    true
}

/// Removes all libraries, and returns what they were: dropping it may take long.
pub fn flush(cx: &mut Context<'_>) -> impl Send + use<> {
    let functions = &mut cx.core.scripting.functions;
    let old = (std::mem::take(&mut functions.set), functions.engine.take());
    functions.memory = 0;
    changed(cx);
    old
}

/// Runs the function that word 1 of a request names; `read_only` is a command whose name promises that nothing is written.
///
/// # Errors
/// That there is none, or what it has to say instead of an answer.
pub fn call(cx: &mut Context<'_>, request: Args<'_>, read_only: bool) -> Outcome {
    sync(cx);
    let Some(function) = cx.core.scripting.functions.set.function(request.word(1)) else {
        return Err(Error::new("ERR Function not found"));
    };
    request.int(2).map_err(|_| Error::new("ERR Bad number of keys provided"))?;
    let call = Invocation::of(request)?;
    begin(cx, function.flags, read_only)?;
    let Some(mut engine) = cx.core.scripting.functions.engine.take() else {
        return Err(Error::new("ERR a function runs already"));
    };
    let ran = run_in(cx, (Kind::Function, &function.name), function.flags, call, read_only, |caller| {
        engine.run(&function, call, caller)
    });
    let functions = &mut cx.core.scripting.functions;
    functions.memory = engine.memory();
    functions.engine = Some(engine);
    match ran {
        Ok(()) => Ok(()),
        Err(Failure { error, counted: true }) => cx.reply.error(&error),
        Err(Failure { error, counted: false }) => Err(error),
    }
}
