//! Wall-clock time in the machine's zone (`TZ` or `/etc/localtime`), for log lines and file names.
//!
//! Only the offset from UTC comes from libc, and at most once per quarter of an hour (no zone changes its
//! offset anywhere else); the calendar is plain arithmetic. Why not `localtime_r` for each line: it takes a
//! lock of libc's, and a child forked while another thread held that lock would wait for ever. A child asks
//! with [`Offset::Cached`] and never enters libc.
#![expect(unsafe_code, reason = "localtime_r has no safe front")]

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A moment split into calendar fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalTime {
    /// Year, such as 2026.
    pub(crate) year: i64,
    /// Month, 1 to 12.
    pub(crate) month: u8,
    /// Day of the month, 1 to 31.
    pub(crate) day: u8,
    /// Hour, 0 to 23.
    pub(crate) hour: u8,
    /// Minute, 0 to 59.
    pub(crate) minute: u8,
    /// Second, 0 to 59.
    pub(crate) second: u8,
}

/// Where the zone's offset may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offset {
    /// From libc when the cached one may be out of date.
    Current,
    /// From the cache only: for forked children and signal handlers. UTC if nobody has asked before.
    Cached,
}

const SECONDS_PER_DAY: i64 = 86_400;
const QUARTER_HOUR: i64 = 900;

/// The quarter of an hour (upper half, zero: never asked) and its offset in seconds (lower half, as `i32`).
static ZONE: AtomicU64 = AtomicU64::new(0);

/// The local calendar fields of `unix` seconds.
pub(crate) fn local_time(unix: i64, offset: Offset) -> LocalTime {
    calendar(unix + i64::from(offset_from_utc(unix, offset)))
}

/// Seconds east of UTC at `unix` seconds.
fn offset_from_utc(unix: i64, offset: Offset) -> i32 {
    let cached = ZONE.load(Relaxed);
    let quarter = unix.div_euclid(QUARTER_HOUR) as u32;
    if offset == Offset::Cached || (cached >> 32) as u32 == quarter {
        return cached as u32 as i32;
    }
    let seconds = ask_libc(unix);
    ZONE.store(u64::from(quarter) << 32 | u64::from(seconds as u32), Relaxed);
    seconds
}

fn ask_libc(unix: i64) -> i32 {
    // SAFETY: an all-zero `tm` is a valid value (integers and a nullable pointer).
    let mut fields: libc::tm = unsafe { std::mem::zeroed() };
    let unix: libc::time_t = unix;
    // SAFETY: both pointers are to live values of this frame; on failure `fields` is left as it is (UTC).
    unsafe { libc::localtime_r(&raw const unix, &raw mut fields) };
    i32::try_from(fields.tm_gmtoff).unwrap_or(0)
}

/// The proleptic Gregorian date of a count of seconds since 1970.
///
/// Years are taken to start in March, so that the leap day is a year's last day and month lengths repeat
/// every five months (153 days).
fn calendar(seconds: i64) -> LocalTime {
    const DAYS_PER_ERA: i64 = 146_097; // 400 years
    const MARCH_1_OF_YEAR_0: i64 = -719_468;
    let day_number = seconds.div_euclid(SECONDS_PER_DAY) - MARCH_1_OF_YEAR_0;
    let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
    let era = day_number.div_euclid(DAYS_PER_ERA);
    let of_era = day_number.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    LocalTime {
        year: era * 400 + year_of_era + i64::from(month <= 2),
        month: month as u8,
        day: (of_year - (153 * march_month + 2) / 5 + 1) as u8,
        hour: (of_day / 3600) as u8,
        minute: (of_day / 60 % 60) as u8,
        second: (of_day % 60) as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libc_says(unix: i64) -> LocalTime {
        // SAFETY: an all-zero `tm` is valid; both pointers are to live values of this frame.
        let fields = unsafe {
            let mut fields: libc::tm = std::mem::zeroed();
            libc::localtime_r(&raw const unix, &raw mut fields);
            fields
        };
        LocalTime {
            year: i64::from(fields.tm_year) + 1900,
            month: fields.tm_mon as u8 + 1,
            day: fields.tm_mday as u8,
            hour: fields.tm_hour as u8,
            minute: fields.tm_min as u8,
            second: fields.tm_sec as u8,
        }
    }

    #[test]
    fn every_day_of_three_centuries_agrees_with_libc() {
        for day in -30_000..80_000 {
            let unix = day * SECONDS_PER_DAY + day.rem_euclid(SECONDS_PER_DAY);
            assert_eq!(local_time(unix, Offset::Current), libc_says(unix), "unix {unix}");
        }
    }

    #[test]
    fn leap_days() {
        let day = |unix| (calendar(unix).year, calendar(unix).month, calendar(unix).day);
        assert_eq!(day(951_782_400), (2000, 2, 29));
        assert_eq!(day(4_107_542_399), (2100, 2, 28));
        assert_eq!(day(4_107_542_400), (2100, 3, 1));
        assert_eq!(day(-1), (1969, 12, 31));
    }
}
