//! The script that runs: what those look at who wait for its end.

use crate::error::Error;
use std::sync::Arc;

/// What runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A script: `SCRIPT KILL` ends it.
    Script,
    /// A function: `FUNCTION KILL` does.
    Function,
}

/// The script or the function that runs.
#[derive(Clone, Debug)]
pub struct Running {
    /// What it is.
    pub kind: Kind,
    /// The digest of the script, or the name of the function.
    pub name: Arc<str>,
    /// The words of the request that called it, once it is busy.
    pub words: Vec<Vec<u8>>,
    /// Monotonic time in nanoseconds when it began.
    pub started_ns: u64,
    /// It has run so long that others are told that it is busy.
    pub busy: bool,
    /// It has run a command that writes.
    pub wrote: bool,
    /// It has to be obeyed: a journal is replayed.
    pub obeyed: bool,
    /// It is to end.
    pub killed: bool,
}

impl Running {
    /// Asks it to end. `SCRIPT KILL` ends scripts, `FUNCTION KILL` functions.
    ///
    /// # Errors
    /// If it is of the other kind, has to be obeyed, or has changed the data: half of it must not remain.
    pub fn kill(&mut self, kind: Kind) -> Result<(), Error> {
        if self.obeyed {
            return Err(Error::new(
                "UNKILLABLE The busy script was sent by a master instance in the context of replication and cannot be killed.",
            ));
        }
        if self.wrote {
            return Err(Error::new(
                "UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait \
                 the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.",
            ));
        }
        if self.kind != kind {
            return Err(self.busy_error());
        }
        self.killed = true;
        Ok(())
    }

    /// The command that ends it.
    pub fn kill_command(&self) -> &'static str {
        match self.kind {
            Kind::Script => "SCRIPT KILL",
            Kind::Function => "FUNCTION KILL",
        }
    }

    /// What those are told who have to wait.
    pub fn busy_error(&self) -> Error {
        Error::new(match self.kind {
            Kind::Script => {
                "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
            }
            Kind::Function => {
                "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE."
            }
        })
    }
}
