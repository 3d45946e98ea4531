//! Groups: the errors where there is none.

use russet_engine::prelude::*;



/// What XPENDING and the claiming commands say.
pub(super) fn no_such_key(key: &[u8], group: &[u8]) -> Error {
    quoting(["NOGROUP No such key '", "' or consumer group '", "'"], key, group)
}

/// What XREADGROUP says.
pub(super) fn no_such_key_to_read(key: &[u8], group: &[u8]) -> Error {
    quoting(["NOGROUP No such key '", "' or consumer group '", "' in XREADGROUP with GROUP option"], key, group)
}

/// What XGROUP and XINFO say.
pub(super) fn no_such_group(key: &[u8], group: &[u8]) -> Error {
    quoting(["NOGROUP No such consumer group '", "' for key name '", "'"], group, key)
}

/// Redis formats these texts as C strings.
fn quoting(text: [&str; 3], first: &[u8], second: &[u8]) -> Error {
    let [before, between, after] = text.map(str::as_bytes);
    let [first, second] = [first, second].map(|given| given.split(|&b| b == 0).next().unwrap_or_default());
    Error::owned([before, first, between, second, after].concat())
}
