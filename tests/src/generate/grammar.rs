//! Grammar files, and commands made from them.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};

use super::values::Values;
use crate::case::{Judge, Rule, Step};
use crate::peers::Server;

/// The commands of a grammar file.
#[derive(Debug)]
pub struct Grammar {
    lines: Vec<Line>,
    /// Who is asked, if the file says so with `@oracles`.
    pub oracles: Option<Vec<Server>>,
    /// Whether what is said to others than who sent a command counts, if the file says so with `@audience`.
    pub audience: bool,
}

#[derive(Debug)]
struct Line {
    weight: u32,
    rule: Rule,
    scan: bool,
    unspoilt: bool,
    skip: Vec<Server>,
    judge: Judge,
    body: Node,
}

#[derive(Debug)]
enum Node {
    Word(String),
    Slot(String),
    All(Vec<Node>),
    One(Vec<Node>),
    Maybe(Box<Node>),
    Several(Box<Node>),
}

/// One generated command and how its reply is judged.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Which connection sends it.
    pub connection: usize,
    /// The words.
    pub words: Vec<Vec<u8>>,
    /// What may differ.
    pub rule: Rule,
    /// A cursor command, to be repeated to its end.
    pub scan: bool,
    /// Who knows the right reply.
    pub judge: Judge,
    /// Where it is not played at all: these servers would go on from another state.
    pub skip: Vec<Server>,
    /// It lets a key expire: wait until that has happened everywhere.
    pub pause: bool,
}

impl Grammar {
    /// Parses a grammar file.
    ///
    /// # Errors
    /// A text with the line.
    pub fn parse(text: &str) -> Result<Grammar, String> {
        let mut lines = Vec::new();
        let (mut oracles, mut audience) = (None, false);
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(names) = line.strip_prefix("@oracles ") {
                oracles = Some(Judge::named(names).map_err(|e| format!("line {}: {e}", index + 1))?);
            } else if line == "@audience" {
                audience = true;
            } else if !line.is_empty() && !line.starts_with('#') {
                lines.push(Line::parse(line).map_err(|e| format!("line {}: {e}", index + 1))?);
            }
        }
        if lines.is_empty() {
            Err("a grammar without lines".into())
        } else {
            Ok(Grammar { lines, oracles, audience })
        }
    }

    /// A random command from a random one of `connections` connections.
    ///
    /// # Panics
    /// When the grammar names a slot that does not exist.
    pub fn generate(&self, connections: usize, rng: &mut StdRng) -> Operation {
        let line = self.lines.choose_weighted(rng, |line| line.weight).expect("a grammar has lines");
        let mut values = Values::default();
        let mut words = Vec::new();
        line.body.expand(&mut words, &mut values, rng);
        if !line.unspoilt {
            spoil(&mut words, rng);
        }
        Operation {
            connection: rng.random_range(1..=connections),
            words,
            rule: line.rule.clone(),
            scan: line.scan,
            judge: line.judge.clone(),
            skip: line.skip.clone(),
            pause: values.short_lived,
        }
    }
}

/// Now and then makes a command wrong.
fn spoil(words: &mut Vec<Vec<u8>>, rng: &mut StdRng) {
    let at = rng.random_range(0..words.len());
    match rng.random_range(0..60) {
        0 if words.len() > 1 => {
            words.remove(at.max(1));
        }
        1 => words.insert(at + 1, words[at].clone()),
        2 => words.push(b"extra".to_vec()),
        3 if at > 0 => words[at] = Vec::new(),
        // Never the name itself: an empty command or a number would be.
        _ => {}
    }
}

impl Line {
    fn parse(line: &str) -> Result<Line, String> {
        let (weight, rest) = match line.split_once(' ') {
            Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => {
                (number.parse().map_err(|_| "a weight out of range".to_string())?, rest.trim_start())
            }
            _ => (1, line),
        };
        let flags: Vec<&str> = rest.split_whitespace().take_while(|w| w.starts_with('@')).collect();
        let (mut scan, mut unspoilt, mut skip, mut kept) = (false, false, Vec::new(), Vec::new());
        for &flag in &flags {
            match flag {
                "@scan" => scan = true,
                "@unspoilt" => unspoilt = true,
                _ => match flag.strip_prefix("@skip=") {
                    Some(names) => skip = Judge::named(names)?,
                    None => kept.push(flag),
                },
            }
        }
        // The flags mean what they mean in case files, so that parser reads them.
        let step = Step::parse(0, &format!("{} x", kept.join(" ")))?;
        let tokens: Vec<&str> = rest.split_whitespace().skip(flags.len()).collect();
        if tokens.first().is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit())) {
            return Err("a weight stands before the flags".to_string());
        }
        let mut tokens = tokens.as_slice();
        let body = alternatives(&mut tokens)?;
        if !tokens.is_empty() {
            return Err(format!("unexpected {:?}", tokens[0]));
        }
        Ok(Line { weight, rule: step.rule, scan, unspoilt, skip, judge: step.judge, body })
    }
}

