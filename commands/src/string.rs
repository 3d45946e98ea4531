//! Strings: bytes, integers and floats under one type.

automod::dir!(pub "src/string");
