//! Lua 5.1 for scripts and functions: the interpreter behind the engine's seam for script languages.
//!
//! ```text
//!  russet_engine::scripting ──> Lua (the seam) ──> State ──> Sandbox (globals, libraries) ──> the script
//!                                                                                               |
//!  russet_engine::scripting::Caller <── lent <── api (redis.call and its kin) <─────────────────'
//! ```
//!
//! A [`Sandbox`](sandbox::Sandbox) is one Lua state with everything that scripts see and nothing that they could break. It is
//! bound to its thread, so it lives in a thread's own memory, and the engine holds a handle ([`states`]). While a script
//! runs, what the engine lends for it is reached from within Lua through [`lent`].

mod answer;
mod api;
mod functions;
mod interpreter;
mod lent;
pub mod library;
mod raised;
mod random;
pub mod sandbox;
mod states;
mod values;

/// Makes the linker keep this crate, and with it the registration of the interpreter. Call it from `main`.
pub fn link() {}
