//! The database without sockets.
