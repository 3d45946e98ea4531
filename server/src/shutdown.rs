//! Ending: on a signal or on SHUTDOWN, once the tick is complete and its replies are sent.
//!
//! What is to be saved is saved at once, see [`stopping`](crate::persistence::stopping); from then on no command runs, for
//! what it did would not be in the file.

use crate::lifecycle::signals::Termination;
use crate::server::Server;
use russet_engine::host::Shutdown;
use russet_engine::params::Params;
use russet_engine::params::choice::ShutdownOptions;

/// Begins a shutdown if a signal has asked for one.
pub(crate) fn heed_signals(server: &mut Server) {
    let Some(signal) = server.signals.termination().filter(|_| !server.ending) else { return };
    // The signal's handler has said so in the log already.
    let how = asked_by(signal, &server.engine.core.params);
    let (host, dataset) = server.engine.host_and_dataset();
    match host.shutdown(how, dataset) {
        Ok(()) => server.stop(),
        // The next signal tries again.
        Err(_) => server.signals.forget(),
    }
}

/// What the parameters say about a signal.
fn asked_by(signal: Termination, params: &Params) -> Shutdown {
    let options = match signal {
        Termination::Interrupt => params.shutdown_on_sigint(),
        Termination::Terminate => params.shutdown_on_sigterm(),
    };
    let save = if options.contains(ShutdownOptions::SAVE) {
        Some(true)
    } else if options.contains(ShutdownOptions::NOSAVE) {
        Some(false)
    } else {
        None
    };
    Shutdown {
        save,
        now: options.contains(ShutdownOptions::NOW),
        force: options.contains(ShutdownOptions::FORCE),
    }
}

impl Server {
    /// Lets the tick that runs be the last.
    fn stop(&mut self) {
        self.ending = true;
        self.engine.core.stopping = true;
    }

    /// Does what commands have asked the host for during the tick.
    ///
    /// # Errors
    /// If the poll refuses a new listener.
    pub(crate) fn follow_host(&mut self) -> std::io::Result<()> {
        let Some(host) = self.host() else { return Ok(()) };
        let (shutdown, relisten) = (host.shutdown.take(), host.relisten.take());
        if shutdown.is_some() {
            self.stop();
            // Whoever sees that the connection is closed finds nobody who listens.
            self.stop_listening();
        }
        if let Some(endpoints) = relisten {
            self.replace_tcp(endpoints)?;
        }
        Ok(())
    }
}
