//! A sandbox: one Lua state with what scripts see, and nothing that they could break.
//!
//! What they see is put together in `sandbox.lua`; read that first. This file starts the state, and calls into it.

use crate::raised::{Raised, describe, message};
use crate::random::Random;
use crate::{api, lent, library, values};
use mlua::chunk::ChunkMode;
use mlua::state::{GcIncParams, GcMode};
use mlua::{Function, HookTriggers, Lua, LuaOptions, StdLib, Table, Value, VmState};
use russet_engine::Error;
use russet_engine::scripting::{Caller, Failure, Invocation};
use std::cell::Cell;
use std::rc::Rc;

/// The name of `sandbox.lua` among the sources of what runs.
pub(crate) const SOURCE: &str = "=sandbox";

/// A script that computes is looked at when it has run this many instructions.
const INSTRUCTIONS: u32 = 100_000;

/// Lua looks for garbage when it uses this many percent of what was left the last time. Its own 200 would let a state in which
/// small scripts run use twice what it holds.
const PAUSE: i32 = 140;

/// The code of a library, which registers functions and no more, may be looked at so often: that is about half a second.
const PATIENCE: u32 = 500;

/// What a sandbox is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `EVAL` and its kin: keys and arguments are globals.
    Scripts,
    /// Functions of libraries: keys and arguments are arguments.
    Functions,
}

/// One Lua state.
pub struct Sandbox {
    lua: Lua,
    /// What scripts find as globals; they have a face of it.
    globals: Table,
    /// The table behind `redis.`.
    api: Table,
    /// Bytes of memory that it may use; 0 is no limit.
    limit: usize,
    run: Function,
    run_with: Function,
    protect: Function,
}

impl Sandbox {
    /// Starts a state that may use so many bytes of memory; 0 is no limit.
    ///
    /// # Errors
    /// If there is not even memory for the libraries.
    pub fn new(purpose: Purpose, memory: usize) -> mlua::Result<Sandbox> {
        let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::OS;
        let lua = Lua::new_with(libraries, LuaOptions::new())?;
        library::open(&lua)?;
        let native = lua.create_table()?;
        native.raw_set("api", api::table(&lua)?)?;
        native.raw_set("constants", api::constants(&lua)?)?;
        native.raw_set("describe", lua.create_function(describe)?)?;
        native.raw_set("position", lua.create_function(api::position)?)?;
        let random = Rc::new(Random::new());
        let seeded = random.clone();
        native.raw_set("random", lua.create_function(move |_, ()| Ok(random.next()))?)?;
        native.raw_set(
            "randomseed",
            lua.create_function(move |_, seed: f64| {
                seeded.seed(seed as i64 as i32);
                Ok(())
            })?,
        )?;
        let kind = match purpose {
            Purpose::Scripts => "scripts",
            Purpose::Functions => "functions",
        };
        let made: Table = lua.load(include_str!("sandbox.lua")).set_name(SOURCE).call((&native, kind))?;
        lua.set_globals(made.raw_get("face")?)?;
        watch(&lua)?;
        lua.gc_set_mode(GcMode::Incremental(GcIncParams::default().pause(PAUSE)));
        // What the start has left is no measure of what scripts need.
        lua.gc_collect()?;
        lua.set_memory_limit(memory)?;
        Ok(Sandbox {
            globals: made.raw_get("globals")?,
            api: made.raw_get("api")?,
            run: made.raw_get("run")?,
            run_with: made.raw_get("run_with")?,
            protect: made.raw_get("protect")?,
            limit: memory,
            lua,
        })
    }

    /// The state itself.
    pub fn lua(&self) -> &Lua {
        &self.lua
    }

    /// The table behind `redis.`: what is put into it here, scripts find there.
    pub fn api(&self) -> &Table {
        &self.api
    }

    /// The table behind the globals: what is put into it here, scripts find there.
    pub fn globals(&self) -> &Table {
        &self.globals
    }

