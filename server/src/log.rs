//! The server's log: a `tracing` subscriber that writes lines as Redis does, so that what reads them keeps
//! working.
//!
//! ```text
//! 4711:M 23 Nov 2026 06:38:03.031 * Ready to accept connections tcp
//! pid  role  local time           level message
//! ```
//!
//! # Levels
//! | written with | Redis's name | mark |
//! |---|---|---|
//! | `tracing::trace!` | debug | `.` |
//! | `tracing::debug!` | verbose | `-` |
//! | `tracing::info!` | notice | `*` |
//! | `tracing::warn!`, `error!` | warning | `#` |
//!
//! # Why the file is opened for each line
//! Then `logrotate` may move it at any time, with no signal and no copying. It costs 3 microseconds or so,
//! and a healthy server logs a few lines a minute.
//!
//! # Forked children and signal handlers
//! Both log too, so a line is one `write` of a finished buffer, with no lock anywhere: a child that was
//! forked while another thread logged must not wait for a lock that nobody holds any more.

use std::ffi::CString;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::Relaxed};
use std::time::SystemTime;

use rustix::fs::{Mode, OFlags};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span;
use tracing::{Event, Metadata, Subscriber};

use crate::sys::local_time::{Offset, local_time};
use crate::sys::syslog::{self, Facility, Priority};

/// The `loglevel` parameter: the least urgent lines that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Level {
    /// Everything, for development.
    Debug,
    /// Much that is rarely useful.
    Verbose,
    /// What an operator wants to know; the default.
    Notice,
    /// What needs attention.
    Warning,
    /// Not a line.
    Nothing,
}

impl Level {
    const ALL: [Self; 5] = [Self::Debug, Self::Verbose, Self::Notice, Self::Warning, Self::Nothing];

    fn of(level: &tracing::Level) -> Self {
        match *level {
            tracing::Level::TRACE => Self::Debug,
            tracing::Level::DEBUG => Self::Verbose,
            tracing::Level::INFO => Self::Notice,
            _ => Self::Warning,
        }
    }

    fn filter(self) -> LevelFilter {
        match self {
            Self::Debug => LevelFilter::TRACE,
            Self::Verbose => LevelFilter::DEBUG,
            Self::Notice => LevelFilter::INFO,
            Self::Warning => LevelFilter::WARN,
            Self::Nothing => LevelFilter::OFF,
        }
    }

    fn mark(self) -> char {
        match self {
            Self::Debug => '.',
            Self::Verbose => '-',
            Self::Notice => '*',
            Self::Warning | Self::Nothing => '#',
        }
    }

    fn priority(self) -> Priority {
        match self {
            Self::Debug => Priority::Debug,
            Self::Verbose => Priority::Info,
            Self::Notice => Priority::Notice,
            Self::Warning | Self::Nothing => Priority::Warning,
        }
    }
}

/// Where lines go. Fixed at the start, as `logfile` and `syslog-*` are.
#[derive(Debug, Default)]
struct Sink {
    /// `None`: standard output. A C string, because a signal handler may not allocate one.
    file: Option<CString>,
    syslog: bool,
}

static SINK: OnceLock<Sink> = OnceLock::new();
static LEVEL: AtomicU8 = AtomicU8::new(Level::Notice as u8);
/// The process that serves; any other is a child (or the server itself before it has finished starting).
static SERVER_PID: AtomicU32 = AtomicU32::new(0);
static REPLICA: AtomicBool = AtomicBool::new(false);

/// Starts logging: to `file` (standard output if `None` or empty) and, if `syslog` names an identity and a
/// facility, to the system log as well.
///
/// # Errors
/// The log file cannot be opened, or logging was started before.
pub(crate) fn install(level: Level, file: Option<&Path>, syslog: Option<(&str, Facility)>) -> io::Result<()> {
    let file = match file.filter(|path| !path.as_os_str().is_empty()) {
        None => None,
        // Made absolute, because `CONFIG SET dir` moves the working directory.
        Some(path) => Some(CString::new(std::path::absolute(path)?.as_os_str().as_bytes())?),
    };
    let sink = Sink { file, syslog: syslog.is_some() };
    sink.open(|_| Ok(()))?;
    let again = || io::Error::new(io::ErrorKind::AlreadyExists, "logging is started already");
    SINK.set(sink).map_err(|_| again())?;
    if let Some((ident, facility)) = syslog {
        syslog::open(ident, facility);
    }
    LEVEL.store(level as u8, Relaxed);
    tracing::subscriber::set_global_default(RedisLog).map_err(|_| again())
}

