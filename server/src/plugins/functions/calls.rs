//! `russet_calls`: running commands, and what goes into the journal.

use crate::plugins::{call, slices};
use russet_engine::answer::{Answer, Kind, Part};
use russet_engine::args::OwnedArgs;
use russet_engine::output::Output;
use russet_engine::{Error, Nested, Protocol, Reply};
use russet_plugin_abi::{self as abi, Call, Slice, Status};

pub(super) static TABLE: abi::Calls = abi::Calls {
    size: size_of::<abi::Calls>(),
    call: run,
    journal_effects,
    kind,
    bytes,
    integer,
    real,
    count,
    child,
    release,
};

/// The most words of a request, as in the protocol.
const WORDS: usize = 1024 * 1024;

unsafe extern "C" fn run(
    call: *mut Call,
    words: *const Slice,
    count: usize,
    flags: u32,
    answer: *mut *mut abi::Answer,
) -> Status {
    call::with(call, abi::MISUSED, |running| {
        if answer.is_null() {
            return running.misused("no place for an answer");
        }
        // SAFETY: a plugin passes as many slices as it says.
        let Some(slices) = (unsafe { slices::array(words, count, WORDS) }) else {
            return running.misused("words that are NULL, or too many");
        };
        // SAFETY: and their bytes can be read.
        let words: Option<Vec<&[u8]>> =
            slices.iter().map(|slice| unsafe { slices::bytes(*slice) }.ok().flatten()).collect();
        let Some(words) = words.filter(|words| !words.is_empty()) else {
            return running.misused("a word that is NULL, or none at all");
        };
        if flags & !abi::nested::RESP2 != 0 {
            return running.misused("a flag that this server does not know");
        }
        let protocol = if flags & abi::nested::RESP2 != 0 { Protocol::Resp2 } else { Protocol::Resp3 };
        let how = Nested { protocol, journal: running.effects };
        let words = OwnedArgs::new(words);
        let hasher = running.cx.db.keyspace().hasher().clone();
        let answered = running.cx.run(words.args(&hasher), how).unwrap_or_else(|error| refused(&error));
        // SAFETY: it is not null, and a plugin passes a place that can be written.
        unsafe { running.give(answer, Box::into_raw(Box::new(answered)).cast()) }
    })
}

/// A refusal, as the answer that a client would get.
fn refused(error: &Error) -> Answer {
    let mut output = Output::default();
    let _ = Reply::new(&mut output, Protocol::Resp3).error(error);
    Answer::of(output.take_bytes())
}

extern "C" fn journal_effects(call: *mut Call) -> Status {
    call::with(call, abi::MISUSED, |running| {
        if !running.effects {
            running.effects = true;
            running.cx.journal_nothing();
            running.opened = running.cx.db.keyspace().effects.begin();
        }
        abi::OK
    })
}

/// Runs `with` on a part of an answer; `otherwise` is for one that there is not.
///
/// # Safety
/// `answer` is null or came from [`run`] and has not been released.
unsafe fn part<R>(
    answer: *const abi::Answer,
    part: usize,
    otherwise: R,
    with: impl FnOnce(Part<'_>) -> R,
) -> R {
    // SAFETY: the caller's promise.
    let answer: Option<&Answer> = unsafe { answer.cast::<Answer>().as_ref() };
    answer.and_then(|answer| answer.part(part)).map_or(otherwise, with)
}

unsafe extern "C" fn kind(answer: *const abi::Answer, at: usize) -> u32 {
    // SAFETY: a plugin passes an answer that it holds.
    unsafe {
        part(answer, at, abi::answer::NULL, |part| match part.kind() {
            Kind::Null => abi::answer::NULL,
            Kind::Simple => abi::answer::SIMPLE,
            Kind::Error => abi::answer::ERROR,
            Kind::Int => abi::answer::INTEGER,
            Kind::Bulk => abi::answer::BULK,
            Kind::Array => abi::answer::ARRAY,
            Kind::Map => abi::answer::MAP,
            Kind::Set => abi::answer::SET,
            Kind::Double => abi::answer::REAL,
            Kind::Boolean => abi::answer::BOOLEAN,
            Kind::BigNumber => abi::answer::BIG_NUMBER,
            Kind::Verbatim => abi::answer::VERBATIM,
        })
    }
}

unsafe extern "C" fn bytes(answer: *const abi::Answer, at: usize) -> Slice {
    // SAFETY: as above.
    unsafe {
        part(answer, at, Slice::NONE, |part| match part.kind() {
            Kind::Null | Kind::Array | Kind::Map | Kind::Set => Slice::NONE,
            _ => Slice::of(part.bytes()),
        })
    }
}

unsafe extern "C" fn integer(answer: *const abi::Answer, at: usize) -> i64 {
    // SAFETY: as above.
    unsafe { part(answer, at, 0, |part| part.int()) }
}

unsafe extern "C" fn real(answer: *const abi::Answer, at: usize) -> f64 {
    // SAFETY: as above.
    unsafe { part(answer, at, 0.0, |part| part.double()) }
}

unsafe extern "C" fn count(answer: *const abi::Answer, at: usize) -> usize {
    // SAFETY: as above.
    unsafe { part(answer, at, 0, |part| part.len()) }
}

unsafe extern "C" fn child(answer: *const abi::Answer, at: usize, index: usize) -> usize {
    // SAFETY: as above.
    unsafe { part(answer, at, 0, |part| part.child(index).map_or(0, Part::index)) }
}

unsafe extern "C" fn release(answer: *mut abi::Answer) {
    if !answer.is_null() {
        // SAFETY: a plugin releases an answer that it holds, once.
        drop(unsafe { Box::from_raw(answer.cast::<Answer>()) });
    }
}
