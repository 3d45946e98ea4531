//! The request parser: whole and in pieces, forth and back.

use arbitrary::Unstructured;
use russet_engine::args::Span;
use russet_server::resp::{Limits, Parser, Step};

/// What a client's bytes came to: commands, then perhaps the error that ends the connection.
type Outcome = (Vec<Vec<Vec<u8>>>, Option<String>);

target! { run, "any cut of the bytes gives the same commands and the same error; words lie inside the buffer" }

/// Input: a byte that chooses limits, a byte that says how many cuts follow, their sizes, the request bytes.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let limits = match input.arbitrary::<u8>().unwrap_or_default() % 4 {
        0 => Limits::UNAUTHENTICATED,
        1 => Limits { bulk: 64, words: Limits::WORDS },
        _ => Limits { bulk: 512 << 20, words: Limits::WORDS },
    };
    let cuts = input.arbitrary::<u8>().unwrap_or_default();
    let sizes: Vec<usize> =
        (0..cuts).map(|_| 1 + usize::from(input.arbitrary::<u8>().unwrap_or_default() % 32)).collect();
    let bytes = input.take_rest();
    assert_eq!(in_pieces(bytes, &sizes, limits), in_pieces(bytes, &[], limits), "the cuts matter");
    rewinding_restores(bytes, limits);
}

/// Parses `bytes` as they would arrive in reads of these sizes (the last one takes the rest). What is left over
/// moves to another buffer between reads, as in the server.
fn in_pieces(bytes: &[u8], sizes: &[usize], limits: Limits) -> Outcome {
    let mut parser = Parser::default();
    let (mut buffer, mut commands) = (Vec::new(), Vec::new());
    let (mut rest, mut sizes) = (bytes, sizes.iter().copied());
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(sizes.next().unwrap_or(rest.len()).min(rest.len()));
        buffer.extend_from_slice(piece);
        rest = later;
        let (done, error) = parse(&mut parser, &mut buffer, limits, &mut commands);
        if error.is_some() {
            return (commands, error);
        }
        parser.forget_lines();
        buffer = buffer.split_off(done);
    }
    (commands, None)
}

/// Parses all commands that `buffer` holds. Returns where the first unfinished one begins, and a violation.
fn parse(
    parser: &mut Parser,
    buffer: &mut [u8],
    limits: Limits,
    commands: &mut Vec<Vec<Vec<u8>>>,
) -> (usize, Option<String>) {
    let mut start = 0;
    loop {
        let mut words = Vec::new();
        match parser.parse(buffer, start, limits, &mut words) {
            Err(error) => return (start, Some(error.to_string())),
            Ok(Step::Incomplete) => {
                assert!(words.is_empty(), "an unfinished command leaves no words behind");
                assert!(parser.memory() <= 64 * size_of::<Span>() + 16 * buffer.len(), "claims cost memory");
                return (start, None);
            }
            Ok(Step::Command { end }) => {
                assert!(start < end && end <= buffer.len(), "a command lies inside the buffer");
                let mut at = start;
                for word in &words {
                    assert!(at <= word.start as usize && word.start <= word.end, "words follow each other");
                    at = word.end as usize;
                }
                assert!(at <= end, "words lie inside their command");
                if !words.is_empty() {
                    let word = |w: &Span| buffer[w.start as usize..w.end as usize].to_vec();
                    commands.push(words.iter().map(word).collect());
                }
                start = end;
            }
        }
    }
}

/// A parser that is told that nothing could run leaves the bytes as they came, and parses them the same again.
fn rewinding_restores(bytes: &[u8], limits: Limits) {
    let mut parser = Parser::default();
    let mut buffer = bytes.to_vec();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let outcome = parse(&mut parser, &mut buffer, limits, &mut first);
    parser.rewind(&mut buffer, 0);
    assert_eq!(buffer, bytes, "rewinding restores the bytes");
    assert_eq!(parse(&mut parser, &mut buffer, limits, &mut second), outcome);
    assert_eq!(first, second);
}
