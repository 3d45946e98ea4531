//! Numbers as Redis reads and prints them, to the last digit.
//!
//! A key's value is bytes; INCR, INCRBYFLOAT, ZADD and every numeric argument read them as a number and print
//! one back, and clients compare the text. Redis took its rules from the C library, so they differ from
//! Rust's: each file here states the ones it follows.
//!
//! | module | reads | prints |
//! |---|---|---|
//! | [`integer`] | counters, counts, indexes, cursors, stream ids | decimal `i64`, `u64` |
//! | [`double`] | scores, coordinates, timeouts | shortest text that reads back (sorted sets, RESP3 doubles), or a fixed number of decimals |
//! | [`long_double`] | INCRBYFLOAT, HINCRBYFLOAT | 17 decimals of an x87 80-bit float, trailing zeros dropped |

pub mod double;
mod float_text;
mod grisu;
pub mod integer;
pub mod long_double;
mod powers;

pub use double::{
    DoubleText, format as format_double, parse as parse_double, parse_lenient as parse_double_lenient,
};
pub use integer::{parse_i64, parse_u64, parse_u64_lenient};
pub use long_double::LongDouble;
