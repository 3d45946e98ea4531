//! The system log (`syslog-enabled`).
#![expect(unsafe_code, reason = "syslog(3) has no safe front")]

use std::ffi::{CStr, CString, c_int};

/// Where in the system log lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facility(c_int);

impl Facility {
    /// Reads `user` or `local0` to `local7`, in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if name == "user" {
            return Some(Self(libc::LOG_USER));
        }
        let locals = [
            libc::LOG_LOCAL0,
            libc::LOG_LOCAL1,
            libc::LOG_LOCAL2,
            libc::LOG_LOCAL3,
            libc::LOG_LOCAL4,
            libc::LOG_LOCAL5,
            libc::LOG_LOCAL6,
            libc::LOG_LOCAL7,
        ];
        let number: usize = name.strip_prefix("local")?.parse().ok()?;
        locals.get(number).copied().map(Self)
    }
}

/// An urgency of the system log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Priority {
    /// `LOG_DEBUG`
    Debug,
    /// `LOG_INFO`
    Info,
    /// `LOG_NOTICE`
    Notice,
    /// `LOG_WARNING`
    Warning,
}

/// Opens the system log under `ident`. Call once, before threads exist. `ident` is kept for the life of the
/// process.
pub(crate) fn open(ident: &str, facility: Facility) {
    let ident: &'static CStr = Box::leak(without_nul(ident).into_boxed_c_str());
    // SAFETY: libc keeps the pointer, and the string behind it is never freed.
    unsafe { libc::openlog(ident.as_ptr(), libc::LOG_PID | libc::LOG_NDELAY | libc::LOG_NOWAIT, facility.0) };
}

/// Writes one line. Without a system log daemon it is lost silently.
pub(crate) fn write(priority: Priority, message: &str) {
    let priority = match priority {
        Priority::Debug => libc::LOG_DEBUG,
        Priority::Info => libc::LOG_INFO,
        Priority::Notice => libc::LOG_NOTICE,
        Priority::Warning => libc::LOG_WARNING,
    };
    let message = without_nul(message);
    // SAFETY: the format is a constant that takes one C string, and `message` is one that outlives the call.
    unsafe { libc::syslog(priority, c"%s".as_ptr(), message.as_ptr()) };
}

/// Gives up the connection to the system log; the next line makes a new one. A forked child does so before it closes
/// descriptors: libc would take one that has its old number for the connection.
pub(crate) fn close() {
    // SAFETY: may be called at any time, also when nothing was opened.
    unsafe { libc::closelog() };
}

/// A C string ends at its first NUL, so one inside the text is dropped rather than what follows it.
fn without_nul(text: &str) -> CString {
    CString::new(text.replace('\0', "")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facilities_have_the_names_of_redis_conf() {
        assert_eq!(Facility::parse("LOCAL0"), Some(Facility(libc::LOG_LOCAL0)));
        assert_eq!(Facility::parse("local7"), Some(Facility(libc::LOG_LOCAL7)));
        assert_eq!(Facility::parse("user"), Some(Facility(libc::LOG_USER)));
        for wrong in ["local8", "local", "mail", "", "local-1"] {
            assert_eq!(Facility::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_nul_loses_nothing_else() {
        assert_eq!(without_nul("a\0b").as_bytes(), b"ab");
    }
}
