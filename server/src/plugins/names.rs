//! Names: what a plugin holds of itself is a pointer that means its name.
//!
//! A name is kept for good, once, so the pointer of a plugin that has gone is no danger, and a thread that outlives its
//! plugin's command can log.

use russet_plugin_abi::Plugin;
use std::sync::Mutex;

static NAMES: Mutex<Vec<Box<str>>> = Mutex::new(Vec::new());

/// The pointer that means this name.
pub(super) fn pointer(name: &str) -> *mut Plugin {
    let mut names = NAMES.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let place = names.iter().position(|known| **known == *name).unwrap_or_else(|| {
        names.push(name.into());
        names.len() - 1
    });
    // Never followed, by anybody: it is a number.
    std::ptr::without_provenance_mut(place + 1)
}

/// The name that a pointer means.
pub(super) fn of(pointer: *mut Plugin) -> Option<String> {
    let names = NAMES.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    names.get(pointer.addr().checked_sub(1)?).map(|name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_means_a_name() {
        let (a, b) = (pointer("names-a"), pointer("names-b"));
        assert_ne!(a, b);
        assert_eq!(pointer("names-a"), a);
        assert_eq!(of(b).as_deref(), Some("names-b"));
        assert_eq!(of(std::ptr::null_mut()), None);
        assert_eq!(of(std::ptr::without_provenance_mut(usize::MAX)), None);
    }
}
