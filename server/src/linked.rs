//! The crates whose commands are part of this server.
//!
//! A command of the tree registers itself, but only if the linker keeps the crate that declares it. Naming the crate here
//! does that. A plugin that a feature links in is asked what a plugin from a file is asked.

use russet_plugin_abi::Linked;

/// Makes the linker keep them.
pub(crate) fn keep() {
    russet_commands::link();
    russet_scripts::link();
}

/// The plugins that are part of this server.
pub(crate) fn plugins() -> Vec<Linked> {
    vec![
        #[cfg(feature = "hello")]
        russet_plugin_hello::linked(),
    ]
}
