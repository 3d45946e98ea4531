//! Tests that look at the memory of the whole process run in a process of their own: what the others take meanwhile is
//! none of their affair.

use std::process::Command;

const MARK: &str = "RUSSET_TEST_ALONE";

/// Whether this process runs nothing but the test that asks. If not, the test is run in one that does, and has passed when
/// this returns.
///
/// # Panics
/// If it fails there, with what it printed.
pub(crate) fn alone() -> bool {
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    let thread = std::thread::current();
    let test = thread.name().expect("a test's thread has its name");
    let run = Command::new(std::env::current_exe().expect("this program's file"))
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(MARK, "1")
        .output()
        .expect("this program starts");
    let told = [run.stdout, run.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
    false
}
