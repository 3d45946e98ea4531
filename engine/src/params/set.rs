//! `CONFIG SET`: several parameters at once, all or none.

use std::fmt;

use super::declare::{Flags, Parameter, Reason};
use super::{Params, find};

/// Puts changed parameters into force, or names the one that it cannot and says why.
pub type Apply<'a> = dyn FnMut(&[&'static Parameter], &Params) -> Result<(), (&'static str, Reason)> + 'a;

/// Values that passed every check and are not in force yet.
#[derive(Debug)]
#[must_use = "nothing changes until it is committed"]
pub struct Staged {
    params: Params,
    changed: Vec<&'static Parameter>,
}

impl Staged {
    /// The values as they will be.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// What changes, in the order in which it was given; empty where every value is the one it had.
    pub fn changed(&self) -> &[&'static Parameter] {
        &self.changed
    }

    /// Puts the values in the place of the old ones.
    pub fn commit(self, params: &mut Params) {
        *params = self.params;
    }
}

/// Why `CONFIG SET` changed nothing. Displays as Redis's reply, from `ERR` on, without the line's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetError {
    /// No such parameter.
    Unknown(Vec<u8>),
    /// The named parameter cannot have that value.
    Failed(Vec<u8>, Reason),
}

impl SetError {
    /// What the client is told where the server cannot put a value into force.
    pub fn refused(name: &str, reason: impl Into<Reason>) -> Self {
        SetError::Failed(name.as_bytes().to_vec(), reason.into())
    }

    /// The reply as bytes: a name that the client sent need not be UTF-8.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            SetError::Unknown(name) => {
                [b"ERR Unknown option or number of arguments for CONFIG SET - '", name.as_slice(), b"'"]
                    .concat()
            }
            SetError::Failed(name, reason) => [
                b"ERR CONFIG SET failed (possibly related to argument '".as_slice(),
                name,
                b"') - ",
                reason.as_bytes(),
            ]
            .concat(),
        }
    }
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

impl std::error::Error for SetError {}

impl Params {
    /// Checks every pair of name and value of one `CONFIG SET`, without changing anything.
    ///
    /// `protected_allowed` says whether this client may change protected parameters (see
    /// `enable-protected-configs`). Names are checked first, all of them, then values; the first that fails
    /// is the one reported. O(pairs * parameters).
    pub fn stage(&self, pairs: &[(&[u8], &[u8])], protected_allowed: bool) -> Result<Staged, SetError> {
        let mut targets: Vec<(&[u8], &'static Parameter)> = Vec::with_capacity(pairs.len());
        for (name, _) in pairs {
            let parameter = find(name).ok_or_else(|| SetError::Unknown(name.to_vec()))?;
            let refuse = |reason: &'static str| Err(SetError::Failed(name.to_vec(), reason.into()));
            if parameter.flags.contains(Flags::IMMUTABLE) {
                return refuse("can't set immutable config");
            }
            if parameter.flags.contains(Flags::PROTECTED) && !protected_allowed {
                return refuse("can't set protected config");
            }
            // A name and its alias may both come; the later one wins, as in Redis.
            if targets.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                return refuse("duplicate parameter");
            }
            targets.push((name, parameter));
        }
        let mut params = self.clone();
        for ((name, parameter), (_, value)) in targets.iter().zip(pairs) {
            params.assign_text(parameter, value).map_err(|reason| SetError::Failed(name.to_vec(), reason))?;
        }
        let mut changed: Vec<&'static Parameter> = Vec::new();
        for (_, parameter) in targets {
            let new = self.show(parameter) != params.show(parameter);
            if new && !changed.iter().any(|known| std::ptr::eq(*known, parameter)) {
                changed.push(parameter);
            }
        }
        Ok(Staged { params, changed })
    }

    /// `CONFIG SET` in one step: checks `pairs`, lets `apply` put the changes into force, and keeps the
    /// values if it agrees.
    ///
    /// `apply` gets what changed and the new values. Where it refuses, with the name and the reason, it has
    /// put none of them into force, and none is kept.
    pub fn set_many(
        &mut self,
        pairs: &[(&[u8], &[u8])],
        protected_allowed: bool,
        apply: &mut Apply<'_>,
    ) -> Result<(), SetError> {
        let staged = self.stage(pairs, protected_allowed)?;
        apply(staged.changed(), staged.params()).map_err(|(name, reason)| SetError::refused(name, reason))?;
        staged.commit(self);
        Ok(())
    }
}
