//! The plugins that the tests load.

use std::path::{Path, PathBuf};
use std::process::Command;

use russet_tests::peers::{target_directory, workspace};

/// Where the libraries are.
pub(crate) struct Libraries {
    /// `plugins/hello`.
    pub(crate) hello: PathBuf,
    /// `plugins/hello_c`.
    pub(crate) hello_c: PathBuf,
    /// `tests/plugins/troubled`.
    pub(crate) troubled: PathBuf,
    /// `tests/plugins/c/contrary.c`.
    pub(crate) contrary: PathBuf,
    /// `tests/plugins/c/early.c`.
    pub(crate) early: PathBuf,
    /// `tests/plugins/c/headless.c`.
    pub(crate) headless: PathBuf,
}

impl Libraries {
    /// Builds them.
    ///
    /// # Errors
    /// What the compiler said.
    pub(crate) fn build() -> Result<Libraries, String> {
        let target = target_directory();
        run(Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--profile", "quick"])
            .args(["-p", "russet-plugin-hello", "-p", "russet-plugin-troubled"])
            .current_dir(workspace())
            .env("CARGO_TARGET_DIR", &target))?;
        let quick = |name: &str| target.join(format!("quick/lib{name}.so"));
        Ok(Libraries {
            hello: quick("russet_plugin_hello"),
            troubled: quick("russet_plugin_troubled"),
            hello_c: compile("plugins/hello_c/hello.c")?,
            contrary: compile("tests/plugins/c/contrary.c")?,
            early: compile("tests/plugins/c/early.c")?,
            headless: compile("tests/plugins/c/headless.c")?,
        })
    }
}

/// Builds a plugin of one file by nothing but a compiler.
fn compile(source: &str) -> Result<PathBuf, String> {
    let source = workspace().join(source);
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let place = target_directory().join("tests/plugins");
    std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
    let library = place.join(format!("{name}.so"));
    run(Command::new("cc")
        .args(["-shared", "-fPIC", "-std=c11", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"])
        .arg("-I")
        .arg(workspace().join("plugins/include"))
        .arg(&source)
        .arg("-o")
        .arg(&library))?;
    Ok(library)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// The text of a path.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("the paths of the tests are text")
}
