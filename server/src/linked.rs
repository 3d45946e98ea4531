//! The crates whose commands are part of this server.
//!
//! A command registers itself, but only if the linker keeps the crate that declares it. Naming the crate here
//! does that.

/// Makes the linker keep them.
pub(crate) fn keep() {
    russet_commands::link();
    #[cfg(feature = "hello")]
    russet_plugin_hello::link();
}
