//! Keys, whatever their type: existence, expiry, names, iteration.

automod::dir!(pub "src/generic");
