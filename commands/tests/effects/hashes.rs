//! Hashes: the command lines of the test.

/// What depends on time.
pub(crate) const TIMED: &[&str] = &[
    "HEXPIRE {key} {s} FIELDS 2 {field} f",
    "HPEXPIRE {key} {ms} FIELDS 1 {field}",
    "HPEXPIRE {key} {ms} FIELDS 2 {field} g",
    "HPEXPIRE {key} {ms} NX FIELDS 2 {field} f",
    "HPEXPIRE {key} {ms} GT FIELDS 2 {field} h",
    "HPEXPIRE {key} {ms} LT FIELDS 3 f g h",
    "HPEXPIREAT {key} {ms_at} XX FIELDS 1 {field}",
    "HEXPIREAT {key} {at} FIELDS 1 {field}",
    "HPERSIST {key} FIELDS 2 {field} f",
    "HGETEX {key} PX {ms} FIELDS 2 {field} f",
    "HGETEX {key} PXAT {ms_at} FIELDS 1 {field}",
    "HGETEX {key} PERSIST FIELDS 2 {field} g",
    "HGETDEL {key} FIELDS 2 {field} h",
    "HSETEX {key} PX {ms} FIELDS 2 {field} {value} f {text}",
    "HSETEX {key} FNX PX {ms} FIELDS 1 {field} {value}",
    "HSETEX {key} FXX PX {ms} FIELDS 1 {field} {value}",
    "HSETEX {key} NX PXAT {ms_at} FIELDS 1 {field} {value}",
    "HSETEX {key} KEEPTTL FIELDS 2 {field} {value} g {text}",
    "HSETEX {key} FIELDS 1 {field} {value}",
];

/// What does not.
pub(crate) const UNTIMED: &[&str] = &[
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
