//! Reading: the options of XREAD and XREADGROUP, the shape of their answer, and the wait for more.

use russet_engine::Reply;
use russet_engine::args::OwnedArgs;
use russet_engine::keyspace::Wanted;
use russet_engine::prelude::*;
use russet_engine::value::Type;
use std::ops::Range;



/// What is to be read.
#[derive(Default)]
pub(super) struct Options<'a> {
    /// Most entries of each stream.
    pub(super) count: Option<usize>,
    /// Whether to wait where there is nothing, and until when.
    pub(super) block: Option<Option<i64>>,
    /// What is handed out is not pending.
    pub(super) no_ack: bool,
    /// Group and consumer.
    pub(super) group: Option<(&'a [u8], &'a [u8])>,
    /// The words that are keys. The ids follow them.
    pub(super) keys: Range<usize>,
}

impl<'a> Options<'a> {
    /// Reads the arguments of `name`.
    ///
    /// # Errors
    /// If they make no sense.
    pub(super) fn parse(cx: &Context<'_>, args: Args<'a>, name: &str) -> Result<Self, Error> {
        let for_group = name == "xreadgroup";
        let mut options = Options::default();
        let mut at = 1;
        while at < args.len() {
            let more = args.len() - 1 - at;
            if more >= 1 && args.is(at, "BLOCK") {
                options.block = Some(cx.deadline_of_ms(args.word(at + 1))?);
                at += 2;
            } else if more >= 1 && args.is(at, "COUNT") {
                let count = args.int(at + 1)?;
                // Nothing, and less than nothing, stand for no limit.
                options.count = usize::try_from(count).ok().filter(|&count| count > 0);
                at += 2;
            } else if more >= 1 && args.is(at, "STREAMS") {
                if !more.is_multiple_of(2) {
                    let sign = if for_group { '>' } else { '$' };
                    return Err(Error::owned(format!(
                        "ERR Unbalanced '{name}' list of streams: for each stream key an ID or '{sign}' must be specified."
                    )));
                }
                options.keys = at + 1..at + 1 + more / 2;
                break;
            } else if more >= 2 && args.is(at, "GROUP") {
                if !for_group {
                    return Err(Error::new(
                        "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.",
                    ));
                }
                options.group = Some((args.word(at + 1), args.word(at + 2)));
                at += 3;
            } else if args.is(at, "NOACK") {
                if !for_group {
                    return Err(Error::new(
                        "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.",
                    ));
                }
                options.no_ack = true;
                at += 1;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        if options.keys.is_empty() { Err(Error::SYNTAX) } else { Ok(options) }
    }

    /// The keys, each with its place and the word that says from where on it is read.
    pub(super) fn streams(&self, args: Args<'a>) -> impl Iterator<Item = (usize, Key<'a>, &'a [u8])> + use<'a> {
        let number = self.keys.len();
        self.keys.clone().enumerate().map(move |(place, at)| (place, args.key(at), args.word(at + number)))
    }

    /// Where there was nothing to read: waits if asked to, and runs the command again with these `ids`.
    pub(super) fn wait<'i>(
        &self,
        cx: &mut Context<'_>,
        args: Args<'i>,
        ids: impl Iterator<Item = &'i [u8]>,
    ) -> Outcome {
        let Some(deadline) = self.block else { return cx.reply.null_array() };
        let words = args.iter().take(self.keys.end);
        let again = OwnedArgs::new(words.chain(ids));
        let keys = args.iter().skip(self.keys.start).take(self.keys.len());
        // A group goes with its key.
        let wanted = Wanted { kind: Type::Stream, or_gone: self.group.is_some() };
        cx.wait_for_keys(keys, wanted, deadline, |reply| reply.null_array(), again.args(args.hasher()))
    }
}

/// Begins what is read of one stream.
pub(super) fn write_key(reply: &mut Reply<'_>, key: Key<'_>) -> Outcome {
    if reply.protocol() == Protocol::Resp2 {
        reply.array(2)?;
    }
    reply.bulk(key.bytes)
}

/// Writes what `write` writes for each stream, as a map from key to entries, if it says that there is anything. Returns
/// whether there is.
pub(super) fn write_streams(
    reply: &mut Reply<'_>,
    write: impl FnOnce(&mut Reply<'_>) -> Result<usize, Error>,
) -> Result<bool, Error> {
    let count = reply.counted(write, |reply, count| match (count, reply.protocol()) {
        (0, _) => Ok(()),
        (_, Protocol::Resp2) => reply.array(count),
        (_, Protocol::Resp3) => reply.map(count),
    })?;
    Ok(count > 0)
}
