//! The Russet server as a library: what `main` is made of, so that tests and fuzz targets reach it.

pub mod config;
