//! Opening the sockets that clients connect to, and preparing those that they get.
//!
//! `bind` is a list of addresses; each is one listener. `*` is every IPv4 address, `::*` every IPv6 one, and
//! a leading `-` says that the server may start without it. Log lines and errors have Redis's words.

use std::fmt;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, TcpKeepalive, Type};

use crate::sys::os_text;

/// A TCP listener, non-blocking.
#[derive(Debug)]
pub(crate) struct TcpEndpoint {
    /// The socket: `mio::net::TcpListener::from_std` takes it.
    pub(crate) listener: TcpListener,
}

#[cfg(test)]
impl TcpEndpoint {
    fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }
}

/// A unix socket listener, non-blocking.
#[derive(Debug)]
pub(crate) struct UnixEndpoint {
    /// The socket: `mio::net::UnixListener::from_std` takes it.
    pub(crate) listener: UnixListener,
    /// Where it listens, absolute.
    pub(crate) path: PathBuf,
}

/// Why the server cannot listen. Its text is the last line of the log.
#[derive(Debug)]
pub(crate) enum ListenError {
    /// An address that may not fail did; why has been logged.
    Tcp {
        /// The port asked for.
        port: u16,
    },
    /// The unix socket could not be opened.
    Unix(io::Error),
    /// No port, no path, or every optional address failed.
    Nowhere,
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { port } => write!(f, "Failed listening on port {port} (tcp), aborting."),
            Self::Unix(error) => write!(f, "Failed opening Unix socket: bind: {}", os_text(error)),
            Self::Nowhere => f.write_str("Configured to not listen anywhere, exiting."),
        }
    }
}

impl std::error::Error for ListenError {}

/// Opens one listener per address of `bind` that is there. Port 0 opens none. `backlog` connections may wait
/// to be accepted on each.
///
/// # Errors
/// [`ListenError::Tcp`] for the first address that fails without being optional.
pub(crate) fn tcp(
    bind: &[impl AsRef<str>],
    port: u16,
    backlog: i32,
) -> Result<Vec<TcpEndpoint>, ListenError> {
    let mut endpoints = Vec::new();
    if port == 0 {
        return Ok(endpoints);
    }
    for address in bind {
        let address = address.as_ref();
        let (address, optional) = match address.strip_prefix('-') {
            Some(address) => (address, true),
            None => (address, false),
        };
        match open_tcp(address, port, backlog) {
            Ok(endpoint) => endpoints.push(endpoint),
            Err(failure) => {
                tracing::warn!(
                    "Warning: Could not create server TCP listening socket {address}:{port}: {failure}"
                );
                if !(optional && failure.is_absence()) {
                    return Err(ListenError::Tcp { port });
                }
            }
        }
    }
    Ok(endpoints)
}

/// Opens the unix socket at `path`, with permissions `mode` unless that is 0. A socket that an earlier server
/// left there is removed first; anything else that bears the name is not.
///
/// # Errors
/// [`ListenError::Unix`].
pub(crate) fn unix(path: &Path, mode: u32, backlog: i32) -> Result<UnixEndpoint, ListenError> {
    open_unix(path, mode, backlog).map_err(ListenError::Unix)
}

/// Warns if the kernel caps the backlog below what was asked for.
pub(crate) fn check_backlog(backlog: i32) {
    let somaxconn = fs::read_to_string("/proc/sys/net/core/somaxconn");
    warn_if_capped(backlog, somaxconn.ok().and_then(|text| text.trim().parse().ok()));
}

fn warn_if_capped(backlog: i32, somaxconn: Option<i32>) {
    if let Some(somaxconn) = somaxconn.filter(|limit| (1..backlog).contains(limit)) {
        tracing::warn!(
            "WARNING: The TCP backlog setting of {backlog} cannot be enforced because \
             /proc/sys/net/core/somaxconn is set to the lower value of {somaxconn}."
        );
    }
}

/// Removes the unix socket's file, at a clean end.
pub(crate) fn remove_unix(path: &Path) {
    tracing::info!("Removing the unix socket file.");
    let _ = fs::remove_file(path);
}

