//! Parameters of Redis Cluster.

use super::amount::Bytes;
use super::choice::EndpointType;
use super::declare::parameters;
use super::setting::{I32_MAX, Range, Text, TextRule};

fn host_name(name: &[u8]) -> Result<(), &'static str> {
    if name.len() >= 256 {
        return Err("Hostnames must be less than 256 characters");
    }
    let good = name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    if good { Ok(()) } else { Err("Hostnames may only contain alphanumeric characters, hyphens or dots") }
}

/// What a node's name may not hold: most of what has a meaning in a shell or in the cluster's own files.
const NOT_IN_A_NODE_NAME: &[u8] = b"!#$%&()*+:;<>?@[]^{|}~\0";

fn node_name(name: &[u8]) -> Result<(), &'static str> {
    let good = name.iter().all(|byte| !NOT_IN_A_NODE_NAME.contains(byte));
    if good { Ok(()) } else { Err("Announced human node name contained invalid character") }
}

parameters! {
    /// Redis Cluster.
    Cluster in cluster;

    /// Be a node of a cluster.
    cluster_enabled: bool = "no" in (), [IMMUTABLE], later "cluster";
    /// File in which a node keeps what it knows of the cluster.
    cluster_config_file: Text = "nodes.conf" in TextRule::any("a path"), [IMMUTABLE], later "cluster";
    /// Port of the cluster bus; 0 is `port` + 10000.
    cluster_port: i64 = "0" in Range::new(0, 65535), [IMMUTABLE], later "cluster";
    /// Silence after which a node counts as failing.
    cluster_node_timeout: i64 = "15000" in Range::new(0, i64::MAX).unit("ms"), [], later "cluster";
    /// Replicas that a master keeps when one of its own moves to a master without.
    cluster_migration_barrier: i64 = "1" in Range::new(0, I32_MAX).unit("replicas"), [], later "cluster";
    /// Let replicas move to masters without.
    cluster_allow_replica_migration: bool = "yes" in (), [], later "cluster";
    /// How old a replica's data may be, in node timeouts, for it to take over; 0 is any age.
    cluster_replica_validity_factor: i64 = "10" in Range::new(0, I32_MAX), [],
        alias "cluster-slave-validity-factor",
        later "cluster";
    /// Never take over from the master by itself.
    cluster_replica_no_failover: bool = "no" in (), [], alias "cluster-slave-no-failover", later "cluster";
    /// Refuse all queries while a part of the slots has no node.
    cluster_require_full_coverage: bool = "yes" in (), [], later "cluster";
    /// Answer reads while the cluster is down.
    cluster_allow_reads_when_down: bool = "no" in (), [], later "cluster";
    /// Serve sharded channels while the cluster is down.
    cluster_allow_pubsubshard_when_down: bool = "yes" in (), [], later "cluster";
    /// Output that may wait on a link of the bus before it is closed; 0 is no limit.
    cluster_link_sendbuf_limit: u64 = "0" in Bytes::new(0, u64::MAX), [], later "cluster";
    /// Address that this node names to others.
    cluster_announce_ip: Text = "" in TextRule::any("an address, or empty"), [], later "cluster";
    /// Host name that this node names to others.
    cluster_announce_hostname: Text = "" in TextRule::checked("a host name, or empty", host_name), [],
        later "cluster";
    /// Name for people that this node shows in logs.
    cluster_announce_human_nodename: Text = "" in TextRule::checked("a name, or empty", node_name), [],
        later "cluster";
    /// Port that this node names to others; 0 is its own.
    cluster_announce_port: i64 = "0" in Range::new(0, 65535), [], later "cluster";
    /// TLS port that this node names to others; 0 is its own.
    cluster_announce_tls_port: i64 = "0" in Range::new(0, 65535), [], later "cluster";
    /// Port of the bus that this node names to others; 0 is its own.
    cluster_announce_bus_port: i64 = "0" in Range::new(0, 65535), [], later "cluster";
    /// What a node calls itself towards clients.
    cluster_preferred_endpoint_type: EndpointType = "ip" in (), [], later "cluster";
}
