//! The database without sockets.

pub mod glob;
pub mod number;
pub mod params;
