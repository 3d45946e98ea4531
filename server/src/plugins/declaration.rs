//! Declarations: what a plugin says of a command, turned into the declaration that the registry knows.
//!
//! The registry's declarations live as long as the process, a plugin does not. So their texts are kept here for good, each
//! once: a plugin that is loaded a thousand times costs what it costs the first time.
#![expect(unsafe_code, reason = "a plugin's declaration is made of pointers")]

use super::slices::{self, Bad};
use russet_engine::command::flags::{command as flag, key};
use russet_engine::command::keyspec::{Begin, Find, KeySpec};
use russet_engine::command::{Command, Group, Note, Run};
use russet_plugin_abi as abi;
use std::collections::HashSet;
use std::sync::Mutex;

/// The most keys or notes of a declaration.
const MOST: usize = 64;

/// What each flag of the interface is to the engine.
const FLAGS: [(u64, u64); 17] = [
    (abi::flag::WRITE, flag::WRITE),
    (abi::flag::READONLY, flag::READONLY),
    (abi::flag::DENYOOM, flag::DENYOOM),
    (abi::flag::ADMIN, flag::ADMIN),
    (abi::flag::PUBSUB, flag::PUBSUB),
    (abi::flag::NOSCRIPT, flag::NOSCRIPT),
    (abi::flag::BLOCKING, flag::BLOCKING),
    (abi::flag::LOADING, flag::LOADING),
    (abi::flag::STALE, flag::STALE),
    (abi::flag::SKIP_MONITOR, flag::SKIP_MONITOR),
    (abi::flag::SKIP_SLOWLOG, flag::SKIP_SLOWLOG),
    (abi::flag::FAST, flag::FAST),
    (abi::flag::NO_AUTH, flag::NO_AUTH),
    (abi::flag::MAY_REPLICATE, flag::MAY_REPLICATE),
    (abi::flag::NO_MANDATORY_KEYS, flag::NO_MANDATORY_KEYS),
    (abi::flag::NO_MULTI, flag::NO_MULTI),
    (abi::flag::ALLOW_BUSY, flag::ALLOW_BUSY),
];

/// What each flag of a key is to the engine.
const KEY_FLAGS: [(u64, u64); 11] = [
    (abi::key::RO, key::RO),
    (abi::key::RW, key::RW),
    (abi::key::OW, key::OW),
    (abi::key::RM, key::RM),
    (abi::key::ACCESS, key::ACCESS),
    (abi::key::UPDATE, key::UPDATE),
    (abi::key::INSERT, key::INSERT),
    (abi::key::DELETE, key::DELETE),
    (abi::key::NOT_KEY, key::NOT_KEY),
    (abi::key::INCOMPLETE, key::INCOMPLETE),
    (abi::key::VARIABLE_FLAGS, key::VARIABLE_FLAGS),
];

/// A command as its plugin declares it, read but not yet kept.
pub(super) struct Declaration {
    /// What the registry will know, with texts that are kept for good.
    pub command: &'static Command,
    /// What runs it; none for a container.
    pub run: Option<abi::Run>,
    /// What that is given.
    pub data: *mut std::ffi::c_void,
}

/// Reads a declaration. `run` is what the registry's entry runs, if there is anything to run.
///
/// # Safety
/// `command` is null, or points to a struct that is as long as its first field says, whose pointers are null or point to
/// what the header says they point to.
pub(super) unsafe fn read(command: *const abi::Command, run: Run) -> Result<Declaration, String> {
    if command.is_null() {
        return Err("a command that is NULL".into());
    }
    // SAFETY: a struct of this interface has its size first.
    let size = unsafe { command.cast::<usize>().read_unaligned() };
    if size < size_of::<abi::Command>() {
        return Err(format!(
            "a command whose size is {size} instead of {}: sizeof(russet_command) is right",
            size_of::<abi::Command>()
        ));
    }
    // SAFETY: it is as long as that.
    let theirs = unsafe { command.read_unaligned() };
    let text = |slice: abi::Slice, what: &str| {
        // SAFETY: the caller's promise.
        unsafe { slices::text(slice) }.map_err(|bad| match bad {
            Bad::Null => format!("a command whose {what} is NULL with a length"),
            Bad::NotText => format!("a command whose {what} is no text"),
        })
    };
    let name = text(theirs.name, "name")?.unwrap_or_default();
    let wrong = |what: &str| format!("'{name}': {what}");
    let is_good = |byte: u8| byte.is_ascii_graphic() && byte != b'|';
    if !(1..=2).contains(&name.split('|').count())
        || name.split('|').any(|part| part.is_empty() || !part.bytes().all(is_good))
    {
        return Err(wrong("that is no name for a command"));
    }
    let flags =
        translated(theirs.flags, &FLAGS).ok_or_else(|| wrong("a flag that this server does not know"))?;
    if flags & (flag::WRITE | flag::READONLY) == flag::WRITE | flag::READONLY {
        return Err(wrong("it cannot be both WRITE and READONLY"));
    }
    // SAFETY: the caller's promise.
    let keys = unsafe { slices::array(theirs.keys, theirs.key_count, MOST) }
        .ok_or_else(|| wrong("keys that are NULL, or too many"))?
        .iter()
        .map(|spec| read_key(spec, &text, &wrong))
        .collect::<Result<Vec<KeySpec>, String>>()?;
    // SAFETY: the caller's promise.
    let notes = unsafe { slices::array(theirs.notes, theirs.note_count, MOST) }
        .ok_or_else(|| wrong("notes that are NULL, or too many"))?
        .iter()
        .map(|note| read_note(note, &text, &wrong))
        .collect::<Result<Vec<Note>, String>>()?;
    let shown = |slice, what| text(slice, what).map(|text| kept(text.unwrap_or_default()));
    let read = Command {
        name: kept(name),
        group: Group::Module,
        since: shown(theirs.since, "since")?,
        complexity: shown(theirs.complexity, "complexity")?,
        summary: shown(theirs.summary, "summary")?,
        syntax: shown(theirs.syntax, "syntax")?,
        notes: &[],
        flags: flags | flag::MODULE,
        keys: &[],
        run: theirs.run.map(|_| run),
        ..Command::EMPTY
    };
    Ok(Declaration { command: declared(read, keys, notes), run: theirs.run, data: theirs.data })
}

