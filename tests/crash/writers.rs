//! Connections that write until the server dies, and what was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_tests::launch::Running;

use crate::steps::Step;

/// How far a connection came.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Steps below have been acknowledged.
    pub(crate) acknowledged: AtomicU64,
}

/// What a connection knows in the end.
#[derive(Debug)]
pub(crate) struct End {
    /// Steps below may have been sent.
    pub(crate) sent: u64,
    /// When how many had been acknowledged.
    pub(crate) history: Vec<(Instant, u64)>,
    /// An answer that no step may get.
    pub(crate) refusal: Option<String>,
}

/// Writes steps from `first` on until the server is gone, or until it is told to stop.
pub(crate) fn write(
    running: &Running,
    connection: usize,
    first: u64,
    seed: u64,
    progress: Arc<Progress>,
    stop: Arc<AtomicBool>,
) -> Result<JoinHandle<End>, String> {
    let mut client = running.connect().map_err(|e| e.to_string())?;
    progress.acknowledged.store(first, Ordering::SeqCst);
    Ok(std::thread::spawn(move || {
        let mut random = StdRng::seed_from_u64(seed);
        let mut end = End { sent: first, history: vec![(Instant::now(), first)], refusal: None };
        while !stop.load(Ordering::Relaxed) {
            // One at a time, or many in a pipeline.
            let count = if random.random_bool(0.3) { 1 } else { random.random_range(2..40) };
            let steps: Vec<Step> = (end.sent..end.sent + count).map(|n| Step::new(connection, n)).collect();
            let request: Vec<u8> = steps.iter().flat_map(Step::bytes).collect();
            let begin = end.sent;
            end.sent += count;
            if client.send_raw(&request).is_err() {
                return end;
            }
            for (n, step) in (begin..).zip(&steps) {
                for _ in 0..step.replies() {
                    let Ok(reply) = client.read() else { return end };
                    if reply.value.is_error() {
                        end.refusal = Some(format!("{step:?}: {}", reply.value.lossy()));
                        return end;
                    }
                }
                progress.acknowledged.store(n + 1, Ordering::SeqCst);
                end.history.push((Instant::now(), n + 1));
            }
        }
        end
    }))
}
