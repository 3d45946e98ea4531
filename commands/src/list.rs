//! Lists: elements in the order in which they were put, added and taken at both ends, and waited for.

automod::dir!(pub "src/list");
