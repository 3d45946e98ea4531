//! Parameters that say up to which size a value keeps its compact encoding.

use super::amount::Bytes;
use super::declare::parameters;
use super::setting::{I32_MAX, Range};

const I32_MIN: i64 = i32::MIN as i64;

parameters! {
    /// Up to which size a value keeps its compact encoding.
    Encoding in encoding;

    /// Most fields of a hash in a listpack.
    hash_max_listpack_entries: i64 = "512" in Range::new(0, i64::MAX).unit("fields"), [],
        alias "hash-max-ziplist-entries";
    /// Longest field or value of a hash in a listpack.
    hash_max_listpack_value: u64 = "64" in Bytes::any(), [], alias "hash-max-ziplist-value";
    /// Most members of a set of integers in an intset.
    set_max_intset_entries: i64 = "512" in Range::new(0, i64::MAX).unit("members"), [];
    /// Most members of a set in a listpack.
    set_max_listpack_entries: i64 = "128" in Range::new(0, i64::MAX).unit("members"), [];
    /// Longest member of a set in a listpack.
    set_max_listpack_value: i64 = "64" in Range::new(0, i64::MAX).unit("bytes"), [];
    /// Most members of a sorted set in a listpack.
    zset_max_listpack_entries: i64 = "128" in Range::new(0, i64::MAX).unit("members"), [],
        alias "zset-max-ziplist-entries";
    /// Longest member of a sorted set in a listpack.
    zset_max_listpack_value: u64 = "64" in Bytes::any(), [], alias "zset-max-ziplist-value";
    /// Size of one listpack of a list: so many elements, or -1 to -5 for 4, 8, 16, 32 or 64 KB.
    list_max_listpack_size: i64 = "-2" in Range::new(I32_MIN, I32_MAX), [], alias "list-max-ziplist-size";
    /// Nodes at each end of a list that stay uncompressed; 0 compresses none.
    list_compress_depth: i64 = "0" in Range::new(0, I32_MAX).unit("nodes"), [];
    /// Largest listpack of a stream; 0 is no limit.
    stream_node_max_bytes: u64 = "4096" in Bytes::any(), [];
    /// Most entries of a listpack of a stream; 0 is no limit.
    stream_node_max_entries: i64 = "100" in Range::new(0, i64::MAX).unit("entries"), [];
    /// Largest sparse HyperLogLog.
    hll_sparse_max_bytes: u64 = "3000" in Bytes::any(), [];
}
