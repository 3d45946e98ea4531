//! Parameters of snapshots and of the append-only file.

use super::amount::Bytes;
use super::choice::{AppendFsync, SanitizeDump, VersionCheck};
use super::declare::parameters;
use super::lists::SavePoints;
use super::setting::{I32_MAX, Range, Text, TextRule};

const I32_MIN: i64 = i32::MIN as i64;

fn has_slash(name: &[u8]) -> bool {
    memchr::memchr(b'/', name).is_some()
}

fn snapshot_name(name: &[u8]) -> Result<(), &'static str> {
    if has_slash(name) { Err("dbfilename can't be a path, just a filename") } else { Ok(()) }
}

fn journal_name(name: &[u8]) -> Result<(), &'static str> {
    match name {
        b"" => Err("appendfilename can't be empty"),
        name if has_slash(name) => Err("appendfilename can't be a path, just a filename"),
        _ => Ok(()),
    }
}

fn journal_dir(name: &[u8]) -> Result<(), &'static str> {
    match name {
        b"" => Err("appenddirname can't be empty"),
        name if has_slash(name) => Err("appenddirname can't be a path, just a dirname"),
        _ => Ok(()),
    }
}

parameters! {
    /// Snapshots and the append-only file.
    Persistence in persistence;

    /// Take a snapshot after so many seconds if there were so many changes.
    save: SavePoints = "3600 1 300 100 60 10000" in (), [WORDS BARE];
    /// Name of the snapshot file in `dir`.
    dbfilename: Text = "dump.rdb" in TextRule::checked("a file name", snapshot_name), [PROTECTED];
    /// Compress strings in snapshots.
    rdbcompression: bool = "yes" in (), [];
    /// End snapshots with a checksum, and check it on load.
    rdbchecksum: bool = "yes" in (), [IMMUTABLE];
    /// Refuse writes after a snapshot failed.
    stop_writes_on_bgsave_error: bool = "yes" in (), [];
    /// Force a snapshot to disk in small steps while it is written.
    rdb_save_incremental_fsync: bool = "yes" in (), [];
    /// Delete snapshots that were made only to fill a replica.
    rdb_del_sync_files: bool = "no" in (), [], later "replication";
    /// How closely a dumped value is checked before it is used.
    sanitize_dump_payload: SanitizeDump = "no" in (), [];
    /// Which versions of snapshots are loaded; a parameter of newer servers.
    rdb_version_check: VersionCheck = "strict" in (), [HIDDEN];
    /// Pause after each key of a snapshot, for tests.
    rdb_key_save_delay: i64 = "0" in Range::new(I32_MIN, I32_MAX).unit("microseconds"), [HIDDEN];
    /// Pause after each key that is loaded, for tests.
    key_load_delay: i64 = "0" in Range::new(I32_MIN, I32_MAX).unit("microseconds"), [HIDDEN];
    /// Bytes loaded before clients get an answer again.
    loading_process_events_interval_bytes: i64 = "2097152" in Range::new(1024, I32_MAX).unit("bytes"), [HIDDEN];

    /// Write every change to the append-only file.
    appendonly: bool = "no" in (), [];
    /// Name from which those of the journal's files are made.
    appendfilename: Text = "appendonly.aof" in TextRule::checked("a file name", journal_name), [IMMUTABLE];
    /// Name of the directory in `dir` that holds the journal's files.
    appenddirname: Text = "appendonlydir" in TextRule::checked("a directory name", journal_dir), [IMMUTABLE];
    /// When the journal is forced to disk.
    appendfsync: AppendFsync = "everysec" in (), [];
    /// Do not force the journal to disk while a child writes.
    no_appendfsync_on_rewrite: bool = "no" in (), [];
    /// Growth since the last rewrite at which the journal is rewritten; 0 never does.
    auto_aof_rewrite_percentage: i64 = "100" in Range::new(0, I32_MAX).unit("%"), [];
    /// Size below which the journal is not rewritten by itself.
    auto_aof_rewrite_min_size: u64 = "64mb" in Bytes::any(), [];
    /// Load a journal whose last command is cut off.
    aof_load_truncated: bool = "yes" in (), [];
    /// Begin a rewritten journal with a snapshot.
    aof_use_rdb_preamble: bool = "yes" in (), [];
    /// Note the time in the journal.
    aof_timestamp_enabled: bool = "no" in (), [];
    /// Force a rewritten journal to disk in small steps while it is written.
    aof_rewrite_incremental_fsync: bool = "yes" in (), [];
    /// Keep journal files that are no longer needed.
    aof_disable_auto_gc: bool = "no" in (), [HIDDEN];
}
