//! Parameters of what the server tells about itself, and of long-running scripts.

use super::declare::parameters;
use super::lists::Percentiles;
use super::notifications::Notifications;
use super::setting::Range;

parameters! {
    /// What the server tells about itself, and how long a script may run.
    Monitoring in monitoring;

    /// Commands slower than this go to the slow log; 0 logs all, -1 none.
    slowlog_log_slower_than: i64 = "10000" in Range::new(-1, i64::MAX).unit("microseconds"), [];
    /// Entries that the slow log keeps.
    slowlog_max_len: i64 = "128" in Range::new(0, i64::MAX).unit("entries"), [];
    /// Events slower than this are remembered for LATENCY; 0 remembers none.
    latency_monitor_threshold: i64 = "0" in Range::new(0, i64::MAX).unit("ms"), [];
    /// Count how long each command takes.
    latency_tracking: bool = "yes" in (), [];
    /// The percentiles of those times that INFO shows.
    latency_tracking_info_percentiles: Percentiles = "50 99 99.9" in (), [WORDS BARE];
    /// Which changes are published to subscribers; empty publishes none.
    notify_keyspace_events: Notifications = "" in (), [];
    /// Time after which a script or function no longer keeps others from an answer: they are told that it is
    /// busy.
    busy_reply_threshold: i64 = "5000" in Range::new(0, i64::MAX).unit("ms"), [],
        alias "lua-time-limit";
    /// Offer functions to scripts that newer versions took away.
    lua_enable_deprecated_api: bool = "no" in (), [IMMUTABLE HIDDEN], later "scripting";
}
