//! SORT: the command lines of the test.

/// What does not depend on time, with what it sorts and the keys that are named after elements.
pub(crate) const LINES: &[&str] = &[
    "RPUSH {key} 3 1 2 f {value}",
    "SADD {key} 3 1 2 g {value}",
    "SADD {key} 30 100 4",
    "ZADD {key} 3 1 2 2 1 3",
    "HSET o_1 {field} {value} g {text}",
    "HSET o_2 {field} {value}",
    "MSET w_1 {value} w_2 {text} w_3 5",
    "SORT {key} STORE {other}",
    "SORT {key} ALPHA STORE {other}",
    "SORT {key} ALPHA DESC LIMIT 1 3 STORE {other}",
    "SORT {key} BY nosort STORE {other}",
    "SORT {key} BY nosort DESC LIMIT 0 2 STORE {other}",
    "SORT {key} BY w_* ALPHA GET # GET w_* STORE {other}",
    "SORT {key} BY none_* ALPHA DESC STORE {other}",
    "SORT {key} BY o_*->{field} ALPHA GET # GET o_*->{field} STORE {other}",
    "SORT {key} GET none_* STORE {other}",
    "SORT {key} LIMIT 0 0 STORE {other}",
    "SORT_RO {key} ALPHA",
];
