//! Save points: after so much time and so many changes the server saves by itself. Also here: what is done about
//! children whenever cron runs.

use super::aof::Aof;
use super::children::Children;
use super::now_s;
use super::saving::{save_in_background, saved_in_background};
use crate::host::ServerHost;
use crate::server::Server;
use russet_engine::host::Dataset;
use russet_engine::params::lists::SavePoint;
use russet_engine::persistence::{Purpose, Snapshots};

/// After a failure it is not tried again for so long.
const PATIENCE_S: i64 = 5;

impl Server {
    /// Meets the end of a child, or begins to save or to rewrite if it is time.
    pub(crate) fn look_after_files(&mut self) {
        let (host, mut dataset) = self.engine.host_and_dataset();
        let Some(ServerHost { children, aof, .. }) = host.as_any().downcast_mut() else { return };
        look_after(children, aof, &mut dataset);
        aof.rewrite_if_due(children, &mut dataset);
    }
}

fn look_after(children: &mut Children, aof: &mut Aof, dataset: &mut Dataset<'_>) {
    let started_ms = dataset.persistence.child.map_or(0, |child| child.started_ms);
    if children.any() {
        match children.check(dataset.persistence) {
            Some(ended) if ended.purpose == Purpose::Snapshot => {
                saved_in_background(dataset, &ended, started_ms)
            }
            Some(ended) => aof.rewrite_ended(dataset, &ended, started_ms),
            None => {}
        }
        return;
    }
    let (now_s, changes) = (now_s(), dataset.keyspace.dirty);
    let snapshots = &dataset.persistence.snapshots;
    if !may_try(snapshots, now_s) {
        return;
    }
    if let Some(point) = due(dataset.params.save(), snapshots, changes, now_s) {
        tracing::info!("{} changes in {} seconds. Saving...", point.changes, point.seconds);
        // A failure is in the log.
        let _ = save_in_background(children, dataset);
    } else if snapshots.scheduled && save_in_background(children, dataset).is_ok() {
        dataset.persistence.snapshots.scheduled = false;
    }
}

/// Whether enough time has passed since a failure.
fn may_try(snapshots: &Snapshots, now_s: i64) -> bool {
    snapshots.last_succeeded || now_s - snapshots.last_try_s > PATIENCE_S
}

/// The first save point that is reached.
fn due<'a>(
    points: &'a [SavePoint],
    snapshots: &Snapshots,
    changes: u64,
    now_s: i64,
) -> Option<&'a SavePoint> {
    let since = now_s - snapshots.last_save_s;
    points.iter().find(|point| changes >= point.changes.max(0) as u64 && since > point.seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_time_and_changes_are_needed() {
        let points = [SavePoint { seconds: 3600, changes: 1 }, SavePoint { seconds: 60, changes: 1000 }];
        let due = |changes, since: i64| {
            due(&points, &Snapshots::at(1000), changes, 1000 + since).map(|point| point.seconds)
        };
        assert_eq!(due(999, 3600), None);
        assert_eq!(due(1, 3601), Some(3600));
        assert_eq!(due(1000, 61), Some(60));
        assert_eq!(due(0, 1 << 40), None);
    }

    #[test]
    fn after_a_failure_it_waits() {
        let mut snapshots = Snapshots { last_try_s: 1000, ..Snapshots::at(0) };
        assert!(may_try(&snapshots, 1001));
        snapshots.last_succeeded = false;
        assert!(!may_try(&snapshots, 1005));
        assert!(may_try(&snapshots, 1006));
    }
}
