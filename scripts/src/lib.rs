//! Lua 5.1 for scripts and functions: the interpreter behind the engine's seam for script languages.

pub mod library;
