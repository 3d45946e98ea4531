//! Why the process ends: a signal, or a panic.

use super::{EXIT, end, report_of_child};
use crate::lifecycle::banner::REDIS_VERSION;
use crate::sys::fault;
use crate::sys::termination::exit_now;
use std::panic::{Location, PanicHookInfo};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Mutex, PoisonError};

/// What the panic says that ends the process.
static PANIC: Mutex<Option<Panic>> = Mutex::new(None);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Panic {
    message: String,
    place: String,
}

/// Lets every panic end the process with a report. In a forked child it goes on as a panic, behind a report: whoever has forked
/// it sees how it ends.
pub(super) fn watch_panics() {
    std::panic::set_hook(Box::new(on_panic));
}

fn on_panic(info: &PanicHookInfo<'_>) {
    let (payload, nothing) = (info.payload(), "a panic without a message");
    let text = payload.downcast_ref::<&str>().copied();
    let message = text.or(payload.downcast_ref::<String>().map(String::as_str)).unwrap_or(nothing).to_owned();
    let place = info.location().map_or_else(|| "?".to_owned(), Location::to_string);
    if fault::is_reporter() {
        // There is nobody else to report it, and what it was at is lost.
        tracing::warn!("The report has failed: {message} #{place}");
        end();
        fault::abort_now();
    }
    *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(Panic { message, place });
    if fault::is_server() {
        fault::report_here();
        if EXIT.load(SeqCst) {
            exit_now(1);
        }
        fault::abort_now();
    }
    fault::note_stack();
    report_of_child();
}

/// Writes why.
pub(super) fn describe() {
    if let Some(fault) = fault::fault() {
        tracing::warn!("Redis {REDIS_VERSION} crashed by signal: {}, si_code: {}", fault.signal, fault.code);
        if let Some(address) = fault.address {
            tracing::warn!("Accessing address: {address:#x}");
        }
        if let Some((process, user)) = fault.sender {
            tracing::warn!("Killed by PID: {process}, UID: {user}");
        }
        tracing::warn!("Crashed running the instruction at: {:#x}", fault.instruction);
    } else if let Some(panic) = PANIC.lock().unwrap_or_else(PoisonError::into_inner).take() {
        panic.lines().iter().for_each(|line| tracing::warn!("{line}"));
    }
}

impl Panic {
    /// A failed assertion in Redis's words for one, anything else in those that Redis has for what should not be.
    fn lines(&self) -> Vec<String> {
        let Panic { message, place } = self;
        match message.strip_prefix("assertion failed: ") {
            Some(condition) => {
                vec!["=== ASSERTION FAILED ===".into(), format!("==> {place} '{condition}' is not true")]
            }
            None if message.starts_with("assertion ") => {
                vec!["=== ASSERTION FAILED ===".into(), format!("==> {place} {}", message.replace('\n', " "))]
            }
            None => {
                let rule = "-".repeat(48);
                vec![
                    rule.clone(),
                    "!!! Software Failure. Press left mouse button to continue".into(),
                    format!("Guru Meditation: {message} #{place}"),
                    rule,
                ]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_told_from_other_panics() {
        let lines = |message: &str| Panic { message: message.into(), place: "a.rs:1:2".into() }.lines();
        assert_eq!(
            lines("assertion failed: a == b"),
            ["=== ASSERTION FAILED ===", "==> a.rs:1:2 'a == b' is not true"]
        );
        assert_eq!(
            lines("assertion `left == right` failed\n  left: 1\n right: 2")[1],
            "==> a.rs:1:2 assertion `left == right` failed   left: 1  right: 2"
        );
        assert_eq!(lines("too much")[2], "Guru Meditation: too much #a.rs:1:2");
    }
}
