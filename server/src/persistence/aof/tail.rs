//! The tail: what is done about a file that ends in the middle of a command, or of a transaction.
//!
//! A process that was killed leaves the last file cut off. What is whole is loaded, the rest is cut away, so that what is
//! written from now on stands behind a whole command (`aof-load-truncated`). A transaction is whole or cut away.

use super::directory::shown;
use super::load::LoadFailed;
use crate::sys::os_text;
use std::fs::OpenOptions;
use std::path::Path;

/// A file that ends too early.
pub(super) struct Tail<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its path.
    pub path: &'a Path,
    /// Where its last whole command ends that is part of no open transaction.
    pub valid: u64,
    /// It is the last file.
    pub last: bool,
}

impl Tail<'_> {
    /// Cuts away what is not whole.
    ///
    /// # Errors
    /// If that is not permitted, or there are files behind it, so that something is missing in between.
    pub(super) fn cut(&self, permitted: bool) -> Result<(), LoadFailed> {
        let (name, valid) = (shown(self.name), self.valid);
        if !permitted {
            return Err(self.refuse());
        }
        tracing::warn!("!!! Warning: short read while loading the AOF file {name}!!!");
        if !self.last {
            tracing::warn!("Fatal error: the truncated file is not the last file");
            return Err(LoadFailed);
        }
        tracing::warn!("!!! Truncating the AOF {name} at offset {valid} !!!");
        let file = OpenOptions::new().write(true).open(self.path);
        file.and_then(|file| file.set_len(valid)).map_err(|error| {
            tracing::warn!("Error truncating the AOF file {name}: {}", os_text(&error));
            self.refuse()
        })?;
        tracing::warn!("AOF {name} loaded anyway because aof-load-truncated is enabled");
        Ok(())
    }

    fn refuse(&self) -> LoadFailed {
        let name = shown(self.name);
        tracing::warn!(
            "Unexpected end of file reading the append only file {name}. You can: 1) Make a backup of your AOF file, \
             then use ./redis-check-aof --fix <filename.manifest>. 2) Alternatively you can set the \
             'aof-load-truncated' configuration option to yes and restart the server."
        );
        self.tell_offset();
        LoadFailed
    }

    /// Says that what stands behind its last whole command is none.
    pub(super) fn malformed(&self) -> LoadFailed {
        let name = shown(self.name);
        tracing::warn!(
            "Bad file format reading the append only file {name}: make a backup of your AOF file, then use \
             ./redis-check-aof --fix <filename.manifest>"
        );
        self.tell_offset();
        LoadFailed
    }

    fn tell_offset(&self) {
        tracing::warn!("The append only file {} is whole up to offset {}", shown(self.name), self.valid);
    }
}
