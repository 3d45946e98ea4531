//! The pages of the book that hold Rust, so that `cargo test` compiles and runs it.

macro_rules! pages {
    ($($(#[$page:meta])* $name:ident),* $(,)?) => {
        $($(#[$page])* pub mod $name {})*
    };
}

pages! {
    #[doc = include_str!("src/command.md")]
    command,
    #[doc = include_str!("src/embedding.md")]
    embedding,
    #[doc = include_str!("src/plugins.md")]
    plugins,
}