/// Changes the least urgent level that is written. O(places in the program that log).
pub(crate) fn set_level(level: Level) {
    LEVEL.store(level as u8, Relaxed);
    tracing::callsite::rebuild_interest_cache();
}

/// The level in force.
pub(crate) fn level() -> Level {
    Level::ALL[usize::from(LEVEL.load(Relaxed)) % Level::ALL.len()]
}

/// Says that this process is the server from now on: its lines show `M`, those of children `C`.
pub(crate) fn claim_process() {
    SERVER_PID.store(process::id(), Relaxed);
}

/// Says whether the server follows a master: its lines show `S` then.
#[cfg_attr(not(test), expect(dead_code, reason = "called once replication can make a replica of the server"))]
pub(crate) fn set_replica(replica: bool) {
    REPLICA.store(replica, Relaxed);
}

/// Whether lines go to standard output. Not before [`install`]: there is no log then.
pub(crate) fn goes_to_stdout() -> bool {
    SINK.get().is_some_and(|sink| sink.file.is_none())
}

/// Writes `text` as it is: the logo, the report of a crash.
pub(crate) fn raw(urgency: Level, text: &str) {
    if level() <= urgency {
        write(text.as_bytes());
    }
}

/// Writes a line from inside a signal handler, at level warning. `unix` is the time in seconds; a calendar
/// cannot be had there, so the line shows the number, as Redis's does.
pub(crate) fn from_signal_handler(unix: u64, message: &str) {
    if level() > Level::Warning {
        return;
    }
    let mut buffer = [0; 160];
    write(handler_line(&mut buffer, unix, message));
}

/// Formatting integers and strings into a slice allocates nothing. A message that does not fit is cut.
fn handler_line<'a>(buffer: &'a mut [u8; 160], unix: u64, message: &str) -> &'a [u8] {
    let room = buffer.len() - 1;
    let mut rest = &mut buffer[..room];
    let _ = write!(rest, "{}:signal-handler ({unix}) {message}", process::id());
    let length = room - rest.len();
    buffer[length] = b'\n';
    &buffer[..=length]
}

