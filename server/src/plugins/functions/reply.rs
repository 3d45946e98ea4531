//! `russet_reply`: what a command answers.

use crate::plugins::call::{self, Running};
use crate::plugins::slices;
use russet_engine::{Error, Outcome};
use russet_plugin_abi::{self as abi, Call, Slice, Status};

pub(super) static TABLE: abi::Reply = abi::Reply {
    size: size_of::<abi::Reply>(),
    simple,
    bulk,
    integer,
    real,
    boolean,
    null,
    null_array,
    verbatim,
    big_number,
    array,
    map,
    set,
    error,
    fail,
    protocol,
};

/// Writes a reply that has no others in it.
#[inline]
fn one(call: *mut Call, write: impl FnOnce(&mut Running<'_, '_>) -> Outcome) -> Status {
    call::with(call, abi::MISUSED, |running| {
        running.replies.one();
        written(write(running))
    })
}

/// Writes the beginning of a reply that has others in it.
#[inline]
fn begin(
    call: *mut Call,
    count: usize,
    each: u64,
    write: impl FnOnce(&mut Running<'_, '_>) -> Outcome,
) -> Status {
    call::with(call, abi::MISUSED, |running| {
        running.replies.begin((count as u64).saturating_mul(each));
        written(write(running))
    })
}

/// Writing into memory does not fail.
fn written(outcome: Outcome) -> Status {
    if outcome.is_ok() { abi::OK } else { abi::FAILED }
}

/// Writes a reply of a line, which must have neither CR nor LF.
fn line(call: *mut Call, text: Slice, write: impl FnOnce(&mut Running<'_, '_>, &str) -> Outcome) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        match unsafe { slices::text(text) } {
            Ok(Some(text)) if !text.contains(['\r', '\n']) => {
                running.replies.one();
                written(write(running, text))
            }
            _ => running.misused("a line that is no text, or more than one"),
        }
    })
}

extern "C" fn simple(call: *mut Call, text: Slice) -> Status {
    line(call, text, |running, text| running.cx.reply.simple(text))
}

extern "C" fn bulk(call: *mut Call, bytes: Slice) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        unsafe {
            running.with_bytes(bytes, |running, bytes| {
                running.replies.one();
                written(running.cx.reply.bulk(bytes))
            })
        }
    })
}

extern "C" fn integer(call: *mut Call, value: i64) -> Status {
    one(call, |running| running.cx.reply.int(value))
}

extern "C" fn real(call: *mut Call, value: f64) -> Status {
    one(call, |running| running.cx.reply.double(value))
}

extern "C" fn boolean(call: *mut Call, value: i32) -> Status {
    one(call, |running| running.cx.reply.boolean(value != 0))
}

extern "C" fn null(call: *mut Call) -> Status {
    one(call, |running| running.cx.reply.null())
}

extern "C" fn null_array(call: *mut Call) -> Status {
    one(call, |running| running.cx.reply.null_array())
}

extern "C" fn verbatim(call: *mut Call, format: Slice, text: Slice) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let (format, text) = unsafe { (slices::text(format), slices::bytes(text)) };
        match (format, text) {
            (Ok(Some(format)), Ok(Some(text))) if format.len() == 3 => {
                running.replies.one();
                written(running.cx.reply.verbatim(format, text))
            }
            _ => running.misused("a format that is not three letters, or a text that is NULL"),
        }
    })
}

extern "C" fn big_number(call: *mut Call, digits: Slice) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let digits = unsafe { slices::text(digits) };
        let is_number = |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        match digits {
            Ok(Some(digits)) if is_number(digits) => {
                running.replies.one();
                written(running.cx.reply.big_number(digits))
            }
            _ => running.misused("a big number that is none"),
        }
    })
}

extern "C" fn array(call: *mut Call, count: usize) -> Status {
    begin(call, count, 1, |running| running.cx.reply.array(count))
}

extern "C" fn map(call: *mut Call, count: usize) -> Status {
    begin(call, count, 2, |running| running.cx.reply.map(count))
}

extern "C" fn set(call: *mut Call, count: usize) -> Status {
    begin(call, count, 1, |running| running.cx.reply.set(count))
}

extern "C" fn error(call: *mut Call, text: Slice) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        unsafe {
            running.with_bytes(text, |running, text| {
                running.replies.one();
                written(running.cx.reply.error(&Error::owned(text)))
            })
        }
    })
}

extern "C" fn fail(call: *mut Call, text: Slice) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        unsafe { running.with_bytes(text, |running, text| running.failed(Error::owned(text))) }
    })
}

extern "C" fn protocol(call: *const Call) -> u32 {
    call::with(call, 2, |running| running.cx.reply.protocol().version() as u32)
}
