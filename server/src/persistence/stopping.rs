//! Before the process ends: which child is ended, what is saved, and what keeps the process from ending.

use super::aof::Aof;
use super::children::Children;
use super::saving::save;
use super::snapshot::remove_temporary;
use russet_engine::host::{Dataset, Shutdown};
use russet_engine::persistence::Purpose;

/// That the process has to go on: what would be lost could not be saved. The log says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CannotStop;

/// Ends the child and saves, as asked for.
///
/// # Errors
/// If saving fails, unless that is to be ignored.
pub(crate) fn prepare(
    children: &mut Children,
    aof: &mut Aof,
    mut dataset: Dataset<'_>,
    how: Shutdown,
) -> Result<(), CannotStop> {
    // What has not been loaded whole must not take the place of what is on disk.
    let how = if dataset.persistence.loading.is_some() { Shutdown { save: Some(false), ..how } } else { how };
    if children.running() == Some(Purpose::Snapshot) {
        // What it writes is older than what is written below, and must not take its place afterwards.
        tracing::warn!("There is a child saving an .rdb. Killing it!");
        if let Some(ended) = children.stop_and_wait(dataset.persistence) {
            remove_temporary(ended.pid);
        }
    }
    if children.running() == Some(Purpose::Rewrite) {
        if aof.is_starting() {
            if !how.force {
                tracing::warn!("Writing initial AOF, can't exit.");
                return Err(CannotStop);
            }
            tracing::warn!("Writing initial AOF. Exit anyway.");
        }
        // The files that there are hold everything, only at greater length.
        tracing::warn!("There is a child rewriting the AOF. Killing it!");
        aof.stop_rewrite(children, &mut dataset);
    }
    aof.finish(&mut dataset);
    if how.save.unwrap_or(!dataset.params.save().is_empty()) {
        tracing::info!("Saving the final RDB snapshot before exiting.");
        if save(&mut dataset).is_err() {
            if !how.force {
                tracing::warn!("Error trying to save the DB, can't exit.");
                return Err(CannotStop);
            }
            tracing::warn!("Error trying to save the DB. Exit anyway.");
        }
    }
    Ok(())
}