/// Prepares an accepted TCP connection: no delay for small writes and, if `keepalive` is not zero, probes
/// after that many idle seconds, then every third of it, three times, before a silent peer is given up.
///
/// # Errors
/// Those of `setsockopt`: the peer may be gone already.
pub(crate) fn prepare_tcp(stream: &impl AsFd, keepalive: u32) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(true)?;
    if keepalive > 0 {
        let idle = Duration::from_secs(keepalive.into());
        let interval = Duration::from_secs((keepalive / 3).max(1).into());
        socket.set_tcp_keepalive(
            &TcpKeepalive::new().with_time(idle).with_interval(interval).with_retries(3),
        )?;
    }
    Ok(())
}

/// A step of opening a listener that failed.
#[derive(Debug)]
struct Failure {
    /// The call, empty for a name that does not resolve.
    step: &'static str,
    error: io::Error,
}

impl Failure {
    fn at(step: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self { step, error }
    }

    /// Whether the address or its protocol is simply not there on this machine, as opposed to taken or
    /// forbidden.
    fn is_absence(&self) -> bool {
        const ABSENCES: [i32; 6] = [
            libc::EADDRNOTAVAIL,
            libc::ENOPROTOOPT,
            libc::EPROTONOSUPPORT,
            libc::ESOCKTNOSUPPORT,
            libc::EPFNOSUPPORT,
            libc::EAFNOSUPPORT,
        ];
        self.error.raw_os_error().is_some_and(|number| ABSENCES.contains(&number))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.step.is_empty() {
            // The standard library puts its own words before the resolver's.
            let text = self.error.to_string();
            return f.write_str(text.rsplit_once("information: ").map_or(text.as_str(), |(_, bare)| bare));
        }
        write!(f, "{}: {}", self.step, os_text(&self.error))
    }
}

fn open_tcp(address: &str, port: u16, backlog: i32) -> Result<TcpEndpoint, Failure> {
    let mut last = Failure { step: "", error: io::Error::other("unable to bind socket") };
    for candidate in resolve(address, port).map_err(Failure::at(""))? {
        match open_one(candidate, backlog) {
            Ok(endpoint) => return Ok(endpoint),
            Err(failure) => last = failure,
        }
    }
    Err(last)
}

/// A name may have several addresses: the first that can be opened counts.
fn resolve(address: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok(match address {
        "*" => vec![(Ipv4Addr::UNSPECIFIED, port).into()],
        "::*" => vec![(Ipv6Addr::UNSPECIFIED, port).into()],
        literal => match literal.parse::<IpAddr>() {
            Ok(address) => vec![(address, port).into()],
            Err(_) => (literal, port).to_socket_addrs()?.collect(),
        },
    })
}

fn open_one(address: SocketAddr, backlog: i32) -> Result<TcpEndpoint, Failure> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))
        .map_err(Failure::at("socket"))?;
    if address.is_ipv6() {
        // So that `*` and `::*` can stand side by side on one port.
        socket.set_only_v6(true).map_err(Failure::at("setsockopt"))?;
    }
    socket.set_reuse_address(true).map_err(Failure::at("setsockopt SO_REUSEADDR"))?;
    socket.bind(&address.into()).map_err(Failure::at("bind"))?;
    socket.listen(backlog).map_err(Failure::at("listen"))?;
    socket.set_nonblocking(true).map_err(Failure::at("fcntl(F_SETFL,O_NONBLOCK)"))?;
    Ok(TcpEndpoint { listener: socket.into() })
}

