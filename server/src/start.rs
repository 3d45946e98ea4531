//! From settings to a running server: the order in which a process becomes one.

use crate::clock::TscClock;
use crate::config::{Rename, Settings};
use crate::host::{ServerHost, log_level, open_tcp};
use crate::lifecycle::pidfile::PidFile;
use crate::lifecycle::signals::Signals;
use crate::lifecycle::supervised::{Mode, Supervisor};
use crate::lifecycle::{banner, daemonize};
use crate::server::{Listener, Server};
use crate::sys::{alloc, gate, host as system, open_files, syslog};
use crate::{crash_report, listen, log};
use russet_engine::acl::UserLine;
use russet_engine::command::registry::Registry;
use russet_engine::host::Identity;
use russet_engine::params::Params;
use russet_engine::params::load::PluginLine;
use russet_engine::{Engine, Setup};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Why the server did not start. The text goes to the log, or to standard error before there is one.
pub type Failure = Box<dyn std::error::Error>;

/// Runs a server until it is told to end.
///
/// # Errors
/// Whatever keeps it from starting, or from going on.
pub fn run(settings: Settings, any_setting: bool) -> Result<(), Failure> {
    gate::this_thread_forks();
    alloc::keep_pages_until_asked();
    let Settings { mut params, renames, plugins, users, file } = settings;
    check_renames(&renames)?;
    // The working directory moves before anything is opened, as relative paths are meant from there.
    std::env::set_current_dir(params.dir().as_path()).map_err(|error| {
        format!("Can't chdir to '{}': {}", params.dir().to_str_lossy(), crate::sys::os_text(&error))
    })?;
    start_log(&params)?;
    let (supervisor, supervised) = Supervisor::start(supervision(&params));
    let background = daemonize::daemonize(params.daemonize(), supervised)?;
    banner::kernel_warnings(params.disable_thp());
    banner::starting(file.as_deref(), any_setting);
    log::claim_process();
    banner::clock();
    let fits = open_files::make_room_for(params.maxclients() as u64)?;
    params.assign(parameter("maxclients"), &[fits.to_string().as_bytes()]).map_err(String::from)?;
    for (parameter, part) in params.not_in_force() {
        tracing::warn!("'{}' is set, but has no effect yet: it waits for {part}", parameter.name);
    }
    let signals = Signals::install()?;
    let pidfile_path = (!params.pidfile().is_empty()).then(|| params.pidfile().as_path().to_owned());
    crash_report::start(&params, pidfile_path.clone().filter(|_| background && !supervised))?;
    let pidfile = PidFile::create(pidfile_path.as_deref(), background);
    banner::running(params.port() as u16, params.always_show_logo());

    let identity = identity(file.as_deref(), if supervised { supervisor.name() } else { "no" })?;
    let mut engine = engine(params, identity, file)?;
    for rename in renames {
        engine.rename_command(&rename.from, &rename.to)?;
    }
    let mut server = Server::new(engine, signals)?;
    let unix =
        crash_report::SERVER.during(&mut server, |server| serve(server, &supervisor, &plugins, &users))?;
    finish(server, &supervisor, pidfile, unix.as_deref());
    Ok(())
}

/// From an engine that stands to the end. Returns the path of the unix socket.
fn serve(
    server: &mut Server,
    supervisor: &Supervisor,
    plugins: &[PluginLine],
    users: &[UserLine],
) -> Result<Option<PathBuf>, Failure> {
    let unix = open_listeners(server)?;
    banner::initialized();
    crate::plugins::at_start(&mut server.engine, plugins)?;
    crate::users::at_start(&mut server.engine, users)?;
    if let Some(host) = server.host() {
        host.ready();
    }
    server.read_journal_manifest()?;
    server.load_dataset()?;
    if !server.ending {
        server.open_journal()?;
        for listener in kinds(server) {
            banner::ready(listener);
        }
        supervisor.ready();
    }

    while !server.ending {
        server.tick()?;
        server.follow_host()?;
    }
    Ok(unix)
}

/// Says why the server ends, in the log once there is one.
pub fn fail(error: &dyn std::error::Error) -> ExitCode {
    tracing::warn!("{error}");
    if !log::goes_to_stdout() {
        eprintln!("{error}");
    }
    ExitCode::FAILURE
}

