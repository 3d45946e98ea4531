//! What the log says when the server starts and stops, in the words of Redis 7.2: tools wait for these lines.

use std::io::IsTerminal;
use std::path::Path;

use crate::sys::memory;

pub(crate) use russet_engine::REDIS_VERSION;

/// This server's own version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How many bits a pointer has.
const BITS: u32 = usize::BITS;

/// Logged first. `config_file` is `None` if the server was started with neither a file nor options.
pub(crate) fn starting(config_file: Option<&Path>, any_setting: bool) {
    let pid = std::process::id();
    tracing::info!("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
    tracing::info!(
        "Redis version={REDIS_VERSION}, bits={BITS}, commit=00000000, modified=0, pid={pid}, just started"
    );
    tracing::info!("Russet version={VERSION}, compatible with Redis {REDIS_VERSION}");
    if config_file.is_some() || any_setting {
        tracing::info!("Configuration loaded");
    } else {
        tracing::warn!(
            "Warning: no config file specified, using the default config. In order to specify a config file \
             use {} /path/to/redis.conf",
            crate::sys::host::executable().display()
        );
    }
}

/// Warns of kernel settings that hurt forks: overcommit limits and forced huge pages. Where the latter are
/// on and `disable_thp` is set, they are turned off for this process instead.
pub(crate) fn kernel_warnings(disable_thp: bool) {
    if memory::overcommit_is_limited() == Some(true) {
        tracing::warn!(
            "WARNING Memory overcommit must be enabled! Without it, a background save or replication may fail \
             under low memory condition. Being disabled, it can also cause failures without low memory \
             condition, see https://github.com/jemalloc/jemalloc/issues/1328. To fix this issue add \
             'vm.overcommit_memory = 1' to /etc/sysctl.conf and then reboot or run the command 'sysctl \
             vm.overcommit_memory=1' for this to take effect."
        );
    }
    if memory::huge_pages_are_forced() == Some(true) {
        if disable_thp && memory::disable_huge_pages().is_ok() {
            return;
        }
        tracing::warn!(
            "WARNING You have Transparent Huge Pages (THP) support enabled in your kernel. This will create \
             latency and memory usage issues with Redis. To fix this issue run the command 'echo madvise > \
             /sys/kernel/mm/transparent_hugepage/enabled' as root, and add it to your /etc/rc.local in order to \
             retain the setting after a reboot. Redis must be restarted after THP is disabled (set to \
             'madvise' or 'never')."
        );
    }
}

/// Logged once the clock is chosen.
pub(crate) fn clock() {
    tracing::info!("monotonic clock: POSIX clock_gettime");
}

/// The logo if `always_show_logo` is set or somebody watches (the log goes to a terminal), else the one line
/// that says the same.
pub(crate) fn running(port: u16, always_show_logo: bool) {
    let watched = crate::log::goes_to_stdout() && std::io::stdout().is_terminal();
    if always_show_logo || watched {
        crate::log::raw(crate::log::Level::Notice, &logo(port, std::process::id()));
    } else {
        tracing::info!("Running mode=standalone, port={port}.");
    }
}

/// Logged when the engine stands, before data is loaded.
pub(crate) fn initialized() {
    tracing::info!("Server initialized");
}

/// Logged for each kind of listener: `tcp`, `unix`, `tls`.
pub(crate) fn ready(kind: &str) {
    tracing::info!("Ready to accept connections {kind}");
}

/// Logged when a shutdown begins, whoever asked for it.
pub(crate) fn shutdown_requested() {
    tracing::info!("User requested shutdown...");
}

/// Logged last.
pub(crate) fn bye() {
    tracing::warn!("Redis is now ready to exit, bye bye...");
}

/// A russet potato and its eyes; width 62.
fn logo(port: u16, pid: u32) -> String {
    format!(
        r"
           .-~~~~~~~-.
        .~      .     ~.
      .~   '        .   ~.         Russet {VERSION} (Redis {REDIS_VERSION}) {BITS} bit
     /        .            \
    |    .          '       |      Running in standalone mode
    |          '         .  |      Port: {port}
     \   .          .      /       PID: {pid}
      ~.       '         .~
        ~-.    .     .-~
            ~~~~~~~~~

"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::captured;

    #[test]
    fn the_first_lines_are_those_that_tools_know() {
        let lines = captured(|| starting(Some(Path::new("redis.conf")), false));
        let pid = std::process::id();
        assert_eq!(lines[0], "* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
        assert_eq!(
            lines[1],
            format!("* Redis version=7.2.4, bits=64, commit=00000000, modified=0, pid={pid}, just started")
        );
        assert_eq!(lines.last().unwrap(), "* Configuration loaded");
    }

    #[test]
    fn a_start_without_settings_is_a_warning() {
        let lines = captured(|| starting(None, false));
        assert!(lines.last().unwrap().starts_with("# Warning: no config file specified, using the default"));
    }

    #[test]
    fn the_logo_names_port_and_pid() {
        let logo = logo(6380, 4711);
        assert!(logo.contains("Port: 6380\n") && logo.contains("PID: 4711\n"));
    }
}
