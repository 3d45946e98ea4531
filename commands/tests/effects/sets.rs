//! Sets: the command lines of the test.

/// What does not depend on time.
pub(crate) const LINES: &[&str] = &[
    "SADD {key} {field} {value} 7",
    "SADD {key} {value} 1 2 3",
    "SADD {key} {field} {text} a b c d e f g h i j k l",
    "SREM {key} {field} 7 a",
    "SMOVE {key} {other} {field}",
    "SMOVE {key} {other} 7",
    "SPOP {key}",
    "SPOP {key} 2",
    "SPOP {key} 12",
    "SPOP {key} 1000",
    "SRANDMEMBER {key} -3",
    "SINTERSTORE {key} {key} {other}",
    "SUNIONSTORE {key} {key} {other}",
    "SDIFFSTORE {key} {key} {other}",
    "SDIFFSTORE {key} {other} {key}",
    "SUNION {key} {other}",
    "SSCAN {key} 0",
    "COPY {key} {other} REPLACE",
    "DEL {key}",
];