fn open_unix(path: &Path, mode: u32, backlog: i32) -> io::Result<UnixEndpoint> {
    if fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
        fs::remove_file(path)?;
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    if mode != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    socket.listen(backlog)?;
    socket.set_nonblocking(true)?;
    Ok(UnixEndpoint { listener: socket.into(), path: std::path::absolute(path)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::captured;
    use std::net::TcpStream;

    /// A port that was free a moment ago.
    fn free_port() -> u16 {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    fn scratch(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("russet-listen-{name}-{}", std::process::id()))
    }

    #[test]
    fn several_addresses_on_one_port() {
        let port = free_port();
        let endpoints = tcp(&["127.0.0.1", "127.0.0.2"], port, 511).unwrap();
        let addresses: Vec<String> =
            endpoints.iter().map(|endpoint| endpoint.address().to_string()).collect();
        assert_eq!(addresses, [format!("127.0.0.1:{port}"), format!("127.0.0.2:{port}")]);
        TcpStream::connect(("127.0.0.2", port)).unwrap();
        let would_block = |endpoint: &TcpEndpoint| endpoint.listener.accept().unwrap_err().kind();
        assert_eq!(would_block(&endpoints[0]), io::ErrorKind::WouldBlock);
        assert!(endpoints[1].listener.accept().is_ok());
    }

    #[test]
    fn every_ipv4_and_every_ipv6_address_share_a_port() {
        let port = free_port();
        let endpoints = tcp(&["*", "-::*"], port, 511).unwrap();
        TcpStream::connect(("127.0.0.1", port)).unwrap();
        if let [_, v6] = &endpoints[..] {
            assert!(v6.address().is_ipv6());
            TcpStream::connect(("::1", port)).unwrap();
        }
    }

    #[test]
    fn an_optional_address_that_is_not_there_is_skipped_with_a_warning() {
        let port = free_port();
        let lines = captured(|| {
            // 192.0.2.0/24 is for documentation: no machine has it.
            assert_eq!(tcp(&["127.0.0.1", "-192.0.2.1"], port, 511).unwrap().len(), 1);
        });
        let warning = format!(
            "# Warning: Could not create server TCP listening socket 192.0.2.1:{port}: bind: Cannot assign \
             requested address"
        );
        assert_eq!(lines, [warning]);
    }

    #[test]
    fn other_failures_stop_the_start_even_of_an_optional_address() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let lines = captured(|| {
            let error = tcp(&["-127.0.0.1"], port, 511).unwrap_err();
            assert_eq!(error.to_string(), format!("Failed listening on port {port} (tcp), aborting."));
        });
        let warning = format!(
            "# Warning: Could not create server TCP listening socket 127.0.0.1:{port}: bind: Address already \
             in use"
        );
        assert_eq!(lines, [warning]);
        assert!(tcp(&["192.0.2.1"], port, 511).is_err());
    }

    #[test]
    fn a_name_that_does_not_resolve() {
        let lines = captured(|| assert!(tcp(&["no such name"], 1234, 511).is_err()));
        assert_eq!(
            lines,
            [
                "# Warning: Could not create server TCP listening socket no such name:1234: Name or service not known"
            ]
        );
    }

    #[test]
    fn port_zero_listens_nowhere() {
        assert!(tcp(&["127.0.0.1"], 0, 511).unwrap().is_empty());
    }

    #[test]
    fn a_unix_socket_replaces_a_stale_one_and_takes_its_permissions() {
        let path = scratch("stale");
        drop(UnixListener::bind(&path).unwrap());
        let endpoint = unix(&path, 0o700, 511).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(endpoint.listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
        std::os::unix::net::UnixStream::connect(&path).unwrap();
        assert_eq!(captured(|| remove_unix(&endpoint.path)), ["* Removing the unix socket file."]);
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_no_socket_is_left_alone() {
        let path = scratch("file");
        fs::write(&path, "precious").unwrap();
        let error = unix(&path, 0, 511).unwrap_err();
        assert_eq!(error.to_string(), "Failed opening Unix socket: bind: Address already in use");
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        fs::remove_file(&path).unwrap();
        let error = unix(Path::new("/nowhere/at/all"), 0, 511).unwrap_err();
        assert_eq!(error.to_string(), "Failed opening Unix socket: bind: No such file or directory");
        assert!(unix(Path::new(&"x".repeat(200)), 0, 511).is_err());
    }

    #[test]
    fn the_backlog_warning_needs_a_lower_limit() {
        assert_eq!(captured(|| warn_if_capped(511, Some(4096))), [""; 0]);
        assert_eq!(captured(|| warn_if_capped(511, None)), [""; 0]);
        assert_eq!(
            captured(|| warn_if_capped(511, Some(128))),
            ["# WARNING: The TCP backlog setting of 511 cannot be enforced because \
              /proc/sys/net/core/somaxconn is set to the lower value of 128."]
        );
    }

    #[test]
    fn accepted_connections_probe_a_silent_peer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        prepare_tcp(&stream, 0).unwrap();
        let socket = SockRef::from(&stream);
        assert!(stream.nodelay().unwrap() && !socket.keepalive().unwrap());
        prepare_tcp(&stream, 300).unwrap();
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(300));
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(100));
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
        prepare_tcp(&stream, 2).unwrap();
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(1));
    }
}
