//! What each fuzz target does with its input: one file each, which says in its first lines what it is fed with.
//!
//! `fuzz/run` runs them under `cargo fuzz` (nightly); `tests/seeds.rs` runs the same functions on stable for a few
//! seconds. A target fails by panicking. Adding one is a file here, with a `target!`, and a folder of seeds of the same
//! name in `fuzz/corpus`.

/// A target.
pub struct Target {
    /// The module that it stands in, whose last part is its name.
    pub module: &'static str,
    /// What holds for every input.
    pub promise: &'static str,
    /// Panics when the promise is broken.
    pub run: fn(&[u8]),
}

inventory::collect!(Target);

impl Target {
    /// Its name, which is also that of its file and of its folder in `fuzz/corpus`.
    pub fn name(&self) -> &'static str {
        self.module.rsplit("::").next().unwrap_or_default()
    }
}

/// All targets, in the order of their names.
pub fn targets() -> Vec<&'static Target> {
    let mut targets: Vec<&'static Target> = inventory::iter::<Target>().collect();
    targets.sort_by_key(|target| target.name());
    targets
}

/// `target! { run, "it agrees with a model" }`: the file's function of this name is a target, and what it promises.
macro_rules! target {
    ($run:path, $promise:literal) => {
        inventory::submit! { crate::Target { module: module_path!(), promise: $promise, run: $run } }
    };
}

automod::dir!(pub "src");
