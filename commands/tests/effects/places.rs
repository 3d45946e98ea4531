//! Places: the command lines of the test.

/// What does not depend on time.
pub(crate) const LINES: &[&str] = &[
    "GEOADD {key} 13.361389 38.115556 palermo 15.087269 37.502669 catania",
    "GEOADD {key} XX CH 12.5 41.9 palermo",
    "GEOADD {key} NX 2.35 48.85 paris 2.35 48.85 {field}",
    "GEOADD {key} 180 85.05112878 {field} -180 0 palermo",
    "GEOPOS {key} palermo",
    "GEOSEARCHSTORE {other} {key} FROMLONLAT 14 38 BYRADIUS 300 km",
    "GEOSEARCHSTORE {other} {key} FROMMEMBER palermo BYBOX 2000 2000 km COUNT 2 STOREDIST",
    "GEOSEARCHSTORE {other} {key} FROMLONLAT 2 48 BYRADIUS 5000 mi COUNT 1 ANY",
    "GEORADIUS {key} 14 38 300 km STORE {other}",
    "GEORADIUS {key} 14 38 300 km DESC COUNT 1 STOREDIST {other}",
    "GEORADIUSBYMEMBER {key} palermo 2000000 m STORE {other}",
    "GEORADIUSBYMEMBER {key} {field} 10 km STOREDIST {other}",
    "ZREM {key} palermo",
];
