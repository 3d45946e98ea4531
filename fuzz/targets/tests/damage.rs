//! Damaged RDB files: every byte changed in several ways, every length that they could have been cut to.
//!
//! The files are the seeds of the fuzz target `rdb_file`: what Redis 6.0 and 7.0 and Valkey 8 and 9 have saved. With its
//! checksum a damaged file must be refused; without, it must be refused or yield a dataset that can be used. Neither may
//! take memory that the file only promises to fill.

use libtest_mimic::{Arguments, Failed, Trial};
use russet_fuzz_targets::rdb_file::{Care, Dataset};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::path::Path;
use std::process::ExitCode;

/// Address space for the whole process. Whoever allocates what a damaged file promises ends it.
const ADDRESS_SPACE: u64 = 8 << 30;

/// Files above are changed in fewer ways: what they hold is also in smaller ones.
const LARGE: usize = 400;

const CHECKED: Care = Care { checksum: true, deep: false };

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let limit = Rlimit { current: Some(ADDRESS_SPACE), maximum: Some(ADDRESS_SPACE) };
    setrlimit(Resource::As, limit).expect("a limit may be lowered");
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/rdb_file");
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the seeds are beside this test").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let file = std::fs::read(entry.path()).expect("a readable seed");
        trials.push(Trial::test(name, move || check(&file)));
    }
    trials.sort_by_key(|trial| trial.name().to_owned());
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(file: &[u8]) -> Result<(), Failed> {
    let (mut dataset, mut again) = (Dataset::empty(), Dataset::empty());
    dataset.load(file, CHECKED).map_err(|error| format!("the file itself is refused: {error}"))?;
    dataset.check(&mut again);
    let digest = dataset.digest();
    let load = |dataset: &mut Dataset, file: &[u8], care| {
        dataset.clear();
        dataset.load(file, care).is_ok()
    };
    for at in 0..file.len() {
        for care in [CHECKED, Care { checksum: false, deep: true }] {
            if load(&mut dataset, &file[..at], care) {
                return Err(format!("cut to {at} of {} bytes it is taken for whole", file.len()).into());
            }
        }
    }
    let (mut refused, mut used) = (0, 0);
    for at in 0..file.len() {
        let old = file[at];
        let changes = [!old, old ^ 1, old ^ 0x80, 0, old.wrapping_add(1)];
        for new in &changes[..if file.len() > LARGE { 2 } else { 5 }] {
            let mut damaged = file.to_vec();
            damaged[at] = *new;
            if load(&mut dataset, &damaged, CHECKED) && dataset.digest() != digest {
                return Err(format!("with byte {at} changed to {new:#04x} it is another dataset").into());
            }
            for deep in [false, true] {
                if load(&mut dataset, &damaged, Care { checksum: false, deep }) {
                    dataset.check(&mut again);
                    dataset.use_up();
                    used += 1;
                } else {
                    refused += 1;
                }
            }
        }
    }
    println!("{} bytes; without checksum {refused} files refused, {used} used", file.len());
    Ok(())
}
