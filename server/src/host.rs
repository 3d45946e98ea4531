//! What the engine may ask of the process: the server's side of [`Host`].
//!
//! Commands run inside a tick, while the loop is busy; what concerns the loop is noted here and picked up when
//! the tick is complete.

use crate::lazyfree::{Garbage, LazyFree};
use crate::lifecycle::banner;
use crate::listen::{self, TcpEndpoint};
use crate::migrate::Links;
use crate::persistence::aof::{Aof, Failed};
use crate::persistence::children::Children;
use crate::persistence::{saving, stopping};
use crate::plugins::Plugins;
use crate::sys::usage::{Whose, cpu_time};
use crate::sys::{alloc, memory, mimalloc, open_files, os_text, termination};
use crate::{config, crash_report, log};
use russet_engine::Error;
use russet_engine::acl::Acl;
use russet_engine::host::{AllocatorUsage, Dataset, Host, Identity, Plugged, Shutdown, Usage};
use russet_engine::keyspace::Keyspace;
use russet_engine::params::{Parameter, Params};
use socket2::SockRef;
use std::any::Any;
use std::net::Shutdown as Direction;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The process around the engine.
pub(crate) struct ServerHost {
    identity: Identity,
    config_file: Option<PathBuf>,
    memory_startup: usize,
    lazyfree: LazyFree,
    /// The child that writes a file, if one does.
    pub(crate) children: Children,
    /// Connections to servers that keys were migrated to.
    pub(crate) links: Links,
    /// The append-only file.
    pub(crate) aof: Aof,
    /// The plugins that are loaded.
    pub(crate) plugins: Plugins,
    /// A shutdown has been granted.
    pub(crate) shutdown: Option<Shutdown>,
    /// The TCP sockets that listen, beside the loop's own handles.
    pub(crate) listening: Vec<OwnedFd>,
    /// Listeners that replace those that are open.
    pub(crate) relisten: Option<Vec<TcpEndpoint>>,
}

impl ServerHost {
    /// A host that knows who it is.
    pub(crate) fn new(identity: Identity, config_file: Option<PathBuf>, params: &Params) -> Self {
        ServerHost {
            identity,
            config_file,
            memory_startup: alloc::used_memory(),
            lazyfree: LazyFree::default(),
            children: Children::default(),
            links: Links::default(),
            aof: Aof::new(params),
            plugins: Plugins::new(params),
            shutdown: None,
            listening: Vec::new(),
            relisten: None,
        }
    }

    /// Notes that everything is set up: memory that is used from now on is used for clients and data.
    pub(crate) fn ready(&mut self) {
        self.memory_startup = alloc::used_memory();
    }

