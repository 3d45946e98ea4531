//! Plugins: libraries that add commands to a running server.
//!
//! ```text
//!  MODULE LOAD path                                       loadmodule, plugins: [...]
//!      │
//!  Checked::read    the file, its manifest                nothing of it has run
//!  map              a private copy is linked              its constructors run
//!  introduce        russet_plugin_load: what has it?      declarations are read
//!  Registry::with   names, syntax                         refused as a whole, or
//!  adopt            its commands can be called            in force when the running command has returned
//! ```
//!
//! A plugin's commands are entries of the registry like any others, so they have a transaction, a journal and statistics
//! without asking. All of them run the same function, [`call::run`], which finds out what to call from the entry's number.
//!
//! The interface is in `plugins/include/russet_plugin.h`; `functions` is the server's side of it.

mod call;
mod commands;
mod declaration;
mod functions;
mod library;
mod load;
mod manifest;
mod names;
mod refusal;
mod replies;
mod slices;

pub(crate) use load::at_start;

use declaration::Declaration;
use library::{Checked, Library};
use manifest::Manifest;
use refusal::Refusal;
use russet_engine::Error;
use russet_engine::command::{Command, CommandId};
use russet_engine::host::Plugged;
use russet_engine::params::Params;
use russet_plugin_abi as abi;
use slab::Slab;
use std::ffi::c_void;
use std::path::Path;

/// The plugins that are loaded.
#[derive(Default)]
pub(crate) struct Plugins {
    loaded: Slab<Plugin>,
    /// What the commands of plugins call, by the number of the command.
    callbacks: Vec<Option<Callback>>,
    panic_limit: u32,
}

/// Where a plugin comes from.
pub(crate) enum Source<'a> {
    /// From a file.
    File(&'a Path),
    /// It is part of the server.
    Linked(Box<abi::Linked>),
}

impl Source<'_> {
    /// For the log.
    fn shown(&self) -> String {
        match self {
            Source::File(path) => path.display().to_string(),
            Source::Linked(linked) => {
                let name = linked.manifest.name.split(|byte| *byte == 0).next().unwrap_or_default();
                format!("the server itself, '{}'", String::from_utf8_lossy(name))
            }
        }
    }
}

struct Plugin {
    manifest: Manifest,
    path: String,
    args: Vec<Vec<u8>>,
    commands: Vec<CommandId>,
    entry: Entry,
    panics: u32,
    /// How many of its commands are running, one within the other.
    running: u32,
}

/// The functions that a plugin begins and ends with, and its library, which is unmapped when this is dropped.
struct Entry {
    load: abi::Load,
    unload: Option<abi::Unload>,
    _library: Option<Library>,
}

impl Entry {
    /// Lets the plugin say what it has.
    fn introduce(&self, itself: *mut abi::Plugin, args: &[Vec<u8>]) -> abi::Status {
        let slices: Vec<abi::Slice> = args.iter().map(|arg| abi::Slice::of(arg)).collect();
        #[expect(unsafe_code, reason = "this is where the plugin's own code begins")]
        // SAFETY: the function has the signature that the header gives it, and gets what the header promises.
        unsafe {
            (self.load)(functions::host(), itself, slices.as_ptr(), slices.len())
        }
    }

    /// Lets the plugin give back what it holds.
    fn farewell(&self, name: &str) {
        if let Some(unload) = self.unload {
            #[expect(unsafe_code, reason = "this is where the plugin's own code ends")]
            // SAFETY: the function has the signature that the header gives it; nothing of the plugin runs, or will again.
            unsafe {
                unload(names::pointer(name));
            }
        }
    }
}

/// What a command of a plugin calls.
#[derive(Clone, Copy)]
struct Callback {
    /// Which plugin.
    plugin: usize,
    run: abi::Run,
    data: *mut c_void,
}

#[expect(unsafe_code, reason = "a pointer is not Send by itself")]
// SAFETY: nothing follows the pointer but the plugin's function, which runs where commands run.
unsafe impl Send for Callback {}

/// A plugin that has been introduced and waits for its commands to be registered.
pub(crate) struct Introduced {
    manifest: Manifest,
    path: String,
    args: Vec<Vec<u8>>,
    entry: Entry,
    declarations: Vec<Declaration>,
}

impl Introduced {
    /// What it wants the registry to have.
    fn commands(&self) -> Vec<&'static Command> {
        self.declarations.iter().map(|declaration| declaration.command).collect()
    }

    /// Takes leave of it.
    fn dismiss(self) {
        self.entry.farewell(&self.manifest.name);
    }
}

impl Plugins {
    /// None yet.
    pub(crate) fn new(params: &Params) -> Plugins {
        let mut plugins = Plugins::default();
        plugins.configure(params);
        plugins
    }

    /// Puts parameters into force.
    pub(crate) fn configure(&mut self, params: &Params) {
        self.panic_limit = params.plugin_panic_limit() as u32;
    }

