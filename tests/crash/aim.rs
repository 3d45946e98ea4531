//! Aim: kills at the very moment when a file is made, written, renamed or removed, which chance alone would rarely hit.
//!
//! The directories are watched; as soon as the event is there that a [`Moment`] waits for, the process gets its SIGKILL,
//! mostly while it is still in the step that follows: a file was written and is not on disk, it has its new name and
//! nobody was told.

use std::ffi::CStr;
use std::fs;
use std::mem::MaybeUninit;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rand::Rng;
use rand::rngs::StdRng;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

/// An event that does not come in this time is not waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is waited for.
pub(crate) struct Moment {
    /// What it is called in the sums.
    pub(crate) name: &'static str,
    /// What makes it come.
    pub(crate) request: &'static str,
    event: ReadFlags,
    beginning: &'static str,
    end: &'static str,
    /// One rewrite brings it so often; one of them is chosen.
    times: u32,
}

const fn moment(
    name: &'static str,
    request: &'static str,
    event: ReadFlags,
    [beginning, end]: [&'static str; 2],
    times: u32,
) -> Moment {
    Moment { name, request, event, beginning, end, times }
}

/// Moments in the life of a snapshot.
pub(crate) const OF_SNAPSHOTS: &[Moment] = &[
    moment("BGSAVE's file is made", "BGSAVE", ReadFlags::CREATE, ["temp-", ".rdb"], 1),
    moment("BGSAVE's file is filled", "BGSAVE", ReadFlags::MODIFY, ["temp-", ".rdb"], 1),
    moment(
        "BGSAVE's file is written and not renamed",
        "BGSAVE",
        ReadFlags::CLOSE_WRITE,
        ["temp-", ".rdb"],
        1,
    ),
    moment("BGSAVE's file was renamed", "BGSAVE", ReadFlags::MOVED_TO, ["dump", ".rdb"], 1),
    moment("SAVE's file is made", "SAVE", ReadFlags::CREATE, ["temp-", ".rdb"], 1),
    moment("SAVE's file is written and not renamed", "SAVE", ReadFlags::CLOSE_WRITE, ["temp-", ".rdb"], 1),
    moment("SAVE's file was renamed", "SAVE", ReadFlags::MOVED_TO, ["dump", ".rdb"], 1),
];

/// Moments of a rewrite. The manifest is written three times: with the new increment, with the new base, without history.
pub(crate) const OF_REWRITES: &[Moment] = &[
    moment("a new increment is made", "BGREWRITEAOF", ReadFlags::CREATE, ["append", ".incr.aof"], 1),
    moment("a manifest is made", "BGREWRITEAOF", ReadFlags::CREATE, ["temp-", ".manifest"], 3),
    moment(
        "a manifest is written and not renamed",
        "BGREWRITEAOF",
        ReadFlags::MODIFY,
        ["temp-", ".manifest"],
        3,
    ),
    moment("a manifest was renamed", "BGREWRITEAOF", ReadFlags::MOVED_TO, ["append", ".manifest"], 3),
    moment("a base is begun", "BGREWRITEAOF", ReadFlags::CREATE, ["temp-rewriteaof-", ".aof"], 1),
    moment("a base is written", "BGREWRITEAOF", ReadFlags::CLOSE_WRITE, ["temp-rewriteaof-", ".aof"], 1),
    moment(
        "a base has its first name",
        "BGREWRITEAOF",
        ReadFlags::MOVED_TO,
        ["temp-rewriteaof-bg-", ".aof"],
        1,
    ),
    moment("a base has its last name", "BGREWRITEAOF", ReadFlags::MOVED_TO, ["append", ".base.rdb"], 1),
    moment("an old file is deleted", "BGREWRITEAOF", ReadFlags::DELETE, ["append", ""], 2),
];

/// A kill that is about to come.
pub(crate) struct Shot {
    watcher: JoinHandle<Hit>,
}

/// A kill that has come.
pub(crate) struct Hit {
    /// When.
    pub(crate) at: Instant,
    /// Whether it came at its moment.
    pub(crate) aimed: bool,
    /// The processes that got it.
    pub(crate) killed: Vec<Pid>,
}

/// Whom a kill is for.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// The server.
    pub(crate) pid: Pid,
    /// Its children too.
    pub(crate) children: bool,
}

impl Target {
    fn kill(self) -> Vec<Pid> {
        let mut all = vec![self.pid];
        // They are found as long as they have a parent.
        if self.children {
            all.extend(children(self.pid));
        }
        for &pid in &all {
            let _ = kill_process(pid, Signal::KILL);
        }
        all
    }
}

/// The children of a process.
pub(crate) fn children(pid: Pid) -> Vec<Pid> {
    let pid = pid.as_raw_nonzero();
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|word| Pid::from_raw(word.parse().ok()?)).collect()
}

/// Kills the target after some time, whatever happens then.
pub(crate) fn at_any_moment(target: Target, after: Duration) -> Shot {
    let wait = move || {
        std::thread::sleep(after);
        Hit { at: Instant::now(), aimed: false, killed: target.kill() }
    };
    Shot { watcher: std::thread::spawn(wait) }
}

/// Kills the target at a moment, or a little later. From this call on the event is waited for.
pub(crate) fn at(
    moment: &'static Moment,
    target: Target,
    directory: &Path,
    random: &mut StdRng,
) -> Result<Shot, String> {
    let error = |what: &'static str| move |error: Errno| format!("{what}: {error}");
    let watch = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).map_err(error("inotify_init"))?;
    let events = WatchFlags::CREATE
        | WatchFlags::MODIFY
        | WatchFlags::CLOSE_WRITE
        | WatchFlags::MOVED_TO
        | WatchFlags::DELETE;
    for directory in [directory.to_owned(), directory.join("appendonlydir")] {
        if directory.is_dir() {
            inotify::add_watch(&watch, &directory, events).map_err(error("inotify_add_watch"))?;
        }
    }
    let which = random.random_range(0..moment.times);
    // Mostly at once, else somewhere in the steps behind it.
    let later = if random.random_bool(0.5) { 0 } else { random.random_range(0..2000) };
    let wait = move || {
        let end = Instant::now() + PATIENCE;
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = Reader::new(&watch, &mut buffer);
        let mut left = which;
        let aimed = loop {
            match events.next() {
                Ok(event) if !moment.is_it(event.events(), event.file_name()) => {}
                Ok(_) if left > 0 => left -= 1,
                Ok(_) => break true,
                Err(Errno::WOULDBLOCK) => {
                    let Some(left) = end.checked_duration_since(Instant::now()) else { break false };
                    let left =
                        Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
                    let _ = poll(&mut [PollFd::new(&watch, PollFlags::IN)], Some(&left));
                }
                Err(_) => break false,
            }
        };
        if later > 0 {
            std::thread::sleep(Duration::from_micros(later));
        }
        Hit { at: Instant::now(), aimed, killed: target.kill() }
    };
    Ok(Shot { watcher: std::thread::spawn(wait) })
}

impl Moment {
    fn is_it(&self, events: ReadFlags, name: Option<&CStr>) -> bool {
        let name = name.map(CStr::to_string_lossy).unwrap_or_default();
        events.contains(self.event) && name.starts_with(self.beginning) && name.ends_with(self.end)
    }
}

impl Shot {
    /// Waits for it.
    pub(crate) fn hit(self) -> Result<Hit, String> {
        self.watcher.join().map_err(|_| "who watches has panicked".into())
    }
}
