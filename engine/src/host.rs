//! What surrounds the engine: the few things that a command may ask of the process it runs in.
//!
//! The server implements it over sockets, files and signals. An engine without a server has [`NoHost`].

use crate::acl::Acl;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::params::{Parameter, Params};
use crate::persistence::Persistence;
use crate::reply::Reply;
use crate::session::Session;
use std::any::Any;
use std::path::Path;

/// `SHUTDOWN`'s options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shutdown {
    /// `SAVE` or `NOSAVE`; `None` to do what the save points say.
    pub save: Option<bool>,
    /// Do not wait for replicas.
    pub now: bool,
    /// Ignore errors.
    pub force: bool,
}

/// Memory and processor time, as the operating system sees them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Bytes that the allocator has handed out.
    pub memory: usize,
    /// The most that they ever were.
    pub memory_peak: usize,
    /// Bytes that were in use when the server was ready.
    pub memory_startup: usize,
    /// Resident bytes.
    pub resident: usize,
    /// Bytes of memory that the machine has.
    pub system_memory: u64,
    /// Processor seconds in the kernel.
    pub system_seconds: f64,
    /// Processor seconds in user space.
    pub user_seconds: f64,
    /// Processor seconds of children in the kernel.
    pub children_system_seconds: f64,
    /// Processor seconds of children in user space.
    pub children_user_seconds: f64,
    /// Processor seconds of the main thread in the kernel.
    pub main_thread_system_seconds: f64,
    /// Processor seconds of the main thread in user space.
    pub main_thread_user_seconds: f64,
    /// Objects that wait to be dropped in the background.
    pub lazy_free_pending: u64,
    /// Objects that were dropped in the background.
    pub lazy_freed: u64,
}

/// What the allocator makes of the memory that it was asked for. None is less than the one before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllocatorUsage {
    /// Bytes that it has handed out.
    pub allocated: usize,
    /// Bytes of the pages that hold them: what is in between is free, and of use for blocks of the same size only.
    pub active: usize,
    /// Bytes of memory that it has in all.
    pub resident: usize,
}

/// Facts about the process that do not change while it runs.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Forty hexadecimal digits, new for each process.
    pub run_id: String,
    /// Path of the program.
    pub executable: String,
    /// Path of the configuration file; empty if there is none.
    pub config_file: String,
    /// Name and version of the operating system, and the machine: `Linux 6.1.0 x86_64`.
    pub os: String,
    /// Number of the process.
    pub process_id: u32,
    /// Sixteen hexadecimal digits that differ between builds of the program.
    pub build_id: String,
    /// `systemd`, `upstart`, `no` or `unknown`.
    pub supervised: &'static str,
    /// What the event loop waits with.
    pub multiplexing: &'static str,
    /// Which clock times commands.
    pub monotonic_clock: String,
    /// Name of the allocator.
    pub allocator: &'static str,
}

/// What a host is lent to save the dataset or to load it.
pub struct Dataset<'a> {
    /// The data.
    pub keyspace: &'a mut Keyspace,
    /// Parameters.
    pub params: &'a Params,
    /// What is known about files.
    pub persistence: &'a mut Persistence,
}

/// A plugin that is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugged {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// The path that it was loaded from, as it was given; empty for one that is linked in.
    pub path: String,
    /// What it was told.
    pub args: Vec<Vec<u8>>,
}

impl Plugged {
    /// Describes it as `MODULE LIST` and `HELLO` do.
    pub fn describe(&self, reply: &mut Reply<'_>) -> Outcome {
        reply.map(4)?;
        reply.bulk(b"name")?;
        reply.bulk(self.name.as_bytes())?;
        reply.bulk(b"ver")?;
        reply.int(self.version.into())?;
        reply.bulk(b"path")?;
        reply.bulk(self.path.as_bytes())?;
        reply.bulk(b"args")?;
        reply.array(self.args.len())?;
        self.args.iter().try_for_each(|arg| reply.bulk(arg))
    }
}

/// What surrounds the engine. What a host does not say is as where there is nothing around it: see [`NoHost`].
pub trait Host: Send {
    /// Facts about the process.
    fn identity(&self) -> &Identity {
        static NOBODY: std::sync::LazyLock<Identity> = std::sync::LazyLock::new(Identity::default);
        &NOBODY
    }

    /// Memory and processor time.
    fn usage(&self) -> Usage {
        Usage::default()
    }

    /// What the allocator makes of the memory in use. Costs more than [`Host::usage`].
    fn allocator_usage(&self) -> AllocatorUsage {
        AllocatorUsage::default()
    }

