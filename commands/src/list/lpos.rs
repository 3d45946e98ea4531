//! LPOS: where in a list an element is.

use russet_engine::prelude::*;
use russet_engine::value::List;
use std::ops::ControlFlow;

command! {
    name: "LPOS", group: List, since: "6.0.6",
    complexity: "O(N) where N is the number of elements in the list, for the average case. When searching for elements near the head or the tail of the list, or when the MAXLEN option is provided, the command may run in constant time.",
    summary: "Returns the index of matching elements in a list.",
    syntax: "key element [RANK rank] [COUNT num-matches] [MAXLEN len]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    run: lpos,
}

/// What is asked for besides the element.
struct Options {
    rank: i64,
    /// How many matches are wanted as an array, 0 for all; without it one is wanted, by itself.
    count: Option<usize>,
    /// How many elements are looked at.
    most: usize,
}

fn options(args: Args<'_>) -> Result<Options, Error> {
    let mut options = Options { rank: 1, count: None, most: usize::MAX };
    let number = |at, text| args.at_least(at, 0, text).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let mut at = 3;
    while at < args.len() {
        if at + 1 == args.len() {
            return Err(Error::SYNTAX);
        }
        if args.is(at, "RANK") {
            options.rank = args.int_in(at + 1, -i64::MAX..=i64::MAX)?;
            if options.rank == 0 {
                return Err(Error::new(
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use \
                     negative to start from the end of the list",
                ));
            }
        } else if args.is(at, "COUNT") {
            options.count = Some(number(at + 1, "ERR COUNT can't be negative")?);
        } else if args.is(at, "MAXLEN") {
            options.most = match number(at + 1, "ERR MAXLEN can't be negative")? {
                0 => usize::MAX,
                most => most,
            };
        } else {
            return Err(Error::SYNTAX);
        }
        at += 2;
    }
    Ok(options)
}

fn lpos(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Options { rank, count, most } = options(args)?;
    let list = cx.db.get::<List>(args.key(1))?;
    let find = |see: &mut dyn FnMut(usize) -> ControlFlow<()>| {
        if let Some(list) = list {
            list.find(args.word(2), rank, most, see);
        }
    };
    let Some(count) = count else {
        let mut first = None;
        find(&mut |index| {
            first = Some(index);
            ControlFlow::Break(())
        });
        return match first {
            Some(index) => cx.reply.count(index),
            None => cx.reply.null(),
        };
    };
    cx.reply.counted_array(|reply| {
        let mut found = 0;
        find(&mut |index| {
            found += 1;
            match reply.count(index) {
                Ok(()) if found != count => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        });
        Ok(found)
    })
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn ranks_counts_and_limits() {
        for size in ["-2", "2"] {
            let mut shell = conversation! { "LPOS k a => $-1" "LPOS k a COUNT 0 => *0" };
            shell.set("list-max-listpack-size", size);
            for (line, reply) in [
                ("RPUSH k a 7 c 7 2 3 c c", ":8"),
                ("LPOS k a", ":0"),
                ("LPOS k c", ":2"),
                ("LPOS k 07", "$-1"),
                ("LPOS k c RANK 2", ":6"),
                ("LPOS k c RANK 4", "$-1"),
                ("LPOS k c RANK -1", ":7"),
                ("LPOS k 7 RANK -2", ":1"),
                ("LPOS k c COUNT 0", "*3 :2 :6 :7"),
                ("LPOS k c COUNT 2 RANK -1", "*2 :7 :6"),
                ("LPOS k c COUNT 9 RANK -2", "*2 :6 :2"),
                ("LPOS k c COUNT 5 MAXLEN 7", "*2 :2 :6"),
                ("LPOS k c MAXLEN 2", "$-1"),
                ("LPOS k c MAXLEN 1 RANK -1 COUNT 0", "*1 :7"),
                ("LPOS k c MAXLEN 0 COUNT 1", "*1 :2"),
                ("LPOS k c RANK -9223372036854775807 COUNT 0", "*0"),
            ] {
                assert_eq!(shell.run(line), reply, "{line}");
            }
        }
    }

    #[test]
    fn options_are_checked_before_the_key() {
        conversation! {
            "SET s x => +OK"
            "LPOS s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "LPOS s a COUNT => -ERR syntax error"
            "LPOS s a FOO 1 => -ERR syntax error"
            "LPOS s a COUNT -1 => -ERR COUNT can't be negative"
            "LPOS s a COUNT x => -ERR COUNT can't be negative"
            "LPOS s a MAXLEN -1 => -ERR MAXLEN can't be negative"
            "LPOS s a RANK x => -ERR value is not an integer or out of range"
            "LPOS s a RANK -9223372036854775808 => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
            "LPOS s a RANK 0 => -ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list"
        };
    }
}
