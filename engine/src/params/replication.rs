//! Parameters of replication, on both sides of the link.

use super::amount::Bytes;
use super::choice::{DisklessLoad, PropagationError};
use super::declare::parameters;
use super::lists::Master;
use super::setting::{I32_MAX, Range, Text, TextRule};

parameters! {
    /// Replication, on both sides of the link.
    Replication in replication;

    /// Be a replica of this master.
    replicaof: Master = "" in (), [IMMUTABLE WORDS], alias "slaveof", later "replication";
    /// User to log in with at the master; empty is the default user.
    masteruser: Text = "" in TextRule::any("a name, or empty"), [SENSITIVE], later "replication";
    /// Password to log in with at the master.
    masterauth: Text = "" in TextRule::any("a password, or empty"), [SENSITIVE], later "replication";
    /// Answer with old data while the link to the master is down.
    replica_serve_stale_data: bool = "yes" in (), [], alias "slave-serve-stale-data", later "replication";
    /// Refuse writes of clients on a replica.
    replica_read_only: bool = "yes" in (), [], alias "slave-read-only", later "replication";
    /// How soon Sentinel should choose this replica: smaller is sooner, 0 is never.
    replica_priority: i64 = "100" in Range::new(0, I32_MAX), [], alias "slave-priority", later "replication";
    /// Show this replica in the master's and Sentinel's lists.
    replica_announced: bool = "yes" in (), [], later "replication";
    /// Address that this replica names to its master.
    replica_announce_ip: Text = "" in TextRule::any("an address, or empty"), [],
        alias "slave-announce-ip",
        later "replication";
    /// Port that this replica names to its master; 0 is the one it listens on.
    replica_announce_port: i64 = "0" in Range::new(0, 65535), [],
        alias "slave-announce-port",
        later "replication";
    /// Leave eviction to the master.
    replica_ignore_maxmemory: bool = "yes" in (), [], alias "slave-ignore-maxmemory", later "replication";
    /// Free a replica's old data in the background before it loads the new.
    replica_lazy_flush: bool = "no" in (), [], alias "slave-lazy-flush", later "replication";
    /// Go on as a replica although its own disk fails.
    replica_ignore_disk_write_errors: bool = "no" in (), [], later "replication";
    /// What happens when a command that came from the master or the journal fails.
    propagation_error_behavior: PropagationError = "ignore" in (), [];
    /// Replicas without which a master refuses writes; 0 needs none.
    min_replicas_to_write: i64 = "0" in Range::new(0, I32_MAX).unit("replicas"), [],
        alias "min-slaves-to-write",
        later "replication";
    /// Silence after which a replica no longer counts for `min-replicas-to-write`.
    min_replicas_max_lag: i64 = "10" in Range::new(0, I32_MAX).unit("seconds"), [],
        alias "min-slaves-max-lag",
        later "replication";
    /// Stream kept so that a replica that was away can go on where it stopped.
    repl_backlog_size: u64 = "1mb" in Bytes::new(1, i64::MAX as u64).floor(16384), [], later "replication";
    /// How long the backlog is kept without replicas; 0 keeps it for ever.
    repl_backlog_ttl: i64 = "3600" in Range::new(0, i64::MAX).unit("seconds"), [], later "replication";
    /// Send a new replica its snapshot without a file in between.
    repl_diskless_sync: bool = "yes" in (), [], later "replication";
    /// Wait so long for more replicas before such a snapshot starts.
    repl_diskless_sync_delay: i64 = "5" in Range::new(0, I32_MAX).unit("seconds"), [], later "replication";
    /// Start such a snapshot as soon as so many replicas wait; 0 always waits.
    repl_diskless_sync_max_replicas: i64 = "0" in Range::new(0, I32_MAX).unit("replicas"), [],
        later "replication";
    /// How a replica takes a snapshot straight from the socket.
    repl_diskless_load: DisklessLoad = "disabled" in (), [], later "replication";
    /// How often a master shows its replicas that it lives.
    repl_ping_replica_period: i64 = "10" in Range::new(1, I32_MAX).unit("seconds"), [],
        alias "repl-ping-slave-period",
        later "replication";
    /// Silence after which the link counts as broken.
    repl_timeout: i64 = "60" in Range::new(1, I32_MAX).unit("seconds"), [], later "replication";
    /// Let the kernel gather small writes to replicas.
    repl_disable_tcp_nodelay: bool = "no" in (), [], later "replication";
}
