//! See `targets/src/record.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| russet_fuzz_targets::record::run(data));