    /// What the allocator tells of itself, for people to read; `None` if it tells nothing.
    fn allocator_report(&self) -> Option<String> {
        None
    }

    /// Bytes of memory in use, for `maxmemory`: [`Usage::memory`], and no more than that. Asked before every command. A host
    /// that cannot ask an allocator may say what this keyspace takes in its opinion.
    fn used_memory(&self, keyspace: &Keyspace) -> usize {
        let _ = keyspace;
        0
    }

    /// Bytes of [`Host::used_memory`] that `maxmemory` does not count: what is on its way to a file or to replicas.
    fn uncounted_memory(&self) -> usize {
        0
    }

    /// Puts the changed parameters into force; those of `dataset` are all of them as they will be.
    ///
    /// # Errors
    /// The name of the parameter that could not be put into force, and why; then none is.
    fn apply(
        &mut self,
        changed: &[&'static Parameter],
        dataset: Dataset<'_>,
        in_transaction: bool,
    ) -> Result<(), (&'static str, String)> {
        let _ = (changed, dataset, in_transaction);
        Ok(())
    }

    /// Writes parameters and users back to the configuration file.
    ///
    /// # Errors
    /// Why it could not.
    fn rewrite_config(&mut self, params: &Params, acl: &Acl) -> Result<(), Error> {
        let _ = (params, acl);
        Err(Error::new("ERR The server is running without a config file"))
    }

    /// Reads the file of users at `path`.
    ///
    /// # Errors
    /// Why it cannot, in the system's words.
    fn read_users(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        let _ = path;
        Err("No such file or directory".into())
    }

    /// Puts `text` in the place of the file of users at `path`, in one step.
    ///
    /// # Errors
    /// Why it cannot, in the system's words; the file is as it was.
    fn write_users(&mut self, path: &Path, text: &[u8]) -> Result<(), String> {
        let _ = (path, text);
        Err("No such file or directory".into())
    }

    /// Begins to shut down, and saves what is to be saved before. Returns once it is certain that the process will end
    /// after this tick.
    ///
    /// # Errors
    /// Why it will not.
    fn shutdown(&mut self, how: Shutdown, dataset: Dataset<'_>) -> Result<(), Error> {
        let _ = (how, dataset);
        Err(Error::new("ERR Errors trying to SHUTDOWN. Check logs."))
    }

    /// Takes back a shutdown that has begun and is waiting.
    ///
    /// # Errors
    /// If none has.
    fn abort_shutdown(&mut self) -> Result<(), Error> {
        Err(Error::new("ERR No shutdown in progress."))
    }

    /// Whether a session may run a protected command (`debug`, `module`).
    ///
    /// # Errors
    /// That it may not, and how to change that.
    fn permit_protected(&self, params: &Params, command: &str, session: &Session) -> Result<(), Error> {
        let access = match command {
            "debug" => params.enable_debug_command(),
            _ => params.enable_module_command(),
        };
        if access.permits(session.transport.is_local()) {
            return Ok(());
        }
        let name = command.to_ascii_uppercase();
        Err(Error::owned(format!(
            "ERR {name} command not allowed. If the enable-{command}-command option is set to \"local\", you can \
             run it from a local connection, otherwise you need to set this option in the configuration file, \
             and then restart the server."
        )))
    }

    /// The plugins that are loaded, in the order of their loading.
    fn plugins(&self) -> Vec<Plugged> {
        Vec::new()
    }

    /// Takes something that takes long to drop, made of `objects` objects, to drop it where nobody waits.
    fn drop_later(&mut self, garbage: Box<dyn Any + Send>, objects: usize) {
        let _ = objects;
        drop(garbage);
    }

    /// Hears that `FLUSHALL` has emptied all databases: a snapshot that is being written is of no use any more, and one
    /// that is on disk would bring everything back.
    fn all_flushed(&mut self, dataset: Dataset<'_>) {
        let _ = dataset;
    }

    /// Gives memory that was freed back to the system: `MEMORY PURGE`.
    fn give_back_memory(&mut self) {}

    /// Sets what [`Usage`] counts since the start to zero: `CONFIG RESETSTAT`.
    fn reset_counts(&mut self) {}

    /// Time that the calling thread is to sleep: `DEBUG SLEEP`.
    fn sleep(&mut self, time: std::time::Duration) {
        let _ = time;
    }

    /// The host itself, for commands that are declared beside it.
    fn as_any(&mut self) -> &mut dyn Any;
}

/// Nothing around the engine: tests, benches, embedding.
pub struct NoHost;

impl Host for NoHost {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}
