//! Filling the table from lines: a redis.conf file, the command line, or a RON file turned into lines.
//!
//! [`Loader`] takes one line at a time and knows nothing of files: for an `include` it returns the pattern,
//! and the server opens what matches and feeds it here, in place.

use super::declare::{How, Parameter, Reason};
use super::{Params, find, words};

/// What a line that is no parameter asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// A parameter was set, or the line is empty or a comment.
    Done,
    /// Read the files that match this pattern now.
    Include(Vec<u8>),
}

/// A plugin to load at start, with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginLine {
    /// The path of the library.
    pub path: Vec<u8>,
    /// What the plugin is told.
    pub args: Vec<Vec<u8>>,
}

/// Lines that are not values: what the start of the server does with them is not the table's business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// `rename-command`: the old name and the new one; an empty new name takes the command away.
    pub renames: Vec<(Vec<u8>, Vec<u8>)>,
    /// `loadmodule`.
    pub plugins: Vec<PluginLine>,
    /// `user`: the words after it.
    pub users: Vec<Vec<Vec<u8>>>,
}

/// Takes lines and fills [`Params`].
#[derive(Debug, Default)]
pub struct Loader {
    params: Params,
    extras: Extras,
    seen: Vec<&'static str>,
}

impl Loader {
    /// Starts from the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one line of a redis.conf file.
    pub fn line(&mut self, line: &[u8]) -> Result<Directive, Reason> {
        let line = trim(line);
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(Directive::Done);
        }
        let words = words::split(line).ok_or("Unbalanced quotes in configuration line")?;
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        self.words(&words)
    }

    /// Takes one line that already fell into words, the name first.
    pub fn words(&mut self, words: &[&[u8]]) -> Result<Directive, Reason> {
        const BAD: &str = "Bad directive or wrong number of arguments";
        let Some((name, args)) = words.split_first() else {
            return Ok(Directive::Done);
        };
        if let Some(parameter) = find(name) {
            self.set(parameter, args)?;
            return Ok(Directive::Done);
        }
        match (name.to_ascii_lowercase().as_slice(), args) {
            (b"include", [pattern]) => return Ok(Directive::Include(pattern.to_vec())),
            (b"rename-command", [from, to]) => self.extras.renames.push((from.to_vec(), to.to_vec())),
            (b"loadmodule", [path, args @ ..]) => {
                let args = args.iter().map(|arg| arg.to_vec()).collect();
                self.extras.plugins.push(PluginLine { path: path.to_vec(), args });
            }
            (b"user", [_, ..]) => self.extras.users.push(args.iter().map(|arg| arg.to_vec()).collect()),
            _ => return Err(BAD.into()),
        }
        Ok(Directive::Done)
    }

    fn set(&mut self, parameter: &'static Parameter, args: &[&[u8]]) -> Result<(), Reason> {
        let split: Vec<&[u8]>;
        let args = match args {
            [] if !parameter.flags.contains(super::Flags::BARE) => {
                return Err("wrong number of arguments".into());
            }
            // One word may stand for several, so that `--save "900 1"` works as `CONFIG SET save "900 1"`
            // does.
            [one] if !one.is_empty() && parameter.flags.contains(super::Flags::WORDS) => {
                split = one.split(|byte| *byte == b' ').collect();
                &split
            }
            many => many,
        };
        let how = if self.seen.contains(&parameter.name) { How::Continue } else { How::Replace };
        (parameter.assign)(&mut self.params, args, how)?;
        if how == How::Replace {
            self.seen.push(parameter.name);
        }
        Ok(())
    }

    /// The values so far.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The lines so far that are no values.
    pub fn extras(&self) -> &Extras {
        &self.extras
    }

    /// Whether a line has set the parameter with this name.
    pub fn has_set(&self, name: &str) -> bool {
        self.seen.contains(&name)
    }

    /// The values, and the lines that are none.
    pub fn finish(self) -> (Params, Extras) {
        (self.params, self.extras)
    }
}

/// A line without the blanks around it, as both the reader and its error messages see it.
pub fn trim(line: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let start = line.iter().position(|byte| !blank(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !blank(byte)).map_or(start, |last| last + 1);
    &line[start..end]
}
