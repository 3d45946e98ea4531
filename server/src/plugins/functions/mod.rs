//! The server's functions, as plugins see them: one file for each table of the header.
//!
//! Each takes what a plugin passes, looks at it, and does through the engine what a command of the tree would do.
#![expect(unsafe_code, reason = "their arguments are pointers of a plugin")]

mod args;
mod calls;
mod core;
mod keys;
mod reply;

pub(super) use core::{begin_loading, end_loading};

use super::call::Running;
use super::manifest::FEATURES;
use super::slices::{self, Bad};
use russet_engine::Error;
use russet_plugin_abi as abi;

/// A table of pointers that never change.
struct Fixed<T>(T);

// SAFETY: what stands in it is constant and points to what is constant.
unsafe impl<T> Sync for Fixed<T> {}

static HOST: Fixed<abi::Host> = Fixed(abi::Host {
    size: size_of::<abi::Host>(),
    abi_major: abi::MAJOR,
    abi_minor: abi::MINOR,
    reserved: 0,
    features: FEATURES,
    core: &core::TABLE,
    args: &args::TABLE,
    reply: &reply::TABLE,
    keys: &keys::TABLE,
    calls: &calls::TABLE,
});

/// What a plugin is given when it is loaded.
pub(super) fn host() -> &'static abi::Host {
    &HOST.0
}

impl Running<'_, '_> {
    /// Keeps an error, and returns the status that says so.
    fn failed(&mut self, error: Error) -> abi::Status {
        self.error = Some(error);
        abi::FAILED
    }

    /// Keeps the error of a plugin that breaks a rule.
    #[cold]
    fn misused(&mut self, what: &str) -> abi::Status {
        let name = &self.cx.registry.get(self.cx.command).name;
        tracing::warn!("The plugin's command '{name}' broke a rule of the plugin interface: {what}.");
        self.error = Some(Error::owned(format!("ERR the plugin's command '{name}' passed {what}")));
        abi::MISUSED
    }

    /// Runs `then` with the bytes of a slice that must not be null.
    ///
    /// # Safety
    /// The slice's bytes, if it is not null, can be read until this returns.
    #[inline]
    unsafe fn with_bytes(
        &mut self,
        slice: abi::Slice,
        then: impl FnOnce(&mut Self, &[u8]) -> abi::Status,
    ) -> abi::Status {
        // SAFETY: the caller's promise.
        match unsafe { slices::bytes(slice) } {
            Ok(Some(bytes)) => then(self, bytes),
            Ok(None) | Err(Bad::Null | Bad::NotText) => self.misused("bytes that are NULL"),
        }
    }

    /// Writes what a function gives out; a place that is null wants nothing.
    ///
    /// # Safety
    /// The place, if it is not null, can be written.
    #[inline]
    unsafe fn give<T>(&mut self, place: *mut T, value: T) -> abi::Status {
        if !place.is_null() {
            // SAFETY: the caller's promise.
            unsafe { place.write_unaligned(value) };
        }
        abi::OK
    }
}
