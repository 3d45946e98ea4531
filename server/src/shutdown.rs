//! Ending: on a signal or on SHUTDOWN, once the tick is complete and its replies are sent.

use crate::lifecycle::banner;
use crate::server::Server;

/// Begins a shutdown if a signal has asked for one.
pub(crate) fn heed_signals(server: &mut Server) {
    // The signal's handler has said so in the log already.
    if server.ending || server.signals.termination().is_none() {
        return;
    }
    server.ending = true;
    banner::shutdown_requested();
}

impl Server {
    /// Does what commands have asked the host for during the tick.
    ///
    /// # Errors
    /// If the poll refuses a new listener.
    pub(crate) fn follow_host(&mut self) -> std::io::Result<()> {
        let Some(host) = self.host() else { return Ok(()) };
        let (shutdown, relisten) = (host.shutdown.take(), host.relisten.take());
        if shutdown.is_some() && !self.ending {
            self.ending = true;
            banner::shutdown_requested();
        }
        if let Some(endpoints) = relisten {
            self.replace_tcp(endpoints)?;
        }
        Ok(())
    }
}