/// Tries the renames before there is an engine, or a log: like any other mistake in a file, they are told on standard error.
fn check_renames(renames: &[Rename]) -> Result<(), Failure> {
    crate::linked::keep();
    let mut registry = Registry::collect()?;
    for rename in renames {
        registry.rename(&rename.from, &rename.to).map_err(|reason| rename.clone().refused(reason))?;
    }
    Ok(())
}

fn engine(params: Params, identity: Identity, file: Option<PathBuf>) -> Result<Engine, Failure> {
    crate::linked::keep();
    let host = ServerHost::new(identity, file, &params);
    let setup = Setup {
        params,
        clock: Box::new(TscClock::default()),
        seed: system::entropy::<32>()?,
        host: Box::new(host),
    };
    Ok(Engine::new(setup)?)
}

fn parameter(name: &str) -> &'static russet_engine::params::Parameter {
    russet_engine::params::find(name.as_bytes()).expect("the table declares it")
}

fn start_log(params: &Params) -> Result<(), Failure> {
    let path = params.logfile().as_path();
    let file = (!params.logfile().is_empty()).then_some(path);
    let ident = params.syslog_ident().to_str_lossy();
    let facility = syslog::Facility::parse(params.syslog_facility().word());
    let syslog = facility.filter(|_| params.syslog_enabled()).map(|facility| (&*ident, facility));
    log::install(log_level(params), file, syslog).map_err(|error| {
        let why = crate::sys::os_text(&error);
        format!(
            "\n*** FATAL CONFIG FILE ERROR (Redis {}) ***\nCan't open the log file: {why}",
            banner::REDIS_VERSION
        )
        .into()
    })
}

fn supervision(params: &Params) -> Mode {
    match params.supervised().word() {
        "upstart" => Mode::Upstart,
        "systemd" => Mode::Systemd,
        "auto" => Mode::Auto,
        _ => Mode::No,
    }
}

fn identity(file: Option<&Path>, supervised: &'static str) -> Result<Identity, Failure> {
    let run_id = system::entropy::<20>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Identity {
        run_id,
        executable: system::executable().display().to_string(),
        config_file: file.map(|file| file.display().to_string()).unwrap_or_default(),
        os: system::os_name(),
        process_id: std::process::id(),
        build_id: system::build_id(),
        supervised,
        multiplexing: "epoll",
        monotonic_clock: "X86 TSC or POSIX clock_gettime, by quanta".to_owned(),
        allocator: "mimalloc",
    })
}

/// Opens all listeners and returns the path of the unix socket.
fn open_listeners(server: &mut Server) -> Result<Option<PathBuf>, Failure> {
    let params = &server.engine.core.params;
    listen::check_backlog(params.tcp_backlog() as i32);
    let tcp = open_tcp(params)?;
    let path = params.unixsocket();
    let unix = if path.is_empty() {
        None
    } else {
        let mode = params.unixsocketperm();
        Some(listen::unix(path.as_path(), mode, params.tcp_backlog() as i32)?)
    };
    if tcp.is_empty() && unix.is_none() {
        return Err(listen::ListenError::Nowhere.into());
    }
    for endpoint in tcp {
        server.listen(Listener::Tcp(mio::net::TcpListener::from_std(endpoint.listener)))?;
    }
    let path = unix.as_ref().map(|endpoint| endpoint.path.clone());
    if let Some(endpoint) = unix {
        let name = endpoint.path.display().to_string();
        server.listen(Listener::Unix(mio::net::UnixListener::from_std(endpoint.listener), name))?;
    }
    Ok(path)
}

fn kinds(server: &Server) -> Vec<&'static str> {
    let mut kinds: Vec<_> = server
        .listeners
        .iter()
        .map(|listener| match listener {
            Listener::Tcp(_) => "tcp",
            Listener::Unix(..) => "unix",
        })
        .collect();
    kinds.dedup();
    kinds
}

fn finish(mut server: Server, supervisor: &Supervisor, pidfile: Option<PidFile>, unix: Option<&Path>) {
    supervisor.stopping();
    server.stop_listening();
    if let Some(pidfile) = pidfile {
        pidfile.remove();
    }
    if let Some(path) = unix {
        listen::remove_unix(path);
    }
    banner::bye();
}
