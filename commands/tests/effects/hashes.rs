//! Hashes: the command lines of the test.

/// What does not depend on time.
pub(crate) const LINES: &[&str] = &[
    "HSET {key} {field} {value}",
    "HSET {key} {field} {value} f {text}",
    "HMSET {key} {field} {value}",
    "HSETNX {key} {field} {value}",
    "HDEL {key} {field}",
    "HDEL {key} f g {field}",
    "HINCRBY {key} {field} 7",
    "HINCRBYFLOAT {key} {field} 0.1",
    "HGETALL {key}",
    "HRANDFIELD {key} 2",
    "HSCAN {key} 0",
    "COPY {key} {other} REPLACE",
    "RENAME {key} {other}",
    "DEL {key}",
];
