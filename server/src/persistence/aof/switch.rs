//! Switching: `CONFIG SET appendonly` while the server runs.

use super::directory::Failed;
use super::{Aof, State};
use crate::persistence::children::Children;
use russet_engine::host::Dataset;
use russet_engine::persistence::Purpose;

impl Aof {
    /// Follows the parameter.
    ///
    /// # Errors
    /// If it cannot be switched on; the log says why.
    pub(crate) fn switch(
        &mut self,
        children: &mut Children,
        dataset: &mut Dataset<'_>,
        in_transaction: bool,
    ) -> Result<(), Failed> {
        if dataset.params.appendonly() {
            return self.switch_on(children, dataset, in_transaction);
        }
        self.switch_off(children, dataset);
        Ok(())
    }

    /// Begins to write, with a rewrite: at once, or as soon as there is no other child and no transaction runs.
    ///
    /// # Errors
    /// If the rewrite cannot begin; the log says why, and it stays off.
    fn switch_on(
        &mut self,
        children: &mut Children,
        dataset: &mut Dataset<'_>,
        in_transaction: bool,
    ) -> Result<(), Failed> {
        if self.state != State::Off {
            return Ok(());
        }
        self.state = State::Starting;
        dataset.keyspace.effects.attach(true);
        let journal = &mut dataset.persistence.journal;
        journal.enabled = true;
        if children.running().is_some_and(|purpose| purpose != Purpose::Rewrite) {
            journal.rewrite_scheduled = true;
            tracing::info!(
                "AOF was enabled but there is already another background operation. An AOF background was scheduled \
                 to start when possible."
            );
        } else if in_transaction {
            journal.rewrite_scheduled = true;
            tracing::info!(
                "AOF was enabled during a transaction. An AOF background was scheduled to start when possible."
            );
        } else {
            if children.any() {
                tracing::info!(
                    "AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and \
                     starting a rewrite now."
                );
                self.stop_rewrite(children, dataset);
            }
            if let Err(failed) = self.begin_rewrite(children, dataset) {
                self.state = State::Off;
                dataset.persistence.journal.enabled = false;
                dataset.keyspace.effects.attach(false);
                tracing::warn!(
                    "Redis needs to enable the AOF but can't trigger a background AOF rewrite operation. Check the \
                     above logs for more info about the error."
                );
                return Err(failed);
            }
        }
        self.writer.forgive(&mut dataset.persistence.journal);
        Ok(())
    }

    /// Writes what has happened, and stops to write.
    fn switch_off(&mut self, children: &mut Children, dataset: &mut Dataset<'_>) {
        if self.state == State::Off {
            return;
        }
        self.write_all(dataset);
        self.writer.close();
        let journal = &mut dataset.persistence.journal;
        (journal.enabled, journal.buffer_bytes) = (false, 0);
        if std::mem::take(&mut journal.rewrite_scheduled) {
            tracing::info!("AOF was disabled but there is a scheduled AOF background, cancel it.");
        }
        let was_starting = self.state == State::Starting;
        self.state = State::Off;
        dataset.keyspace.effects.attach(false);
        self.stop_rewrite(children, dataset);
        if was_starting {
            self.remove_temporary_increment();
        }
    }

    /// Stops the child that rewrites, if there is one, and waits until it has.
    pub(crate) fn stop_rewrite(&mut self, children: &mut Children, dataset: &mut Dataset<'_>) {
        if children.running() != Some(Purpose::Rewrite) {
            return;
        }
        if let Some(child) = children.pid() {
            tracing::info!("Killing running AOF rewrite child: {child}");
        }
        if let Some(ended) = children.stop_and_wait(dataset.persistence) {
            super::base::remove_temporary(ended.pid);
        }
    }
}
