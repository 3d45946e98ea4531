//! The server: configuration, introspection, flushing, debugging.

automod::dir!(pub "src/server");
