//! Faults: the signals that say that the process is broken, and the one that asks where it stands.
//!
//! ```text
//!  a thread faults, or panics            the reporter, a thread that does nothing else
//!  note what is known, and its stack
//!  wake the reporter  ───── pipe ──────> ask every other thread for its stack; they stand still from then on
//!  wait until it is done                 write the report
//!  die as the signal says  <── done ──── finished
//! ```
//!
//! # What may a handler do?
//!
//! Very little: it interrupts a thread anywhere, perhaps in the middle of the allocator. The handlers here store integers
//! into atomics, walk the stack (the unwinder reads tables that are mapped already and takes no lock of ours), and use
//! `write`, `nanosleep`, `kill` and `_exit`. Everything else (names for addresses, `INFO`, the list of clients) is made by
//! the reporter, which has a heap of its own, so a thread that broke while it allocated does not stop the report. Redis makes
//! its report inside of the handler.
//!
//! # What if the report itself breaks?
//!
//! If it faults, the addresses of the frames and the report's end are written and nothing more, and the process dies. If it waits
//! for something that a thread which stands still holds, the one that faulted stops waiting after [`PATIENCE`] and dies as well.
//!
//! # And a forked child?
//!
//! It has one thread and no reporter. What [`install`] was given runs in the handler.
#![expect(unsafe_code, reason = "signal handlers and what they are given have no safe front")]

mod exposed;
mod facts;
mod frames;
mod threads;

pub(crate) use exposed::{Exposed, client_on_loan};
pub(crate) use facts::{Fault, fault};
pub(crate) use frames::{Stack, module_of};
pub(crate) use threads::{Gathered, gather, gather_for_ever};

use rustix::pipe::{PipeFlags, pipe_with};
use std::ffi::c_int;
use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

/// How long a thread that has faulted waits for the report.
const PATIENCE: Duration = Duration::from_secs(20);
/// The signals that say that the process is broken.
const FATAL: [c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT];
/// Room for the handlers on the main thread, also where its own stack is used up. Other threads have what std gives them.
const STACK: usize = 1024 * 1024;

/// The process that has the reporter; in a forked child it is another.
static PROCESS: AtomicI32 = AtomicI32::new(0);
/// The reporter's thread.
static REPORTER: AtomicI32 = AtomicI32::new(0);
/// The thread that the report is about, 0 if none has faulted.
static BROKEN: AtomicI32 = AtomicI32::new(0);
static REPORTED: AtomicBool = AtomicBool::new(false);
/// The end that handlers write to. Never closed.
static WAKE: OnceLock<OwnedFd> = OnceLock::new();
/// What is written where the reporter cannot write it.
static WRITERS: OnceLock<Writers> = OnceLock::new();

/// What handlers write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writers {
    /// The report of a forked child, as far as one can be had there.
    pub in_child: fn(),
    /// The end of a report that was broken off. Async-signal-safe.
    pub end: fn(),
}

/// What the reporter is woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A thread has faulted or panicked and stands still.
    Fatal,
    /// The timer has run out: see [`arm`].
    Watchdog,
    /// Somebody has sent SIGALRM.
    Asked,
}

/// The reporter's end of the pipe.
pub(crate) struct Events(File);

impl Events {
    /// Waits for the next. Called by the reporter only, whose thread it notes.
    pub(crate) fn next(&mut self) -> io::Result<Event> {
        REPORTER.store(thread_id(), SeqCst);
        let mut byte = [0];
        loop {
            self.0.read_exact(&mut byte)?;
            match byte[0] {
                b'F' => return Ok(Event::Fatal),
                b'W' => return Ok(Event::Watchdog),
                b'A' => return Ok(Event::Asked),
                _ => {}
            }
        }
    }
}

/// Prepares everything but the handlers of faults, for those see [`catch`].
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] the second time; otherwise those of the system.
pub(crate) fn install(writers: Writers) -> io::Result<Events> {
    let (reading, writing) = pipe_with(PipeFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&writing, true)?;
    if WAKE.set(writing).is_err() || WRITERS.set(writers).is_err() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "faults are watched already"));
    }
    PROCESS.store(std::process::id() as i32, SeqCst);
    give_stack()?;
    handle(libc::SIGALRM, on_alarm, libc::SA_RESTART)?;
    handle(threads::ASK, threads::on_ask, libc::SA_RESTART)?;
    Ok(Events(reading.into()))
}

/// Reports faults from now on, or no longer.
pub(crate) fn catch(enabled: bool) -> io::Result<()> {
    for signal in FATAL {
        if enabled {
            handle(signal, on_fault, libc::SA_NODEFER | libc::SA_ONSTACK)?;
        } else {
            default(signal);
        }
    }
    Ok(())
}

/// Sends SIGALRM to this process after `period`, once; zero calls it off.
pub(crate) fn arm(period: Duration) {
    let time = libc::timeval {
        tv_sec: period.as_secs() as libc::time_t,
        tv_usec: libc::suseconds_t::from(period.subsec_micros()),
    };
    let once = libc::itimerval { it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 }, it_value: time };
    // SAFETY: `once` is a whole timer, and nothing is written back.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &once, ptr::null_mut()) };
}

/// Whether this is the process that has the reporter, and not a child that was forked from it.
pub(crate) fn is_server() -> bool {
    process_id() == PROCESS.load(SeqCst)
}

/// Whether this thread is the one that makes reports.
pub(crate) fn is_reporter() -> bool {
    REPORTER.load(SeqCst) == thread_id()
}