fn write(line: &[u8]) {
    static STDOUT: Sink = Sink { file: None, syslog: false };
    // A log that cannot be written has nowhere to say so.
    let _ = SINK.get().unwrap_or(&STDOUT).open(|descriptor| {
        let mut left = line;
        while !left.is_empty() {
            match rustix::io::write(descriptor, left) {
                Ok(0) => break,
                Ok(written) => left = &left[written..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    });
}

impl Sink {
    /// Hands over the open file or standard output. Async-signal-safe.
    fn open(&self, then: impl FnOnce(rustix::fd::BorrowedFd<'_>) -> io::Result<()>) -> io::Result<()> {
        use rustix::fd::AsFd;
        match &self.file {
            None => then(rustix::stdio::stdout()),
            Some(path) => {
                let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::CLOEXEC;
                let file = rustix::fs::open(path.as_c_str(), flags, Mode::from_raw_mode(0o666))?;
                then(file.as_fd())
            }
        }
    }
}

/// The role letter and where a zone's offset may come from.
fn role(pid: u32) -> (char, Offset) {
    match SERVER_PID.load(Relaxed) {
        // Not claimed yet: one thread, no fork behind us.
        0 => ('C', Offset::Current),
        server if server != pid => ('C', Offset::Cached),
        _ if REPLICA.load(Relaxed) => ('S', Offset::Current),
        _ => ('M', Offset::Current),
    }
}

fn format_line(line: &mut String, level: Level, message: &str) -> fmt::Result {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let pid = process::id();
    let (role, offset) = role(pid);
    let time = local_time(now.as_secs() as i64, offset);
    writeln!(
        line,
        "{pid}:{role} {:02} {} {} {:02}:{:02}:{:02}.{:03} {} {message}",
        time.day,
        MONTHS[usize::from(time.month - 1)],
        time.year,
        time.hour,
        time.minute,
        time.second,
        now.subsec_millis(),
        level.mark(),
    )
}

/// The message of an event; other fields follow as ` name=value`.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail; a value whose Debug does leaves the text short.
        let _ = match field.name() {
            "message" if self.0.is_empty() => write!(self.0, "{value:?}"),
            "message" => {
                let fields = std::mem::take(&mut self.0);
                write!(self.0, "{value:?}{fields}")
            }
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

/// The subscriber. Spans are accepted and not shown: a line of this format has no room for them.
struct RedisLog;

impl Subscriber for RedisLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        Level::of(metadata.level()) >= level()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(level().filter())
    }

    fn event(&self, event: &Event<'_>) {
        let level = Level::of(event.metadata().level());
        let mut message = Message::default();
        event.record(&mut message);
        let mut line = String::with_capacity(message.0.len() + 64);
        if format_line(&mut line, level, &message.0).is_ok() {
            write(line.as_bytes());
        }
        if SINK.get().is_some_and(|sink| sink.syslog) {
            syslog::write(level.priority(), &message.0);
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Runs `action` and returns what it logged, as `mark message`. For tests, which run side by side: only this
/// thread's lines are taken.
#[cfg(test)]
pub(crate) fn captured(action: impl FnOnce()) -> Vec<String> {
    use std::sync::{Arc, Mutex};

    struct Collector(Arc<Mutex<Vec<String>>>);

    impl Subscriber for Collector {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn event(&self, event: &Event<'_>) {
            let mut message = Message::default();
            event.record(&mut message);
            let mark = Level::of(event.metadata().level()).mark();
            self.0.lock().unwrap().push(format!("{mark} {}", message.0));
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    let lines = Arc::new(Mutex::new(Vec::new()));
    tracing::subscriber::with_default(Collector(Arc::clone(&lines)), action);
    std::mem::take(&mut *lines.lock().unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Everything that touches the process-wide sink and level, in sequence. Tests that run beside this one
    /// may log into the file too, so lines are looked up by their message.
    #[test]
    fn lines_have_redis_s_shape_and_follow_level_and_rotation() {
        let path = std::env::temp_dir().join(format!("russet-log-{}", process::id()));
        let rotated = path.with_extension("1");
        assert!(install(Level::Notice, Some(Path::new("/nowhere/at/all")), None).is_err());
        install(Level::Notice, Some(&path), None).unwrap();
        assert!(install(Level::Notice, None, None).is_err());
        assert!(!goes_to_stdout());

        tracing::debug!("hidden");
        tracing::info!(clients = 3, "before the claim");
        claim_process();
        tracing::warn!("of a master: {}", 7);
        set_replica(true);
        set_level(Level::Debug);
        assert_eq!(level(), Level::Debug);
        tracing::trace!("of a replica");
        set_replica(false);
        fs::rename(&path, &rotated).unwrap();
        from_signal_handler(1_795_415_883, "from a handler");
        set_level(Level::Nothing);
        tracing::error!("silenced");
        from_signal_handler(1, "silenced too");
        set_level(Level::Notice);

        let first = fs::read_to_string(&rotated).unwrap();
        let second = fs::read_to_string(&path).unwrap();
        fs::remove_file(&rotated).unwrap();
        fs::remove_file(&path).unwrap();
        let pid = process::id();
        let line = |end: &str| first.lines().find(|line| line.ends_with(end)).expect(end).to_owned();
        assert!(line(" * before the claim clients=3").starts_with(&format!("{pid}:C ")));
        assert!(line(" # of a master: 7").starts_with(&format!("{pid}:M ")));
        assert!(line(" . of a replica").starts_with(&format!("{pid}:S ")));
        assert_eq!(
            line("of a master: 7").len(),
            format!("{pid}:M 23 Nov 2026 06:38:03.031 # of a master: 7").len()
        );
        assert!(second.contains(&format!("{pid}:signal-handler (1795415883) from a handler\n")), "{second}");
        assert!(!first.contains("hidden") && !second.contains("silenced"));
    }

    #[test]
    fn an_oversized_message_in_a_handler_is_cut_to_a_line() {
        let mut buffer = [0; 160];
        let line = handler_line(&mut buffer, u64::MAX, &"x".repeat(1000));
        assert_eq!(line.len(), 160);
        assert!(line.ends_with(b"xxx\n"));
        let mut buffer = [0; 160];
        let line = handler_line(&mut buffer, 1, "short");
        assert_eq!(line, format!("{}:signal-handler (1) short\n", process::id()).as_bytes());
    }
}
