//! What `COMMAND DOCS` says of arguments, derived from the syntax line by convention and corrected by notes.

use super::keyspec::{Begin, Find};
use super::syntax::{self, Node};
use super::{KeySpec, Note};
use std::borrow::Cow;

/// An argument, or a group of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it is.
    pub kind: &'static str,
    /// The word that announces it, or that it is.
    pub token: Option<&'static str>,
    /// What the manual calls it; groups have none.
    pub display: Option<Cow<'static, str>>,
    /// Which of the command's key specifications finds it.
    pub key_spec: Option<usize>,
    /// The version that added it.
    pub since: Option<&'static str>,
    /// The version that deprecated it.
    pub deprecated_since: Option<&'static str>,
    /// It may be left out.
    pub optional: bool,
    /// It may occur more than once.
    pub multiple: bool,
    /// Each time with its token.
    pub multiple_token: bool,
    /// The members of a group.
    pub arguments: Vec<Argument>,
    /// How it stands in the syntax line.
    written: String,
}

/// The kind of a word that is a token.
const PURE_TOKEN: &str = "pure-token";
/// The kind of a choice.
const ONE_OF: &str = "oneof";
/// The kind of a sequence.
const BLOCK: &str = "block";
/// The kind of a key.
const KEY: &str = "key";

/// Kinds that words have by convention; all others are strings.
const KINDS: &[(&str, &[&str])] = &[
    (KEY, &["destination", "destkey", "dst", "key", "key1", "key2", "newkey", "source", "sourcekey", "src"]),
    ("pattern", &["pattern"]),
    ("unix-time", &["unix-time-milliseconds", "unix-time-seconds"]),
    ("double", &["height", "latitude", "longitude", "radius", "score", "width"]),
    (
        "integer",
        &[
            "bit",
            "bits",
            "client-id",
            "cluster-bus-port",
            "config-epoch",
            "count",
            "cursor",
            "db",
            "decrement",
            "destination-db",
            "end-slot",
            "entries-added",
            "entries-read",
            "frequency",
            "increment",
            "index",
            "index1",
            "index2",
            "len",
            "limit",
            "maxage",
            "milliseconds",
            "min-match-len",
            "ms",
            "num-matches",
            "numkeys",
            "numlocal",
            "numreplicas",
            "offset",
            "port",
            "protover",
            "rank",
            "seconds",
            "slot",
            "start-slot",
            "timeout",
            "ttl",
            "version",
            "weight",
        ],
    ),
];

/// Names that choices have by convention.
const CHOICES: &[(&str, &str)] = &[
    ("= | ~", "operator"),
    ("ASC | DESC", "order"),
    ("ASYNC | SYNC", "flush-type"),
    ("BYSCORE | BYLEX", "sortby"),
    ("LEFT | RIGHT", "where"),
    ("M | KM | FT | MI", "unit"),
    ("MIN | MAX", "where"),
    ("NX | XX", "condition"),
];

/// Names of tokens that are not the token itself in small letters.
const TOKENS: &[(&str, &str)] = &[
    ("=", "equal"),
    ("~", "approximately"),
    ("*", "auto-id"),
    ("$", "new-id"),
    (EMPTY, "empty-string"),
    ("ALPHA", "sorting"),
    ("CH", "change"),
    ("INCR", "increment"),
];

/// How the syntax line writes an empty word.
const EMPTY: &str = "\"\"";

/// The arguments of a command, and the number of words that they take: at least, and whether it may be more.
///
/// # Errors
/// The line cannot be read, a note matches nothing, or a group has no name.
pub(super) fn arguments(
    line: &'static str,
    notes: &'static [Note],
    keys: &[KeySpec],
    name_words: i32,
) -> Result<(Vec<Argument>, (i32, bool)), String> {
    let sequence = syntax::parse(line)?;
    let mut arguments = of_sequence(&sequence);
    for (index, note) in notes.iter().enumerate() {
        let same = |notes: &[Note]| notes.iter().filter(|other| other.of == note.of).count();
        correct(&mut arguments, note, same(&notes[..index]), same(notes))?;
    }
    all_named(&arguments)?;
    let mut finder = KeyFinder { keys, position: Some(name_words), after: None };
    finder.sequence(&mut arguments);
    Ok((arguments, syntax::words(&sequence)))
}

impl Argument {
    fn new(name: Cow<'static, str>, kind: &'static str, written: String) -> Self {
        Argument {
            name,
            kind,
            token: None,
            display: None,
            key_spec: None,
            since: None,
            deprecated_since: None,
            optional: false,
            multiple: false,
            multiple_token: false,
            arguments: Vec::new(),
            written,
        }
    }

    fn value(word: &'static str) -> Self {
        let kind = KINDS.iter().find(|(_, words)| words.contains(&word)).map_or("string", |&(kind, _)| kind);
        Argument { display: Some(word.into()), ..Argument::new(word.into(), kind, word.into()) }
    }

    fn pure(token: &'static str) -> Self {
        let name = token_name(token);
        let bare = Argument::new(name.clone(), PURE_TOKEN, token.into());
        Argument { token: Some(if token == EMPTY { "" } else { token }), display: Some(name), ..bare }
    }

    fn group(kind: &'static str, name: Cow<'static, str>, members: Vec<Argument>, written: String) -> Self {
        Argument { arguments: members, ..Argument::new(name, kind, written) }
    }

