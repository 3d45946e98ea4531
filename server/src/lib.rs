//! The Russet server as a library: what `main` is made of, so that tests and fuzz targets reach it.

pub mod config;
pub mod lifecycle;
pub mod listen;
pub mod log;
pub mod sys;
