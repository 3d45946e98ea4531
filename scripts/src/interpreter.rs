//! The interpreter of `#!lua`, as the engine knows it.

use crate::sandbox::Purpose;
use crate::states::{Handle, State};
use mlua::Function;
use russet_engine::Error;
use russet_engine::scripting::{Caller, Digest, Failure, Interpreter, Invocation, Language, Script};
use std::rc::Rc;

inventory::submit! { Language { name: "lua", start: |limits| Box::new(Lua { handle: Handle::new(Purpose::Scripts, limits) }) } }

/// The source that errors name.
const SOURCE: &str = "@user_script";

struct Lua {
    handle: Handle,
}

impl Lua {
    fn state(&self) -> Result<Rc<State>, Error> {
        self.handle.state().map_err(|error| Error::owned(format!("ERR {error}")))
    }
}

/// The function that a script is, compiled if it has not been.
fn compiled(state: &State, script: &Script) -> Result<Function, Error> {
    if let Some(function) = state.compiled.borrow().get(&script.digest) {
        return Ok(function.clone());
    }
    let function = state
        .sandbox
        .compile(SOURCE, &script.body)
        .map_err(|why| Error::owned(format!("ERR Error compiling script (new function): {why}")))?;
    state.compiled.borrow_mut().insert(script.digest, function.clone());
    Ok(function)
}

impl Interpreter for Lua {
    fn compile(&mut self, script: &Script) -> Result<(), Error> {
        compiled(&*self.state()?, script).map(drop)
    }

    fn run(
        &mut self,
        script: &Script,
        call: Invocation<'_>,
        caller: &mut Caller<'_, '_>,
    ) -> Result<(), Failure> {
        let state = self.state()?;
        // No script compiles another one, so what is compiled may stay borrowed.
        if let Some(function) = state.compiled.borrow().get(&script.digest) {
            return state.sandbox.run(function, &script.name, call, caller);
        }
        let function = compiled(&state, script)?;
        state.sandbox.run(&function, &script.name, call, caller)
    }

    fn forget(&mut self, script: &Digest) {
        if let Some(state) = self.handle.existing() {
            state.compiled.borrow_mut().remove(script);
        }
    }

    fn memory(&self) -> usize {
        self.handle.existing().map_or(0, |state| state.sandbox.memory())
    }
}
