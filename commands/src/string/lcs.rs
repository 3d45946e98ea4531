//! LCS: the longest common subsequence of two strings, its length, or where it stands in each.

mod alignment;

use alignment::Alignment;
use russet_engine::prelude::*;

command! {
    name: "LCS", group: String, since: "7.0.0",
    complexity: "O(N*M) where N and M are the lengths of s1 and s2, respectively",
    summary: "Finds the longest common substring.",
    syntax: "key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]",
    flags: READONLY,
    keys: [range(1, 1, 1).read_only().access()],
    run: lcs,
}

const NOT_STRINGS: Error = Error::new("ERR The specified keys must contain string values");
const BOTH: Error = Error::new("ERR If you want both the length and indexes, please just use IDX.");
const TOO_LARGE: Error =
    Error::new("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
const NO_MEMORY: Error = Error::new("ERR Insufficient memory, failed allocating transient memory for LCS");

#[derive(Default)]
struct Options {
    len: bool,
    idx: bool,
    /// Shorter matches are left out of `IDX`.
    min_match: usize,
    with_match_len: bool,
}

impl Options {
    fn read(args: Args<'_>) -> Result<Self, Error> {
        let mut options = Options::default();
        let mut at = 3;
        while at < args.len() {
            if args.is(at, "IDX") {
                options.idx = true;
            } else if args.is(at, "LEN") {
                options.len = true;
            } else if args.is(at, "WITHMATCHLEN") {
                options.with_match_len = true;
            } else if args.is(at, "MINMATCHLEN") && at + 1 < args.len() {
                at += 1;
                options.min_match = args.int(at)?.try_into().unwrap_or(0);
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        if options.len && options.idx { Err(BOTH) } else { Ok(options) }
    }
}

fn lcs(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    // Both keys are looked up before either is complained of.
    let kinds = [1, 2].map(|at| cx.db.string(args.key(at)).map(drop));
    kinds.into_iter().collect::<Result<(), _>>().map_err(|_| NOT_STRINGS)?;
    let options = Options::read(args)?;
    let mut digits = [itoa::Buffer::new(), itoa::Buffer::new()];
    let [for_a, for_b] = &mut digits;
    let (a, b) = (string(&cx.db, args.key(1), for_a), string(&cx.db, args.key(2), for_b));
    // Redis fills a table of 32-bit cells, and this is what it refuses; the bits that are kept here are far
    // smaller.
    let table = (a.len() as u64 + 1).saturating_mul(b.len() as u64 + 1).saturating_mul(4);
    if table > cx.core.params.proto_max_bulk_len() {
        return Err(TOO_LARGE);
    }
    if options.len {
        return cx.reply.count(alignment::length(a, b).ok_or(NO_MEMORY)?);
    }
    let alignment = Alignment::new(a, b).ok_or(NO_MEMORY)?;
    if !options.idx {
        return cx.reply.bulk(&alignment.text());
    }
    let mut matches = alignment.matches();
    matches.retain(|found| found.len() >= options.min_match);
    let reply = &mut cx.reply;
    reply.map(2)?;
    reply.bulk(b"matches")?;
    reply.array(matches.len())?;
    for found in &matches {
        reply.array(2 + usize::from(options.with_match_len))?;
        for range in [&found.a, &found.b] {
            reply.array(2)?;
            reply.count(*range.start())?;
            reply.count(*range.end())?;
        }
        if options.with_match_len {
            reply.count(found.len())?;
        }
    }
    reply.bulk(b"len")?;
    reply.count(alignment.len())
}

/// The string at a key; a key that is not there is an empty string.
fn string<'d>(db: &'d Db<'_>, key: Key<'_>, digits: &'d mut itoa::Buffer) -> &'d [u8] {
    db.peek(key).and_then(Text::of).map_or(b"", |text| text.bytes(digits))
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn text_and_length() {
        conversation! {
            "SET a ohmytext => +OK"
            "SET b mynewtext => +OK"
            "LCS a b => $6 mytext"
            "LCS a b WITHMATCHLEN => $6 mytext"
            "LCS a b LEN => :6"
            "LCS a b MINMATCHLEN 5 LEN => :6"
            "LCS a nope => $0"
            "LCS nope nope LEN => :0"
            "SET n 12312 => +OK"
            "LCS n n => $5 12312"
        };
    }

    #[test]
    fn indexes_in_both_protocols() {
        let mut shell = conversation! {
            "SET a ohmytext => +OK"
            "SET b mynewtext => +OK"
            "LCS a b IDX => *4 $7 matches *2 *2 *2 :4 :7 *2 :5 :8 *2 *2 :2 :3 *2 :0 :1 $3 len :6"
            "LCS a b IDX MINMATCHLEN -3 => *4 $7 matches *2 *2 *2 :4 :7 *2 :5 :8 *2 *2 :2 :3 *2 :0 :1 $3 len :6"
            "lcs a b minmatchlen 4 withmatchlen idx => *4 $7 matches *1 *3 *2 :4 :7 *2 :5 :8 :4 $3 len :6"
            "LCS a b IDX MINMATCHLEN 9223372036854775807 => *4 $7 matches *0 $3 len :6"
            "LCS a a IDX => *4 $7 matches *1 *2 *2 :0 :7 *2 :0 :7 $3 len :8"
            "LCS a nope IDX => *4 $7 matches *0 $3 len :0"
        };
        shell.resp3();
        let long = "%2 $7 matches *1 *3 *2 :4 :7 *2 :5 :8 :4 $3 len :6";
        assert_eq!(shell.run("LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN"), long);
    }

    #[test]
    fn errors_in_the_servers_order() {
        conversation! {
            "LCS a => -ERR wrong number of arguments for 'lcs' command"
            "LCS a b LEN IDX foo => -ERR syntax error"
            "LCS a b MINMATCHLEN => -ERR syntax error"
            "LCS a b IDX LEN MINMATCHLEN x => -ERR value is not an integer or out of range"
            "LCS a b IDX LEN => -ERR If you want both the length and indexes, please just use IDX."
        };
    }

    #[test]
    fn the_table_may_not_exceed_the_largest_bulk_string() {
        let mut shell = Shell::new();
        let limit = russet_engine::params::find(b"proto-max-bulk-len").unwrap();
        shell.engine.core.params.assign(limit, &[b"1048576"]).unwrap();
        shell.run(&format!("SET m1 {}", "x".repeat(511)));
        shell.run(&format!("SET m2 {}", "x".repeat(512)));
        assert_eq!(shell.run("LCS m1 m1 LEN"), ":511");
        let refused = "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len";
        assert_eq!(shell.run("LCS m1 m2 LEN"), refused);
        assert_eq!(shell.run("LCS m2 m2 IDX"), refused);
    }
}