/// `a b | c`, up to a closing bracket or the end.
fn alternatives(tokens: &mut &[&str]) -> Result<Node, String> {
    let mut choices = vec![Vec::new()];
    while let Some((&token, rest)) = tokens.split_first() {
        if matches!(token, "]" | ")" | ")...") {
            break;
        }
        *tokens = rest;
        let last = choices.last_mut().expect("never empty");
        match token {
            "|" => choices.push(Vec::new()),
            "[" => last.push(Node::Maybe(Box::new(bracketed(tokens, "]")?.0))),
            "(" => {
                let (inner, several) = bracketed(tokens, ")")?;
                last.push(if several { Node::Several(Box::new(inner)) } else { inner });
            }
            _ => {
                let (token, several) = token.strip_suffix("...").map_or((token, false), |t| (t, true));
                let node = match token.strip_prefix('<').and_then(|t| t.strip_suffix('>')) {
                    Some(slot) => Node::Slot(slot.into()),
                    None => Node::Word(token.into()),
                };
                last.push(if several { Node::Several(Box::new(node)) } else { node });
            }
        }
    }
    let mut choices: Vec<Node> = choices.into_iter().map(Node::All).collect();
    Ok(if choices.len() == 1 { choices.remove(0) } else { Node::One(choices) })
}

fn bracketed(tokens: &mut &[&str], close: &str) -> Result<(Node, bool), String> {
    let inner = alternatives(tokens)?;
    let (&token, rest) = tokens.split_first().ok_or_else(|| format!("a missing {close:?}"))?;
    *tokens = rest;
    match token.strip_prefix(close) {
        Some("") => Ok((inner, false)),
        Some("...") => Ok((inner, true)),
        _ => Err(format!("{token:?} where {close:?} belongs")),
    }
}

impl Node {
    fn expand(&self, words: &mut Vec<Vec<u8>>, values: &mut Values, rng: &mut StdRng) {
        match self {
            Node::Word(word) => words.push(cased(word, rng)),
            Node::Slot(slot) => words.push(values.pick(slot, rng)),
            Node::One(choices) => choices.choose(rng).expect("never empty").expand(words, values, rng),
            Node::Several(inner) => {
                let times = *[1, 1, 1, 2, 2, 3, 5].choose(rng).expect("not empty");
                for _ in 0..times {
                    inner.expand(words, values, rng);
                }
            }
            // An option alone: rarely given twice.
            Node::Maybe(inner) => {
                let times =
                    [0, 0, 0, 1, 1].choose(rng).expect("not empty") + u32::from(rng.random_bool(0.01));
                for _ in 0..times {
                    inner.expand(words, values, rng);
                }
            }
            Node::All(nodes) => {
                // Options that stand side by side may come in any order.
                let fixed = nodes.iter().position(|n| matches!(n, Node::Maybe(_))).unwrap_or(nodes.len());
                let tail = nodes[fixed..]
                    .iter()
                    .position(|n| !matches!(n, Node::Maybe(_)))
                    .map_or(nodes.len(), |n| fixed + n);
                let mut options: Vec<&Node> = nodes[fixed..tail].iter().collect();
                options.shuffle(rng);
                for node in nodes[..fixed].iter().chain(options).chain(&nodes[tail..]) {
                    node.expand(words, values, rng);
                }
            }
        }
    }
}

fn cased(word: &str, rng: &mut StdRng) -> Vec<u8> {
    match rng.random_range(0..12) {
        0 => word.to_lowercase().into_bytes(),
        1 => word
            .chars()
            .map(|c| if rng.random_bool(0.5) { c.to_ascii_lowercase() } else { c } as u8)
            .collect(),
        _ => word.as_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_line_makes_the_commands_that_it_describes() {
        let grammar =
            Grammar::parse("# remark\n2 @near=1 SET <key> ( a | b )... [ X <count> | Y ]\n").unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..500 {
            let operation = grammar.generate(2, &mut rng);
            assert_eq!(operation.rule.near, 1);
            assert!((1..=2).contains(&operation.connection));
            seen.extend(operation.words.iter().map(|w| w.to_ascii_uppercase()));
        }
        for word in [&b"SET"[..], b"A", b"B", b"X", b"Y", b"1000", b"EXTRA", b"KEY:1"] {
            assert!(seen.contains(word), "{:?} never came", String::from_utf8_lossy(word));
        }
    }

    #[test]
    fn flags_say_what_is_not_spoilt_and_where_it_is_not_played() {
        let grammar = Grammar::parse("@unspoilt @skip=redis,valkey SPOP 0:1 7\n").unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..500 {
            let operation = grammar.generate(1, &mut rng);
            assert_eq!(operation.skip, [Server::Redis, Server::Valkey]);
            assert!(operation.words.len() == 3 && operation.words[1..] == [b"0:1".to_vec(), b"7".to_vec()]);
        }
    }

    #[test]
    fn a_wrong_line_is_refused() {
        for bad in ["@skip=x SET", "SET [ <key>", "SET )", "SET ( a ]", "@foo SET", ""] {
            assert!(Grammar::parse(bad).is_err(), "{bad:?}");
        }
    }
}
