//! From the first instruction to the last: going to the background, telling a supervisor, the pid file,
//! signals, and what the log says about it. Each file takes plain values and knows neither the parameter
//! table nor the event loop.

pub mod banner;
pub mod daemonize;
pub mod pidfile;
pub mod signals;
pub mod supervised;
