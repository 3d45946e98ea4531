//! The options EX, PX, EXAT and PXAT, which SET, GETEX, their older relatives and HSETEX, HGETEX share.

use russet_engine::number;
use russet_engine::prelude::*;

/// Unit and base of an expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpiryOption {
    /// Seconds from now.
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Unix time in seconds.
    SecondsAt,
    /// Unix time in milliseconds.
    MillisecondsAt,
}

impl ExpiryOption {
    /// The option that word `at` names.
    pub(crate) fn named(args: Args<'_>, at: usize) -> Option<Self> {
        [
            ("EX", Self::Seconds),
            ("PX", Self::Milliseconds),
            ("EXAT", Self::SecondsAt),
            ("PXAT", Self::MillisecondsAt),
        ]
        .into_iter()
        .find_map(|(name, option)| args.is(at, name).then_some(option))
    }

    /// The Unix time in milliseconds that `value` means.
    ///
    /// # Errors
    /// If it is no integer, not positive, or beyond what a clock can show.
    pub(crate) fn resolve(self, value: &[u8], now_ms: i64, command: &str) -> Result<i64, Error> {
        self.resolve_from(1, value, now_ms, command)
    }

    /// As [`ExpiryOption::resolve`], with `least` for the least value that is none too small.
    fn resolve_from(self, least: i64, value: &[u8], now_ms: i64, command: &str) -> Result<i64, Error> {
        let value = number::parse_i64(value).ok_or(Error::NOT_AN_INTEGER)?;
        let invalid = || Error::owned(format!("ERR invalid expire time in '{command}' command"));
        if value < least {
            return Err(invalid());
        }
        let ms = match self {
            Self::Seconds | Self::SecondsAt => value.checked_mul(1000).ok_or_else(invalid)?,
            _ => value,
        };
        match self {
            Self::Seconds | Self::Milliseconds => ms.checked_add(now_ms).ok_or_else(invalid),
            _ => Ok(ms),
        }
    }
}

/// An expiry option with its argument, if one was given.
#[derive(Default)]
pub(crate) struct ExpiryOptions {
    option: Option<(ExpiryOption, Vec<u8>)>,
}

impl ExpiryOptions {
    /// Whether there is one.
    pub(crate) fn given(&self) -> bool {
        self.option.is_some()
    }

    /// Takes the option at word `at` and its argument, leaving `at` at the latter. `false` if there is no
    /// such option, no argument, or another one was given before; the same one may come again, and counts.
    pub(crate) fn take(&mut self, args: Args<'_>, at: &mut usize) -> bool {
        let Some(option) = ExpiryOption::named(args, *at) else { return false };
        let Some(value) = args.get(*at + 1) else { return false };
        if self.option.as_ref().is_some_and(|(given, _)| *given != option) {
            return false;
        }
        self.option = Some((option, value.to_vec()));
        *at += 1;
        true
    }

    /// The Unix time in milliseconds, if an option was given.
    ///
    /// # Errors
    /// As [`ExpiryOption::resolve`].
    pub(crate) fn resolve(&self, db: &Db<'_>, command: &str) -> Result<Option<i64>, Error> {
        let Some((option, value)) = &self.option else { return Ok(None) };
        option.resolve(value, db.now_ms(), command).map(Some)
    }

    /// As [`ExpiryOptions::resolve`], but a time of 0 is one: it is past. So it is for fields of hashes.
    ///
    /// # Errors
    /// If it is negative, no integer, or beyond what a clock can show.
    pub(crate) fn resolve_or_past(&self, db: &Db<'_>, command: &str) -> Result<Option<i64>, Error> {
        let Some((option, value)) = &self.option else { return Ok(None) };
        option.resolve_from(0, value, db.now_ms(), command).map(Some)
    }
}
