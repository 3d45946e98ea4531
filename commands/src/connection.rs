//! The connection itself: greeting, authentication, what clients know of each other.

automod::dir!(pub "src/connection");
