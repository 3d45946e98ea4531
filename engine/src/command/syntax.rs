//! The syntax line of a declaration, read into groups: the line is what the manual's reader sees, and everything
//! that `COMMAND DOCS` says of arguments is derived from it.
//!
//! | written | means |
//! |---|---|
//! | `key` | a value: some letter is small |
//! | `NX`, `~` | a token, sent as it stands: no letter is small |
//! | `EX seconds`, `BY <A \| B>` | a value or a choice that its token announces |
//! | `LIMIT offset count` | a token that announces several values |
//! | `[...]` | may be left out |
//! | `<a \| b>`, `[a \| b]` | one of these |
//! | `<a b>` | these together, where nothing else says so |
//! | `key [key ...]`, `[key ...]` | one or more, any number |
//! | `field value [field value ...]` | one or more pairs |
//! | `<a \| b> ...` | one or more of these, where saying it twice would be too long |

/// A piece of a syntax line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A word that is sent as it stands.
    Token(&'static str),
    /// A word that stands for a value.
    Word(&'static str),
    /// One of several sequences.
    OneOf(Vec<Vec<Node>>),
    /// A sequence that may be left out.
    Optional(Vec<Node>),
    /// A sequence that occurs once or more often.
    Repeat(Vec<Node>),
}

/// Reads a syntax line. O(length), but for the comparison of what is repeated.
///
/// # Errors
/// What is wrong with the line.
pub(super) fn parse(line: &'static str) -> Result<Vec<Node>, String> {
    let mut reader = Reader { rest: line, line };
    let group = reader.group(None)?;
    match group.alternatives.len() {
        1 if !group.repeats => Ok(group.alternatives.into_iter().next().unwrap_or_default()),
        1 => Err(format!("'...' stands outside of brackets in '{line}'")),
        _ => Err(format!("'|' stands outside of brackets in '{line}'")),
    }
}

/// What stands between two brackets.
struct Group {
    alternatives: Vec<Vec<Node>>,
    /// It ends with `...`.
    repeats: bool,
}

struct Reader {
    rest: &'static str,
    line: &'static str,
}

impl Reader {
    /// The next word or bracket.
    fn next(&mut self) -> Option<&'static str> {
        let alone = |c: char| matches!(c, '[' | ']' | '<' | '>' | '|');
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        let end = if alone(first) {
            1
        } else {
            self.rest.find(|c: char| alone(c) || c.is_whitespace()).unwrap_or(self.rest.len())
        };
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(word)
    }

    /// Reads up to the bracket that closes the group.
    fn group(&mut self, close: Option<&str>) -> Result<Group, String> {
        let whole = self.line;
        let wrong = |what: &str| Err(format!("{what} in '{whole}'"));
        let (mut alternatives, mut sequence, mut repeats) = (Vec::new(), Vec::<Node>::new(), false);
        loop {
            let word = self.next();
            if repeats && word != close {
                return wrong("'...' is not the last word of its brackets");
            }
            match word {
                word if word == close => break,
                None => return wrong("a bracket is not closed"),
                Some("]" | ">") => return wrong("a bracket is closed that was not opened"),
                Some("|") if sequence.is_empty() => return wrong("an alternative is empty"),
                Some("|") => alternatives.push(std::mem::take(&mut sequence)),
                Some("<") => {
                    let inner = self.group(Some(">"))?;
                    if inner.repeats {
                        return wrong("'...' belongs into square brackets, or behind '>',");
                    }
                    sequence.push(Node::OneOf(inner.alternatives));
                }
                Some("[") => {
                    let inner = self.group(Some("]"))?;
                    optional(&mut sequence, inner);
                }
                Some("...") => match sequence.last() {
                    Some(Node::OneOf(_)) if close != Some("]") => {
                        let repeated = sequence.pop().into_iter().collect();
                        sequence.push(Node::Repeat(repeated));
                    }
                    Some(_) if close.is_some() => repeats = true,
                    _ => return wrong("'...' has nothing to repeat"),
                },
                Some(word) if word.contains(|c: char| c.is_ascii_lowercase()) => {
                    sequence.push(Node::Word(word))
                }
                Some(word) => sequence.push(Node::Token(word)),
            }
        }
        if sequence.is_empty() && (close.is_some() || !alternatives.is_empty()) {
            return wrong("an alternative is empty");
        }
        alternatives.push(sequence);
        Ok(Group { alternatives, repeats })
    }
}

