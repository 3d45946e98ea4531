//! INFO's section CPU: processor time, in seconds with microseconds.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "CPU", order: 700, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    let usage = cx.core.host.usage();
    for (name, seconds) in [
        ("used_cpu_sys", usage.system_seconds),
        ("used_cpu_user", usage.user_seconds),
        ("used_cpu_sys_children", usage.children_system_seconds),
        ("used_cpu_user_children", usage.children_user_seconds),
        ("used_cpu_sys_main_thread", usage.main_thread_system_seconds),
        ("used_cpu_user_main_thread", usage.main_thread_user_seconds),
    ] {
        fields.put(name, format_args!("{seconds:.6}"));
    }
}
