//! Why a plugin is not loaded or not unloaded: which rule, and what to do.

use russet_engine::Error;
use std::fmt;

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The file cannot be read.
    Unreadable(String),
    /// It lies outside of `plugin-directories`.
    Elsewhere,
    /// Nobody may execute the file.
    NotExecutable,
    /// It is no shared library.
    NotALibrary,
    /// It is for another kind of processor.
    OtherMachine,
    /// It has no manifest, or not a whole one.
    NoManifest,
    /// The manifest's name is none.
    BadName,
    /// It was built for another version of the interface.
    OtherAbi {
        /// The major version that it was built for.
        theirs: u64,
        /// The minor one.
        minor: u64,
    },
    /// It needs what this server does not have.
    MissingFeatures(String),
    /// A plugin with its name is loaded.
    Loaded(String),
    /// The system's loader did not take it.
    NotLinked(String),
    /// It has no entry.
    NoEntry,
    /// It declares what cannot be.
    Declaration(String),
    /// It did not want to.
    Unwilling(String),
    /// There is no plugin with this name.
    NoSuchPlugin,
    /// A command of it is running.
    Running,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use russet_plugin_abi::{MAJOR, MINOR};
        match self {
            Refusal::Unreadable(why) => write!(f, "the file cannot be read: {why}"),
            Refusal::Elsewhere => {
                f.write_str("the file is not in one of plugin-directories: move it there, or add its directory")
            }
            Refusal::NotExecutable => f.write_str("the file has no execute permission: chmod +x gives it"),
            Refusal::NotALibrary => {
                f.write_str("the file is no shared library of ELF: build the crate as a cdylib, or link with -shared")
            }
            Refusal::OtherMachine => f.write_str("the library is for another kind of processor: build it here"),
            Refusal::NoManifest => f.write_str(
                "the library has no manifest: it needs export_plugin! of the SDK, or RUSSET_PLUGIN of the C header",
            ),
            Refusal::BadName => {
                f.write_str("the manifest's name is none: letters, digits, '-', '_' and '.' make one")
            }
            Refusal::OtherAbi { theirs, minor } => write!(
                f,
                "the plugin is built for version {theirs}.{minor} of the plugin interface, and this server has \
                 {MAJOR}.{MINOR}: build it again with this server's SDK"
            ),
            Refusal::MissingFeatures(names) => {
                write!(f, "the plugin needs features that this server lacks: {names}; a newer server has them")
            }
            Refusal::Loaded(name) => {
                write!(f, "a plugin named '{name}' is loaded: MODULE UNLOAD {name} first")
            }
            Refusal::NotLinked(why) => write!(f, "the system cannot link the library: {why}"),
            Refusal::NoEntry => write!(f, "the library has no function {}", russet_plugin_abi::LOAD),
            Refusal::Declaration(what) => write!(f, "the plugin declares what cannot be: {what}"),
            Refusal::Unwilling(why) => write!(f, "the plugin does not load: {why}"),
            Refusal::NoSuchPlugin => f.write_str("no such module with that name"),
            Refusal::Running => f.write_str("a command of the plugin is running"),
        }
    }
}

impl Refusal {
    /// As `MODULE LOAD` answers it.
    pub(super) fn of_loading(&self) -> Error {
        Error::owned(format!("ERR Error loading the extension: {self}."))
    }

    /// As `MODULE UNLOAD` answers it.
    pub(super) fn of_unloading(&self) -> Error {
        Error::owned(format!("ERR Error unloading module: {self}"))
    }
}
