//! The thread that forces the append-only file to disk, so that the loop does not wait for it.

use crate::sys::os_text;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{Sender, channel};
use std::thread;

/// The way to the thread, which starts with the first file that it is given and ends with the process.
#[derive(Default)]
pub(crate) struct Syncer {
    sender: Option<Sender<Job>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Files that are to be forced to disk, or are being.
    pending: AtomicUsize,
    /// The system's number for why the last one failed; 0 if it did not.
    error: AtomicI32,
}

enum Job {
    /// Of the file that is being written.
    Sync(Arc<File>),
    /// Of one that is not written any more; nobody waits for it.
    Finish(Arc<File>),
}

impl Syncer {
    /// Has the file that is being written forced to disk.
    pub(crate) fn sync(&mut self, file: &Arc<File>) {
        self.state.pending.fetch_add(1, SeqCst);
        self.give(Job::Sync(Arc::clone(file)));
    }

    /// Has a file that is complete forced to disk and closed.
    pub(crate) fn finish(&mut self, file: Arc<File>) {
        self.give(Job::Finish(file));
    }

    /// How often the file that is being written has still to be forced to disk.
    pub(crate) fn pending(&self) -> usize {
        self.state.pending.load(SeqCst)
    }

    /// Why it could not be, the last time.
    pub(crate) fn error(&self) -> Option<io::Error> {
        Some(self.state.error.load(SeqCst)).filter(|&code| code != 0).map(io::Error::from_raw_os_error)
    }

    /// Forgets that.
    pub(crate) fn forgive(&self) {
        self.state.error.store(0, SeqCst);
    }

    fn give(&mut self, job: Job) {
        if self.sender.is_none() {
            self.sender = start(Arc::clone(&self.state));
        }
        let unsent = match &self.sender {
            Some(sender) => sender.send(job).err().map(|unsent| unsent.0),
            None => Some(job),
        };
        if let Some(job) = unsent {
            run(job, &self.state);
        }
    }
}

fn run(job: Job, state: &State) {
    let (file, current) = match &job {
        Job::Sync(file) => (file, true),
        Job::Finish(file) => (file, false),
    };
    let code = file.sync_data().err().map_or(0, |error| error.raw_os_error().unwrap_or(libc::EIO));
    let before = state.error.swap(code, SeqCst);
    if code != 0 && before == 0 {
        let why = os_text(&io::Error::from_raw_os_error(code));
        tracing::warn!("Fail to fsync the AOF file: {why}");
    }
    drop(job);
    if current {
        state.pending.fetch_sub(1, SeqCst);
    }
}

fn start(state: Arc<State>) -> Option<Sender<Job>> {
    let (sender, receiver) = channel();
    let work = move || receiver.into_iter().for_each(|job| run(job, &state));
    match thread::Builder::new().name("aof_fsync".into()).spawn(work) {
        Ok(_) => Some(sender),
        Err(error) => {
            tracing::warn!("Can't start the thread that forces files to disk: {error}");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_kept_until_it_succeeds() {
        let mut syncer = Syncer::default();
        let wait = |syncer: &Syncer| {
            while syncer.pending() > 0 {
                thread::yield_now();
            }
        };
        // What is no file on a disk cannot be forced to one.
        let (pipe, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        syncer.sync(&Arc::new(File::from(std::os::fd::OwnedFd::from(pipe))));
        wait(&syncer);
        assert_eq!(syncer.error().and_then(|error| error.raw_os_error()), Some(libc::EINVAL));
        let path = std::env::temp_dir().join(format!("russet-syncer-{}", std::process::id()));
        let file = Arc::new(File::create(&path).unwrap());
        syncer.sync(&file);
        wait(&syncer);
        assert!(syncer.error().is_none());
        std::fs::remove_file(path).unwrap();
    }
}
