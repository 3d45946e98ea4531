//! Arity from a syntax line: how many words a command takes at least, and whether it may take more.

/// The arity that a syntax line (without the command's name) implies for a command of one word: `key value`
/// takes three words, `key [value ...]` at least two (-2). `<a | b>` counts as its shortest alternative.
pub(super) fn of_syntax(syntax: &str) -> i32 {
    let spaced: String = syntax
        .chars()
        .flat_map(|c| {
            let alone = matches!(c, '[' | ']' | '<' | '>' | '|');
            [alone.then_some(' '), Some(c), alone.then_some(' ')].into_iter().flatten()
        })
        .collect();
    let mut words = spaced.split_whitespace();
    let (least, open) = sequence(&mut words);
    if open { -(least + 1) } else { least + 1 }
}

/// Reads up to the closing bracket: the least number of words of any alternative, and whether it may vary.
fn sequence<'a>(words: &mut impl Iterator<Item = &'a str>) -> (i32, bool) {
    let (mut least, mut best, mut open) = (0, None::<i32>, false);
    while let Some(word) = words.next() {
        match word {
            "]" | ">" => break,
            "|" => {
                open |= best.is_some_and(|b| b != least);
                best = Some(best.map_or(least, |b| b.min(least)));
                least = 0;
            }
            "[" => {
                sequence(words);
                open = true;
            }
            "<" => {
                let (inner, varies) = sequence(words);
                least += inner;
                open |= varies;
            }
            "..." => open = true,
            _ => least += 1,
        }
    }
    if let Some(best) = best {
        open |= best != least;
        least = least.min(best);
    }
    (least, open)
}

#[cfg(test)]
mod tests {
    use super::of_syntax;

    #[test]
    fn counts_words_that_must_be_there() {
        for (syntax, arity) in [
            ("", 1),
            ("key", 2),
            ("key value", 3),
            ("key [key ...]", -2),
            ("key value [NX | XX] [GET] [EX seconds | KEEPTTL]", -3),
            ("<SAVE | NOSAVE>", 2),
            ("<IDLETIME | FREQ seconds> key", -3),
            ("[protover [AUTH username password] [SETNAME clientname]]", -1),
        ] {
            assert_eq!(of_syntax(syntax), arity, "{syntax}");
        }
    }
}