/// Has a report made about this thread, which is about to end the process for a reason that is no signal, and waits for it. Does
/// not return if there is one being made about another, which ends the process as well.
pub(crate) fn report_here() {
    match take(thread_id()) {
        Taken::First => {
            frames::OWN.capture(None);
            wake(b'F');
            await_report();
        }
        Taken::Again => {}
        Taken::Later => stand_still(),
    }
}

/// Notes where this thread stands, for [`own_stack`].
pub(crate) fn note_stack() {
    frames::OWN.capture(None);
}

/// The stack of the thread that has faulted, or has noted it.
pub(crate) fn own_stack() -> Stack {
    frames::own(BROKEN.load(SeqCst))
}

/// Ends the process by SIGSEGV, as a wrong pointer would.
pub(crate) fn write_to_read_only_memory() -> ! {
    const PAGE: usize = 4096;
    // SAFETY: a page of its own is mapped, which nobody else knows. The write to it is meant to be refused: it changes nothing.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let page = libc::mmap(ptr::null_mut(), PAGE, libc::PROT_READ, flags, -1, 0);
        ptr::write_volatile(page.cast::<u8>(), b'x');
    }
    abort_now()
}

/// Ends the process by SIGABRT, without another report.
pub(crate) fn abort_now() -> ! {
    FATAL.into_iter().for_each(default);
    std::process::abort()
}

/// The report is complete.
pub(crate) fn reported() {
    REPORTED.store(true, SeqCst);
}

/// The thread that the report is about.
pub(crate) fn broken_thread() -> i32 {
    BROKEN.load(SeqCst)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// No other has faulted before.
    First,
    /// The thread that has faulted, or the one that reports it, faults again.
    Again,
    /// Another thread has faulted, and that is being reported.
    Later,
}

/// Who has faulted?
fn take(thread: i32) -> Taken {
    match BROKEN.compare_exchange(0, thread, SeqCst, SeqCst) {
        Ok(_) => Taken::First,
        Err(first) if first == thread || REPORTER.load(SeqCst) == thread => Taken::Again,
        Err(_) => Taken::Later,
    }
}

extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    match take(thread_id()) {
        Taken::First => {
            // SAFETY: the kernel hands a handler with SA_SIGINFO both of them, whole.
            unsafe { facts::note(signal, info, context) };
            frames::OWN.capture(facts::instruction());
            if is_server() {
                wake(b'F');
                await_report();
            } else if let Some(writers) = WRITERS.get() {
                (writers.in_child)();
            }
        }
        Taken::Again => {
            say("Crashed running signal handler. Providing reduced version of recursive crash report.");
            frames::OWN.write_addresses(say);
            write_end();
        }
        Taken::Later => stand_still(),
    }
    default(signal);
    // SAFETY: takes integers only.
    unsafe { libc::kill(process_id(), signal) };
}

extern "C" fn on_alarm(_: c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    if is_server() {
        // SAFETY: the kernel hands a handler with SA_SIGINFO a whole one. A timer's has no sender.
        let sender = unsafe { (*info).si_pid() };
        wake(if sender == 0 { b'W' } else { b'A' });
    }
}

/// Async-signal-safe.
fn wake(event: u8) {
    if let Some(pipe) = WAKE.get() {
        // A full pipe means that the reporter has work enough.
        let _ = rustix::io::write(pipe.as_fd(), &[event]);
    }
}

/// Async-signal-safe.
fn await_report() {
    const STEP: Duration = Duration::from_millis(1);
    let mut waited = Duration::ZERO;
    while !REPORTED.load(SeqCst) && waited < PATIENCE {
        std::thread::sleep(STEP);
        waited += STEP;
    }
    if !REPORTED.load(SeqCst) {
        write_end();
    }
}

/// Async-signal-safe.
fn write_end() {
    if let Some(writers) = WRITERS.get() {
        (writers.end)();
    }
}

/// Never returns: the process is about to end. Async-signal-safe.
fn stand_still() -> ! {
    loop {
        std::thread::sleep(PATIENCE);
    }
}

/// A line for the log. Async-signal-safe.
fn say(line: &str) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    crate::log::from_signal_handler(now.as_secs(), line);
}

fn process_id() -> i32 {
    std::process::id() as i32
}

/// The kernel's number of this thread.
fn thread_id() -> i32 {
    rustix::thread::gettid().as_raw_nonzero().get()
}

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void);

fn handle(signal: c_int, handler: Handler, flags: c_int) -> io::Result<()> {
    set_action(signal, handler as *const () as libc::sighandler_t, flags | libc::SA_SIGINFO)
}

/// What the signal does where nobody has a handler. Async-signal-safe.
fn default(signal: c_int) {
    let _ = set_action(signal, libc::SIG_DFL, 0);
}

fn set_action(signal: c_int, action: libc::sighandler_t, flags: c_int) -> io::Result<()> {
    // SAFETY: an action of zeros is a valid one with an empty mask; the handlers of this module keep to what the top of this
    // file allows.
    let result = unsafe {
        let mut act: libc::sigaction = MaybeUninit::zeroed().assume_init();
        act.sa_sigaction = action;
        act.sa_flags = flags;
        libc::sigaction(signal, &act, ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Gives this thread a stack for handlers that ask for one.
fn give_stack() -> io::Result<()> {
    let (access, kind) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK);
    // From the system, not from the allocator: what is there in case of a fault is no memory of the data's.
    // SAFETY: pages that nothing else uses, wherever the system likes.
    let room = unsafe { libc::mmap(ptr::null_mut(), STACK, access, kind, -1, 0) };
    if room == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    let stack = libc::stack_t { ss_sp: room, ss_flags: 0, ss_size: STACK };
    // SAFETY: the room is never given back, and nobody else uses it.
    let result = unsafe { libc::sigaltstack(&stack, ptr::null_mut()) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
