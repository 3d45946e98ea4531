//! INFO's section Debug: what the event loop does, for developers.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Debug", order: 1400, shown: Shown::ByName, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    let turns = &cx.core.stats.event_loop;
    fields.put("eventloop_duration_aof_sum", turns.journal_ns / 1000);
    fields.put("eventloop_duration_cron_sum", turns.cron_ns / 1000);
    fields.put("eventloop_duration_max", turns.longest_ns / 1000);
    fields.put("eventloop_cmd_per_cycle_max", turns.commands_most);
}