fn read_key<'a>(
    spec: &abi::KeySpec,
    text: &impl Fn(abi::Slice, &str) -> Result<Option<&'a str>, String>,
    wrong: &impl Fn(&str) -> String,
) -> Result<KeySpec, String> {
    use abi::key_spec as kind;
    let begin = match spec.begin {
        kind::BEGIN_INDEX if spec.index > 0 => Begin::Index(spec.index),
        kind::BEGIN_KEYWORD => {
            let word = text(spec.keyword, "keyword")?.ok_or_else(|| wrong("a key with no keyword"))?;
            Begin::Keyword { word: kept(word), from: spec.index }
        }
        kind::BEGIN_UNKNOWN => Begin::Unknown,
        _ => return Err(wrong("a key that begins nowhere")),
    };
    let find = match spec.find {
        kind::FIND_UNKNOWN => Find::Unknown,
        kind::FIND_RANGE | kind::FIND_COUNT if spec.step < 1 => {
            return Err(wrong("a key whose step is not positive"));
        }
        kind::FIND_RANGE => Find::Range { last: spec.last, step: spec.step, limit: spec.limit.max(0) },
        kind::FIND_COUNT if spec.last >= 0 && spec.first >= 0 => {
            Find::Count { count: spec.last, first: spec.first, step: spec.step }
        }
        _ => return Err(wrong("a key that cannot be found")),
    };
    let flags = translated(spec.flags, &KEY_FLAGS)
        .ok_or_else(|| wrong("a key flag that this server does not know"))?;
    Ok(KeySpec { begin, find, flags, notes: None })
}

fn read_note<'a>(
    note: &abi::Note,
    text: &impl Fn(abi::Slice, &str) -> Result<Option<&'a str>, String>,
    wrong: &impl Fn(&str) -> String,
) -> Result<Note, String> {
    let of = text(note.of, "note")?.ok_or_else(|| wrong("a note of nothing"))?;
    let said = |slice| Ok::<_, String>(text(slice, "note")?.map(kept));
    let note = Note {
        name: said(note.name)?,
        kind: said(note.kind)?,
        since: said(note.since)?,
        ..russet_engine::command::declare::of(kept(of))
    };
    Ok(note)
}

/// Flags as the engine has them; `None` if there is one that it does not have.
fn translated(flags: u64, table: &[(u64, u64)]) -> Option<u64> {
    let known = table.iter().fold(0, |all, (theirs, _)| all | theirs);
    let ours = table.iter().filter(|(theirs, _)| flags & theirs != 0).fold(0, |all, (_, ours)| all | ours);
    (flags & !known == 0).then_some(ours)
}

/// The same text, kept for good.
fn kept(text: &str) -> &'static str {
    static TEXTS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut texts = TEXTS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let texts = texts.get_or_insert_default();
    match texts.get(text) {
        Some(known) => known,
        None => {
            let text: &'static str = Box::leak(text.into());
            texts.insert(text);
            text
        }
    }
}

