//! Reading configuration files line by line into the table, with the files that they include.

use std::path::{Path, PathBuf};

use russet_engine::acl::UserLine;
use russet_engine::glob;
use russet_engine::params::load::{Directive, Loader, PluginLine, trim};
use russet_engine::params::{Params, Reason, words};

use super::error::{ConfigError, describe};
use super::{is_ron, ron_file};

/// How deep files may include each other: enough for any honest use, and an end to a file that includes
/// itself.
const MAX_DEPTH: usize = 16;

/// Reads settings from several places into one table.
pub struct Reader {
    loader: Loader,
    /// Where relative paths start: the working directory, or what `dir` said last.
    base: PathBuf,
    depth: usize,
    /// Lines read so far, outside included files: the command line's numbers go on from there, as in Redis.
    lines: usize,
    renames: Vec<Rename>,
    users: Vec<UserLine>,
}

/// What was read.
pub struct Gathered {
    /// The value of every parameter.
    pub params: Params,
    /// Commands that get another name, or none.
    pub renames: Vec<Rename>,
    /// Plugins to load.
    pub plugins: Vec<PluginLine>,
    /// Users.
    pub users: Vec<UserLine>,
}

/// A `rename-command` line.
#[derive(Clone, Debug)]
pub struct Rename {
    /// The name that the command has.
    pub from: Vec<u8>,
    /// The name that it gets; empty takes it away.
    pub to: Vec<u8>,
    /// What to say, once there is a reason, if the commands do not allow it.
    refusal: ConfigError,
}

impl Rename {
    /// The error that ends the start because of this line.
    pub fn refused(self, because: &str) -> ConfigError {
        match self.refusal {
            ConfigError::Line { place, line, text, .. } => {
                ConfigError::Line { place, line, text, reason: because.to_string() }
            }
            other => other,
        }
    }
}

impl Reader {
    /// Starts from the defaults; relative paths start at `base`.
    pub fn new(base: PathBuf) -> Self {
        Reader { loader: Loader::new(), base, depth: 0, lines: 0, renames: Vec::new(), users: Vec::new() }
    }

