//! From the first instruction to the last: going to the background, telling a supervisor, the pid file,
//! signals, and what the log says about it. Each file takes plain values and knows neither the parameter
//! table nor the event loop.

pub(crate) mod banner;
pub(crate) mod daemonize;
pub(crate) mod pidfile;
pub(crate) mod signals;
pub(crate) mod supervised;
