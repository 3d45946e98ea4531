//! The parser, whole and in pieces.

use super::*;
use proptest::prelude::*;

const LIMITS: Limits = Limits { bulk: 512 << 20, words: Limits::WORDS };

/// Parses `input` delivered in pieces of the given sizes (the last one takes the rest), moving an unfinished
/// command to a fresh buffer between reads, as the tick does.
fn parse_in_pieces(input: &[u8], sizes: &[usize]) -> Result<Vec<Vec<Vec<u8>>>, Error> {
    let mut parser = Parser::default();
    let (mut buffer, mut commands) = (Vec::new(), Vec::new());
    let mut rest = input;
    let mut sizes = sizes.iter().copied();
    while !rest.is_empty() {
        let take = sizes.next().unwrap_or(rest.len()).clamp(1, rest.len());
        buffer.extend_from_slice(&rest[..take]);
        rest = &rest[take..];
        let mut start = 0;
        loop {
            let mut words = Vec::new();
            match parser.parse(&mut buffer, start, LIMITS, &mut words)? {
                Step::Incomplete => {
                    assert!(words.is_empty(), "an unfinished command leaves no words behind");
                    break;
                }
                Step::Command { end } => {
                    let word = |w: &Span| buffer[w.start as usize..w.end as usize].to_vec();
                    if !words.is_empty() {
                        commands.push(words.iter().map(word).collect());
                    }
                    start = end;
                }
            }
        }
        buffer.drain(..start);
    }
    Ok(commands)
}

fn encode(words: &[Vec<u8>]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
    out
}

proptest! {
    #[test]
    fn any_split_gives_the_same_commands(
        commands in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..6), 0..6),
        sizes in prop::collection::vec(1usize..9, 0..60),
    ) {
        let input: Vec<u8> = commands.iter().flat_map(|c| encode(c)).collect();
        prop_assert_eq!(parse_in_pieces(&input, &sizes).unwrap(), commands);
    }

    #[test]
    fn any_bytes_in_any_split_give_the_same_outcome(
        input in prop::collection::vec(
            prop_oneof![Just(b'*'), Just(b'$'), Just(b'\r'), Just(b'\n'), Just(b'1'), Just(b'2'), Just(b'-'),
                Just(b'"'), Just(b' '), Just(0), any::<u8>()], 0..80),
        sizes in prop::collection::vec(1usize..5, 0..40),
    ) {
        prop_assert_eq!(parse_in_pieces(&input, &sizes), parse_in_pieces(&input, &[]));
    }
}

fn error(input: &[u8], limits: Limits) -> String {
    let mut input = input.to_vec();
    let mut parser = Parser::default();
    parser.parse(&mut input, 0, limits, &mut Vec::new()).expect_err("a violation").to_string()
}

#[test]
fn violations_have_the_texts_of_redis() {
    assert_eq!(error(b"*x\r\n", LIMITS), "ERR Protocol error: invalid multibulk length");
    assert_eq!(error(b"*2147483648\r\n", LIMITS), "ERR Protocol error: invalid multibulk length");
    assert_eq!(error(b"*1\r\n:1\r\n", LIMITS), "ERR Protocol error: expected '$', got ':'");
    assert_eq!(error(b"*1\r\n$-1\r\n", LIMITS), "ERR Protocol error: invalid bulk length");
    assert_eq!(error(b"*1\r\n$536870913\r\n", LIMITS), "ERR Protocol error: invalid bulk length");
    assert_eq!(error(b"a \"b\r\n", LIMITS), "ERR Protocol error: unbalanced quotes in request");
    assert_eq!(error(&[b'a'; LINE_MAX + 1], LIMITS), "ERR Protocol error: too big inline request");
    let long = [&b"*"[..], &[b'1'; LINE_MAX + 1]].concat();
    assert_eq!(error(&long, LIMITS), "ERR Protocol error: too big mbulk count string");
    let long = [&b"*1\r\n$"[..], &[b'1'; LINE_MAX + 1]].concat();
    assert_eq!(error(&long, LIMITS), "ERR Protocol error: too big bulk count string");
    let limits = Limits::UNAUTHENTICATED;
    assert_eq!(error(b"*11\r\n", limits), "ERR Protocol error: unauthenticated multibulk length");
    assert_eq!(error(b"*1\r\n$16385\r\n", limits), "ERR Protocol error: unauthenticated bulk length");
}

