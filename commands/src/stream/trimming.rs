//! Trimming: the words in front of XADD's id and behind XTRIM's key, and what of them is journaled.

use super::entries::IdText;
use super::ids;
use russet_engine::Core;
use russet_engine::prelude::*;
use russet_structures::stream::{Id, Limits, NewId, Stream, Threshold, Trim};

/// What the options ask for.
#[derive(Default)]
pub(super) struct Options {
    /// What to trim.
    pub(super) trim: Option<Trim>,
    /// `NOMKSTREAM`: nothing is added where there is no stream.
    pub(super) existing_only: bool,
    /// The id that the entry should get, and which word it is; none if the words ended before.
    pub(super) id: Option<(usize, NewId)>,
}

impl Options {
    /// Reads XADD's options up to its id (`adds`), or XTRIM's.
    ///
    /// # Errors
    /// If the words do not make sense.
    pub(super) fn parse(core: &Core, args: Args<'_>, adds: bool) -> Result<Options, Error> {
        let mut options = Options::default();
        let mut limit = None;
        let mut at = 2;
        while at < args.len() {
            let has_more = at + 1 < args.len();
            if has_more && (args.is(at, "MAXLEN") || args.is(at, "MINID")) {
                at = options.parse_threshold(args, at)?;
            } else if has_more && args.is(at, "LIMIT") {
                let count = args.int(at + 1)?;
                limit = Some(u64::try_from(count).map_err(|_| {
                    Error::new("ERR The LIMIT argument must be >= 0.")
                })?);
                at += 2;
            } else if adds && args.is(at, "NOMKSTREAM") {
                options.existing_only = true;
                at += 1;
            } else if adds {
                options.id = Some((at, ids::new(args.word(at))?));
                break;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        options.limit(core, limit, adds)?;
        Ok(options)
    }

    /// Reads `MAXLEN | MINID [= | ~] threshold`, and returns where it ends.
    fn parse_threshold(&mut self, args: Args<'_>, at: usize) -> Result<usize, Error> {
        if self.trim.is_some() {
            return Err(Error::new(
                "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
            ));
        }
        let sign = |sign| at + 2 < args.len() && ids::is_sign(args.word(at + 1), sign);
        let approximate = sign(b'~');
        let value = if approximate || sign(b'=') { at + 2 } else { at + 1 };
        let threshold = if args.is(at, "MAXLEN") {
            let length = u64::try_from(args.int(value)?);
            Threshold::MaxLen(length.map_err(|_| Error::new("ERR The MAXLEN argument must be >= 0."))?)
        } else {
            Threshold::MinId(ids::exact(args.word(value))?)
        };
        self.trim = Some(Trim { threshold, approximate, limit: 0 });
        Ok(value + 1)
    }

    /// Puts a limit to the trimming.
    fn limit(&mut self, core: &Core, limit: Option<u64>, adds: bool) -> Outcome {
        let trim = match &mut self.trim {
            None if limit.is_some_and(|limit| limit > 0) => {
                return Err(Error::new(
                    "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
                ));
            }
            None if !adds => {
                return Err(Error::new("ERR syntax error, XTRIM must be called with a trimming strategy"));
            }
            trim => trim,
        };
        let approximate = trim.as_ref().is_some_and(|trim| trim.approximate);
        if core.obeys {
            // What it trimmed then is written as an exact threshold, whatever the limit was.
            if let Some(trim) = trim {
                trim.limit = 0;
            }
            return Ok(());
        }
        if limit.is_some() && !approximate {
            return Err(Error::new("ERR syntax error, LIMIT cannot be used without the special ~ option"));
        }
        if let Some(trim) = trim.as_mut().filter(|_| approximate) {
            trim.limit = limit.unwrap_or_else(|| Trim::default_limit(limits(core).max_entries));
        }
        Ok(())
    }
}

/// When a node is full.
pub(super) fn limits(core: &Core) -> Limits {
    Limits {
        max_bytes: usize::try_from(core.params.stream_node_max_bytes()).unwrap_or(usize::MAX),
        max_entries: u64::try_from(core.params.stream_node_max_entries()).unwrap_or(0),
    }
}

/// What trims another stream exactly as `stream` has just been trimmed: the words that are journaled.
pub(super) struct Exactly {
    option: &'static [u8],
    threshold: Vec<u8>,
}

impl Exactly {
    pub(super) fn new(stream: &Stream, trim: Trim) -> Self {
        match trim.threshold {
            Threshold::MaxLen(_) => {
                let length = itoa::Buffer::new().format(stream.len()).as_bytes().to_vec();
                Exactly { option: b"MAXLEN", threshold: length }
            }
            Threshold::MinId(_) => {
                let first = if stream.is_empty() { Id::MAX } else { stream.first_id() };
                Exactly { option: b"MINID", threshold: IdText::new(first).as_bytes().to_vec() }
            }
        }
    }

    pub(super) fn words(&self) -> [&[u8]; 3] {
        [self.option, b"=", &self.threshold]
    }
}