/// The same declaration, kept for good.
fn declared(command: Command, keys: Vec<KeySpec>, notes: Vec<Note>) -> &'static Command {
    static DECLARED: Mutex<Vec<&'static Command>> = Mutex::new(Vec::new());
    let mut declared = DECLARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let said = |command: &Command, keys: &[KeySpec], notes: &[Note]| {
        let Command { name, since, complexity, summary, syntax, flags, run, .. } = *command;
        format!("{:?}", (name, since, complexity, summary, syntax, flags, run.is_some(), keys, notes))
    };
    let wanted = said(&command, &keys, &notes);
    let known = declared
        .iter()
        .find(|known| known.name == command.name && said(known, known.keys, known.notes) == wanted);
    if let Some(known) = known {
        return known;
    }
    let command: &'static Command =
        Box::leak(Box::new(Command { keys: keys.leak(), notes: notes.leak(), ..command }));
    declared.push(command);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: abi::KeySpec = abi::KeySpec {
        begin: abi::key_spec::BEGIN_INDEX,
        find: abi::key_spec::FIND_RANGE,
        keyword: abi::Slice::NONE,
        index: 1,
        last: 0,
        step: 1,
        limit: 0,
        first: 0,
        reserved: 0,
        flags: abi::key::RO | abi::key::ACCESS,
    };

    fn command(keys: &[abi::KeySpec]) -> abi::Command {
        unsafe extern "C" fn run(_: *mut abi::Call, _: *mut std::ffi::c_void) -> abi::Status {
            abi::OK
        }
        abi::Command {
            size: size_of::<abi::Command>(),
            name: abi::Slice::of(b"P.GET"),
            summary: abi::Slice::of(b"Gets."),
            syntax: abi::Slice::of(b"key"),
            since: abi::Slice::of(b"1.0.0"),
            complexity: abi::Slice::NONE,
            flags: abi::flag::READONLY | abi::flag::FAST,
            keys: keys.as_ptr(),
            key_count: keys.len(),
            notes: std::ptr::null(),
            note_count: 0,
            run: Some(run),
            data: std::ptr::null_mut(),
        }
    }

    fn read_one(command: &abi::Command) -> Result<Declaration, String> {
        // SAFETY: it is a whole struct, and its pointers point to what they should.
        unsafe { read(command, |_, _| Ok(())) }
    }

    fn told(change: impl FnOnce(&mut abi::Command)) -> String {
        let keys = [KEY];
        let mut command = command(&keys);
        change(&mut command);
        read_one(&command).err().expect("refused")
    }

    #[test]
    fn a_declaration_is_read_and_kept_once() {
        let keys = [KEY];
        let first = read_one(&command(&keys)).unwrap().command;
        assert_eq!((first.name, first.syntax, first.summary), ("P.GET", "key", "Gets."));
        assert_eq!(first.flags, flag::READONLY | flag::FAST | flag::MODULE);
        assert_eq!(first.keys, [russet_engine::command::declare::at(1).read_only().access()]);
        let again = read_one(&command(&keys)).unwrap().command;
        assert!(std::ptr::eq(first, again));
        let mut other = command(&keys);
        other.flags = abi::flag::READONLY;
        assert!(!std::ptr::eq(first, read_one(&other).unwrap().command));
    }

    #[test]
    fn what_cannot_be_is_told() {
        assert!(told(|c| c.size = 8).contains("size is 8"));
        assert!(told(|c| c.name = abi::Slice::NONE).contains("no name"));
        for name in [&b"A B"[..], b"|A", b"A|", b"A|B|C", b"A\n"] {
            assert!(told(|c| c.name = abi::Slice::of(name)).contains("no name"), "{name:?}");
        }
        assert!(told(|c| c.name = abi::Slice::of(b"\xff")).contains("no text"));
        assert!(told(|c| c.summary = abi::Slice { data: std::ptr::null(), len: 3 }).contains("NULL"));
        assert!(told(|c| c.flags = 1 << 60).contains("flag"));
        assert!(told(|c| c.flags = abi::flag::READONLY | abi::flag::WRITE).contains("both"));
        assert!(told(|c| c.keys = std::ptr::null()).contains("keys that are NULL"));
        assert!(told(|c| c.note_count = 1).contains("notes that are NULL"));
        assert!(told(|c| c.key_count = 1000).contains("too many"));
        // SAFETY: null is allowed.
        assert!(unsafe { read(std::ptr::null(), |_, _| Ok(())) }.err().unwrap().contains("NULL"));
    }

    #[test]
    fn keys_that_cannot_be_are_told() {
        let told = |change: fn(&mut abi::KeySpec)| {
            let mut keys = [KEY];
            change(&mut keys[0]);
            read_one(&command(&keys)).err().expect("refused")
        };
        assert!(told(|k| k.begin = 9).contains("begins nowhere"));
        assert!(told(|k| k.index = 0).contains("begins nowhere"));
        assert!(told(|k| k.begin = abi::key_spec::BEGIN_KEYWORD).contains("no keyword"));
        assert!(told(|k| k.find = 9).contains("cannot be found"));
        assert!(told(|k| k.step = 0).contains("step"));
        assert!(told(|k| k.flags = 1 << 40).contains("key flag"));
        assert!(told(|k| (k.find, k.last) = (abi::key_spec::FIND_COUNT, -1)).contains("cannot be found"));
    }
}
