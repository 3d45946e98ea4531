//! See `targets/src/map.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| russet_fuzz_targets::map::run(data));
