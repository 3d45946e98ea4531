//! CPU time used, for INFO's `# CPU` section.
#![expect(unsafe_code, reason = "getrusage has no safe front")]

use std::time::Duration;

/// Whose time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// All threads of this process.
    Process,
    /// Children that have ended and were waited for.
    Children,
    /// The calling thread.
    Thread,
}

/// CPU time by mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CpuTime {
    /// In user mode.
    pub(crate) user: Duration,
    /// In the kernel.
    pub(crate) system: Duration,
}

/// The CPU time used so far; zero if the kernel refuses (it never does for these arguments).
pub(crate) fn cpu_time(whose: Whose) -> CpuTime {
    let whose = match whose {
        Whose::Process => libc::RUSAGE_SELF,
        Whose::Children => libc::RUSAGE_CHILDREN,
        Whose::Thread => libc::RUSAGE_THREAD,
    };
    // SAFETY: an all-zero `rusage` is a valid value: it holds integers only.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live value of this frame; a failure leaves it zero.
    unsafe { libc::getrusage(whose, &raw mut usage) };
    CpuTime { user: duration(usage.ru_utime), system: duration(usage.ru_stime) }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both modes together: the kernel only estimates how time divides between them.
    fn total(whose: Whose) -> Duration {
        let time = cpu_time(whose);
        time.user + time.system
    }

    #[test]
    fn work_shows_in_the_thread_and_in_the_process() {
        let (thread, process) = (total(Whose::Thread), total(Whose::Process));
        let mut sum = 0u64;
        while total(Whose::Thread) < thread + Duration::from_millis(20) {
            (0..10_000u64).for_each(|n| sum = std::hint::black_box(sum.wrapping_add(n)));
        }
        assert!(total(Whose::Process) >= process + Duration::from_millis(19));
    }
}
