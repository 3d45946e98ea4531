//! `CONFIG REWRITE`: writing the values in force back to the configuration file, so that no crash leaves half
//! a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use russet_engine::acl::Acl;
use russet_engine::params::{self, Flags, Parameter, Params, words};

use super::{is_ron, ron_layout};

/// Brings the configuration file at `path` up to date with `params` and with `users`, whose lines go without the word `user`.
///
/// A redis.conf keeps its comments and its order; so does a RON file. The new text is written to a temporary
/// file beside it, forced to disk, and renamed over it, with the permissions the old one had. A file that has
/// gone is made anew.
pub fn rewrite(path: &Path, params: &Params, users: &[Vec<u8>]) -> io::Result<()> {
    let old = match fs::read(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let new = if is_ron(path) {
        let old =
            std::str::from_utf8(&old).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        rewrite_ron(old, params, users)?.into_bytes()
    } else {
        params::rewrite::rewrite(&old, params, users)
    };
    replace_file(path, &new)
}

/// Puts `text` in the place of the file at `path` in one step.
pub fn replace_file(path: &Path, text: &[u8]) -> io::Result<()> {
    // A link is followed, so that the file it names changes and the link stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = dir.join(name);
    let outcome =
        write_durably(&temporary, text, fs::metadata(&path).ok().map(|metadata| metadata.permissions()))
            .and_then(|()| fs::rename(&temporary, &path));
    if let Err(error) = outcome {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    // The rename itself is durable once the directory is.
    File::open(dir)?.sync_all()
}

fn write_durably(path: &Path, text: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut file = File::create(path)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.write_all(text)?;
    file.sync_all()
}

/// The text of a RON file that says what `params` holds: changed values are replaced where they stand, and
/// parameters that the file does not mention are added at the end if they differ from their default.
fn rewrite_ron(old: &str, params: &Params, users: &[Vec<u8>]) -> io::Result<String> {
    let old = if ron_layout::is_blank(old) { "(\n)\n" } else { old };
    let unreadable =
        || io::Error::new(io::ErrorKind::InvalidData, "the configuration file is not RON any more");
    let places = ron_layout::entries(old).ok_or_else(unreadable)?;
    let end = ron_layout::end(old).ok_or_else(unreadable)?;
    let is_map = old[..end].trim_start().contains('{') && old.as_bytes()[end] == b'}';

    let mut new = String::with_capacity(old.len());
    let mut copied = 0;
    let mut mentioned: Vec<Subject> = Vec::new();
    for place in &places {
        let name = old[place.name.clone()].trim_matches('"').replace('_', "-");
        let Some(subject) = Subject::find(&name) else { continue };
        mentioned.push(subject);
        if subject.is_said(&old[place.name.start..place.value.end], params, users) {
            continue;
        }
        new.push_str(&old[copied..place.value.start]);
        new.push_str(&subject.value(params, users));
        copied = place.value.end;
    }
    let missing: Vec<Subject> = params::all()
        .map(Subject::Parameter)
        .chain([Subject::Users])
        .filter(|subject| !mentioned.contains(subject) && !subject.is_default(params, users))
        .collect();
    if !missing.is_empty() {
        let last = places.last().map_or(end, |place| place.value.end);
        new.push_str(&old[copied.min(last)..last]);
        copied = last;
        if !places.is_empty() {
            new.push(',');
            // The comma that may stand after the last value now stands before it.
            let comma = old[last..end].find(',').filter(|at| old[last..last + at].trim().is_empty());
            if let Some(at) = comma {
                copied = last + at + 1;
            }
        }
        new.push_str(old[copied..end].trim_end());
        copied = end;
        for subject in missing {
            let name = subject.name();
            let name = if is_map { format!("{name:?}") } else { name.replace('-', "_") };
            new.push_str(&format!("\n    {name}: {},", subject.value(params, users)));
        }
        new.push('\n');
    }
    new.push_str(&old[copied..]);
    Ok(new)
}

/// What an entry is about.
#[derive(Clone, Copy)]
enum Subject {
    Parameter(&'static Parameter),
    Users,
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Subject {
    fn find(name: &str) -> Option<Self> {
        match params::find(name.as_bytes()) {
            Some(parameter) => Some(Subject::Parameter(parameter)),
            None => (name == Subject::Users.name()).then_some(Subject::Users),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Subject::Parameter(parameter) => parameter.name,
            Subject::Users => "user",
        }
    }

    /// Whether a file need not say it.
    fn is_default(self, params: &Params, users: &[Vec<u8>]) -> bool {
        match self {
            Subject::Parameter(parameter) => params.is_default(parameter),
            Subject::Users => users.is_empty() || users == Acl::default().lines(),
        }
    }

    /// Whether the entry in `text` already says what is in force.
    fn is_said(self, text: &str, params: &Params, users: &[Vec<u8>]) -> bool {
        let Ok(entries) = super::ron_file::parse(format!("({text})").as_bytes(), "") else { return false };
        let mut loader = params::load::Loader::new();
        let read = entries.iter().flat_map(|entry| &entry.lines).all(|line| {
            let words: Vec<&[u8]> = line.iter().map(Vec::as_slice).collect();
            loader.words(&words).is_ok()
        });
        read && match self {
            Subject::Parameter(parameter) => loader.params().show(parameter) == params.show(parameter),
            Subject::Users => {
                let said: Vec<Vec<u8>> =
                    loader.extras().users.iter().map(|words| words.join(&b' ')).collect();
                said == users
            }
        }
    }

    /// Its value as RON.
    fn value(self, params: &Params, users: &[Vec<u8>]) -> String {
        let list = |line: &Vec<u8>| {
            let words: Vec<String> = line.split(|&byte| byte == b' ').map(ron_word).collect();
            format!("[{}]", words.join(", "))
        };
        match self {
            Subject::Parameter(parameter) => ron_value(parameter, params),
            Subject::Users => format!("[{}]", users.iter().map(list).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// The value of a parameter as RON: a list for what takes several words, a list of lists for what takes
/// several lines.
fn ron_value(parameter: &Parameter, params: &Params) -> String {
    let lines: Vec<Vec<Vec<u8>>> =
        params.lines(parameter).iter().map(|line| words::split(line).unwrap_or_default()).collect();
    let list = |words: &[Vec<u8>]| {
        let words: Vec<String> =
            words.iter().filter(|word| !word.is_empty()).map(|word| ron_word(word)).collect();
        format!("[{}]", words.join(", "))
    };
    if !parameter.flags.contains(Flags::WORDS) {
        return lines.first().and_then(|line| line.first()).map_or("\"\"".into(), |word| ron_word(word));
    }
    match lines.as_slice() {
        [] => "[]".into(),
        [line] => list(line),
        lines => format!("[{}]", lines.iter().map(|line| list(line)).collect::<Vec<_>>().join(", ")),
    }
}

fn ron_word(word: &[u8]) -> String {
    match std::str::from_utf8(word) {
        Ok("yes") => "true".into(),
        Ok("no") => "false".into(),
        Ok(text) if text.parse::<i64>().is_ok_and(|number| number.to_string() == text) => text.into(),
        Ok(text) => ron::to_string(text).unwrap_or_default(),
        Err(_) => {
            let escaped: String = word.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            format!("b\"{escaped}\"")
        }
    }
}

#[cfg(test)]
pub(super) fn rewrite_ron_text(old: &str, params: &Params, users: &[Vec<u8>]) -> String {
    rewrite_ron(old, params, users).unwrap()
}
