//! The `export_plugin!` macro: what makes a crate a plugin.

use crate::declare::{Command, Registration};

pub use russet_plugin_abi::{Host, Linked, Manifest, Plugin, Slice, Status, feature};

/// What a plugin of this SDK cannot do without.
pub const FEATURES: u64 = feature::KEYS | feature::CALLS;

/// What a plugin does when it begins: it is told its arguments, and may say why it does not want to.
pub type Begin = fn(&[&[u8]]) -> Result<(), String>;

/// What `export_plugin!` takes.
pub struct Exported {
    /// The crate whose commands are meant.
    pub of: &'static str,
    /// What it does when it begins.
    pub load: Begin,
    /// What it does when it ends.
    pub unload: fn(),
    /// It is part of the server, and shares its standard library.
    pub is_linked: bool,
}

impl Exported {
    /// Begins the plugin.
    ///
    /// # Safety
    /// To be called with what the server passes to `russet_plugin_load`.
    pub unsafe fn load(
        &self,
        host: *const Host,
        plugin: *mut Plugin,
        args: *const Slice,
        count: usize,
    ) -> Status {
        let ours = |registration: &&Registration| registration.of == self.of;
        let commands: Vec<&'static Command> =
            inventory::iter::<Registration>().filter(ours).map(|registration| registration.command).collect();
        // SAFETY: the caller's promise.
        unsafe { super::load((host, plugin), (args, count), commands.into_iter(), self.load, self.is_linked) }
    }

    /// Ends the plugin.
    pub fn unload(&self) {
        super::unload(self.unload, self.is_linked);
    }
}

/// Makes the crate a plugin.
///
/// | field | |
/// |---|---|
/// | `name` | letters, digits, `-`, `_` and `.`; 35 at most |
/// | `version` | a number; a later version has a greater one |
/// | `about` | one sentence |
/// | `load` | may be left out: `fn(args: &[&[u8]]) -> Result<(), String>`, run once before any command; an error refuses |
/// | `unload` | may be left out: `fn()`, run once when no command can run any more |
#[macro_export]
macro_rules! export_plugin {
    (name: $name:expr, version: $version:expr, about: $about:expr $(, load: $load:expr)? $(, unload: $unload:expr)? $(,)?) => {
        const _: () = {
            use $crate::export::{Host, Manifest, Plugin, Slice, Status};

            #[cfg(not(feature = "linked"))]
            #[used]
            #[unsafe(no_mangle)]
            #[unsafe(link_section = ".russet.plugin")]
            static russet_plugin_manifest: Manifest =
                Manifest::new($name, $version, $crate::export::FEATURES, $about);

            #[cfg(not(feature = "linked"))]
            #[unsafe(no_mangle)]
            unsafe extern "C" fn russet_plugin_load(
                host: *const Host,
                plugin: *mut Plugin,
                args: *const Slice,
                count: usize,
            ) -> Status {
                unsafe { __EXPORTED.load(host, plugin, args, count) }
            }

            #[cfg(not(feature = "linked"))]
            #[unsafe(no_mangle)]
            unsafe extern "C" fn russet_plugin_unload(_: *mut Plugin) {
                __EXPORTED.unload();
            }
        };

        static __EXPORTED: $crate::export::Exported = {
            #[allow(unused_mut, unused_assignments, reason = "both may be left out")]
            let mut exported = $crate::export::Exported {
                of: env!("CARGO_PKG_NAME"),
                load: |_| Ok(()),
                unload: || (),
                is_linked: cfg!(feature = "linked"),
            };
            $( exported.load = $load; )?
            $( exported.unload = $unload; )?
            exported
        };

        /// The plugin, for a server that it is a part of.
        #[cfg(feature = "linked")]
        pub fn linked() -> $crate::export::Linked {
            use $crate::export::{Host, Linked, Manifest, Plugin, Slice, Status};
            unsafe extern "C" fn load(
                host: *const Host,
                plugin: *mut Plugin,
                args: *const Slice,
                count: usize,
            ) -> Status {
                unsafe { __EXPORTED.load(host, plugin, args, count) }
            }
            unsafe extern "C" fn unload(_: *mut Plugin) {
                __EXPORTED.unload();
            }
            let manifest = Manifest::new($name, $version, $crate::export::FEATURES, $about);
            Linked { manifest, load, unload: Some(unload) }
        }
    };
}
