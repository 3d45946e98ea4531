//! Parameters of plugins.

use super::choice::Access;
use super::declare::parameters;
use super::lists::Directories;
use super::setting::{I32_MAX, Range};

parameters! {
    /// Commands from libraries.
    Plugins in plugins;

    /// Who may use MODULE.
    enable_module_command: Access = "no" in (), [IMMUTABLE];
    /// Directories from which a running server loads plugins; none is any. What the configuration itself loads may lie
    /// anywhere.
    plugin_directories: Directories = "" in (), [IMMUTABLE BARE];
    /// After so many panics a plugin's commands are refused until it is loaded again; 0 is never.
    plugin_panic_limit: i64 = "3" in Range::new(0, I32_MAX).unit("panics"), [];
}
