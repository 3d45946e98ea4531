//! The limit on open files, raised so that `maxclients` connections fit beside the server's own files.

use std::fmt;
use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors kept back for listeners, persistence, replication links and the log.
pub(crate) const RESERVED: u64 = 32;

/// Not one client would fit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooFewFiles {
    limit: u64,
    needed: u64,
}

impl fmt::Display for TooFewFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Your current 'ulimit -n' of {} is not enough for the server to start. Please increase your open \
             file limit to at least {}. Exiting.",
            self.limit, self.needed
        )
    }
}

impl std::error::Error for TooFewFiles {}

/// Raises the soft limit (and, where allowed, the hard one) to `maxclients` + [`RESERVED`] and logs what came
/// of it. Returns how many clients fit: `maxclients`, or fewer if the system allows no more.
///
/// # Errors
/// [`TooFewFiles`], whose text is for the log, if no client at all would fit.
pub(crate) fn make_room_for(maxclients: u64) -> Result<u64, TooFewFiles> {
    let limits = getrlimit(Resource::Nofile);
    make_room(maxclients, limits, |wanted| setrlimit(Resource::Nofile, wanted).map_err(io::Error::from))
}

fn make_room(
    maxclients: u64,
    limits: Rlimit,
    mut set: impl FnMut(Rlimit) -> io::Result<()>,
) -> Result<u64, TooFewFiles> {
    let needed = maxclients.saturating_add(RESERVED);
    // `None` is "no limit".
    let Some(soft) = limits.current else { return Ok(maxclients) };
    if soft >= needed {
        return Ok(maxclients);
    }
    let mut refused = None;
    for wanted in candidates(needed, soft, limits.maximum) {
        // A hard limit is only ever raised: an ordinary user could not take back what was given up.
        let maximum = limits.maximum.map(|hard| hard.max(wanted));
        match set(Rlimit { current: Some(wanted), maximum }) {
            Ok(()) if wanted == needed => {
                tracing::info!(
                    "Increased maximum number of open files to {needed} (it was originally set to {soft})."
                );
                return Ok(maxclients);
            }
            Ok(()) => return shortfall(maxclients, needed, wanted, refused),
            Err(error) => {
                refused.get_or_insert(error);
            }
        }
    }
    shortfall(maxclients, needed, soft, refused)
}

/// The limits to try, best first: what is needed, then as far as the hard limit reaches, then (the kernel has
/// ceilings of its own, such as `fs.nr_open`) 64 even steps down towards what is there already.
fn candidates(needed: u64, soft: u64, hard: Option<u64>) -> impl Iterator<Item = u64> {
    const STEPS: u64 = 64;
    let ceiling = hard.unwrap_or(needed).min(needed);
    let stride = (ceiling.saturating_sub(soft) / STEPS).max(1);
    let down = (0..STEPS).map_while(move |step| ceiling.checked_sub(step * stride));
    std::iter::once(needed).chain(down).take_while(move |limit| *limit > soft)
}

fn shortfall(
    maxclients: u64,
    needed: u64,
    limit: u64,
    refused: Option<io::Error>,
) -> Result<u64, TooFewFiles> {
    if limit <= RESERVED {
        return Err(TooFewFiles { limit, needed });
    }
    let fit = limit - RESERVED;
    tracing::warn!(
        "You requested maxclients of {maxclients} requiring at least {needed} max file descriptors."
    );
    if let Some(error) = refused {
        let reason = crate::sys::os_text(&error);
        tracing::warn!("Server can't set maximum open files to {needed} because of OS error: {reason}.");
    }
    tracing::warn!(
        "Current maximum open files is {limit}. maxclients has been reduced to {fit} to compensate for low \
         ulimit. If you need higher maxclients increase 'ulimit -n'."
    );
    Ok(fit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::captured;

    fn eperm() -> io::Error {
        io::Error::from_raw_os_error(libc::EPERM)
    }

    fn limits(current: u64, maximum: u64) -> Rlimit {
        Rlimit { current: Some(current), maximum: Some(maximum) }
    }

    #[test]
    fn enough_is_left_alone() {
        let untouched = |_| panic!("set a limit that was high enough");
        assert_eq!(make_room(10_000, limits(10_032, 10_032), untouched), Ok(10_000));
        assert_eq!(make_room(10_000, Rlimit { current: None, maximum: None }, untouched), Ok(10_000));
    }

    #[test]
    fn a_soft_limit_is_raised_without_lowering_the_hard_one() {
        let mut asked = Vec::new();
        let mut result = Ok(0);
        let lines = captured(|| {
            result = make_room(10_000, limits(1024, 50_000), |wanted| {
                asked.push((wanted.current, wanted.maximum));
                Ok(())
            });
        });
        assert_eq!(result, Ok(10_000));
        assert_eq!(asked, [(Some(10_032), Some(50_000))]);
        assert_eq!(
            lines,
            ["* Increased maximum number of open files to 10032 (it was originally set to 1024)."]
        );
    }

    #[test]
    fn a_hard_limit_cuts_maxclients_and_says_so() {
        let mut result = Ok(0);
        let lines = captured(|| {
            result = make_room(10_000, limits(1000, 4000), |wanted| {
                if wanted.current > Some(4000) { Err(eperm()) } else { Ok(()) }
            });
        });
        assert_eq!(result, Ok(3968));
        assert_eq!(
            lines,
            [
                "# You requested maxclients of 10000 requiring at least 10032 max file descriptors.",
                "# Server can't set maximum open files to 10032 because of OS error: Operation not permitted.",
                "# Current maximum open files is 4000. maxclients has been reduced to 3968 to compensate for \
                 low ulimit. If you need higher maxclients increase 'ulimit -n'.",
            ]
        );
    }

    #[test]
    fn a_kernel_ceiling_below_the_hard_limit_is_approached_from_above() {
        let ceiling = 1_048_576;
        let mut tries = 0;
        let fit = make_room(4_000_000, Rlimit { current: Some(1024), maximum: None }, |wanted| {
            tries += 1;
            if wanted.current > Some(ceiling) { Err(eperm()) } else { Ok(()) }
        })
        .unwrap();
        assert!(fit + RESERVED <= ceiling && fit > ceiling - 100_000 && tries < 70, "{fit} in {tries} tries");
    }

    #[test]
    fn nothing_fits() {
        let error = make_room(10_000, limits(30, 30), |_| Err(eperm())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Your current 'ulimit -n' of 30 is not enough for the server to start. Please increase your open \
             file limit to at least 10032. Exiting."
        );
    }

    #[test]
    fn an_absurd_maxclients_does_not_overflow() {
        assert_eq!(make_room(u64::MAX, limits(1024, 1024), |_| Err(eperm())), Ok(992));
    }
}