    fn choice(alternatives: &[Vec<Node>]) -> Self {
        let written = syntax::choice(alternatives);
        let name = CHOICES.iter().find(|(choice, _)| *choice == written).map_or("", |&(_, name)| name);
        let members = alternatives.iter().map(|sequence| one(sequence, "")).collect();
        Argument::group(ONE_OF, name.into(), members, written)
    }

    /// The same, announced by `token`.
    fn announced(mut self, token: &'static str, sequence: &[Node]) -> Self {
        if self.kind == ONE_OF || self.kind == BLOCK {
            self.name = token_name(token);
        }
        self.token = Some(token);
        self.written = format!("{token} {}", syntax::text(sequence));
        self
    }
}

fn token_name(token: &'static str) -> Cow<'static, str> {
    match TOKENS.iter().find(|(known, _)| *known == token) {
        Some((_, name)) => Cow::Borrowed(*name),
        None => Cow::Owned(token.to_ascii_lowercase()),
    }
}

/// A sequence as a single argument: a block if it has several.
fn one(sequence: &[Node], block_name: &'static str) -> Argument {
    let mut members = of_sequence(sequence);
    if members.len() == 1 {
        return members.remove(0);
    }
    Argument::group(BLOCK, block_name.into(), members, syntax::text(sequence))
}

fn of_sequence(mut rest: &[Node]) -> Vec<Argument> {
    let mut arguments = Vec::new();
    while let Some((node, behind)) = rest.split_first() {
        rest = behind;
        arguments.push(match node {
            Node::Word(word) => Argument::value(word),
            Node::OneOf(alternatives) => match &alternatives[..] {
                [together] => one(together, ""),
                _ => Argument::choice(alternatives),
            },
            Node::Optional(inner) => Argument { optional: true, ..one(inner, "") },
            Node::Repeat(inner) => repeated(inner),
            Node::Token(token) if announces_all(behind) => {
                rest = &[];
                let members = of_sequence(behind);
                Argument::group(BLOCK, "".into(), members, String::new()).announced(token, behind)
            }
            Node::Token(token) => match behind.split_first() {
                Some((next @ (Node::Word(_) | Node::OneOf(_) | Node::Repeat(_)), behind)) => {
                    rest = behind;
                    one(std::slice::from_ref(next), "").announced(token, std::slice::from_ref(next))
                }
                _ => Argument::pure(token),
            },
        });
    }
    arguments
}

fn repeated(inner: &[Node]) -> Argument {
    let argument = one(inner, "data");
    Argument { multiple: true, multiple_token: argument.token.is_some(), ..argument }
}

/// Whether a token announces all of what stands behind it: two values or more, and no choice among them.
fn announces_all(behind: &[Node]) -> bool {
    let values = behind.iter().filter(|node| match node {
        Node::Word(_) => true,
        Node::Repeat(inner) => matches!(inner[..], [Node::Word(_)]),
        _ => false,
    });
    let others = behind.iter().filter(|node| matches!(node, Node::Optional(_)));
    let values = values.count();
    values >= 2 && values + others.count() == behind.len()
}

/// Applies a note to what it is about. Where one text stands for several arguments, a note is about all of them,
/// and several notes with that text are about one each, in order.
fn correct(arguments: &mut [Argument], note: &Note, nth: usize, of: usize) -> Result<(), String> {
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

fn all_named(arguments: &[Argument]) -> Result<(), String> {
    arguments.iter().try_for_each(|argument| {
        if argument.name.is_empty() {
            return Err(format!("'{}' needs a name: add a note", argument.written));
        }
        all_named(&argument.arguments)
    })
}

/// Walks the arguments in order, and says of each key which specification finds it.
struct KeyFinder<'a> {
    keys: &'a [KeySpec],
    /// The word that comes next, as long as that is certain.
    position: Option<i32>,
    /// The last token before it.
    after: Option<&'static str>,
}

impl KeyFinder<'_> {
    fn sequence(&mut self, arguments: &mut [Argument]) {
        for argument in arguments {
            self.argument(argument);
        }
    }

    fn argument(&mut self, argument: &mut Argument) {
        if let Some(token) = argument.token {
            self.after = Some(token);
            self.advance();
        }
        match argument.kind {
            PURE_TOKEN => {}
            BLOCK => self.sequence(&mut argument.arguments),
            ONE_OF => {
                let begin = self.position;
                let mut ends = Vec::new();
                for member in &mut argument.arguments {
                    self.position = begin;
                    self.argument(member);
                    ends.push(self.position);
                }
                self.position =
                    ends.first().copied().flatten().filter(|_| ends.windows(2).all(|w| w[0] == w[1]));
            }
            KEY => {
                argument.key_spec = argument.key_spec.or_else(|| self.specification());
                self.advance();
            }
            _ => self.advance(),
        }
        self.after = None;
        if argument.optional || argument.multiple {
            self.position = None;
        }
    }

    fn advance(&mut self) {
        self.position = self.position.map(|position| position + 1);
    }

    fn specification(&self) -> Option<usize> {
        let by_token = self
            .keys
            .iter()
            .position(|key| matches!(key.begin, Begin::Keyword { word, .. } if self.after == Some(word)));
        let by_position = || {
            let position = self.position?;
            self.keys.iter().position(|key| match (key.begin, key.find) {
                (Begin::Index(begin), Find::Range { last, .. }) => {
                    begin <= position && (last < 0 || position <= begin + last)
                }
                (Begin::Index(begin), Find::Count { first, .. }) => begin + first == position,
                _ => false,
            })
        };
        by_token.or_else(by_position)
    }
}
