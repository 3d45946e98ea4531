//! The Russet server.
fn main() {}
