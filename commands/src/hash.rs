//! Hashes: fields with values at one key.

automod::dir!(pub "src/hash");
