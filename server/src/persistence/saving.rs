//! Saving: at once, while everybody waits, or in a child, while everybody is served.

use super::children::{Children, Ended};
use super::key_delay::KeyDelay;
use super::snapshot::{Plan, remove_temporary};
use super::{now_ms, now_s};
use crate::sys::child::End;
use crate::sys::os_text;
use russet_engine::host::Dataset;
use russet_engine::persistence::Purpose;
use std::io;

/// Saves at once. O(bytes), and everybody waits.
///
/// # Errors
/// That it did not succeed; the log says why.
pub(crate) fn save(dataset: &mut Dataset<'_>) -> io::Result<()> {
    let mut delay = KeyDelay::new(dataset.params.rdb_key_save_delay());
    Plan::of(dataset.params).write(dataset.keyspace, &mut delay)?;
    tracing::info!("DB saved on disk");
    dataset.keyspace.dirty = 0;
    dataset.persistence.snapshots.complete(now_s());
    Ok(())
}

/// Begins to save in a child.
///
/// # Errors
/// That there is a child, or why there cannot be one; the log says so too.
pub(crate) fn save_in_background(children: &mut Children, dataset: &mut Dataset<'_>) -> io::Result<()> {
    if children.any() {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    let snapshots = &mut dataset.persistence.snapshots;
    snapshots.begun += 1;
    snapshots.changes_contained = dataset.keyspace.dirty;
    snapshots.last_try_s = now_s();
    let plan = Plan::of(dataset.params);
    let keyspace = &*dataset.keyspace;
    let keys = keyspace.databases().iter().map(|db| db.len() as u64).sum();
    let delay = KeyDelay::new(dataset.params.rdb_key_save_delay());
    let begun = children.start(Purpose::Snapshot, keys, dataset.persistence, |mut progress| {
        progress.delay = delay;
        plan.write(keyspace, &mut progress)?;
        tracing::info!("DB saved on disk");
        Ok(())
    });
    match begun {
        Ok(pid) => {
            tracing::info!("Background saving started by pid {pid}");
            Ok(())
        }
        Err(error) => {
            dataset.persistence.snapshots.last_succeeded = false;
            tracing::warn!("Can't save in background: fork: {}", os_text(&error));
            Err(error)
        }
    }
}

/// Takes note of how a save in the background has ended that began at `started_ms`.
pub(super) fn saved_in_background(dataset: &mut Dataset<'_>, ended: &Ended, started_ms: i64) {
    let snapshots = &mut dataset.persistence.snapshots;
    snapshots.last_copied = ended.report.copied;
    snapshots.last_took_s = Some((now_ms() / 1000 - started_ms / 1000).max(0));
    match ended.end {
        End::Exited(0) => {
            tracing::info!("Background saving terminated with success");
            dataset.keyspace.dirty = dataset.keyspace.dirty.saturating_sub(snapshots.changes_contained);
            snapshots.complete(now_s());
        }
        End::Exited(_) => {
            tracing::warn!("Background saving error");
            snapshots.last_succeeded = false;
        }
        End::Stopped => {
            tracing::warn!("Background saving terminated by signal {}", libc::SIGUSR1);
            remove_temporary(ended.pid);
        }
        End::Killed(signal) => {
            tracing::warn!("Background saving terminated by signal {signal}");
            remove_temporary(ended.pid);
            snapshots.last_succeeded = false;
        }
    }
}

/// All databases have been emptied: a snapshot in the making is of no use, and the one on disk gets an empty one in its
/// place.
pub(crate) fn all_flushed(children: &Children, dataset: &mut Dataset<'_>) {
    if children.running() == Some(Purpose::Snapshot) {
        children.stop();
    }
    if !dataset.params.save().is_empty() {
        // A failure is in the log, and the next save point tries again.
        let _ = save(dataset);
    }
}
