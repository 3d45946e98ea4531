//! The report of a crash: what was known when the process broke, written into the log before it ends.
//!
//! It has the shape of Redis's, so that what looks for one finds it:
//!
//! ```text
//!  === REDIS BUG REPORT START: Cut & paste starting from here ===
//!  why: the signal and the address, or the panic's message          failure
//!  ------ STACK TRACE ------        every thread                    stacks
//!  ------ REGISTERS ------          and the top of the stack        registers
//!  ------ INFO OUTPUT ------                                        server_state
//!  ------ CLIENT LIST OUTPUT ------
//!  ------ CURRENT CLIENT INFO ------   and the words of its request
//!  ------ MODULES INFO OUTPUT ------
//!  ------ CONFIG DEBUG OUTPUT ------
//!  === REDIS BUG REPORT END. Make sure to include from START to END. ===
//! ```
//!
//! A thread of its own writes it, while all others stand still: see [`fault`]. The same thread writes the traces that the
//! watchdog and SIGALRM ask for, from which everybody goes on.
//!
//! # What ends with a report?
//!
//! SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT, and a panic of any thread, which is to Russet what a failed assertion is to
//! Redis. `crash-log-enabled no` leaves the signals to the system and shortens the report of a panic to its message.

mod commands;
mod failure;
mod registers;
mod server_state;
mod stacks;
mod watchdog;

pub(crate) use watchdog::put_off;

use crate::log::{self, Level};
use crate::server::Server;
use crate::sys::alloc;
use crate::sys::fault::{self, Event, Events, Exposed, Writers};
use russet_engine::params::Params;
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// Room for the reporter: to find names for addresses takes some.
const STACK: usize = 4 * 1024 * 1024;

/// The server that runs, for the report of its end.
pub(crate) static SERVER: Exposed<Server> = Exposed::new();
/// `crash-log-enabled`.
static ENABLED: AtomicBool = AtomicBool::new(true);
/// `use-exit-on-panic`.
static EXIT: AtomicBool = AtomicBool::new(false);
/// The pidfile, where a crash is to remove it.
static PIDFILE: OnceLock<PathBuf> = OnceLock::new();

/// Watches from now on. `pidfile` is removed when the process breaks, as nobody else will.
///
/// # Errors
/// Those of the system.
pub(crate) fn start(params: &Params, pidfile: Option<PathBuf>) -> io::Result<()> {
    let events = fault::install(Writers { in_child: report_of_child, end })?;
    if let Some(path) = pidfile {
        let _ = PIDFILE.set(path);
    }
    apply(params)?;
    failure::watch_panics();
    let reporter = std::thread::Builder::new().name("crash_report".into()).stack_size(STACK);
    reporter.spawn(move || serve(events))?;
    Ok(())
}

/// Puts parameters into force.
///
/// # Errors
/// Those of the system.
pub(crate) fn apply(params: &Params) -> io::Result<()> {
    ENABLED.store(params.crash_log_enabled(), SeqCst);
    EXIT.store(params.use_exit_on_panic(), SeqCst);
    fault::catch(params.crash_log_enabled())?;
    watchdog::apply(params);
    Ok(())
}

/// The reporter's life.
fn serve(mut events: Events) {
    // To find names for addresses takes some 40 MB for a moment: no key is to be evicted for that.
    alloc::leave_out_this_thread();
    while let Ok(event) = events.next() {
        match event {
            Event::Fatal => {
                report();
                fault::reported();
            }
            Event::Watchdog => watchdog::trace("\n--- WATCHDOG TIMER EXPIRED ---"),
            Event::Asked => watchdog::trace("\nReceived SIGALRM"),
        }
    }
}

/// Writes the report. Every part of it is in the log before the next is begun, for that may break.
fn report() {
    begin();
    failure::describe();
    if ENABLED.load(SeqCst) {
        let (gathered, mut standstill) = fault::gather_for_ever();
        let fault = fault::fault();
        stacks::write(&gathered, fault.as_ref().map(|fault| fault.instruction));
        let server = standstill.as_mut().and_then(|standstill| SERVER.look(standstill));
        let hidden = server.as_ref().is_none_or(|server| server.engine.core.params.hide_user_data_from_log());
        if let Some(fault) = &fault {
            registers::write(fault, hidden);
        }
        if let Some(server) = server {
            server_state::write(server, hidden);
        }
    }
    end();
}

/// The report of a forked child: its one thread, and nothing of the server, which goes on elsewhere.
fn report_of_child() {
    begin();
    failure::describe();
    if ENABLED.load(SeqCst) {
        let gathered = fault::Gathered { stacks: vec![fault::own_stack()], expected: 1 };
        stacks::write(&gathered, fault::fault().map(|fault| fault.instruction));
    }
    end();
}

fn begin() {
    log::raw(Level::Warning, "\n\n=== REDIS BUG REPORT START: Cut & paste starting from here ===\n");
}

fn end() {
    log::raw(
        Level::Warning,
        "\n=== REDIS BUG REPORT END. Make sure to include from START to END. ===\n\n       Please send it to whom you have \
         this server from, with the lines of the log before it.\n\n  Only broken memory explains it? Test the machine's \
         before you write.\n",
    );
    if fault::is_server()
        && let Some(path) = PIDFILE.get()
    {
        let _ = std::fs::remove_file(path);
    }
}
