//! Commands about files.

mod bgrewriteaof;
mod bgsave;
mod lastsave;
mod loadaof;
mod reload;
mod save;

use crate::host::ServerHost;
use crate::persistence::aof::Aof;
use crate::persistence::children::Children;
use russet_engine::host::Dataset;
use russet_engine::{Context, Error};

/// What is answered where the log says what has gone wrong.
const FAILED: Error = Error::new("ERR");

/// The children and the dataset, where the host is the server's own.
fn files<'a>(cx: &'a mut Context<'_>) -> Option<(&'a mut Children, Dataset<'a>)> {
    let (host, dataset) = cx.host_and_dataset();
    let host: &mut ServerHost = host.as_any().downcast_mut()?;
    Some((&mut host.children, dataset))
}

/// The append-only file, the children and the dataset, where the host is the server's own.
fn journal_files<'a>(cx: &'a mut Context<'_>) -> Option<(&'a mut Aof, &'a mut Children, Dataset<'a>)> {
    let (host, dataset) = cx.host_and_dataset();
    let host: &mut ServerHost = host.as_any().downcast_mut()?;
    Some((&mut host.aof, &mut host.children, dataset))
}
