//! Lazy freeing: a thread that drops what takes long to drop, so that no client waits for it.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SendError, Sender, channel};
use std::thread;

/// Something to be dropped.
pub(crate) type Garbage = Box<dyn Any + Send>;

/// The way to the thread, which starts with the first thing that it is given and ends with the process.
#[derive(Default)]
pub(crate) struct LazyFree {
    sender: Option<Sender<Load>>,
    /// Objects given.
    given: u64,
    /// Objects dropped.
    dropped: Arc<AtomicU64>,
    /// `dropped` when it was last set back.
    dropped_before: u64,
}

/// Garbage, and of how many objects it consists.
struct Load {
    garbage: Garbage,
    objects: u64,
}

impl LazyFree {
    /// Has `garbage` of `objects` objects dropped by the thread; where none can be started it is dropped here
    /// and now.
    pub(crate) fn drop_later(&mut self, garbage: Garbage, objects: usize) {
        if self.sender.is_none() {
            self.sender = start(Arc::clone(&self.dropped));
        }
        let load = Load { garbage, objects: objects as u64 };
        self.given += load.objects;
        let unsent = match &self.sender {
            Some(sender) => sender.send(load).err(),
            None => Some(SendError(load)),
        };
        if let Some(SendError(load)) = unsent {
            drop_now(load, &self.dropped);
        }
    }

    /// Objects that wait to be dropped.
    pub(crate) fn pending(&self) -> u64 {
        self.given.saturating_sub(self.dropped.load(Relaxed))
    }

    /// Objects that have been dropped since the start, or since the count was set back.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed).saturating_sub(self.dropped_before)
    }

    /// Sets the count of dropped objects to zero.
    pub(crate) fn reset(&mut self) {
        self.dropped_before = self.dropped.load(Relaxed);
    }
}

fn drop_now(load: Load, dropped: &AtomicU64) {
    drop(load.garbage);
    dropped.fetch_add(load.objects, Relaxed);
}

fn start(dropped: Arc<AtomicU64>) -> Option<Sender<Load>> {
    let (sender, receiver) = channel();
    let work = move || receiver.into_iter().for_each(|load| drop_now(load, &dropped));
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
            lazy.drop_later(Box::new(Witness(sender.clone())), 5);
        }
        let droppers: Vec<_> =
            (0..3).map(|_| receiver.recv_timeout(Duration::from_secs(10)).expect("dropped")).collect();
        assert!(droppers.iter().all(|&id| id != thread::current().id() && id == droppers[0]));
        while lazy.pending() > 0 {
            thread::yield_now();
        }
        assert_eq!(lazy.dropped(), 15);
        lazy.reset();
        assert_eq!((lazy.pending(), lazy.dropped()), (0, 0));
    }
}