    /// Where relative paths start.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Reads a configuration file, RON or redis.conf.
    pub fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read(path)
            .map_err(|error| ConfigError::Open { path: path.to_path_buf(), reason: describe(&error) })?;
        if !is_ron(path) {
            return self.text(&text, &path.display().to_string());
        }
        let place = path.display().to_string();
        for entry in ron_file::parse(&text, &place)? {
            for words in &entry.lines {
                self.take_at(words, &place, entry.line, &entry.text)?;
            }
        }
        Ok(())
    }

    /// Reads the text of a redis.conf that stands in `place`.
    pub fn text(&mut self, text: &[u8], place: &str) -> Result<(), ConfigError> {
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        for (index, line) in lines.iter().enumerate() {
            self.line(line, place, index + 1)?;
        }
        if self.depth == 0 {
            self.lines += lines.len();
        }
        Ok(())
    }

    /// Reads the lines that the command line made.
    pub fn command_line(&mut self, overrides: &[Vec<u8>]) -> Result<(), ConfigError> {
        let before = self.lines.max(1);
        for (index, line) in overrides.iter().enumerate() {
            self.line(line, "the command line", before + index + 1)?;
        }
        Ok(())
    }

    /// What was read.
    pub fn finish(self) -> Gathered {
        let (params, extras) = self.loader.finish();
        Gathered { params, renames: self.renames, plugins: extras.plugins, users: self.users }
    }

    fn line(&mut self, line: &[u8], place: &str, number: usize) -> Result<(), ConfigError> {
        let line = trim(line);
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(());
        }
        let text = String::from_utf8_lossy(line);
        match words::split(line) {
            Some(words) => self.take_at(&words, place, number, &text),
            None => {
                let reason = Refusal::Reason("Unbalanced quotes in configuration line".into());
                Err(refusal(reason, place, number, &text))
            }
        }
    }

    /// Takes one line that fell into words, and remembers where it stands if that may matter later.
    fn take_at(
        &mut self,
        words: &[Vec<u8>],
        place: &str,
        line: usize,
        text: &str,
    ) -> Result<(), ConfigError> {
        self.take(words).map_err(|reason| refusal(reason, place, line, text))?;
        if let Some((from, to)) = self.loader.extras().renames.get(self.renames.len()) {
            let refusal = refusal(Refusal::Reason("".into()), place, line, text);
            self.renames.push(Rename { from: from.clone(), to: to.clone(), refusal });
        }
        Ok(())
    }

    /// Takes one line that fell into words.
    fn take(&mut self, words: &[Vec<u8>]) -> Result<(), Refusal> {
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        match self.loader.words(&words)? {
            Directive::Include(pattern) => self.include(&pattern),
            Directive::Done if words.first().is_some_and(|name| name.eq_ignore_ascii_case(b"dir")) => {
                self.enter_dir()
            }
            Directive::Done => self.take_user(),
        }
    }

    /// Looks at the `user` line that the loader has taken, if it has taken one.
    fn take_user(&mut self) -> Result<(), Refusal> {
        if let Some(words) = self.loader.extras().users.get(self.users.len()) {
            let user = UserLine::read(words, &self.users).map_err(|(word, reason)| {
                let word = String::from_utf8_lossy(&word).into_owned();
                Refusal::Reason(format!("Error in user declaration '{word}': {reason}").into())
            })?;
            self.users.push(user);
        }
        Ok(())
    }

    /// Redis goes into `dir` at once, so it must exist, and what follows is relative to it.
    fn enter_dir(&mut self) -> Result<(), Refusal> {
        let dir = self.base.join(self.loader.params().dir().as_path());
        // An empty path joins to the base itself, which would hide that it names nothing.
        let reason = match std::fs::metadata(&dir) {
            _ if self.loader.params().dir().is_empty() => "No such file or directory".to_string(),
            Ok(metadata) if metadata.is_dir() => {
                self.base = dir;
                return Ok(());
            }
            Ok(_) => "Not a directory".to_string(),
            Err(error) => describe(&error),
        };
        Err(Refusal::Reason(reason.into()))
    }

    fn include(&mut self, pattern: &[u8]) -> Result<(), Refusal> {
        if self.depth == MAX_DEPTH {
            return Err(Refusal::Reason("include is nested too deeply".into()));
        }
        self.depth += 1;
        for path in matching_files(&self.base, pattern) {
            self.file(&path).map_err(|error| Refusal::Inner(Box::new(self.as_included(error))))?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// A file that an `include` names is called as it is called there.
    fn as_included(&self, error: ConfigError) -> ConfigError {
        match error {
            ConfigError::Open { path, reason } => {
                let path = path.strip_prefix(&self.base).map(Path::to_path_buf).unwrap_or(path);
                ConfigError::Open { path, reason }
            }
            other => other,
        }
    }
}

/// Why a line was not taken.
enum Refusal {
    /// For this reason.
    Reason(Reason),
    /// A line of a file that it includes was not taken.
    Inner(Box<ConfigError>),
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Refusal::Reason(reason)
    }
}

fn refusal(refusal: Refusal, place: &str, line: usize, text: &str) -> ConfigError {
    match refusal {
        Refusal::Inner(error) => *error,
        Refusal::Reason(reason) => ConfigError::Line {
            place: place.to_string(),
            line,
            text: text.to_string(),
            reason: reason.into_owned(),
        },
    }
}

/// The files that a pattern names, in order. A pattern without `*`, `?` and `[` names one file, whether it
/// exists or not; any other names only files that exist. Wildcards match within one component of the path,
/// and not a leading dot.
fn matching_files(base: &Path, pattern: &[u8]) -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    let wild = |component: &[u8]| memchr_any(component, b"*?[");
    let pattern_path = Path::new(std::ffi::OsStr::from_bytes(pattern));
    if !wild(pattern) {
        return vec![base.join(pattern_path)];
    }
    let mut found = vec![if pattern_path.is_absolute() { PathBuf::new() } else { base.to_path_buf() }];
    for component in pattern_path.components() {
        let component = component.as_os_str();
        if !wild(component.as_bytes()) {
            found.iter_mut().for_each(|path| path.push(component));
            continue;
        }
        found = found
            .iter()
            .flat_map(|dir| std::fs::read_dir(dir).into_iter().flatten().flatten())
            .map(|entry| entry.path())
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().as_bytes();
                (!name.starts_with(b".") || component.as_bytes().starts_with(b"."))
                    && glob::matches(component.as_bytes(), name, false)
            })
            .collect();
    }
    found.retain(|path| path.exists());
    found.sort();
    found
}

fn memchr_any(text: &[u8], wanted: &[u8]) -> bool {
    text.iter().any(|byte| wanted.contains(byte))
}
