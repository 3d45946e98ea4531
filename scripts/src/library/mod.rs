//! The libraries that a script finds besides Lua's own.
