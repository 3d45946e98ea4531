//! The states of a thread. A Lua state must not leave the thread that made it, but an engine may: it has a handle, and finds a
//! new state where it comes to.

use crate::functions::Loaded;
use crate::sandbox::{Purpose, Sandbox};
use ahash::AHashMap;
use mlua::Function;
use russet_engine::scripting::{Digest, Limits};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Weak};

/// A sandbox and what has been compiled in it.
pub(crate) struct State {
    pub(crate) sandbox: Sandbox,
    pub(crate) compiled: RefCell<AHashMap<Digest, Function>>,
    pub(crate) loaded: Loaded,
}

/// A handle of a state.
pub(crate) struct Handle {
    purpose: Purpose,
    limits: Limits,
    /// It is the owner of the state whose place has the same address.
    alive: Arc<()>,
}

thread_local! {
    static STATES: RefCell<Vec<(Weak<()>, Rc<State>)>> = const { RefCell::new(Vec::new()) };
}

impl Handle {
    pub(crate) fn new(purpose: Purpose, limits: Limits) -> Handle {
        Handle { purpose, limits, alive: Arc::new(()) }
    }

    /// The state, as far as this thread has one.
    pub(crate) fn existing(&self) -> Option<Rc<State>> {
        STATES.with_borrow(|states| {
            let mine = |alive: &Weak<()>| std::ptr::eq(alive.as_ptr(), Arc::as_ptr(&self.alive));
            states.iter().find(|(alive, _)| mine(alive)).map(|(_, state)| state.clone())
        })
    }

    /// The state, which is made if need be. States that have lost their handles end.
    ///
    /// # Errors
    /// If there is no memory for one.
    pub(crate) fn state(&self) -> mlua::Result<Rc<State>> {
        if let Some(state) = self.existing() {
            return Ok(state);
        }
        let sandbox = Sandbox::new(self.purpose, self.limits.memory)?;
        let state = Rc::new(State { sandbox, compiled: RefCell::default(), loaded: Loaded::default() });
        STATES.with_borrow_mut(|states| {
            states.retain(|(alive, _)| alive.strong_count() > 0);
            states.push((Arc::downgrade(&self.alive), state.clone()));
        });
        Ok(state)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // When the thread ends its states may be gone already.
        let _ = STATES.try_with(|states| {
            if let Ok(mut states) = states.try_borrow_mut() {
                let mine = |alive: &Weak<()>| std::ptr::eq(alive.as_ptr(), Arc::as_ptr(&self.alive));
                states.retain(|(alive, _)| !mine(alive));
            }
        });
    }
}
