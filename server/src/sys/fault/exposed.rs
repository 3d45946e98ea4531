//! A value that the report of a crash may look at after its owner has been stopped.

use super::is_reporter;
use super::threads::{Standstill, all_stand_still};
use russet_engine::session::{Client, Clients};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering::SeqCst};

/// Where a value is, for as long as it is exposed.
pub(crate) struct Exposed<T>(AtomicPtr<T>);

impl<T> Exposed<T> {
    /// Nothing is exposed.
    pub(crate) const fn new() -> Self {
        Exposed(AtomicPtr::new(ptr::null_mut()))
    }

    /// Lets a report look at `value` while `work` runs with it.
    pub(crate) fn during<R>(&self, value: &mut T, work: impl FnOnce(&mut T) -> R) -> R {
        let pointer: *mut T = value;
        self.0.store(pointer, SeqCst);
        // SAFETY: it is the exclusive reference that this was given; nobody else uses the pointer while `work` runs, unless
        // every thread has been stopped for ever.
        let result = work(unsafe { &mut *pointer });
        self.0.store(ptr::null_mut(), SeqCst);
        result
    }

    /// What is exposed. Its owner may have been stopped in the middle of a change, so what is read may make no sense.
    pub(crate) fn look<'s>(&self, _: &'s mut Standstill) -> Option<&'s mut T> {
        // SAFETY: the pointer is null or that of a live value, whose owner runs inside of `during`. The owner will never run
        // again, so no other reference to it is used any more; and there is but one standstill, which is borrowed as long.
        unsafe { self.0.load(SeqCst).as_mut() }
    }
}

/// The client whose command ran when the process broke, if one did.
///
/// # Panics
/// Unless all other threads stand still.
pub(crate) fn client_on_loan(clients: &mut Clients) -> Option<&'static Client> {
    assert!(all_stand_still() && is_reporter(), "the client is on loan");
    // SAFETY: who has it on loan stands still for ever, so it is neither moved nor dropped any more, nor written to.
    unsafe { clients.running().as_ref() }
}
