//! INFO's section Cluster: whether this server is part of one.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Cluster", order: 1200, shown: Shown::ByDefault, write: write }

fn write(_: &mut Context<'_>, fields: &mut Fields) {
    fields.put("cluster_enabled", 0);
}
