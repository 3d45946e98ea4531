//! Rewriting: a child writes a new base, and what happens meanwhile goes into a new increment.
//!
//! ```text
//!  begin   a new increment is opened and named in the manifest; the child is forked
//!  ...     the child writes the dataset as it was at that moment
//!  end     its file becomes the base; the old base and the increments before the new one become history
//! ```
//!
//! Each step leaves files that load whole, whatever happens to the process.

use super::base::{Plan, finished_name, remove_temporary};
use super::directory::{Failed, Unpersisted, open_to_append, shown};
use super::manifest::{Manifest, temporary_increment_name};
use super::{Aof, State, cannot_open, remove_later};
use crate::persistence::children::{Children, Ended};
use crate::persistence::key_delay::KeyDelay;
use crate::persistence::{now_ms, now_s};
use crate::sys::child::End;
use crate::sys::os_text;
use russet_engine::host::Dataset;
use russet_engine::persistence::Purpose;
use std::fs;
use std::io;
use std::path::Path;

impl Aof {
    /// Begins to rewrite.
    ///
    /// # Errors
    /// If there is a child, or it cannot begin; the log says why.
    pub(crate) fn begin_rewrite(
        &mut self,
        children: &mut Children,
        dataset: &mut Dataset<'_>,
    ) -> Result<(), Failed> {
        if children.any() {
            return Err(Failed);
        }
        let begun = self.directory.create().and_then(|()| self.begin_increment(dataset));
        let begun = begun.and_then(|()| self.fork(children, dataset));
        if begun.is_err() {
            dataset.persistence.journal.last_rewrite_succeeded = false;
        }
        begun
    }

    /// What has happened goes into the increment that is open, what will happen into a new one.
    fn begin_increment(&mut self, dataset: &mut Dataset<'_>) -> Result<(), Failed> {
        if self.state == State::Off {
            return Ok(());
        }
        self.write_all(dataset);
        if self.state == State::On && !self.writer.buffer.is_empty() {
            // The new base would contain what the new increment began with.
            tracing::warn!(
                "Can't rewrite append only file in background: what has happened cannot be written"
            );
            return Err(Failed);
        }
        dataset.keyspace.effects.name_database();
        let mut manifest = self.manifest.clone();
        let starting = self.state == State::Starting;
        let name = match starting {
            true => temporary_increment_name(&self.directory.name),
            false => manifest.new_increment(&self.directory.name).to_vec(),
        };
        let file =
            open_to_append(&self.directory.file(&name), true).map_err(|error| cannot_open(&name, &error))?;
        if !starting {
            self.persist(&manifest)?;
        }
        tracing::info!("Creating AOF incr file {} on background rewrite", shown(&name));
        self.writer.switch_to(file, 0);
        self.manifest = manifest;
        Ok(())
    }

    fn fork(&mut self, children: &mut Children, dataset: &mut Dataset<'_>) -> Result<(), Failed> {
        let journal = &mut dataset.persistence.journal;
        journal.rewrites += 1;
        let plan = Plan::of(dataset.params);
        let keyspace = &*dataset.keyspace;
        let keys = keyspace.databases().iter().map(|db| db.len() as u64).sum();
        let delay = KeyDelay::new(dataset.params.rdb_key_save_delay());
        let pid = children.start(Purpose::Rewrite, keys, dataset.persistence, |mut progress| {
            progress.delay = delay;
            let name = finished_name(std::process::id() as i32);
            plan.write(&name, keyspace, &mut progress).map_err(|Failed| io::ErrorKind::Other)?;
            tracing::info!("Successfully created the temporary AOF base file {}", name.display());
            Ok(())
        });
        let pid = pid.map_err(|error| {
            tracing::warn!("Can't rewrite append only file in background: fork: {}", os_text(&error));
            Failed
        })?;
        tracing::info!("Background append only file rewriting started by pid {pid}");
        dataset.persistence.journal.rewrite_scheduled = false;
        self.preamble = dataset.params.aof_use_rdb_preamble();
        Ok(())
    }

    /// Takes note of how a rewrite has ended that began at `started_ms`.
    pub(crate) fn rewrite_ended(&mut self, dataset: &mut Dataset<'_>, ended: &Ended, started_ms: i64) {
        let journal = &mut dataset.persistence.journal;
        journal.last_copied = ended.report.copied;
        let failed = match ended.end {
            End::Exited(0) => {
                tracing::info!("Background AOF rewrite terminated with success");
                let put = self.put_in_place(ended.pid, dataset);
                if put.is_ok() {
                    self.delete_history(dataset.params);
                    tracing::info!("Background AOF rewrite finished successfully");
                }
                put.is_err()
            }
            End::Exited(_) => {
                tracing::warn!("Background AOF rewrite terminated with error");
                true
            }
            End::Stopped => {
                tracing::warn!("Background AOF rewrite terminated by signal {}", libc::SIGUSR1);
                false
            }
            End::Killed(signal) => {
                tracing::warn!("Background AOF rewrite terminated by signal {signal}");
                true
            }
        };
        let journal = &mut dataset.persistence.journal;
        if failed {
            journal.last_rewrite_succeeded = false;
            journal.failed_rewrites += 1;
        } else if ended.end == End::Exited(0) {
            journal.last_rewrite_succeeded = true;
            journal.failed_rewrites = 0;
        }
        journal.last_rewrite_took_s = Some((now_ms() / 1000 - started_ms / 1000).max(0));
        remove_temporary(ended.pid);
        if self.state == State::Starting {
            self.writer.buffer.clear();
            self.remove_temporary_increment();
            journal.rewrite_scheduled = true;
        }
    }

