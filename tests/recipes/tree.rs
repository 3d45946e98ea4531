//! A copy of the sources with something added, written so that cargo sees only real changes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use russet_tests::peers::workspace;

/// The files of the workspace, by their paths relative to its root.
pub(crate) struct Tree(BTreeMap<PathBuf, Vec<u8>>);

impl Tree {
    /// Reads the workspace, what was built left out.
    pub(crate) fn read() -> io::Result<Tree> {
        Ok(Tree(files(workspace())?))
    }

    /// Puts a block of code where the line above it says.
    pub(crate) fn apply(&mut self, place: &str, code: &str) -> Result<(), String> {
        let quoted: Vec<&str> = place.split('`').skip(1).step_by(2).collect();
        match quoted.as_slice() {
            [path] if place.starts_with("New file ") => {
                let path = PathBuf::from(path);
                if self.0.contains_key(&path) {
                    return Err(format!("{} exists already", path.display()));
                }
                self.0.insert(path, code.as_bytes().to_vec());
                Ok(())
            }
            [path, line] if place.starts_with("In ") && place.contains("below") => {
                let file = self.0.get_mut(Path::new(path)).ok_or_else(|| format!("there is no {path}"))?;
                let text = std::str::from_utf8(file).map_err(|error| format!("{path}: {error}"))?;
                let hits = text.lines().filter(|known| known.trim() == *line).count();
                if hits != 1 {
                    return Err(format!("{path} has {hits} lines `{line}`"));
                }
                let mut fresh = String::new();
                for known in text.lines() {
                    fresh.push_str(known);
                    fresh.push('\n');
                    if known.trim() == *line {
                        fresh.push_str(code);
                    }
                }
                *file = fresh.into_bytes();
                Ok(())
            }
            _ => Err(format!("`{place}` does not say where the code below it goes")),
        }
    }

    /// Makes the directory hold these files and no others. A file that is right already is not touched.
    pub(crate) fn write(&self, root: &Path) -> io::Result<()> {
        fs::create_dir_all(root)?;
        for path in files(root)?.keys().filter(|path| !self.0.contains_key(*path)) {
            fs::remove_file(root.join(path))?;
        }
        for (path, bytes) in &self.0 {
            let path = root.join(path);
            if fs::read(&path).ok().as_ref() != Some(bytes) {
                fs::create_dir_all(path.parent().unwrap_or(root))?;
                fs::write(&path, bytes)?;
            }
        }
        Ok(())
    }
}

/// All files below `root`, without what tools keep there.
fn files(root: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut directories = vec![PathBuf::new()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(root.join(&directory))? {
            let entry = entry?;
            let path = directory.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !matches!(entry.file_name().to_str(), Some("target" | ".git" | "__pycache__" | "shared")) {
                    directories.push(path);
                }
            } else if kind.is_file() && path != Path::new(".git") {
                found.insert(path, fs::read(entry.path())?);
            }
        }
    }
    Ok(found)
}
