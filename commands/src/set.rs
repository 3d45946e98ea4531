//! Sets.

automod::dir!(pub "src/set");
