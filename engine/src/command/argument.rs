//! What `COMMAND DOCS` says of arguments, derived from the syntax line by convention and corrected by notes.

use super::syntax::{self, Node};
use super::{KeySpec, Note, key_finder, note};
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
    pub(super) written: String,
}

/// The kind of a word that is a token.
pub(super) const PURE_TOKEN: &str = "pure-token";
/// The kind of a choice.
pub(super) const ONE_OF: &str = "oneof";
/// The kind of a sequence.
pub(super) const BLOCK: &str = "block";
/// The kind of a key.
pub(super) const KEY: &str = "key";

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
    note::correct(&mut arguments, notes)?;
    all_named(&arguments)?;
    key_finder::find(&mut arguments, keys, name_words);
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

fn all_named(arguments: &[Argument]) -> Result<(), String> {
    arguments.iter().try_for_each(|argument| {
        if argument.name.is_empty() {
            return Err(format!("'{}' needs a name: add a note", argument.written));
        }
        all_named(&argument.arguments)
    })
}

#[cfg(test)]
mod tests {
    use super::super::declare::{after, at, counted, of};
    use super::*;

    fn read(line: &'static str, notes: &'static [Note], keys: &[KeySpec]) -> Result<Vec<String>, String> {
        let (arguments, _) = arguments(line, notes, keys, 1)?;
        Ok(arguments.iter().map(show).collect())
    }

    /// `name:kind@TOKEN#specification`, `?` if optional, `*` if multiple, `+` if so with its token, members.
    fn show(argument: &Argument) -> String {
        let mut text = format!("{}:{}", argument.name, argument.kind);
        text.extend(argument.token.map(|token| format!("@{token}")));
        text.extend(argument.key_spec.map(|spec| format!("#{spec}")));
        let flags = [(argument.optional, '?'), (argument.multiple, '*'), (argument.multiple_token, '+')];
        text.extend(flags.iter().filter_map(|&(set, sign)| set.then_some(sign)));
        if !argument.arguments.is_empty() {
            text += &format!("({})", argument.arguments.iter().map(show).collect::<Vec<_>>().join(" "));
        }
        text
    }

    #[test]
    fn words_tokens_and_groups() {
        for (line, shown) in [
            ("count [NX | XX]", "count:integer condition:oneof?(nx:pure-token@NX xx:pure-token@XX)"),
            ("[LIMIT offset count]", "limit:block@LIMIT?(offset:integer count:integer)"),
            ("[PREFIX prefix [PREFIX prefix ...]]", "prefix:string@PREFIX?*+"),
            ("[WEIGHTS weight [weight ...]]", "weight:integer@WEIGHTS?*"),
            ("[arg [arg ...]]", "arg:string?*"),
            ("field value [field value ...]", "data:block*(field:string value:string)"),
            ("[AGGREGATE <SUM | MIN>]", "aggregate:oneof@AGGREGATE?(sum:pure-token@SUM min:pure-token@MIN)"),
            ("[ALPHA] <* | id>", "sorting:pure-token@ALPHA? "),
        ] {
            let notes: &[Note] = if line.contains("id") { &[of("* | id").name("which")] } else { &[] };
            let notes: &'static [Note] = notes.to_vec().leak();
            assert!(read(line, notes, &[]).unwrap().join(" ").starts_with(shown), "{line}");
        }
    }

    #[test]
    fn notes_correct_what_they_are_about() {
        const TWO: &[Note] = &[of("LEFT | RIGHT").name("from"), of("LEFT | RIGHT").name("to")];
        let names = read("<LEFT | RIGHT> <LEFT | RIGHT>", TWO, &[]).unwrap().join(" ");
        assert!(names.starts_with("from:oneof(") && names.contains(" to:oneof("), "{names}");
        const BEGUN: &[Note] =
            &[of("BY radius ...").name("circle"), of("BY radius <M | KM | FT | MI> | ...").name("by")];
        let names = read("<BY radius <M | KM | FT | MI> | TO width>", BEGUN, &[]).unwrap().join(" ");
        assert!(names.starts_with("by:oneof(circle:block(radius:double@BY "), "{names}");
        const WORD: &[Note] = &[of("step").kind("integer")];
        assert_eq!(read("[BY step]", WORD, &[]).unwrap(), ["step:integer@BY?"]);
    }

    #[test]
    fn keys_know_their_specifications() {
        let keys = [at(1), after("STORE", 2)];
        assert_eq!(read("key [STORE key]", &[], &keys).unwrap(), ["key:key#0", "key:key@STORE#1?"]);
        let keys = [at(1), counted(2)];
        let shown = ["destination:key#0", "numkeys:integer", "key:key#1*"];
        assert_eq!(read("destination numkeys key [key ...]", &[], &keys).unwrap(), shown);
    }

    #[test]
    fn a_note_about_nothing_and_a_nameless_group_are_refused() {
        const ABOUT_NOTHING: &[Note] = &[of("EX").since("1.0.0")];
        assert!(read("key [PX ms]", ABOUT_NOTHING, &[]).unwrap_err().contains("'EX'"));
        assert!(read("<a | b>", &[], &[]).unwrap_err().contains("needs a name"));
        const THREE: &[Note] = &[of("a").name("x"), of("a").name("y"), of("a").name("z")];
        assert!(read("a b a", THREE, &[]).unwrap_err().contains("3 notes"));
    }
}