    /// Looks at a plugin, maps it if it comes from a file, and asks what it has. Nothing can be called yet.
    fn introduce(&self, source: Source<'_>, args: Vec<Vec<u8>>) -> Result<Introduced, Refusal> {
        let unused = |manifest: &Manifest| match self.find(manifest.name.as_bytes()) {
            Some(_) => Err(Refusal::Loaded(manifest.name.clone())),
            None => Ok(()),
        };
        let (manifest, path, entry) = match source {
            Source::Linked(linked) => {
                let manifest = Manifest::of(&linked.manifest)?;
                unused(&manifest)?;
                (manifest, String::new(), Entry { load: linked.load, unload: linked.unload, _library: None })
            }
            Source::File(path) => {
                let checked = Checked::read(path)?;
                unused(&checked.manifest)?;
                let library = checked.map()?;
                let entry =
                    Entry { load: library.load()?, unload: library.unload(), _library: Some(library) };
                (checked.manifest, path.to_string_lossy().into_owned(), entry)
            }
        };
        let itself = names::pointer(&manifest.name);
        functions::begin_loading(itself);
        let status = entry.introduce(itself, &args);
        let said = functions::end_loading();
        let refusal = match (said.wrong, said.refusal, status) {
            (Some(wrong), _, _) => Refusal::Declaration(wrong),
            (None, Some(why), _) => Refusal::Unwilling(why),
            (None, None, abi::OK) => {
                return Ok(Introduced { manifest, path, args, entry, declarations: said.commands });
            }
            (None, None, _) => Refusal::Unwilling("it does not say why".into()),
        };
        entry.farewell(&manifest.name);
        Err(refusal)
    }

    /// Takes a plugin in, whose commands the registry has under these numbers.
    fn adopt(&mut self, introduced: Introduced, ids: &[CommandId]) {
        let Introduced { manifest, path, args, entry, declarations } = introduced;
        match path.is_empty() {
            true => tracing::info!("Module '{}' loaded, which is part of the server", manifest.name),
            false => tracing::info!("Module '{}' loaded from {path}", manifest.name),
        }
        let commands = ids.to_vec();
        let plugin =
            self.loaded.insert(Plugin { manifest, path, args, commands, entry, panics: 0, running: 0 });
        for (declaration, id) in declarations.iter().zip(ids) {
            let places = self.callbacks.len().max(id.index() + 1);
            self.callbacks.resize(places, None);
            let data = declaration.data;
            self.callbacks[id.index()] = declaration.run.map(|run| Callback { plugin, run, data });
        }
    }

    /// Takes a plugin out and unmaps it. Returns the commands that the registry has to forget.
    fn unload(&mut self, name: &[u8]) -> Result<Vec<CommandId>, Refusal> {
        let place = self.find(name).ok_or(Refusal::NoSuchPlugin)?;
        if self.loaded[place].running > 0 {
            return Err(Refusal::Running);
        }
        let Plugin { manifest, commands, entry, .. } = self.loaded.remove(place);
        for id in &commands {
            self.callbacks[id.index()] = None;
        }
        entry.farewell(&manifest.name);
        tracing::info!("Module {} unloaded", manifest.name);
        Ok(commands)
    }

    fn find(&self, name: &[u8]) -> Option<usize> {
        self.loaded.iter().find(|(_, plugin)| plugin.manifest.name.as_bytes() == name).map(|(place, _)| place)
    }

    /// What is loaded.
    pub(crate) fn list(&self) -> Vec<Plugged> {
        let plugged = |plugin: &Plugin| Plugged {
            name: plugin.manifest.name.clone(),
            version: plugin.manifest.version,
            path: plugin.path.clone(),
            args: plugin.args.clone(),
        };
        self.loaded.iter().map(|(_, plugin)| plugged(plugin)).collect()
    }

    /// What a command calls, which begins to run; `None` if its plugin is not loaded.
    #[inline]
    fn enter(&mut self, command: CommandId) -> Option<Result<Callback, Error>> {
        let callback = (*self.callbacks.get(command.index())?)?;
        let plugin = &mut self.loaded[callback.plugin];
        if plugin.panics > 0 && self.panic_limit > 0 && plugin.panics >= self.panic_limit {
            let (name, panics) = (&plugin.manifest.name, plugin.panics);
            return Some(Err(Error::owned(format!(
                "ERR plugin '{name}' is quarantined after {panics} panics; MODULE UNLOAD {name} and load a better one"
            ))));
        }
        plugin.running += 1;
        Some(Ok(callback))
    }

    /// A command of a plugin has returned, and perhaps panicked. The plugin's name.
    #[inline]
    fn leave(&mut self, callback: Callback, panicked: bool) -> &str {
        let plugin = &mut self.loaded[callback.plugin];
        plugin.running -= 1;
        if panicked {
            plugin.panics = plugin.panics.saturating_add(1);
            let (name, panics, limit) = (&plugin.manifest.name, plugin.panics, self.panic_limit);
            tracing::warn!("Plugin '{name}' has panicked: {panics} times, of {limit} that are tolerated");
        }
        &plugin.manifest.name
    }
}
