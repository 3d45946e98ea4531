//! Libraries of functions, as the engine knows them.
//!
//! # What does a library see?
//!
//! While its code runs for the first time, `redis` (and `server`) with `register_function`, `log` and constants, and nothing
//! else: no other global is there, so what it does cannot depend on anything. The same globals show all that scripts see
//! once its functions are called. Both are one table, of which the metatable is told where to look.

use crate::raised::Raised;
use crate::sandbox::{Purpose, Sandbox};
use crate::states::Handle;
use ahash::AHashMap;
use mlua::{Function as Code, Lua, MultiValue, Table, Value};
use russet_engine::Error;
use russet_engine::scripting::functions::{Function, LibraryEngine, LibraryLanguage, Registered};
use russet_engine::scripting::{Caller, Failure, Flags, Invocation};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

inventory::submit! {
    LibraryLanguage {
        name: "LUA",
        start: |limits| Box::new(Libraries { handle: Handle::new(Purpose::Functions, limits), next: 1 }),
    }
}

/// The source that errors name.
const SOURCE: &str = "@user_function";

const NAMES: &str = "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long";

struct Libraries {
    handle: Handle,
    /// By what the next function is known.
    next: u64,
}

/// What a state has besides for functions.
#[derive(Default)]
pub(crate) struct Loaded {
    /// Functions by what the engine knows them.
    functions: RefCell<AHashMap<u64, Code>>,
    loading: OnceCell<Loading>,
}

/// How libraries are loaded.
struct Loading {
    /// What the library that is being loaded has registered so far; `None` while none is.
    found: Rc<RefCell<Option<Vec<Found>>>>,
    /// What it sees as its globals.
    globals: Table,
}

/// What a library has registered.
struct Found {
    name: String,
    description: Option<Vec<u8>>,
    flags: Flags,
    callback: Code,
}

impl Loading {
    fn new(sandbox: &Sandbox) -> mlua::Result<Loading> {
        let lua = sandbox.lua();
        let found = Rc::new(RefCell::new(None));
        let library = lua.create_table()?;
        let into = Rc::clone(&found);
        library.raw_set(
            "register_function",
            lua.create_function(move |lua, args: MultiValue| {
                let Some(found) = &mut *into.borrow_mut() else {
                    return refuse("redis.register_function can only be called on FUNCTION LOAD command");
                };
                register(lua, found, &args)
            })?,
        )?;
        for pair in sandbox.api().pairs::<String, Value>() {
            let (name, value) = pair?;
            if name == "log" || name.starts_with("LOG_") || name.starts_with("REDIS_VERSION") {
                library.raw_set(name, value)?;
            }
        }
        // What is not there is an error here as it is among the globals of scripts.
        let missing = sandbox.globals().metatable();
        library.set_metatable(missing.clone())?;
        let library = sandbox.protect(library)?;
        let globals = lua.create_table()?;
        globals.raw_set("redis", &library)?;
        globals.raw_set("server", library)?;
        globals.set_metatable(missing)?;
        Ok(Loading { found, globals })
    }

    /// Runs the code of a library, and returns what it has registered.
    fn load(&self, sandbox: &Sandbox, code: &[u8], patient: bool) -> mlua::Result<Result<Vec<Found>, Error>> {
        let code = match sandbox.compile(SOURCE, code) {
            Ok(code) => code,
            Err(why) => return Ok(Err(Error::owned(format!("ERR Error compiling function: {why}")))),
        };
        self.found.replace(Some(Vec::new()));
        let ran = sandbox.run_among(&code, &self.globals, patient);
        let found = self.found.take().unwrap_or_default();
        Ok(match ran? {
            (true, _) => Ok(found),
            (false, raised) => {
                let text = raised.as_table().map(|table| table.raw_get::<Value>("err")).transpose()?;
                let text = text.as_ref().and_then(Value::as_string).map(|text| text.as_bytes().to_vec());
                let text = text.unwrap_or_default();
                Err(Error::owned([&b"ERR Error registering functions: "[..], &text].concat()))
            }
        })
    }
}

fn refuse<T>(why: &str) -> mlua::Result<T> {
    Raised::new(why).raise()
}

/// A string, or a number as Lua prints it.
fn string(lua: &Lua, value: &Value) -> mlua::Result<Option<Vec<u8>>> {
    match value {
        Value::String(_) | Value::Integer(_) | Value::Number(_) => {
            Ok(lua.coerce_string(value.clone())?.map(|text| text.as_bytes().to_vec()))
        }
        _ => Ok(None),
    }
}