    /// Makes the file that the child has written the base.
    fn put_in_place(&mut self, pid: i32, dataset: &mut Dataset<'_>) -> Result<(), Failed> {
        if self.state == State::Starting {
            // What stands in the buffer belongs behind the base: the increment is about to count.
            self.collect_all(dataset);
        }
        let mut manifest = self.manifest.clone();
        let temporary = finished_name(pid);
        let base = manifest.new_base(&self.directory.name, self.preamble).to_vec();
        let base_path = self.directory.file(&base);
        rename("base", &temporary, &base_path, &base)?;
        let mut increment_path = None;
        if self.state == State::Starting {
            let temporary = self.directory.file(&temporary_increment_name(&self.directory.name));
            let name = manifest.new_increment(&self.directory.name).to_vec();
            let path = self.directory.file(&name);
            rename("incr", &temporary, &path, &name).inspect_err(|Failed| remove_later(&base_path))?;
            increment_path = Some(path);
        }
        manifest.retire_increments(usize::from(self.writer.is_open()));
        if let Err(unpersisted) = self.persist(&manifest) {
            if unpersisted == Unpersisted::OldStands {
                remove_later(&base_path);
                increment_path.as_deref().into_iter().for_each(remove_later);
            }
            return Err(Failed);
        }
        self.manifest = manifest;
        if self.state != State::Off {
            let journal = &mut dataset.persistence.journal;
            journal.current_bytes = self.directory.size(&base).unwrap_or(0) + self.writer.size();
            journal.base_bytes = journal.current_bytes;
            self.state = State::On;
        }
        Ok(())
    }

    /// Puts a new manifest on disk. If it is not certain that it is there, the one in use is put back.
    fn persist(&mut self, manifest: &Manifest) -> Result<(), Unpersisted> {
        let persisted = self.directory.persist(manifest);
        if persisted == Err(Unpersisted::EitherMayStand) {
            self.manifest.give_up(manifest);
            // What fails is in the log. Then still either may stand, and the files of both are there.
            let _ = self.directory.persist(&self.manifest);
        }
        persisted
    }

    /// Takes over what has happened although the child is gone by which it is known that it counts.
    fn collect_all(&mut self, dataset: &mut Dataset<'_>) {
        dataset.keyspace.effects.take_into(&mut self.writer.buffer);
    }

    /// Removes the increment that a first rewrite has not made real.
    pub(super) fn remove_temporary_increment(&self) {
        let name = temporary_increment_name(&self.directory.name);
        tracing::info!("Removing the temp incr aof file {} in the background", shown(&name));
        remove_later(&self.directory.file(&name));
    }

    /// Begins a rewrite that is scheduled, or due since the file has grown.
    pub(crate) fn rewrite_if_due(&mut self, children: &mut Children, dataset: &mut Dataset<'_>) {
        if children.any() {
            return;
        }
        let journal = &dataset.persistence.journal;
        let due = if journal.rewrite_scheduled {
            !self.retry.waits(journal.failed_rewrites, now_s())
        } else {
            self.state == State::On && self.has_grown(dataset)
        };
        if due {
            // What fails is in the log, and the next time it is tried again.
            let _ = self.begin_rewrite(children, dataset);
        }
    }

    /// Whether the files have grown by as much as the parameters say, and a rewrite may be tried.
    fn has_grown(&mut self, dataset: &Dataset<'_>) -> bool {
        let (params, journal) = (dataset.params, &dataset.persistence.journal);
        let percentage = params.auto_aof_rewrite_percentage();
        if percentage == 0 || journal.current_bytes <= params.auto_aof_rewrite_min_size() {
            return false;
        }
        let growth = growth(journal.base_bytes, journal.current_bytes);
        let due = growth >= percentage && !self.retry.waits(journal.failed_rewrites, now_s());
        if due {
            tracing::info!("Starting automatic rewriting of AOF on {growth}% growth");
        }
        due
    }
}

/// By how much something has grown, in percent.
fn growth(before: u64, now: u64) -> i64 {
    let percent = u128::from(now) * 100 / u128::from(before.max(1));
    i64::try_from(percent).unwrap_or(i64::MAX) - 100
}

fn rename(what: &str, from: &Path, to: &Path, name: &[u8]) -> Result<(), Failed> {
    fs::rename(from, to).map_err(|error| {
        let (from, to, why) = (from.display(), to.display(), os_text(&error));
        tracing::warn!("Error trying to rename the temporary AOF {what} file {from} into {to}: {why}");
        Failed
    })?;
    let from = from.file_name().map(std::ffi::OsStr::to_string_lossy).unwrap_or_default();
    tracing::info!("Successfully renamed the temporary AOF {what} file {from} into {}", shown(name));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::growth;

    #[test]
    fn growth_is_in_percent() {
        assert_eq!(growth(100, 150), 50);
        assert_eq!(growth(100, 50), -50);
        assert_eq!(growth(0, 5), 400);
        assert_eq!(growth(1, u64::MAX), i64::MAX - 100);
    }
}
