//! Thin fronts over what the operating system offers and safe crates do not: the only place of the server
//! where `unsafe` may stand (beside the plugin loader). Each file is about one facility and knows nothing of
//! the server; its callers get plain values and `io::Result`.

pub(crate) mod alloc;
#[cfg(test)]
pub(crate) mod alone;
pub(crate) mod child;
pub(crate) mod fault;
pub(crate) mod fork;
pub(crate) mod gate;
pub(crate) mod host;
pub(crate) mod local_time;
pub(crate) mod memory;
pub(crate) mod mimalloc;
pub(crate) mod notify;
pub(crate) mod open_files;
pub(crate) mod sparse;
pub(crate) mod syslog;
pub(crate) mod termination;
pub(crate) mod usage;

/// The system's own text for an error, such as `Address already in use`, without the `(os error 98)` that
/// `Display` adds: log readers match on the bare text.
pub(crate) fn os_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" (os error ") {
        Some((bare, _)) if error.raw_os_error().is_some() => bare.to_owned(),
        _ => text,
    }
}
