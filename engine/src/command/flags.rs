//! The facts about a command that fit in a bit: command flags, key flags, ACL categories, documentation flags.
//!
//! They are plain integers, not a bit-flag type, because a declaration combines them with `|` in a constant.

/// Declares a set of bit constants with the names that `COMMAND INFO` shows, in the order it shows them.
macro_rules! bits {
    ($(#[$meta:meta])* $set:ident { $($(#[$doc:meta])* $name:ident = $text:literal,)* }) => {
        bits!(@consts 0u32; $($(#[$doc])* $name,)*);
        $(#[$meta])*
        pub const $set: &[(u64, &str)] = &[$(($name, $text)),*];
    };
    (@consts $bit:expr; $(#[$doc:meta])* $name:ident, $($rest:tt)*) => {
        $(#[$doc])*
        pub const $name: u64 = 1 << ($bit);
        bits!(@consts $bit + 1; $($rest)*);
    };
    (@consts $bit:expr;) => {};
}

/// What a command may do and when it may run.
pub mod command {
    bits! {
        /// The names of command flags.
        NAMES {
            /// May change the dataset.
            WRITE = "write",
            /// Only reads.
            READONLY = "readonly",
            /// Refused when memory is over its cap: it may make the dataset grow.
            DENYOOM = "denyoom",
            /// Came with a plugin.
            MODULE = "module",
            /// Administration.
            ADMIN = "admin",
            /// Publish and subscribe.
            PUBSUB = "pubsub",
            /// Not callable from scripts.
            NOSCRIPT = "noscript",
            /// May block its client.
            BLOCKING = "blocking",
            /// Runs while the dataset is loading.
            LOADING = "loading",
            /// Runs on a replica with stale data.
            STALE = "stale",
            /// Not shown to `MONITOR`.
            SKIP_MONITOR = "skip_monitor",
            /// Not kept in the slow log.
            SKIP_SLOWLOG = "skip_slowlog",
            /// Implies `ASKING` in a cluster.
            ASKING = "asking",
            /// Constant or logarithmic time.
            FAST = "fast",
            /// Runs before authentication.
            NO_AUTH = "no_auth",
            /// May be replicated though it is not a write.
            MAY_REPLICATE = "may_replicate",
            /// Takes keys that may be none.
            NO_MANDATORY_KEYS = "no_mandatory_keys",
            /// Off unless a parameter permits it.
            PROTECTED = "protected",
            /// Refused while loading in the background.
            NO_ASYNC_LOADING = "no_async_loading",
            /// Refused inside a transaction.
            NO_MULTI = "no_multi",
            /// Its keys cannot be told from first, last and step alone (derived).
            MOVABLEKEYS = "movablekeys",
            /// Runs while a script is busy.
            ALLOW_BUSY = "allow_busy",
            /// Touches every key of a database: `FLUSHALL`, `SWAPDB`.
            TOUCHES_ARBITRARY_KEYS = "touches_arbitrary_keys",
        }
    }

    /// Flags that exist for the server alone; `COMMAND INFO` does not show them.
    pub const HIDDEN: u64 = PROTECTED | MAY_REPLICATE | TOUCHES_ARBITRARY_KEYS;
}

/// What happens to a key that a command names.
pub mod key {
    bits! {
        /// The names of key flags.
        NAMES {
            /// Only read.
            RO = "RO",
            /// Read and changed.
            RW = "RW",
            /// Overwritten without being read.
            OW = "OW",
            /// Removed.
            RM = "RM",
            /// The value is returned or copied.
            ACCESS = "access",
            /// The value is changed in a way that depends on it or on the arguments.
            UPDATE = "update",
            /// Data is added without touching what is there.
            INSERT = "insert",
            /// Data is removed, not necessarily the key.
            DELETE = "delete",
            /// Not a key at all, but routed like one (a shard channel).
            NOT_KEY = "not_key",
            /// There may be further keys that this does not find.
            INCOMPLETE = "incomplete",
            /// The flags depend on the arguments.
            VARIABLE_FLAGS = "variable_flags",
        }
    }
}

/// ACL categories. Most are derived from flags and group; a declaration names only the others.
pub mod category {
    bits! {
        /// The names of ACL categories, in the order of `ACL CAT`.
        NAMES {
            /// Any command on the keyspace.
            KEYSPACE = "keyspace",
            /// Reads values.
            READ = "read",
            /// Changes values.
            WRITE = "write",
            /// Sets.
            SET = "set",
            /// Sorted sets.
            SORTEDSET = "sortedset",
            /// Lists.
            LIST = "list",
            /// Hashes.
            HASH = "hash",
            /// Strings.
            STRING = "string",
            /// Bitmaps.
            BITMAP = "bitmap",
            /// HyperLogLogs.
            HYPERLOGLOG = "hyperloglog",
            /// Geospatial indexes.
            GEO = "geo",
            /// Streams.
            STREAM = "stream",
            /// Publish and subscribe.
            PUBSUB = "pubsub",
            /// Administration.
            ADMIN = "admin",
            /// Fast commands.
            FAST = "fast",
            /// All others.
            SLOW = "slow",
            /// May block.
            BLOCKING = "blocking",
            /// Not for untrusted hands.
            DANGEROUS = "dangerous",
            /// About the connection.
            CONNECTION = "connection",
            /// Transactions.
            TRANSACTION = "transaction",
            /// Scripts and functions.
            SCRIPTING = "scripting",
        }
    }
}

/// What the documentation says of a command beside its text.
pub mod doc {
    bits! {
        /// The names of documentation flags.
        NAMES {
            /// Kept for old clients.
            DEPRECATED = "deprecated",
            /// For the server itself.
            SYSCMD = "syscmd",
        }
    }
}

/// The names of the bits that are set in `bits`, in the order of `names`.
pub fn names(bits: u64, names: &'static [(u64, &'static str)]) -> impl Iterator<Item = &'static str> + Clone {
    names.iter().filter(move |(bit, _)| bits & bit != 0).map(|&(_, name)| name)
}
