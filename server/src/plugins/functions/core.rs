//! `russet_core`: what a plugin says of itself.

use crate::plugins::declaration::{self, Declaration};
use crate::plugins::{call, names, slices};
use russet_plugin_abi::{self as abi, Plugin, Slice, Status};
use std::cell::RefCell;

pub(super) static TABLE: abi::Core =
    abi::Core { size: size_of::<abi::Core>(), register_command, refuse, log };

/// What a plugin that is being loaded has said so far.
#[derive(Default)]
pub(in crate::plugins) struct Loading {
    plugin: usize,
    /// The commands that it wants.
    pub commands: Vec<Declaration>,
    /// What was wrong with what it declared.
    pub wrong: Option<String>,
    /// Why it does not want to be loaded.
    pub refusal: Option<String>,
}

thread_local! {
    static LOADING: RefCell<Option<Loading>> = const { RefCell::new(None) };
}

/// Lets a plugin say what it has.
pub(in crate::plugins) fn begin_loading(plugin: *mut Plugin) {
    LOADING.set(Some(Loading { plugin: plugin.addr(), ..Loading::default() }));
}

/// What it has said.
pub(in crate::plugins) fn end_loading() -> Loading {
    LOADING.take().unwrap_or_default()
}

/// Runs `with` on what the plugin has said, if it is the one that is being loaded.
fn with(plugin: *mut Plugin, with: impl FnOnce(&mut Loading) -> Status) -> Status {
    LOADING.with_borrow_mut(|loading| match loading {
        Some(loading) if loading.plugin == plugin.addr() => with(loading),
        _ => {
            tracing::warn!("A plugin declares something while it is not being loaded.");
            abi::MISUSED
        }
    })
}

unsafe extern "C" fn register_command(plugin: *mut Plugin, command: *const abi::Command) -> Status {
    with(plugin, |loading| {
        // SAFETY: a plugin passes what the header asks for.
        match unsafe { declaration::read(command, call::run) } {
            Ok(declaration) => {
                loading.commands.push(declaration);
                abi::OK
            }
            Err(wrong) => {
                loading.wrong.get_or_insert(wrong);
                abi::FAILED
            }
        }
    })
}

unsafe extern "C" fn refuse(plugin: *mut Plugin, why: Slice) -> Status {
    with(plugin, |loading| {
        // SAFETY: as above.
        let why = unsafe { slices::bytes(why) }.ok().flatten().unwrap_or_default();
        loading.refusal = Some(String::from_utf8_lossy(why).into_owned());
        abi::FAILED
    })
}

unsafe extern "C" fn log(plugin: *mut Plugin, level: u32, line: Slice) {
    // SAFETY: as above.
    let Ok(Some(line)) = (unsafe { slices::bytes(line) }) else { return };
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end().replace(['\r', '\n'], " ");
    let name = names::of(plugin).unwrap_or_else(|| "a plugin that is not loaded".into());
    match level {
        abi::log_level::DEBUG => tracing::trace!("<{name}> {line}"),
        abi::log_level::VERBOSE => tracing::debug!("<{name}> {line}"),
        abi::log_level::WARNING => tracing::warn!("<{name}> {line}"),
        _ => tracing::info!("<{name}> {line}"),
    }
}