/// `redis.register_function`: a name and a function, or a table of named arguments.
fn register(lua: &Lua, found: &mut Vec<Found>, args: &MultiValue) -> mlua::Result<()> {
    let mut description = None;
    let mut flags = Flags::empty();
    let (name, callback) = match (args.front(), args.get(1)) {
        (Some(name), Some(callback)) if args.len() == 2 => {
            let Some(name) = string(lua, name)? else {
                return refuse("first argument to redis.register_function must be a string");
            };
            let Value::Function(callback) = callback else {
                return refuse("second argument to redis.register_function must be a function");
            };
            (Some(name), Some(callback.clone()))
        }
        (Some(Value::Table(named)), None) => {
            let (mut name, mut callback) = (None, None);
            for pair in named.pairs::<Value, Value>() {
                let (key, value) = pair?;
                let Some(key) = string(lua, &key)? else {
                    return refuse("named argument key given to redis.register_function is not a string");
                };
                let must_be = |what: &str| {
                    let key = String::from_utf8_lossy(&key).to_ascii_lowercase();
                    refuse(&format!("{key} argument given to redis.register_function must be a {what}"))
                };
                if key.eq_ignore_ascii_case(b"function_name") {
                    name = string(lua, &value)?;
                    if name.is_none() {
                        return must_be("string");
                    }
                } else if key.eq_ignore_ascii_case(b"description") {
                    description = string(lua, &value)?;
                    if description.is_none() {
                        return must_be("string");
                    }
                } else if key.eq_ignore_ascii_case(b"callback") {
                    let Value::Function(function) = value else { return must_be("function") };
                    callback = Some(function);
                } else if key.eq_ignore_ascii_case(b"flags") {
                    let Value::Table(names) = value else {
                        return refuse(
                            "flags argument to redis.register_function must be a table representing function flags",
                        );
                    };
                    flags = read_flags(lua, &names)?;
                } else {
                    return refuse("unknown argument given to redis.register_function");
                }
            }
            (name, callback)
        }
        (Some(_), None) => {
            return refuse(
                "calling redis.register_function with a single argument is only applicable to Lua table \
                 (representing named arguments).",
            );
        }
        _ => return refuse("wrong number of arguments to redis.register_function"),
    };
    let Some(name) = name else {
        return refuse("redis.register_function must get a function name argument");
    };
    let Some(callback) = callback else {
        return refuse("redis.register_function must get a callback argument");
    };
    if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        return refuse(NAMES);
    }
    let name = String::from_utf8_lossy(&name).into_owned();
    if found.iter().any(|other| other.name == name) {
        return refuse("Function already exists in the library");
    }
    found.push(Found { name, description, flags, callback });
    Ok(())
}

fn read_flags(lua: &Lua, names: &Table) -> mlua::Result<Flags> {
    let mut flags = Flags::empty();
    for place in 1.. {
        let name: Value = names.get(place)?;
        if name.is_nil() {
            break;
        }
        let name = string(lua, &name)?.map(|name| name.to_ascii_lowercase());
        match name.and_then(|name| Flags::named(&name)) {
            Some(flag) => flags |= flag,
            None => return refuse("unknown flag given"),
        }
    }
    Ok(flags)
}

fn broken(error: mlua::Error) -> Error {
    Error::owned(format!("ERR {error}"))
}

impl LibraryEngine for Libraries {
    fn load(&mut self, code: &[u8], patient: bool) -> Result<Vec<Registered>, Error> {
        let state = self.handle.state().map_err(broken)?;
        let loading = match state.loaded.loading.get() {
            Some(loading) => loading,
            None => {
                let loading = Loading::new(&state.sandbox).map_err(broken)?;
                state.loaded.loading.get_or_init(|| loading)
            }
        };
        let found = loading.load(&state.sandbox, code, patient).map_err(broken)??;
        let mut functions = state.loaded.functions.borrow_mut();
        let kept = found.into_iter().map(|Found { name, description, flags, callback }| {
            let id = self.next;
            self.next += 1;
            functions.insert(id, callback);
            Registered { name, description, flags, id }
        });
        Ok(kept.collect())
    }

    fn run(
        &mut self,
        function: &Function,
        call: Invocation<'_>,
        caller: &mut Caller<'_, '_>,
    ) -> Result<(), Failure> {
        let state = self.handle.state().map_err(broken)?;
        let code = state.loaded.functions.borrow().get(&function.id).cloned();
        let code = code.ok_or(Error::new("ERR Function not found"))?;
        state.sandbox.run_function(&code, &function.name, call, caller)
    }

    fn forget(&mut self, id: u64) {
        if let Some(state) = self.handle.existing() {
            state.loaded.functions.borrow_mut().remove(&id);
        }
    }

    fn left_out(&self, why: &Error) {
        tracing::warn!("A library of functions cannot be used: {}", String::from_utf8_lossy(why.text()));
    }

    fn is_whole(&self) -> bool {
        self.next == 1 || self.handle.existing().is_some()
    }

    fn memory(&self) -> usize {
        self.handle.existing().map_or(0, |state| state.sandbox.memory())
    }
}
