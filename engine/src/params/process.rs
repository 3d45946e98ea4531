//! Parameters of the process, its log, and its place in the operating system.

use super::Params;
use super::choice::{LogLevel, OomScoreAdj, ShutdownOptions, Supervision, SyslogFacility};
use super::declare::parameters;
use super::lists::OomScores;
use super::setting::{I32_MAX, Range, Text, TextRule};

impl Params {
    /// The shortest `watchdog-period`: two runs of cron, which puts the watchdog off.
    pub fn least_watchdog_period(&self) -> i64 {
        1000 / self.hz().max(1) * 2
    }
}

/// What a process title may name.
const TITLE_VARIABLES: [&str; 7] =
    ["title", "listen-addr", "server-mode", "port", "tls-port", "unixsocket", "config-file"];

fn title_template(template: &[u8]) -> Result<(), &'static str> {
    const INVALID: &str = "template format is invalid or contains unknown variables";
    let mut rest = template;
    if rest.is_empty() {
        return Err(INVALID);
    }
    while let Some(open) = memchr::memchr(b'{', rest) {
        let inside = &rest[open + 1..];
        let close = memchr::memchr(b'}', inside).ok_or(INVALID)?;
        if !TITLE_VARIABLES.iter().any(|name| name.as_bytes() == &inside[..close]) {
            return Err(INVALID);
        }
        rest = &inside[close + 1..];
    }
    Ok(())
}

parameters! {
    /// The process, its log, and its place in the operating system.
    Process in process;

    /// Run in the background.
    daemonize: bool = "no" in (), [IMMUTABLE];
    /// What watches over the process and is told when it is ready.
    supervised: Supervision = "no" in (), [IMMUTABLE];
    /// File that holds the process id while the server runs; empty writes none, unless the server runs in the
    /// background.
    pidfile: Text = "" in TextRule::any("a path, or empty"), [IMMUTABLE];
    /// Working directory: relative paths start here, and snapshots and the journal are written here.
    dir: Text = "." in TextRule::any("a directory"), [PROTECTED];
    /// How much the log tells.
    loglevel: LogLevel = "notice" in (), [];
    /// File that log lines are appended to; empty is standard output.
    logfile: Text = "" in TextRule::any("a path, or empty"), [IMMUTABLE];
    /// Send log lines to syslog too.
    syslog_enabled: bool = "no" in (), [IMMUTABLE];
    /// The name in the server's syslog lines.
    syslog_ident: Text = "redis" in TextRule::any("any text"), [IMMUTABLE];
    /// The facility of the server's syslog lines.
    syslog_facility: SyslogFacility = "local0" in (), [IMMUTABLE];
    /// Show a logo at start even where the log is not a terminal.
    always_show_logo: bool = "no" in (), [IMMUTABLE], accepted "Russet shows no logo";
    /// Show what the server is and where it listens in the list of processes.
    set_proc_title: bool = "yes" in (), [IMMUTABLE],
        accepted "the process keeps the title it was started with";
    /// What the process title says.
    proc_title_template: Text = "{title} {listen-addr} {server-mode}" in
        TextRule::checked("text with `{title}`, `{listen-addr}`, `{server-mode}`, `{port}`, `{tls-port}`, `{unixsocket}` or `{config-file}`", title_template),
        [], accepted "the process keeps the title it was started with";
    /// Locale that decides how text is ordered; empty takes it from the environment.
    locale_collate: Text = "" in TextRule::any("a locale, or empty"), [],
        accepted "text is compared byte by byte";
    /// Databases, which SELECT chooses from.
    databases: i64 = "16" in Range::new(1, I32_MAX).unit("databases"), [IMMUTABLE];
    /// How often in a second background work gets its turn.
    hz: i64 = "10" in Range::new(0, I32_MAX).unit("per second").clamp(1, 500), [];
    /// Raise `hz` while there are many connections.
    dynamic_hz: bool = "yes" in (), [];
    /// How long a shutdown waits for replicas that lag behind.
    shutdown_timeout: i64 = "10" in Range::new(0, I32_MAX).unit("seconds"), [], later "replication";
    /// What SIGINT asks of the shutdown.
    shutdown_on_sigint: ShutdownOptions = "default" in (), [WORDS BARE];
    /// What SIGTERM asks of the shutdown.
    shutdown_on_sigterm: ShutdownOptions = "default" in (), [WORDS BARE];
    /// Steer which process the kernel kills first when memory runs out.
    oom_score_adj: OomScoreAdj = "no" in (), [], later "scores for the kernel";
    /// The scores for a master, a replica, and a background child.
    oom_score_adj_values: OomScores = "0 200 800" in (), [WORDS], later "scores for the kernel";
    /// Turn off transparent huge pages for the process.
    disable_thp: bool = "yes" in (), [IMMUTABLE];
    /// CPUs that the server's threads may run on.
    server_cpulist: Text = "" in TextRule::any("CPUs, such as `0-3,8`, or empty"), [IMMUTABLE],
        alias "server_cpulist",
        accepted "use `taskset` or a service manager";
    /// CPUs that background threads may run on.
    bio_cpulist: Text = "" in TextRule::any("CPUs, or empty"), [IMMUTABLE], alias "bio_cpulist",
        accepted "use `taskset` or a service manager";
    /// CPUs that the child that rewrites the journal may run on.
    aof_rewrite_cpulist: Text = "" in TextRule::any("CPUs, or empty"), [IMMUTABLE],
        alias "aof_rewrite_cpulist",
        accepted "use `taskset` or a service manager";
    /// CPUs that the child that writes a snapshot may run on.
    bgsave_cpulist: Text = "" in TextRule::any("CPUs, or empty"), [IMMUTABLE], alias "bgsave_cpulist",
        accepted "use `taskset` or a service manager";
    /// Known faults of the system that are not to stop the start.
    ignore_warnings: Text = "" in TextRule::any("names of warnings, or empty"), [],
        accepted "Russet makes none of those checks";
    /// Log what was known when the process crashed.
    crash_log_enabled: bool = "yes" in (), [];
    /// Test the memory after a crash.
    crash_memcheck_enabled: bool = "yes" in (), [],
        accepted "a broken process cannot vouch for its memory";
    /// End with an exit code rather than a core dump.
    use_exit_on_panic: bool = "no" in (), [HIDDEN];
    /// Leave out of such a log what clients sent; a parameter of newer servers.
    hide_user_data_from_log: bool = "yes" in (), [HIDDEN];
    /// Check with assertions that cost time; a parameter of newer servers.
    enable_debug_assert: bool = "no" in (), [IMMUTABLE HIDDEN],
        accepted "those assertions are in the tests' builds";
    /// Log where the server is whenever it does not answer for this long; 0 never does.
    watchdog_period: i64 = "0" in Range::new(0, I32_MAX).unit("ms"), [HIDDEN];
    /// Let the allocator give memory back from a thread of its own.
    jemalloc_bg_thread: bool = "yes" in (), [], accepted "Russet's allocator gives memory back by itself";
}
