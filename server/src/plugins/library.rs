//! Libraries: a plugin's file, copied into memory, checked there, and mapped from there.
//!
//! What is mapped is a private copy (a `memfd`), not the file. So what was checked is what runs; a new build may be written
//! over the file while the old one is in use, which would otherwise change code under the processor's feet; and two builds
//! of one path can be loaded at once, which the system's loader, who tells libraries apart by their paths, would refuse.
//!
//! ```text
//!  file ──read──> bytes ──manifest──> is it for us? ──write──> memfd ──dlopen(/proc/self/fd/N)──> mapped
//! ```
#![expect(unsafe_code, reason = "mapping a library runs its code")]

use super::manifest::Manifest;
use super::refusal::Refusal;
use crate::sys::os_text;
use libloading::os::unix::{Library as Mapped, RTLD_LOCAL, RTLD_NOW, Symbol};
use russet_plugin_abi as abi;
use rustix::fs::{MemfdFlags, memfd_create};
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A file that has been read and fits, none of whose code has run.
pub(super) struct Checked {
    /// What it says of itself.
    pub manifest: Manifest,
    bytes: Vec<u8>,
}

impl Checked {
    /// Reads a file, and looks whether it is a plugin for this server.
    pub(super) fn read(path: &Path) -> Result<Checked, Refusal> {
        let unreadable = |error: std::io::Error| Refusal::Unreadable(os_text(&error));
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Refusal::NotALibrary);
        }
        if metadata.permissions().mode() & 0o111 == 0 {
            return Err(Refusal::NotExecutable);
        }
        let bytes = std::fs::read(path).map_err(unreadable)?;
        Ok(Checked { manifest: Manifest::of_library(&bytes)?, bytes })
    }

    /// Maps the library. Its constructors run.
    pub(super) fn map(&self) -> Result<Library, Refusal> {
        let not_linked = |error: std::io::Error| Refusal::NotLinked(os_text(&error));
        let copy = memfd_create(self.manifest.name.as_str(), MemfdFlags::CLOEXEC)
            .map_err(|error| not_linked(error.into()))?;
        let mut copy = File::from(copy);
        copy.write_all(&self.bytes).map_err(not_linked)?;
        let path = format!("/proc/self/fd/{}", copy.as_raw_fd());
        // SAFETY: that the library's constructors and functions do what the header asks of them is what whoever loads a
        // plugin vouches for; the manifest says that they mean to. The copy cannot change: nobody else has its name.
        let mapped = unsafe { Mapped::open(Some(&path), RTLD_NOW | RTLD_LOCAL) };
        let mapped = mapped.map_err(|error| Refusal::NotLinked(error.to_string()))?;
        Ok(Library { mapped, _copy: copy })
    }
}

/// A library that is mapped. It is unmapped when it is dropped.
#[derive(Debug)]
pub(super) struct Library {
    mapped: Mapped,
    /// Its number is part of the name under which the loader knows the library, so it stays taken.
    _copy: File,
}

impl Library {
    /// The function that begins a plugin.
    pub(super) fn load(&self) -> Result<abi::Load, Refusal> {
        // SAFETY: a library with a manifest has this function with this signature, as the header says.
        let symbol: Result<Symbol<abi::Load>, _> = unsafe { self.mapped.get(abi::LOAD.as_bytes()) };
        symbol.map(|symbol| *symbol).map_err(|_| Refusal::NoEntry)
    }

    /// The function that ends a plugin, if it has one.
    pub(super) fn unload(&self) -> Option<abi::Unload> {
        // SAFETY: as above.
        let symbol: Result<Symbol<abi::Unload>, _> = unsafe { self.mapped.get(abi::UNLOAD.as_bytes()) };
        symbol.map(|symbol| *symbol).ok()
    }
}
