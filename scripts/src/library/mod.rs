//! The libraries that a script finds besides Lua's own.

/// Puts the libraries into the globals of `lua`.
pub fn open(_: &mlua::Lua) -> mlua::Result<()> {
    Ok(())
}
