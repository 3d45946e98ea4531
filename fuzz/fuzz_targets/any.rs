//! One program for all targets, so that one build serves them: `RUSSET_FUZZ_TARGET` names the target that is run.
#![no_main]

use russet_fuzz_targets::{Target, targets};
use std::sync::LazyLock;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("RUSSET_FUZZ_TARGET").unwrap_or_default();
    let named = targets().into_iter().find(|target| target.name() == name);
    named.unwrap_or_else(|| panic!("RUSSET_FUZZ_TARGET={name:?} is none of the files in fuzz/targets/src"))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (TARGET.run)(data));