#[test]
fn empty_commands_are_passed_over() {
    assert_eq!(parse_in_pieces(b"*0\r\n*-5\r\n\r\n  \r\nPING\r\n", &[]).unwrap(), [[b"PING".to_vec()]]);
}

#[test]
fn inline_words_are_unquoted() {
    let commands = parse_in_pieces(b"set \"a\\x20b\" 'c d'\n", &[]).unwrap();
    assert_eq!(commands, [[b"set".to_vec(), b"a b".to_vec(), b"c d".to_vec()]]);
}

#[test]
fn a_line_with_a_nul_byte_never_ends() {
    assert_eq!(parse_in_pieces(b"ECHO a\0b\r\nPING\r\n", &[]).unwrap(), [[]; 0] as [[Vec<u8>; 0]; 0]);
    assert_eq!(parse_in_pieces(b"*1\r\n\0\r\nPING\r\n", &[]).unwrap(), [[]; 0] as [[Vec<u8>; 0]; 0]);
}

#[test]
fn a_claim_allocates_nothing() {
    let mut parser = Parser::default();
    let mut input = b"*2147483647\r\n$536870912\r\nab".to_vec();
    assert_eq!(parser.parse(&mut input, 0, LIMITS, &mut Vec::new()), Ok(Step::Incomplete));
    assert_eq!(parser.memory(), 0);
    assert_eq!(parser.wanted(input.len()), (512 << 20) + 2 - 2);
}

/// Parses all commands of `buffer` and copies their words.
fn parse_all(parser: &mut Parser, buffer: &mut [u8]) -> Vec<Vec<Vec<u8>>> {
    let (mut start, mut commands) = (0, Vec::new());
    loop {
        let mut words = Vec::new();
        match parser.parse(buffer, start, LIMITS, &mut words) {
            Ok(Step::Command { end }) => {
                commands
                    .push(words.iter().map(|w| buffer[w.start as usize..w.end as usize].to_vec()).collect());
                start = end;
            }
            _ => return commands,
        }
    }
}

#[test]
fn commands_that_wait_are_parsed_again_as_they_were_sent() {
    let sent =
        b"WAIT 1 0\r\nSET a \"b c\"\r\nset 'd e'  f\r\n*1\r\n$4\r\nPING\r\nGET \"x\\ty\"\n*2\r\n$1\r\n";
    let mut buffer = sent.to_vec();
    let mut parser = Parser::default();
    let first = parse_all(&mut parser, &mut buffer);
    assert_eq!(first.len(), 5);
    assert_eq!(first[1], [&b"SET"[..], b"a", b"b c"]);
    parser.rewind(&mut buffer, 10);
    assert_eq!(buffer, sent);
    assert_eq!(parse_all(&mut parser, &mut buffer), first);
    // What has run already keeps its decoded form: its bytes are gone for good.
    let ran = b"WAIT 1 0\r\nSET a \"b c\"\r\n".len();
    let decoded = buffer[..ran].to_vec();
    parser.rewind(&mut buffer, ran);
    assert_eq!((&buffer[..ran], &buffer[ran..]), (&decoded[..], &sent[ran..]));
}

#[test]
fn a_command_of_many_words_in_many_pieces_costs_what_it_has_in_bytes() {
    const WORDS: usize = 200_000;
    let mut input = format!("*{WORDS}\r\n").into_bytes();
    let head = input.len();
    input.extend(b"$0\r\n\r\n".repeat(WORDS));
    let (mut parser, mut words) = (Parser::default(), Vec::new());
    let begun = std::time::Instant::now();
    for arrived in head..input.len() {
        let step = parser.parse(&mut input[..arrived], 0, LIMITS, &mut words);
        assert_eq!(step, Ok(Step::Incomplete));
    }
    // A byte at a time. Were the words copied for each piece, this would move a terabyte.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let end = input.len();
    assert_eq!(parser.parse(&mut input, 0, LIMITS, &mut words), Ok(Step::Command { end }));
    assert_eq!(words.len(), WORDS);
    assert!(parser.memory() < 10_000, "an idle connection does not keep room for them");
}
