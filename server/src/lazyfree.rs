//! Lazy freeing: a thread that drops what takes long to drop, so that no client waits for it.

use std::any::Any;
use std::sync::mpsc::{SendError, Sender, channel};
use std::thread;

/// Something to be dropped.
pub(crate) type Garbage = Box<dyn Any + Send>;

/// The way to the thread, which starts with the first thing that it is given and ends with the process.
#[derive(Default)]
pub(crate) struct LazyFree(Option<Sender<Garbage>>);

impl LazyFree {
    /// Has `garbage` dropped by the thread; where none can be started it is dropped here and now.
    pub(crate) fn drop_later(&mut self, garbage: Garbage) {
        if self.0.is_none() {
            self.0 = start();
        }
        let unsent = match &self.0 {
            Some(sender) => sender.send(garbage).err(),
            None => Some(SendError(garbage)),
        };
        drop(unsent);
    }
}

fn start() -> Option<Sender<Garbage>> {
    let (sender, receiver) = channel();
    let work = move || receiver.into_iter().for_each(drop);
    match thread::Builder::new().name("lazy_free".into()).spawn(work) {
        Ok(_) => Some(sender),
        Err(error) => {
            tracing::warn!("Can't start the thread that frees memory: {error}");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Tells which thread dropped it.
    struct Witness(Sender<thread::ThreadId>);

    impl Drop for Witness {
        fn drop(&mut self) {
            self.0.send(thread::current().id()).expect("the test listens");
        }
    }

    #[test]
    fn another_thread_drops() {
        let (sender, receiver) = channel();
        let mut lazy = LazyFree::default();
        for _ in 0..3 {
            lazy.drop_later(Box::new(Witness(sender.clone())));
        }
        let droppers: Vec<_> =
            (0..3).map(|_| receiver.recv_timeout(Duration::from_secs(10)).expect("dropped")).collect();
        assert!(droppers.iter().all(|&id| id != thread::current().id() && id == droppers[0]));
    }
}