/// Appends what stands in square brackets. `key` followed by `[key ...]` is one `key` that repeats.
fn optional(sequence: &mut Vec<Node>, inner: Group) {
    let mut alternatives = inner.alternatives;
    let content = match alternatives.len() {
        1 => alternatives.remove(0),
        _ => vec![Node::OneOf(alternatives)],
    };
    if !inner.repeats {
        sequence.push(Node::Optional(content));
    } else if sequence.ends_with(&content) {
        sequence.truncate(sequence.len() - content.len());
        sequence.push(Node::Repeat(content));
    } else {
        sequence.push(Node::Optional(vec![Node::Repeat(content)]));
    }
}

/// The number of words that a sequence takes at least, and whether it may take more. O(nodes).
pub(super) fn words(sequence: &[Node]) -> (i32, bool) {
    let (mut least, mut open) = (0, false);
    for node in sequence {
        let (count, varies) = match node {
            Node::Token(_) | Node::Word(_) => (1, false),
            Node::Optional(_) => (0, true),
            Node::Repeat(inner) => (words(inner).0, true),
            Node::OneOf(alternatives) => {
                let counts: Vec<(i32, bool)> = alternatives.iter().map(|a| words(a)).collect();
                let least = counts.iter().map(|c| c.0).min().unwrap_or_default();
                (least, counts.iter().any(|&(count, varies)| varies || count != least))
            }
        };
        least += count;
        open |= varies;
    }
    (least, open)
}

/// The line again, in one spelling: single spaces, `|` between spaces.
pub(super) fn text(sequence: &[Node]) -> String {
    let words: Vec<String> = sequence
        .iter()
        .map(|node| match node {
            Node::Token(word) | Node::Word(word) => (*word).to_owned(),
            Node::OneOf(alternatives) => format!("<{}>", choice(alternatives)),
            Node::Optional(inner) => match &inner[..] {
                [Node::OneOf(alternatives)] => format!("[{}]", choice(alternatives)),
                _ => format!("[{}]", text(inner)),
            },
            Node::Repeat(inner) => format!("{0} [{0} ...]", text(inner)),
        })
        .collect();
    words.join(" ")
}

/// Alternatives without their brackets.
pub(super) fn choice(alternatives: &[Vec<Node>]) -> String {
    alternatives.iter().map(|a| text(a)).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::{parse, text, words};

    #[test]
    fn counts_words_that_must_be_there() {
        for (syntax, least, open) in [
            ("", 0, false),
            ("key", 1, false),
            ("key value", 2, false),
            ("key [key ...]", 1, true),
            ("key value [NX | XX] [GET] [EX seconds | KEEPTTL]", 2, true),
            ("<SAVE | NOSAVE>", 1, false),
            ("<IDLETIME | FREQ seconds> key", 2, true),
            ("[protover [AUTH username password] [SETNAME clientname]]", 0, true),
            ("key field value [field value ...]", 3, true),
            ("<[ID client-id] | [TYPE type]> ...", 0, true),
            ("<ip:port | <[ID client-id] | [TYPE type]> ...>", 0, true),
            ("<a | <b | c d> ...>", 1, true),
        ] {
            assert_eq!(words(&parse(syntax).unwrap()), (least, open), "{syntax}");
        }
    }

    #[test]
    fn reads_back_what_it_writes() {
        for (syntax, spelled) in [
            ("key  value [NX|XX]", "key value [NX | XX]"),
            ("numkeys [key [key ...]]", "numkeys [key [key ...]]"),
            ("numkeys [key ...]", "numkeys [key [key ...]]"),
            ("GET a b [GET a b ...]", "GET a b [GET a b ...]"),
            ("<a | <B | C> d> ...", "<a | <B | C> d> [<a | <B | C> d> ...]"),
        ] {
            let once = text(&parse(syntax).unwrap());
            assert_eq!(once, spelled);
            let again: &'static str = once.clone().leak();
            assert_eq!(text(&parse(again).unwrap()), once);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for syntax in
            ["a | b", "[a", "a]", "<a]", "[a ... b]", "...", "a ...", "[]", "<a | >", "<| a>", "[...]"]
        {
            let error = parse(syntax).expect_err(syntax);
            assert!(error.ends_with(&format!("in '{syntax}'")), "{error}");
        }
    }
}
