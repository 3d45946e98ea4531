//! INFO's section Modules: those that are loaded. None can be, so far.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Modules", order: 800, shown: Shown::ByDefault, write: write }

fn write(_: &mut Context<'_>, _: &mut Fields) {}
