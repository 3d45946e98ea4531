//! Parameters of sockets and of what one connection may hold.

use super::amount::{Bytes, Share};
use super::choice::Access;
use super::declare::parameters;
use super::lists::Addresses;
use super::output_limits::OutputLimits;
use super::setting::{I32_MAX, Permissions, Range, Text, TextRule};

parameters! {
    /// Sockets, connections, and what one of them may hold.
    Network in network;

    /// Addresses to accept TCP connections on. `*` is every IPv4 address and `::*` every IPv6 address; an
    /// address with a leading `-` may be missing.
    bind: Addresses = "* -::*" in (), [WORDS BARE];
    /// TCP port to accept connections on; 0 opens none.
    port: i64 = "6379" in Range::new(0, 65535), [];
    /// Address that outgoing connections come from; empty leaves it to the system.
    bind_source_addr: Text = "" in TextRule::any("an address, or empty"), [], later "replication";
    /// While no password is set, answer only connections from this machine.
    protected_mode: bool = "yes" in (), [];
    /// Connections that the kernel may hold ready until they are accepted.
    tcp_backlog: i64 = "511" in Range::new(0, I32_MAX).unit("connections"), [IMMUTABLE];
    /// Ask the peer of an idle TCP connection for a sign of life this often; 0 never does.
    tcp_keepalive: i64 = "300" in Range::new(0, I32_MAX).unit("seconds"), [];
    /// Path of a unix socket to accept connections on; empty opens none.
    unixsocket: Text = "" in TextRule::any("a path, or empty"), [IMMUTABLE];
    /// Permissions of the unix socket; 0 leaves them to the umask.
    unixsocketperm: Permissions = "0" in (), [IMMUTABLE];
    /// Mark given to sockets for the packet filter; 0 gives none.
    socket_mark_id: i64 = "0" in Range::new(0, u32::MAX as i64), [IMMUTABLE],
        accepted "marking packets needs privileges that a database should not hold";
    /// Connections at once, beyond which new ones are refused.
    maxclients: i64 = "10000" in Range::new(1, u32::MAX as i64).unit("connections"), [];
    /// Close a connection that has been idle for this long; 0 never does.
    timeout: i64 = "0" in Range::new(0, I32_MAX).unit("seconds"), [];
    /// Longest argument that a client may send.
    proto_max_bulk_len: u64 = "512mb" in Bytes::new(1 << 20, i64::MAX as u64), [];
    /// Most bytes of commands that may wait to be run for one client.
    client_query_buffer_limit: u64 = "1gb" in Bytes::new(1 << 20, i64::MAX as u64), [];
    /// Most bytes of replies that may wait to be read by one client, for each class of client.
    client_output_buffer_limit: OutputLimits = "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60" in (), [WORDS BARE];
    /// Memory that all connections may hold together before the largest are closed; 0 is no limit.
    maxmemory_clients: Share = "0" in (), [];
    /// Threads that read, parse and write for the one that runs commands.
    io_threads: i64 = "1" in Range::new(1, 128).unit("threads"), [IMMUTABLE], later "I/O threads";
    /// Let the I/O threads also read and parse.
    io_threads_do_reads: bool = "no" in (), [IMMUTABLE], later "I/O threads";
    /// Keys remembered for client-side caching; 0 is no limit.
    tracking_table_max_keys: i64 = "1000000" in Range::new(0, i64::MAX).unit("keys"), [],
        later "client-side caching";
    /// Who may use DEBUG.
    enable_debug_command: Access = "no" in (), [IMMUTABLE];
    /// Who may change protected parameters at run time.
    enable_protected_configs: Access = "no" in (), [IMMUTABLE];
}
