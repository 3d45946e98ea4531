//! INFO's section Server: which program this is, and since when it runs.

use russet_engine::info::{Fields, Shown};
use russet_engine::prelude::*;
use russet_engine::{REDIS_VERSION, VERSION, info_section};

info_section! { name: "Server", order: 100, shown: Shown::ByDefault, write: write }

const LRU_CLOCK_BITS: u32 = 24;

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    let now_us = cx.db.keyspace().now_us();
    let core = &*cx.core;
    let (params, identity) = (&core.params, core.host.identity());
    fields.put("redis_version", REDIS_VERSION);
    fields.put("redis_git_sha1", "00000000");
    fields.put("redis_git_dirty", 0);
    fields.put("redis_build_id", &identity.build_id);
    fields.put("redis_mode", "standalone");
    fields.put("russet_version", VERSION);
    fields.put("os", &identity.os);
    fields.put("arch_bits", usize::BITS);
    fields.put("monotonic_clock", &identity.monotonic_clock);
    fields.put("multiplexing_api", identity.multiplexing);
    fields.put("atomicvar_api", "c11-builtin");
    // What Redis says of itself where no GCC has built it.
    fields.put("gcc_version", "0.0.0");
    fields.put("process_id", identity.process_id);
    fields.put("process_supervised", identity.supervised);
    fields.put("run_id", &identity.run_id);
    fields.put("tcp_port", params.port());
    fields.put("server_time_usec", now_us);
    let uptime = (now_us / 1000 - core.started_ms).max(0) / 1000;
    fields.put("uptime_in_seconds", uptime);
    fields.put("uptime_in_days", uptime / (24 * 3600));
    fields.put("hz", core.effective_hz());
    fields.put("configured_hz", params.hz());
    fields.put("lru_clock", (now_us / 1_000_000) & ((1 << LRU_CLOCK_BITS) - 1));
    fields.put("executable", &identity.executable);
    fields.put("config_file", &identity.config_file);
    fields.put_zeros(&["io_threads_active"]);
    listeners(params, fields);
}

/// One field for each kind of listener; the number is the kind's, as with Redis.
fn listeners(params: &russet_engine::params::Params, fields: &mut Fields) {
    if params.port() != 0 {
        let bind: String =
            params.bind().iter().map(|address| format!(",bind={}", String::from_utf8_lossy(address))).collect();
        fields.put("listener0", format_args!("name=tcp{bind},port={}", params.port()));
    }
    if !params.unixsocket().is_empty() {
        fields.put("listener1", format_args!("name=unix,bind={}", params.unixsocket().to_str_lossy()));
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    #[test]
    fn who_and_since_when() {
        let mut shell = Shell::new();
        shell.clock.advance(2 * 86_400_000 + 1_500);
        let report = shell.run("INFO server");
        for field in [
            "redis_version:7.2.4 ", "uptime_in_seconds:172801 ", "uptime_in_days:2 ", "hz:10 ", "lru_clock:5673985 ",
            "server_time_usec:1700172801500000 ", "listener0:name=tcp,bind=*,bind=-::*,port=6379",
        ] {
            assert!(report.contains(field), "{field} in {report}");
        }
    }
}
