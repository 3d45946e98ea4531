//! What the engine lends while a script runs, for the functions that the script calls.
//!
//! They are made once and live as long as the Lua state; what they work on is lent anew for each script. So it stands in a
//! place of the thread's own for as long as the script runs.

use russet_engine::args::OwnedArgs;
use russet_engine::scripting::{Caller, Replicate, Running};
use russet_engine::{Error, Protocol};
use scoped_tls_hkt::scoped_thread_local;

/// A [`Caller`], without the lifetimes of what is in it.
pub(crate) trait Lent {
    /// See [`Caller::words`].
    fn words(&mut self) -> &mut OwnedArgs;
    /// See [`Caller::call`].
    fn call(&mut self) -> Result<&[u8], Error>;
    /// See [`Caller::may_call`].
    fn may_call(&mut self) -> Option<bool>;
    /// See [`Caller::protocol`].
    fn protocol(&mut self) -> &mut Protocol;
    /// See [`Caller::replicate`].
    fn replicate(&mut self) -> &mut Replicate;
    /// See [`Caller::interrupt`].
    fn interrupt(&mut self) -> bool;
    /// The command that ends what runs.
    fn kill_command(&self) -> &'static str;
}

impl Lent for Caller<'_, '_> {
    fn words(&mut self) -> &mut OwnedArgs {
        Caller::words(self)
    }

    fn call(&mut self) -> Result<&[u8], Error> {
        Caller::call(self)
    }

    fn may_call(&mut self) -> Option<bool> {
        Caller::may_call(self)
    }

    fn protocol(&mut self) -> &mut Protocol {
        &mut self.protocol
    }

    fn replicate(&mut self) -> &mut Replicate {
        &mut self.replicate
    }

    fn interrupt(&mut self) -> bool {
        Caller::interrupt(self)
    }

    fn kill_command(&self) -> &'static str {
        self.running().map_or("SCRIPT KILL", Running::kill_command)
    }
}

scoped_thread_local!(static mut LENT: for<'a> &'a mut (dyn Lent + 'a));

/// Lends `caller` for as long as `work` takes.
pub(crate) fn lend<R>(caller: &mut Caller<'_, '_>, work: impl FnOnce() -> R) -> R {
    LENT.set(caller, work)
}

/// Uses what is lent; `None` while no script runs.
pub(crate) fn with<R>(work: impl FnOnce(&mut dyn Lent) -> R) -> Option<R> {
    LENT.is_set().then(|| LENT.with(|lent| work(lent)))
}
