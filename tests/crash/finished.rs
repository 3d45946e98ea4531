//! Finished snapshots: what had been acknowledged before one was begun must be in the files once it is complete.

use std::time::Duration;

use russet_tests::client::Client;

/// Asks for snapshots or rewrites again and again until the server is dead, and returns what the last snapshot that was
/// seen to be complete holds at least; `at_first` if there was none.
pub(crate) fn until_dead(
    control: &mut Client,
    request: &str,
    mut acknowledged: impl FnMut() -> Vec<u64>,
    at_first: Vec<u64>,
) -> Vec<u64> {
    let mut floor = at_first;
    // How many had been begun when none ran, and what had been acknowledged by then.
    let mut before: Option<(u64, Vec<u64>)> = None;
    loop {
        let now = acknowledged();
        let Ok(info) = control.line("INFO persistence") else { return floor };
        let info = info.value.lossy();
        let field = |name: &str| {
            let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|value| value.trim().parse::<u64>().ok())
        };
        let (Some(saves), Some(running)) = (field("rdb_saves"), field("rdb_bgsave_in_progress")) else {
            return floor;
        };
        // It counts those that were begun. When none runs, they are complete.
        if running == 0 {
            if let Some((_, then)) = before.filter(|(count, _)| saves > *count) {
                floor = then;
            }
            before = Some((saves, now));
        }
        // One that is refused, since there is a child, is asked for again.
        if control.line(request).is_err() {
            return floor;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
