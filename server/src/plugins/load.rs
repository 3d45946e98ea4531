//! Loading: at the request of a client, and at the start of the server.

use super::refusal::Refusal;
use super::{Introduced, Plugins, Source};
use crate::host::ServerHost;
use russet_engine::params::Params;
use russet_engine::params::load::PluginLine;
use russet_engine::{Context, Engine, Error, Outcome};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Loads a plugin at the request of a client.
pub(super) fn for_client(cx: &mut Context<'_>, path: &[u8], args: Vec<Vec<u8>>) -> Outcome {
    let path = Path::new(OsStr::from_bytes(path));
    let loaded = load(cx, path, args);
    if let Err(refusal) = &loaded {
        tracing::warn!("Module {} failed to load: {refusal}", path.display());
    }
    loaded.map_err(|refusal| refusal.of_loading())?;
    cx.reply.ok()
}

fn load(cx: &mut Context<'_>, path: &Path, args: Vec<Vec<u8>>) -> Result<(), Refusal> {
    if !is_allowed(path, &cx.core.params) {
        return Err(Refusal::Elsewhere);
    }
    let Some(plugins) = plugins(cx) else { return Err(Refusal::Unwilling("there is no server".into())) };
    let introduced = plugins.introduce(Source::File(path), args)?;
    let ids = cx.core.add_commands(cx.registry, &introduced.commands());
    let Some(plugins) = self::plugins(cx) else { return Ok(()) };
    settle(plugins, introduced, ids.map_err(|conflict| conflict.0))
}

/// Takes a plugin in if the registry has taken its commands, and takes leave of it otherwise.
fn settle(
    plugins: &mut Plugins,
    introduced: Introduced,
    ids: Result<Vec<russet_engine::command::CommandId>, String>,
) -> Result<(), Refusal> {
    match ids {
        Ok(ids) => {
            plugins.adopt(introduced, &ids);
            Ok(())
        }
        Err(conflict) => {
            introduced.dismiss();
            Err(Refusal::Declaration(conflict))
        }
    }
}

/// Unloads a plugin at the request of a client.
pub(super) fn unload_for_client(cx: &mut Context<'_>, name: &[u8]) -> Outcome {
    let Some(plugins) = plugins(cx) else { return Err(Refusal::NoSuchPlugin.of_unloading()) };
    let commands = plugins.unload(name).map_err(|refusal| refusal.of_unloading())?;
    cx.core.remove_commands(cx.registry, &commands);
    cx.reply.ok()
}

/// Loads what is linked into the server and what its configuration names. One that cannot be loaded stops the start.
pub(crate) fn at_start(engine: &mut Engine, lines: &[PluginLine]) -> Result<(), Error> {
    let linked =
        crate::linked::plugins().into_iter().map(|linked| (Source::Linked(Box::new(linked)), Vec::new()));
    let files =
        lines.iter().map(|line| (Source::File(Path::new(OsStr::from_bytes(&line.path))), line.args.clone()));
    for (source, args) in linked.chain(files) {
        let shown = source.shown();
        load_at_start(engine, source, args).map_err(|refusal| {
            tracing::warn!("Module {shown} failed to load: {refusal}");
            Error::owned(format!("Can't load module from {shown}: server aborting"))
        })?;
    }
    Ok(())
}

fn load_at_start(engine: &mut Engine, source: Source<'_>, args: Vec<Vec<u8>>) -> Result<(), Refusal> {
    let Some(host) = engine.core.host.as_any().downcast_mut::<ServerHost>() else { return Ok(()) };
    let introduced = host.plugins.introduce(source, args)?;
    let ids = engine.add_commands(&introduced.commands());
    let Some(host) = engine.core.host.as_any().downcast_mut::<ServerHost>() else { return Ok(()) };
    settle(&mut host.plugins, introduced, ids.map_err(|conflict| conflict.0))
}

/// Whether a running server may load this file: it lies in one of `plugin-directories`, if any are named.
fn is_allowed(path: &Path, params: &Params) -> bool {
    let directories = params.plugin_directories();
    // That a file is not there will be told better.
    let Ok(file) = path.canonicalize() else { return true };
    directories.is_empty()
        || directories.iter().any(|directory| {
            let directory = Path::new(OsStr::from_bytes(directory)).canonicalize();
            directory.is_ok_and(|directory| file.starts_with(directory))
        })
}

/// The plugins, where the host is the server's own.
fn plugins<'a>(cx: &'a mut Context<'_>) -> Option<&'a mut Plugins> {
    let host: &mut ServerHost = cx.core.host.as_any().downcast_mut()?;
    Some(&mut host.plugins)
}
