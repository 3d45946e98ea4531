//! Notes: what a syntax line cannot say of its arguments.

use super::argument::{Argument, PURE_TOKEN};

/// A remark on one argument of the syntax line, found by the words it stands for.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// The argument as it is written in the syntax line: a word, a token, or a whole alternative.
    pub of: &'static str,
    /// Its name in `COMMAND DOCS`, where it is not the word itself.
    pub name: Option<&'static str>,
    /// Its type, where the word does not imply it (`integer`, `double`, `unix-time`, `pattern`, ...).
    pub kind: Option<&'static str>,
    /// The version that added it.
    pub since: Option<&'static str>,
    /// The version that deprecated it.
    pub deprecated_since: Option<&'static str>,
    /// The key specification that finds it.
    pub key_spec: Option<usize>,
}

/// Begins a [`Note`] on the argument that the syntax line writes as `of`.
pub const fn of(of: &'static str) -> Note {
    Note { of, name: None, kind: None, since: None, deprecated_since: None, key_spec: None }
}

impl Note {
    /// Names the argument.
    #[must_use]
    pub const fn name(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }
    /// Gives its type.
    #[must_use]
    pub const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }
    /// Says which version added it.
    #[must_use]
    pub const fn since(mut self, since: &'static str) -> Self {
        self.since = Some(since);
        self
    }
    /// Says which key specification finds it, where neither its token nor its place does.
    #[must_use]
    pub const fn key_spec(mut self, index: usize) -> Self {
        self.key_spec = Some(index);
        self
    }
    /// Says which version deprecated it.
    #[must_use]
    pub const fn deprecated_since(mut self, since: &'static str) -> Self {
        self.deprecated_since = Some(since);
        self
    }
}

impl Note {
    /// The beginning that it gives in place of a whole text: `EX seconds | ...`.
    fn begins(&self) -> Option<&'static str> {
        self.of.strip_suffix("...").filter(|begin| begin.ends_with(' '))
    }

    fn is_about(&self, argument: &Argument) -> bool {
        match self.begins() {
            Some(begin) => argument.written.len() > begin.len() && argument.written.starts_with(begin),
            None => argument.written == self.of || argument.token == Some(self.of),
        }
    }

    fn is_about_value(&self, argument: &Argument) -> bool {
        argument.token.is_some_and(|token| self.of != token)
            && argument.kind != PURE_TOKEN
            && argument.display.as_deref() == Some(self.of)
    }

    fn apply(&self, argument: &mut Argument) {
        if let Some(name) = self.name {
            argument.name = name.into();
            if argument.kind == PURE_TOKEN {
                argument.display = Some(name.into());
            }
        }
        argument.kind = self.kind.unwrap_or(argument.kind);
        argument.since = self.since.or(argument.since);
        argument.key_spec = self.key_spec.or(argument.key_spec);
        argument.deprecated_since = self.deprecated_since.or(argument.deprecated_since);
    }
}

/// Applies notes to what they are about.
///
/// # Errors
/// One of them is about nothing.
pub(super) fn correct(arguments: &mut [Argument], notes: &[Note]) -> Result<(), String> {
    notes.iter().enumerate().try_for_each(|(index, note)| {
        let same = |notes: &[Note]| notes.iter().filter(|other| other.of == note.of).count();
        correct_one(arguments, note, same(&notes[..index]), same(notes))
    })
}

/// Applies a note. Where one text stands for several arguments, a note is about all of them,
/// and several notes with that text are about one each, in order.
fn correct_one(arguments: &mut [Argument], note: &Note, nth: usize, of: usize) -> Result<(), String> {
    let mut lengths = Vec::new();
    let mut find = |matches: fn(&Note, &Argument) -> bool| {
        collect(arguments, &mut |argument| {
            lengths.extend(matches(note, argument).then_some(argument.written.len()))
        });
        lengths.iter().min().map(|&shortest| (matches, shortest))
    };
    // A value may be called by its word alone, unless another argument is nothing but that word.
    let Some((is_about, shortest)) = find(Note::is_about).or_else(|| find(Note::is_about_value)) else {
        return Err(format!("no argument is written '{}', which a note is about", note.of));
    };
    if of > 1 && of != lengths.len() {
        return Err(format!("{of} notes are about '{}', which is written {} times", note.of, lengths.len()));
    }
    let mut seen = 0;
    collect(arguments, &mut |argument| {
        // What a note only begins is the smallest thing that begins so.
        if is_about(note, argument) && (note.begins().is_none() || argument.written.len() == shortest) {
            if of == 1 || seen == nth {
                note.apply(argument);
            }
            seen += 1;
        }
    });
    Ok(())
}

fn collect(arguments: &mut [Argument], visit: &mut impl FnMut(&mut Argument)) {
    for argument in arguments {
        visit(argument);
        collect(&mut argument.arguments, visit);
    }
}
