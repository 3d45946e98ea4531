//! Where all threads of the process stand.

use super::facts;
use super::frames::{self, Slot, Stack};
use super::{BROKEN, is_reporter, process_id, stand_still, thread_id};
use std::ffi::c_int;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// The signal that asks a thread for its stack, as in Redis.
pub(super) const ASK: c_int = libc::SIGUSR2;
/// The most threads that are asked.
const THREADS: usize = 64;
/// How long a thread is given to answer.
const PATIENCE: Duration = Duration::from_secs(2);

static SLOTS: [Slot; THREADS] = [const { Slot::new() }; THREADS];
/// Whoever is asked stands still from then on.
static FOR_EVER: AtomicBool = AtomicBool::new(false);

/// That every thread but the reporter has been stopped for ever, and the process is about to end. A thread that was made
/// meanwhile is not: none of those knows the server.
pub(crate) struct Standstill(());

/// The stacks of threads.
pub(crate) struct Gathered {
    /// Of those that have answered; that of the thread that has faulted first.
    pub stacks: Vec<Stack>,
    /// How many threads there are.
    pub expected: usize,
}

/// Asks all threads but the one that calls where they are; then they go on.
pub(crate) fn gather() -> Gathered {
    ask(others(&[thread_id()]))
}

/// The same, but they stand still from then on, which is certain only if all have answered. For the reporter, once a thread
/// has faulted.
///
/// # Panics
/// If another thread calls, or none has faulted.
pub(crate) fn gather_for_ever() -> (Gathered, Option<Standstill>) {
    let broken = BROKEN.load(SeqCst);
    assert!(is_reporter() && broken != 0, "only the reporter stops all others");
    FOR_EVER.store(true, SeqCst);
    let mut gathered = ask(others(&[thread_id(), broken]));
    let standstill = (gathered.stacks.len() == gathered.expected).then_some(Standstill(()));
    gathered.stacks.insert(0, frames::own(broken));
    gathered.expected += 1;
    (gathered, standstill)
}

/// Whether all threads but the reporter have been told to stand still for ever.
pub(super) fn all_stand_still() -> bool {
    FOR_EVER.load(SeqCst)
}

/// All threads but some.
fn others(but: &[i32]) -> Vec<i32> {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    let numbers = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
    numbers.filter(|number| !but.contains(number)).collect()
}

fn ask(threads: Vec<i32>) -> Gathered {
    for (slot, &thread) in SLOTS.iter().zip(&threads) {
        slot.reserve(thread);
        // SAFETY: takes integers only. To one that has ended meanwhile the system sends nothing: see below.
        unsafe { libc::syscall(libc::SYS_tgkill, process_id(), thread, ASK) };
    }
    let asked = || SLOTS.iter().zip(&threads);
    let until = Instant::now() + PATIENCE;
    let silent = |(slot, &thread): (&Slot, &i32)| !slot.is_full() && is_alive(thread);
    while asked().any(silent) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    let answered = asked().filter_map(|(slot, &thread)| slot.stack(thread));
    let alive = asked().filter(|(slot, thread)| slot.is_full() || is_alive(**thread)).count();
    // Where there are more than there is room for, the others are missed too.
    let expected = alive + threads.len().saturating_sub(THREADS);
    let gathered = Gathered { stacks: answered.collect(), expected };
    asked().for_each(|(slot, _)| slot.release());
    gathered
}

/// Whether there is such a thread: one may end while it is asked, and then nobody waits for it.
fn is_alive(thread: i32) -> bool {
    fs::exists(format!("/proc/self/task/{thread}")).unwrap_or(true)
}

/// A thread is asked. Whoever sends the signal from outside learns nothing and does no harm.
pub(super) extern "C" fn on_ask(_: c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let thread = thread_id();
    if let Some(slot) = SLOTS.iter().find(|slot| slot.thread.load(SeqCst) == thread) {
        // SAFETY: it is what the kernel has handed to this handler.
        slot.capture(unsafe { facts::interrupted(context) });
        if FOR_EVER.load(SeqCst) {
            stand_still();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Writers;
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_thread_that_is_asked_answers_and_goes_on() {
        let writers = Writers { in_child: || {}, end: || {} };
        super::super::install(writers).unwrap();
        let (sender, receiver) = channel::<()>();
        let (told, is_there) = channel();
        let other = std::thread::spawn(move || {
            told.send(thread_id()).unwrap();
            receiver.recv()
        });
        let number = is_there.recv().unwrap();
        let gathered = gather();
        assert!(gathered.expected > 0 && gathered.stacks.iter().all(|stack| stack.thread != thread_id()));
        let stack = gathered.stacks.iter().find(|stack| stack.thread == number).expect("it has answered");
        let interrupted = stack.interrupted.expect("it was");
        assert!(stack.frames.contains(&interrupted), "{:x?} in {:x?}", interrupted, stack.frames);
        sender.send(()).unwrap();
        other.join().unwrap().unwrap();
        assert!(super::super::install(writers).is_err(), "only once");
    }
}
