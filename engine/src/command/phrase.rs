//! Phrases: lines of a command in the form that its syntax line shows, made up by somebody else's choices. Fuzz targets and
//! tests speak them, so that a command that is new is tried without being named anywhere.

use super::argument::{BLOCK, KEY, ONE_OF, PURE_TOKEN};
use super::{Argument, Entry};

/// Decides what a phrase says.
pub trait Choice {
    /// A number below `bound`, which is not 0: which way a phrase takes.
    fn below(&mut self, bound: usize) -> usize;

    /// A key.
    fn key(&mut self) -> Vec<u8>;

    /// A value for an argument.
    fn value(&mut self, argument: &Argument) -> Vec<u8>;
}

/// The words of a line.
#[derive(Clone, Debug, Default)]
pub struct Phrase {
    /// All of them, the command's name included.
    pub words: Vec<Vec<u8>>,
    /// The places of those that are values: neither keys nor what the syntax line says as it is.
    pub values: Vec<usize>,
}

/// What is said more than once is said so many times at most.
const REPEATED: usize = 3;

impl Phrase {
    /// A line of a command. Where the number of keys is an argument, it is right.
    pub fn of(entry: &Entry, choice: &mut impl Choice) -> Phrase {
        let mut phrase = Phrase::default();
        phrase.words.extend(entry.name.split('|').map(|part| part.as_bytes().to_vec()));
        // The same number for all of a line: there are as many ids as streams, as many weights as sets.
        let times = 1 + choice.below(REPEATED);
        phrase.say_all(&entry.arguments, times, choice);
        phrase
    }

    fn say_all(&mut self, arguments: &[Argument], times: usize, choice: &mut impl Choice) {
        for argument in arguments {
            self.say(argument, times, choice);
        }
    }

    fn say(&mut self, argument: &Argument, times: usize, choice: &mut impl Choice) {
        if argument.optional && choice.below(2) == 0 {
            return;
        }
        for time in 0..if argument.multiple { times } else { 1 } {
            if let Some(token) = argument.token.filter(|_| time == 0 || argument.multiple_token) {
                self.words.push(token.as_bytes().to_vec());
            }
            match argument.kind {
                PURE_TOKEN => {}
                ONE_OF => {
                    self.say(&argument.arguments[choice.below(argument.arguments.len())], times, choice)
                }
                BLOCK => self.say_all(&argument.arguments, times, choice),
                KEY => self.words.push(choice.key()),
                _ => {
                    self.values.push(self.words.len());
                    let number_of_keys = argument.name == "numkeys";
                    self.words.push(match number_of_keys {
                        true => times.to_string().into_bytes(),
                        false => choice.value(argument),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Command, Registry};

    const COMMANDS: &[Command] = &[Command {
        name: "PICK",
        syntax: "numkeys key [key ...] <LEFT | RIGHT> [COUNT count] [GET pattern [GET pattern ...]]",
        run: Some(|cx, _| cx.reply.ok()),
        ..Command::EMPTY
    }];

    /// Takes the ways that it is told to.
    struct Told(std::vec::IntoIter<usize>);

    impl Choice for Told {
        fn below(&mut self, bound: usize) -> usize {
            self.0.next().map_or(0, |number| number % bound)
        }

        fn key(&mut self) -> Vec<u8> {
            b"k".to_vec()
        }

        fn value(&mut self, argument: &Argument) -> Vec<u8> {
            format!("a-{}", argument.kind).into_bytes()
        }
    }

    #[test]
    fn a_phrase_is_what_the_syntax_line_shows() {
        let registry = Registry::build(COMMANDS).expect("it can be read");
        let entry = registry.iter().next().expect("it is there");
        for (ways, expected, values) in [
            (vec![], "pick 1 k LEFT", vec![1]),
            (vec![1, 1, 0, 0], "pick 2 k k RIGHT", vec![1]),
            (
                vec![1, 0, 1, 1],
                "pick 2 k k LEFT COUNT a-integer GET a-pattern GET a-pattern",
                vec![1, 6, 8, 10],
            ),
        ] {
            let phrase = Phrase::of(entry, &mut Told(ways.into_iter()));
            let words: Vec<_> = phrase.words.iter().map(|word| String::from_utf8_lossy(word)).collect();
            assert_eq!(words.join(" "), expected);
            assert_eq!(phrase.values, values);
        }
    }
}
