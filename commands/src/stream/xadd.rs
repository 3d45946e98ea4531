//! XADD: append an entry to a stream, and trim it if asked to.

use super::entries::{IdText, write_id};
use super::trimming::{Exactly, Options, limits};
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::{AppendError, Id, NewId};

command! {
    name: "XADD", group: Stream, since: "5.0.0",
    complexity: "O(1) when adding a new entry, O(N) when trimming where N being the number of entries evicted.",
    summary: "Appends a new message to a stream. Creates the key if it doesn't exist.",
    syntax: "key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]",
    notes: [
        of("NOMKSTREAM").since("6.2.0"),
        of("<MAXLEN | ...").name("trim"),
        of("MAXLEN | MINID").name("strategy"),
        of("MINID").since("6.2.0"),
        of("LIMIT").since("6.2.0"),
        of("* | id").name("id-selector"),
    ],
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().update().notes("UPDATE instead of INSERT because of the optional trimming feature")],
    tips: ["nondeterministic_output"],
    history: [
        ("6.2.0", "Added the `NOMKSTREAM` option, `MINID` trimming strategy and the `LIMIT` option."),
        ("7.0.0", "Added support for the `<ms>-*` explicit ID form."),
    ],
    run: xadd,
}

fn xadd(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let options = Options::parse(cx.core, args, true)?;
    let Some((at, id)) = options.id else { return Err(Error::arity("xadd")) };
    let words = args.iter_from(at + 1);
    if words.len() == 0 || !words.len().is_multiple_of(2) {
        return Err(Error::arity("xadd"));
    }
    if id == NewId::Exact(Id::MIN) {
        return Err(Error::new("ERR The ID specified in XADD must be greater than 0-0"));
    }
    let is_new = match cx.db.get_for_write::<Stream>(key)? {
        None if options.existing_only => return cx.reply.null(),
        Some(stream) if stream.last_id() == Id::MAX => {
            return Err(Error::new(
                "ERR The stream has exhausted the last possible ID, unable to add more items",
            ));
        }
        found => found.is_none(),
    };

    let (now, limits) = (cx.db.now_ms() as u64, limits(cx.core));
    let edited = cx.db.edit_or_insert(key, Stream::new, |stream| {
        let fields = words.clone().step_by(2).zip(words.clone().skip(1).step_by(2));
        let id = stream.append(id, now, fields, limits)?;
        let trimmed = options.trim.map_or(0, |trim| stream.trim(trim));
        let exactly = options.trim.filter(|trim| trim.approximate).map(|trim| Exactly::new(stream, trim));
        Ok((id, trimmed, exactly))
    })?;
    let (given, trimmed, exactly) = match edited.result {
        Ok(done) => done,
        Err(error) => {
            if is_new {
                cx.db.take(key);
            }
            return Err(match error {
                AppendError::TooLarge => Error::new("ERR Elements are too large to be stored"),
                AppendError::NotGreater | AppendError::Exhausted => Error::new(
                    "ERR The ID specified in XADD is equal or smaller than the target stream top item",
                ),
            });
        }
    };
    cx.db.changed(key, Event::XAdd);
    if trimmed > 0 {
        cx.db.note(key, Event::XTrim);
    }
    cx.db.signal(key);
    if exactly.is_some() || !matches!(id, NewId::Exact(_)) {
        // With its id, and trimmed to where it was trimmed: neither the clock nor the size of nodes matters any more.
        let trimming = match &exactly {
            Some(exactly) => exactly.words().to_vec(),
            None => args.iter_from(2).take(at - 2).collect(),
        };
        let id = IdText::new(given);
        let begin: [&[u8]; 2] = [b"XADD", key.bytes];
        let entry = args.iter_from(at + 1).map(|word| -> &[u8] { word });
        cx.journal(begin.into_iter().chain(trimming).chain([id.as_bytes()]).chain(entry));
    }
    write_id(&mut cx.reply, given)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn ids() {
        conversation! {
            "XADD s 5 a 1 => $3 5-0"
            "XADD s 5-* a 1 => $3 5-1"
            "XADD s 6-* a 1 => $3 6-0"
            "XADD s 6-0 a 1 => -ERR The ID specified in XADD is equal or smaller than the target stream top item"
            "XADD s 5-* a 1 => -ERR The ID specified in XADD is equal or smaller than the target stream top item"
            "XADD s * a 1 => $15 1700000000000-0"
            "XADD s * a 1 b 2 => $15 1700000000000-1"
            "XADD t 0-0 a 1 => -ERR The ID specified in XADD must be greater than 0-0"
            "XADD t 0-* a 1 => $3 0-1"
            "XADD t x a 1 => -ERR Invalid stream ID specified as stream command argument"
            "XADD t 18446744073709551615-18446744073709551614 a 1 => $41 18446744073709551615-18446744073709551614"
            "XADD t * a 1 => $41 18446744073709551615-18446744073709551615"
            "XADD t 1-1 a 1 => -ERR The stream has exhausted the last possible ID, unable to add more items"
            "XADD u NOMKSTREAM * a 1 => $-1"
            "XADD u * a => -ERR wrong number of arguments for 'xadd' command"
            "XADD u MAXLEN 1 LIMIT => -ERR Invalid stream ID specified as stream command argument"
            "SET k v => +OK"
            "XADD k NOMKSTREAM * a 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "EXISTS u => :0"
        };
    }

    #[test]
    fn options_that_do_not_go_together() {
        conversation! {
            "XADD s MAXLEN -1 * a 1 => -ERR The MAXLEN argument must be >= 0."
            "XADD s MAXLEN 5 MINID 3 * a 1 => -ERR syntax error, MAXLEN and MINID options at the same time are not compatible"
            "XADD s MAXLEN 5 LIMIT 3 * a 1 => -ERR syntax error, LIMIT cannot be used without the special ~ option"
            "XADD s LIMIT 3 * a 1 => -ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"
            "XADD s LIMIT 0 * a 1 => -ERR syntax error, LIMIT cannot be used without the special ~ option"
            "XADD s MAXLEN ~ 5 LIMIT -1 * a 1 => -ERR The LIMIT argument must be >= 0."
            "EXISTS s => :0"
        };
    }

    #[test]
    fn what_is_journaled_has_the_id_and_an_exact_threshold() {
        let mut shell = Shell::new();
        shell.set("stream-node-max-entries", "2");
        shell.engine.keyspace.effects.attach(true);
        shell.run("XADD s 1-1 a 1");
        shell.run("XADD s MAXLEN = 10 * a 2");
        shell.run("XADD s NOMKSTREAM MAXLEN ~ 2 LIMIT 100 * a 3");
        shell.run("XADD s MINID ~ 1700000000000-2 * a 4");
        shell.run("XADD s MINID 1700000000000-1 9-* a 4");
        shell.run("XADD none NOMKSTREAM * a 4");
        assert_eq!(
            shell.effects(),
            [
                "XADD s 1-1 a 1",
                "XADD s MAXLEN = 10 1700000000000-0 a 2",
                "XADD s MAXLEN = 3 1700000000000-1 a 3",
                "XADD s MINID = 1700000000000-1 1700000000000-2 a 4",
            ]
        );
        assert_eq!(shell.run("XLEN s"), ":2");
    }
}
