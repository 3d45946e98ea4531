//! Calls: a plugin's command while it runs, and what is done with what it leaves.
//!
//! The plugin gets a pointer to a [`Running`] that it cannot look into, and hands it back to every function of the server.
//! Which call is the one that runs is known beside that; a pointer to any other is not followed.
#![expect(unsafe_code, reason = "this is where the plugin's code runs, and where its pointers come back")]

use super::replies::Replies;
use crate::host::ServerHost;
use russet_engine::args::Args;
use russet_engine::{Context, Error, Outcome};
use russet_plugin_abi as abi;
use std::cell::Cell;

thread_local! {
    /// The call that runs on this thread; null if there is none.
    static CURRENT: Cell<*const abi::Call> = const { Cell::new(std::ptr::null()) };
}

/// A plugin's command that runs.
pub(super) struct Running<'a, 'c> {
    /// What the engine gives to any command.
    pub cx: &'a mut Context<'c>,
    /// What it was sent.
    pub args: Args<'a>,
    /// What it answers with instead, if it returns that something failed.
    pub error: Option<Error>,
    /// What it has answered so far.
    pub replies: Replies,
    /// Where a text stands that was made for it.
    pub scratch: Vec<u8>,
    /// What it does is journaled piece by piece.
    pub effects: bool,
    /// A transaction of the journal is open for that.
    pub opened: bool,
}

/// Runs `with` on the call that a plugin means, if it is the one that runs; otherwise the answer is `misused`.
#[inline]
pub(super) fn with<R>(call: *const abi::Call, misused: R, with: impl FnOnce(&mut Running<'_, '_>) -> R) -> R {
    if call.is_null() || CURRENT.get() != call {
        return refuse(misused);
    }
    let running: *mut Running<'_, '_> = call.cast_mut().cast();
    // SAFETY: `run` made this pointer from a `Running` that lives until the plugin's function returns, on this thread, and
    // touches it by nothing but this pointer until then. No function of the server lets the plugin run while it holds the
    // reference: a command that another plugin runs has replaced `CURRENT`.
    with(unsafe { &mut *running })
}

#[cold]
fn refuse<R>(misused: R) -> R {
    tracing::warn!(
        "A plugin has used a call that is not running: after its command returned, or on another thread."
    );
    misused
}

/// Runs the command of a plugin: what the registry's entries of all of them run.
pub(super) fn run(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let command = cx.command;
    let Some(callback) = host(cx).and_then(|host| host.plugins.enter(command)).transpose()? else {
        // Its plugin has gone, between the queueing of a transaction and its end.
        let name = String::from_utf8_lossy(args.word(0)).into_owned();
        return Err(Error::owned(format!(
            "ERR the plugin that had the command '{name}' is not loaded any more"
        )));
    };
    let before = cx.reply.output().mark();
    let mut running = Running {
        cx: &mut *cx,
        args,
        error: None,
        replies: Replies::default(),
        scratch: Vec::new(),
        effects: false,
        opened: false,
    };
    let call: *mut abi::Call = (&raw mut running).cast();
    let outer = CURRENT.replace(call);
    // SAFETY: the plugin registered this function with this argument, and is mapped: it is not unloaded while one of its
    // commands runs. `running` is touched by nothing but `call` until it returns.
    let status = unsafe { (callback.run)(call, callback.data) };
    CURRENT.set(outer);
    let Running { error, replies, opened, .. } = running;
    if opened {
        cx.db.keyspace().effects.commit();
    }
    let fault = match status {
        abi::OK => replies.fault(),
        _ => None,
    };
    if status == abi::OK && fault.is_none() {
        if let Some(host) = host(cx) {
            host.plugins.leave(callback, false);
        }
        return Ok(());
    }
    cx.reply.output().truncate(before);
    let name = cx.registry.get(command).name.clone();
    let Some(host) = host(cx) else { return Ok(()) };
    let plugin = host.plugins.leave(callback, status == abi::PANICKED);
    Err(match (status, fault) {
        (abi::PANICKED, _) => {
            let what = error.map_or_else(String::new, |error| format!(": {error}"));
            Error::owned(format!("ERR plugin '{plugin}': '{name}' panicked{what}"))
        }
        (_, Some(fault)) => {
            tracing::warn!("Plugin '{plugin}': the command '{name}' is wrong: {fault}.");
            Error::owned(format!("ERR plugin '{plugin}': '{name}' is wrong: {fault}"))
        }
        _ => error.unwrap_or_else(|| {
            Error::owned(format!("ERR plugin '{plugin}': '{name}' failed and does not say why"))
        }),
    })
}

fn host<'a>(cx: &'a mut Context<'_>) -> Option<&'a mut ServerHost> {
    cx.core.host.as_any().downcast_mut()
}
