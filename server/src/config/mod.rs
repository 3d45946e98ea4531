//! Where settings come from: a configuration file, standard input, and the command line, in this order; what
//! comes later wins.
//!
//! All of it ends up as lines for the one table ([`russet_engine::params`]), so there is one check and one
//! set of messages. [`load`] is what `main` calls at start, [`rewrite()`] what `CONFIG REWRITE` calls.

pub mod cli;
pub mod error;
pub mod read;
pub mod rewrite;
pub mod ron_file;
pub mod ron_layout;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use russet_engine::acl::UserLine;
use russet_engine::params::load::PluginLine;
use russet_engine::params::{self, Params};

use cli::Invocation;
pub use error::ConfigError;
use read::Gathered;
pub use read::Rename;
pub use rewrite::{replace_file, rewrite};

/// Everything that the start of the server needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The value of every parameter.
    pub params: Params,
    /// Commands that get another name, or none.
    pub renames: Vec<Rename>,
    /// Plugins to load.
    pub plugins: Vec<PluginLine>,
    /// Users.
    pub users: Vec<UserLine>,
    /// The absolute path of the configuration file, if there is one.
    pub file: Option<PathBuf>,
}

/// Whether a configuration file is RON rather than redis.conf: its name ends in `.ron`.
pub fn is_ron(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ron"))
}

/// Reads the configuration file, standard input and the overrides that the command line asks for.
///
/// The first setting that cannot be taken ends it, with the file, the line, the setting and the reason.
pub fn load(invocation: &Invocation) -> Result<Settings, ConfigError> {
    let mut reader = read::Reader::new(std::env::current_dir().unwrap_or_default());
    let file = invocation.file.as_deref().map(|file| reader.base().join(file));
    if let Some(file) = &file {
        reader.file(file)?;
    }
    if invocation.stdin {
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text).map_err(|error| ConfigError::Open {
            path: "standard input".into(),
            reason: error::describe(&error),
        })?;
        reader.text(&text, "standard input")?;
    }
    reader.command_line(&invocation.overrides)?;
    let dir = reader.base().to_path_buf();
    let Gathered { mut params, renames, plugins, users } = reader.finish();
    // As Redis, which asks the system where it is. A directory that is gone again shows as it was written.
    let dir = dir.canonicalize().unwrap_or(dir);
    let outcome =
        params::find(b"dir").map(|parameter| params.assign(parameter, &[dir.as_os_str().as_bytes()]));
    debug_assert_eq!(outcome, Some(Ok(())));
    Ok(Settings { params, renames, plugins, users, file })
}