    /// Puts changed parameters into force: first what may fail and can be undone, then what cannot fail.
    fn put_into_force(
        &mut self,
        changed: &[&'static Parameter],
        mut dataset: Dataset<'_>,
        in_transaction: bool,
    ) -> Result<(), Refusal> {
        let params = dataset.params;
        let among =
            |names: &[&str]| changed.iter().map(|parameter| parameter.name).find(|name| names.contains(name));
        if among(&["activedefrag"]).is_some() && params.activedefrag() {
            let reason = "Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified \
                          Jemalloc like the one shipped by default with the Redis source distribution";
            return Err(("activedefrag", reason.to_owned()));
        }
        if among(&["maxclients"]).is_some() {
            let wanted = params.maxclients() as u64;
            let fit = open_files::make_room_for(wanted).unwrap_or(0);
            if fit != wanted {
                let reason = format!(
                    "The operating system is not able to handle the specified number of clients, try with {fit}"
                );
                return Err(("maxclients", reason));
            }
        }
        let before = std::env::current_dir();
        if among(&["dir"]).is_some() {
            std::env::set_current_dir(params.dir().as_path()).map_err(|error| ("dir", os_text(&error)))?;
        }
        let go_back = |reason| {
            if let Ok(before) = &before {
                let _ = std::env::set_current_dir(before);
            }
            reason
        };
        if among(&["appendonly"]).is_some() {
            self.aof.switch(&mut self.children, &mut dataset, in_transaction).map_err(|Failed| {
                go_back(("appendonly", "Unable to turn on AOF. Check server logs.".to_owned()))
            })?;
        }
        if let Some(name) = among(&["port", "bind"]) {
            match self.listen_elsewhere(params) {
                Ok(endpoints) => self.relisten = Some(endpoints),
                Err(_) => {
                    let reason = match name {
                        "port" => "Unable to listen on this port. Check server logs.",
                        _ => "Failed to bind to specified addresses.",
                    };
                    return Err(go_back((name, reason.into())));
                }
            }
        }
        if among(&["loglevel"]).is_some() {
            log::set_level(log_level(params));
        }
        if among(&["crash-log-enabled", "use-exit-on-panic", "watchdog-period"]).is_some() {
            crash_report::apply(params).map_err(|error| go_back(("crash-log-enabled", os_text(&error))))?;
        }
        if among(&["plugin-panic-limit"]).is_some() {
            self.plugins.configure(params);
        }
        if among(&["aof-disable-auto-gc"]).is_some() {
            self.aof.delete_history(params);
        }
        Ok(())
    }

    /// Opens the listeners that parameters ask for in place of those that are open, which go on if it fails.
    fn listen_elsewhere(&self, params: &Params) -> Result<Vec<TcpEndpoint>, listen::ListenError> {
        // An address cannot be listened on twice, and the new addresses may cover the old ones. A socket that
        // is shut down keeps its address, but no longer from others.
        for socket in &self.listening {
            let _ = SockRef::from(socket).shutdown(Direction::Read);
        }
        let endpoints = open_tcp(params);
        if endpoints.is_err() {
            for socket in &self.listening {
                if let Err(error) = SockRef::from(socket).listen(params.tcp_backlog() as i32) {
                    tracing::warn!("Can't listen again on the old address: {}", os_text(&error));
                }
            }
        }
        endpoints
    }
}

/// The parameter that cannot be put into force, and why.
type Refusal = (&'static str, String);

/// Opens the TCP listeners that parameters ask for.
pub(crate) fn open_tcp(params: &Params) -> Result<Vec<TcpEndpoint>, listen::ListenError> {
    let bind: Vec<String> =
        params.bind().iter().map(|address| String::from_utf8_lossy(address).into_owned()).collect();
    listen::tcp(&bind, params.port() as u16, params.tcp_backlog() as i32)
}

impl Host for ServerHost {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn usage(&self) -> Usage {
        let (all, children, main) =
            (cpu_time(Whose::Process), cpu_time(Whose::Children), cpu_time(Whose::Thread));
        Usage {
            memory: alloc::used_memory(),
            memory_peak: alloc::peak(),
            memory_startup: self.memory_startup,
            resident: memory::resident(),
            system_memory: memory::total(),
            system_seconds: all.system.as_secs_f64(),
            user_seconds: all.user.as_secs_f64(),
            children_system_seconds: children.system.as_secs_f64(),
            children_user_seconds: children.user.as_secs_f64(),
            main_thread_system_seconds: main.system.as_secs_f64(),
            main_thread_user_seconds: main.user.as_secs_f64(),
            lazy_free_pending: self.lazyfree.pending(),
            lazy_freed: self.lazyfree.dropped(),
        }
    }

    fn allocator_usage(&self) -> AllocatorUsage {
        let allocated = alloc::used_memory();
        // Of a large page only what was used so far is there, so it never has more than the process.
        let resident = memory::anonymous().max(allocated);
        let active = (mimalloc::pages() + alloc::large()).clamp(allocated, resident);
        AllocatorUsage { allocated, active, resident }
    }

    fn allocator_report(&self) -> Option<String> {
        Some(mimalloc::report())
    }

    fn used_memory(&self, _: &Keyspace) -> usize {
        alloc::used_memory()
    }

    fn apply(
        &mut self,
        changed: &[&'static Parameter],
        dataset: Dataset<'_>,
        in_transaction: bool,
    ) -> Result<(), (&'static str, String)> {
        self.put_into_force(changed, dataset, in_transaction).inspect_err(|(name, _)| {
            tracing::warn!(
                "Failed applying new configuration. Possibly related to new {name} setting. Restoring previous \
                 settings."
            );
        })
    }

    fn rewrite_config(&mut self, params: &Params, acl: &Acl) -> Result<(), Error> {
        let Some(file) = &self.config_file else {
            return Err(Error::new("ERR The server is running without a config file"));
        };
        // Where users have a file of their own, none stand here.
        let users = if params.aclfile().is_empty() { acl.lines() } else { Vec::new() };
        config::rewrite(file, params, &users).map_err(|error| {
            tracing::warn!("CONFIG REWRITE failed: {}", os_text(&error));
            Error::owned(format!("ERR Rewriting config file: {}", os_text(&error)))
        })?;
        tracing::info!("CONFIG REWRITE executed with success.");
        Ok(())
    }

    fn read_users(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|error| os_text(&error))
    }

    fn write_users(&mut self, path: &Path, text: &[u8]) -> Result<(), String> {
        config::replace_file(path, text).map_err(|error| {
            let error = os_text(&error);
            tracing::warn!("Saving the ACL file '{}' failed: {error}", path.display());
            error
        })
    }

    fn shutdown(&mut self, how: Shutdown, dataset: Dataset<'_>) -> Result<(), Error> {
        banner::shutdown_requested();
        if stopping::prepare(&mut self.children, &mut self.aof, dataset, how).is_err() {
            tracing::warn!("Errors trying to shut down the server. Check the logs for more information.");
            return Err(Error::new("ERR Errors trying to SHUTDOWN. Check logs."));
        }
        self.shutdown = Some(how);
        Ok(())
    }

    fn abort_shutdown(&mut self) -> Result<(), Error> {
        if termination::requested().is_none() {
            return Err(Error::new("ERR No shutdown in progress."));
        }
        termination::forget();
        tracing::info!("Shutdown manually aborted.");
        Ok(())
    }

    fn all_flushed(&mut self, mut dataset: Dataset<'_>) {
        saving::all_flushed(&self.children, &mut dataset);
    }

    fn plugins(&self) -> Vec<Plugged> {
        self.plugins.list()
    }

    fn drop_later(&mut self, garbage: Garbage, objects: usize) {
        self.lazyfree.drop_later(garbage, objects);
    }

    fn give_back_memory(&mut self) {
        alloc::give_back();
    }

    fn reset_counts(&mut self) {
        self.lazyfree.reset();
    }

    fn sleep(&mut self, time: std::time::Duration) {
        std::thread::sleep(time);
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

/// The log's level, as the parameter names it.
pub(crate) fn log_level(params: &Params) -> log::Level {
    match params.loglevel().word() {
        "debug" => log::Level::Debug,
        "verbose" => log::Level::Verbose,
        "warning" => log::Level::Warning,
        "nothing" => log::Level::Nothing,
        _ => log::Level::Notice,
    }
}
