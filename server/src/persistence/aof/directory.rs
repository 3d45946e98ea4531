//! The directory: where the files of the append-only file are, and the few operations on them that must be whole.

use super::manifest::{Manifest, manifest_name, temporary_manifest_name};
use crate::sys::os_text;
use russet_engine::params::Params;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where the files are, and what their names begin with.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    /// Its path, relative to the working directory.
    pub path: PathBuf,
    /// What names begin with; also the name of the single file that servers before Redis 7 had.
    pub name: Vec<u8>,
}

/// That something went wrong; the log says what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failed;

/// That a manifest could not be put in the place of the one on disk, or not for certain; the log says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unpersisted {
    /// The one from before stands.
    OldStands,
    /// The new one has its place, but the disk did not say that it will keep it: after a crash of the machine either may
    /// stand. The files of both must stay.
    EitherMayStand,
}

impl From<Unpersisted> for Failed {
    fn from(_: Unpersisted) -> Self {
        Failed
    }
}

/// A name as the log shows it.
pub(crate) fn shown(name: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(name)
}

impl Directory {
    /// As the parameters name it.
    pub(crate) fn of(params: &Params) -> Self {
        Directory {
            path: params.appenddirname().as_path().to_owned(),
            name: params.appendfilename().as_path().as_os_str().as_bytes().to_vec(),
        }
    }

    /// The path of one of the files.
    pub(crate) fn file(&self, name: &[u8]) -> PathBuf {
        self.path.join(OsStr::from_bytes(name))
    }

    /// The path of the single file of old servers: beside the directory, not in it.
    pub(crate) fn single_file(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.name))
    }

    /// Makes the directory if there is none.
    ///
    /// # Errors
    /// If it cannot be made, or what has its name is none.
    pub(crate) fn create(&self) -> Result<(), Failed> {
        let made = match fs::create_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if self.path.is_dir() {
                    Ok(())
                } else {
                    Err(io::Error::from_raw_os_error(libc::ENOTDIR))
                }
            }
            made => made,
        };
        made.map_err(|error| {
            let (path, why) = (self.path.display(), os_text(&error));
            tracing::warn!("Can't open or create append-only dir {path}: {why}");
            Failed
        })
    }

    /// Reads the manifest; an empty one where there is none.
    ///
    /// # Errors
    /// If there is one and it cannot be read, or is malformed.
    pub(crate) fn manifest(&self) -> Result<Manifest, Failed> {
        if !self.path.is_dir() {
            tracing::trace!("The AOF directory {} doesn't exist", self.path.display());
            return Ok(Manifest::default());
        }
        let name = manifest_name(&self.name);
        let path = self.file(&name);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::trace!("The AOF manifest file {} doesn't exist", shown(&name));
                return Ok(Manifest::default());
            }
            read => read.map_err(|error| {
                let (path, why) = (path.display(), os_text(&error));
                tracing::warn!("Fatal error: can't open the AOF manifest file {path} for reading: {why}");
                Failed
            })?,
        };
        Manifest::parse(&text).map_err(|malformed| {
            tracing::warn!("\n*** FATAL AOF MANIFEST FILE ERROR ***\n");
            if let Some((number, line)) = malformed.line {
                tracing::warn!("Reading the manifest file, at line {number}\n");
                tracing::warn!(">>> '{}'\n", shown(&line));
            }
            tracing::warn!("{}\n", malformed.reason);
            Failed
        })
    }

    /// Puts a manifest in the place of the one on disk, so that at any moment there is a whole one, and forces it to disk
    /// together with the directory: files that it names may be new there.
    ///
    /// # Errors
    /// Those of the system, with what stands then.
    pub(crate) fn persist(&self, manifest: &Manifest) -> Result<(), Unpersisted> {
        let (name, temporary) = (manifest_name(&self.name), temporary_manifest_name(&self.name));
        let (path, temporary_path) = (self.file(&name), self.file(&temporary));
        let (name, temporary) = (shown(&name), shown(&temporary));
        let mut file = create_new(&temporary_path).map_err(|error| {
            tracing::warn!("Can't open the AOF manifest file {temporary}: {}", os_text(&error));
            Unpersisted::OldStands
        })?;
        file.write_all(manifest.to_string().as_bytes()).map_err(|error| {
            let why = os_text(&error);
            tracing::warn!("Error trying to write the temporary AOF manifest file {temporary}: {why}");
            Unpersisted::OldStands
        })?;
        file.sync_data().map_err(|error| {
            tracing::warn!("Fail to fsync the temp AOF file {temporary}: {}.", os_text(&error));
            Unpersisted::OldStands
        })?;
        fs::rename(&temporary_path, &path).map_err(|error| {
            let why = os_text(&error);
            tracing::warn!(
                "Error trying to rename the temporary AOF manifest file {temporary} into {name}: {why}"
            );
            Unpersisted::OldStands
        })?;
        self.sync().map_err(|error| {
            tracing::warn!("Fail to fsync AOF directory {}: {}.", path.display(), os_text(&error));
            Unpersisted::EitherMayStand
        })
    }

    /// Forces to disk which files there are.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// The size of one of the files.
    ///
    /// # Errors
    /// If it is not there, or the system does not say.
    pub(crate) fn size(&self, name: &[u8]) -> Result<u64, Failed> {
        fs::metadata(self.file(name)).map(|found| found.len()).map_err(|error| {
            let why = os_text(&error);
            tracing::warn!("Unable to obtain the AOF file {} length. stat: {why}", shown(name));
            Failed
        })
    }

    /// Takes over the single file of an old server, if there is one that has not been taken over: it becomes the base.
    /// Whatever fails on the way, the next start tries again.
    ///
    /// # Errors
    /// If the directory, the manifest or the move fails.
    pub(crate) fn upgrade(&self, manifest: &mut Manifest) -> Result<(), Failed> {
        let single = self.single_file();
        if !single.exists() || !self.is_to_be_upgraded(manifest) {
            return Ok(());
        }
        self.create()?;
        manifest.adopt(&self.name);
        self.persist(manifest)?;
        let (name, path) = (shown(&self.name), self.path.display());
        fs::rename(single, self.file(&self.name)).map_err(|error| {
            let why = os_text(&error);
            tracing::warn!("Error trying to move the old AOF file {name} into dir {path}: {why}");
            Failed
        })?;
        tracing::info!(
            "Successfully migrated an old-style AOF file ({name}) into the AOF directory ({path})."
        );
        Ok(())
    }

    /// Whether nothing is there yet but, at most, a manifest that an upgrade has left that did not come to its end.
    fn is_to_be_upgraded(&self, manifest: &Manifest) -> bool {
        let begun = |base: &[u8]| base == self.name && !self.file(&self.name).exists();
        match &manifest.base {
            None => manifest.increments.is_empty(),
            Some(base) => manifest.increments.is_empty() && begun(&base.name),
        }
    }
}

/// Opens a file that is written from its beginning, whatever was in it.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).truncate(true).create(true).mode(0o644).open(path)
}

/// Opens a file that grows at its end.
pub(crate) fn open_to_append(path: &Path, emptied: bool) -> io::Result<File> {
    let file = OpenOptions::new().append(true).create(true).mode(0o644).open(path)?;
    if emptied {
        file.set_len(0)?;
    }
    Ok(file)
}