    /// A table that stands for another one and cannot be written.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn protect(&self, table: Table) -> mlua::Result<Table> {
        self.protect.call(table)
    }

    /// Bytes of memory that it uses.
    pub fn memory(&self) -> usize {
        self.lua.used_memory()
    }

    /// Compiles a text. Errors name `source`, of which the first character says that the rest is a name.
    ///
    /// # Errors
    /// What is wrong with it, as Lua says it.
    pub fn compile(&self, source: &str, text: &[u8]) -> Result<Function, String> {
        let limit = self.lua.set_memory_limit(0).unwrap_or_default();
        let chunk = self.lua.load(text).set_name(source).set_mode(ChunkMode::Text);
        let compiled = chunk.into_function().map_err(|error| message(&error));
        let _ = self.lua.set_memory_limit(limit);
        compiled
    }

    /// Runs a script, and answers what it returns.
    ///
    /// # Errors
    /// What it raised.
    pub fn run(
        &self,
        script: &Function,
        name: &str,
        call: Invocation<'_>,
        caller: &mut Caller<'_, '_>,
    ) -> Result<(), Failure> {
        self.unlimited(|| {
            self.globals.raw_set("KEYS", self.list(call.keys())?)?;
            self.globals.raw_set("ARGV", self.list(call.args())?)
        })
        .map_err(broken)?;
        let ran = lent::lend(caller, || self.run.call::<(bool, Value)>(script));
        self.finish(ran, name, caller)
    }

    /// Runs a function with its keys and arguments, and answers what it returns.
    ///
    /// # Errors
    /// What it raised.
    pub fn run_function(
        &self,
        function: &Function,
        name: &str,
        call: Invocation<'_>,
        caller: &mut Caller<'_, '_>,
    ) -> Result<(), Failure> {
        let lists = self.unlimited(|| Ok((self.list(call.keys())?, self.list(call.args())?)));
        let (keys, args) = lists.map_err(broken)?;
        let ran = lent::lend(caller, || self.run_with.call::<(bool, Value)>((function, keys, args)));
        self.finish(ran, name, caller)
    }

    /// Lua looks for garbage only when what it uses has doubled; a limit that is nearer would be met by what nobody needs any more.
    fn collect(&self) -> mlua::Result<()> {
        if self.limit > 0 && self.lua.used_memory() > self.limit / 2 {
            self.lua.gc_collect()?;
        }
        Ok(())
    }

    /// Runs code that finds these globals instead of those of scripts, and returns whether it ended well, and what it
    /// returned or raised. It ends early after [`PATIENCE`] looks, unless `patient`.
    pub(crate) fn run_among(
        &self,
        code: &Function,
        globals: &Table,
        patient: bool,
    ) -> mlua::Result<(bool, Value)> {
        let Some(face) = self.lua.globals().metatable() else { return Err(mlua::Error::StackError) };
        face.raw_set("__index", globals)?;
        let looks = Cell::new(0);
        self.lua.set_global_hook(HookTriggers::new().every_nth_instruction(INSTRUCTIONS), move |_, _| {
            looks.set(looks.get() + 1);
            if looks.get() > PATIENCE && !patient {
                Raised::new("FUNCTION LOAD timeout").raise()
            } else {
                Ok(VmState::Continue)
            }
        })?;
        let ran = self.run.call(code);
        watch(&self.lua)?;
        face.raw_set("__index", &self.globals)?;
        ran
    }

    fn finish(
        &self,
        ran: mlua::Result<(bool, Value)>,
        name: &str,
        caller: &mut Caller<'_, '_>,
    ) -> Result<(), Failure> {
        let finished = self.unlimited(|| match ran {
            Ok((true, value)) => Ok(values::answer(caller, value).map_err(broken)),
            Ok((false, raised)) => {
                // A script that was to end may have been looked at line by line since.
                watch(&self.lua)?;
                Ok(Err(values::failure(name, raised)?))
            }
            Err(error) => Err(error),
        });
        self.collect().map_err(broken)?;
        finished.map_err(broken)?
    }

    /// What the server does on a script's behalf is not refused for want of memory.
    fn unlimited<R>(&self, work: impl FnOnce() -> mlua::Result<R>) -> mlua::Result<R> {
        let limit = self.lua.set_memory_limit(0)?;
        let done = work();
        self.lua.set_memory_limit(limit)?;
        done
    }

    fn list<'w>(&self, words: impl ExactSizeIterator<Item = &'w [u8]>) -> mlua::Result<Table> {
        let list = self.lua.create_table_with_capacity(words.len(), 0)?;
        for (index, word) in words.enumerate() {
            // A text goes straight to its place; other bytes take a turn through the table of values that Rust holds.
            match std::str::from_utf8(word) {
                Ok(text) => list.raw_set(index + 1, text)?,
                Err(_) => list.raw_set(index + 1, self.lua.create_string(word)?)?,
            }
        }
        Ok(list)
    }
}

/// What is left to say when the interpreter itself fails.
fn broken(error: mlua::Error) -> Failure {
    Error::owned(format!("ERR {}", message(&error))).into()
}

/// Looks at what runs now and then: whether it is to end.
fn watch(lua: &Lua) -> mlua::Result<()> {
    lua.set_global_hook(HookTriggers::new().every_nth_instruction(INSTRUCTIONS), |lua, _| interrupt(lua))
}

fn interrupt(lua: &Lua) -> mlua::Result<VmState> {
    let Some(command) = lent::with(|lent| lent.interrupt().then(|| lent.kill_command())).flatten() else {
        return Ok(VmState::Continue);
    };
    // Whoever catches this is told again at the next line.
    lua.set_global_hook(HookTriggers::EVERY_LINE, |lua, _| interrupt(lua))?;
    Raised::new(&format!("Script killed by user with {command}.")).raise()
}
