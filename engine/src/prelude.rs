//! What a command's file needs: `use russet_engine::prelude::*;`.

pub use crate::args::{Args, Key};
pub use crate::command;
pub use crate::context::Context;
pub use crate::error::{Error, Outcome};
pub use crate::event::Event;
pub use crate::keyspace::{Db, Expiry, Integer};
pub use crate::reply::Protocol;
pub use crate::value::{New, Text};
