//! Parameters of memory: its limit, eviction, expiry, lazy freeing, and defragmentation.

use super::amount::{Bytes, Limit};
use super::declare::parameters;
use super::eviction_policy::EvictionPolicy;
use super::setting::{I32_MAX, Range};

parameters! {
    /// Memory: its limit, eviction, expiry, and freeing.
    Memory in memory;

    /// Memory that the data may take before keys are evicted or writes refused; 0 is no limit.
    maxmemory: Limit = "0" in (), [];
    /// Which keys are evicted, if any.
    maxmemory_policy: EvictionPolicy = "noeviction" in (), [];
    /// Keys looked at to find one worth evicting; more is closer to the truth and slower.
    maxmemory_samples: i64 = "5" in Range::new(1, I32_MAX).unit("keys"), [];
    /// How long one round of eviction may take, from hardly at all to as long as needed.
    maxmemory_eviction_tenacity: i64 = "10" in Range::new(0, 100), [];
    /// How many accesses it takes to raise a key's use counter; larger counts coarser.
    lfu_log_factor: i64 = "10" in Range::new(0, I32_MAX), [];
    /// Time after which a key's use counter falls by one; 0 never lets it fall.
    lfu_decay_time: i64 = "1" in Range::new(0, I32_MAX).unit("minutes"), [];
    /// How hard to look for expired keys that no one asks for.
    active_expire_effort: i64 = "1" in Range::new(1, 10), [];
    /// Free evicted values in the background.
    lazyfree_lazy_eviction: bool = "no" in (), [];
    /// Free expired values in the background.
    lazyfree_lazy_expire: bool = "no" in (), [];
    /// Free values that a command overwrites in the background.
    lazyfree_lazy_server_del: bool = "no" in (), [];
    /// Let DEL do what UNLINK does.
    lazyfree_lazy_user_del: bool = "no" in (), [];
    /// Let FLUSHALL and FLUSHDB without an option free in the background.
    lazyfree_lazy_user_flush: bool = "no" in (), [];
    /// Grow and shrink the tables of keys in the background too.
    activerehashing: bool = "yes" in (), [],
        accepted "the dict grows and shrinks a segment at a time, and has nothing left to rehash";
    /// Move values together while the server runs.
    activedefrag: bool = "no" in (), [], accepted "sparse pages are emptied without it, by rules of their own";
    /// Fragmentation below which nothing is moved.
    active_defrag_ignore_bytes: u64 = "100mb" in Bytes::new(1, i64::MAX as u64), [],
        accepted "see `activedefrag`";
    /// Fragmentation at which moving starts.
    active_defrag_threshold_lower: i64 = "10" in Range::new(0, 1000).unit("%"), [],
        accepted "see `activedefrag`";
    /// Fragmentation at which moving is at its hardest.
    active_defrag_threshold_upper: i64 = "100" in Range::new(0, 1000).unit("%"), [],
        accepted "see `activedefrag`";
    /// CPU time for moving at the lower threshold.
    active_defrag_cycle_min: i64 = "1" in Range::new(1, 99).unit("%"), [], accepted "see `activedefrag`";
    /// CPU time for moving at the upper threshold.
    active_defrag_cycle_max: i64 = "25" in Range::new(1, 99).unit("%"), [], accepted "see `activedefrag`";
    /// Largest container that is moved in one step.
    active_defrag_max_scan_fields: i64 = "1000" in Range::new(1, i64::MAX).unit("entries"), [],
        accepted "see `activedefrag`";
}
