//! HyperLogLogs: strings that know about how many different elements they were given.

automod::dir!(pub "src/hyperloglog");
