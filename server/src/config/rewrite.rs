//! `CONFIG REWRITE`: writing the values in force back to the configuration file, so that no crash leaves half
//! a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use russet_engine::params::{self, Flags, Parameter, Params, words};

use super::{is_ron, ron_layout};

/// Brings the configuration file at `path` up to date with `params`.
///
/// A redis.conf keeps its comments and its order; so does a RON file. The new text is written to a temporary
/// file beside it, forced to disk, and renamed over it, with the permissions the old one had. A file that has
/// gone is made anew.
pub fn rewrite(path: &Path, params: &Params) -> io::Result<()> {
    let old = match fs::read(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let new = if is_ron(path) {
        let old =
            std::str::from_utf8(&old).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        rewrite_ron(old, params)?.into_bytes()
    } else {
        params::rewrite::rewrite(&old, params)
    };
    replace_file(path, &new)
}

/// Puts `text` in the place of the file at `path` in one step.
fn replace_file(path: &Path, text: &[u8]) -> io::Result<()> {
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
fn rewrite_ron(old: &str, params: &Params) -> io::Result<String> {
    let old = if ron_layout::is_blank(old) { "(\n)\n" } else { old };
    let unreadable =
        || io::Error::new(io::ErrorKind::InvalidData, "the configuration file is not RON any more");
    let places = ron_layout::entries(old).ok_or_else(unreadable)?;
    let end = ron_layout::end(old).ok_or_else(unreadable)?;
    let is_map = old[..end].trim_start().contains('{') && old.as_bytes()[end] == b'}';

    let mut new = String::with_capacity(old.len());
    let mut copied = 0;
    let mut mentioned: Vec<&Parameter> = Vec::new();
    for place in &places {
        let name = old[place.name.clone()].trim_matches('"').replace('_', "-");
        let Some(parameter) = params::find(name.as_bytes()) else { continue };
        mentioned.push(parameter);
        if says(parameter, &old[place.name.start..place.value.end], params) {
            continue;
        }
        new.push_str(&old[copied..place.value.start]);
        new.push_str(&ron_value(parameter, params));
        copied = place.value.end;
    }
    let missing: Vec<&Parameter> = params::all()
        .filter(|parameter| !mentioned.iter().any(|known| std::ptr::eq(*known, *parameter)))
        .filter(|parameter| !params.is_default(parameter))
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
        for parameter in missing {
            let name =
                if is_map { format!("{:?}", parameter.name) } else { parameter.name.replace('-', "_") };
            new.push_str(&format!("\n    {name}: {},", ron_value(parameter, params)));
        }
        new.push('\n');
    }
    new.push_str(&old[copied..]);
    Ok(new)
}

/// Whether the entry in `text` already says what `params` holds.
fn says(parameter: &Parameter, text: &str, params: &Params) -> bool {
    let Ok(entries) = super::ron_file::parse(format!("({text})").as_bytes(), "") else { return false };
    let mut loader = params::load::Loader::new();
    let read = entries.iter().flat_map(|entry| &entry.lines).all(|line| {
        let words: Vec<&[u8]> = line.iter().map(Vec::as_slice).collect();
        loader.words(&words).is_ok()
    });
    read && loader.params().show(parameter) == params.show(parameter)
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
pub(super) fn rewrite_ron_text(old: &str, params: &Params) -> String {
    rewrite_ron(old, params).unwrap()
}
