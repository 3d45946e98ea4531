//! systemd's readiness protocol: one datagram of `NAME=value` lines to the socket named by `NOTIFY_SOCKET`.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The environment variable that names the service manager's socket.
pub(crate) const SOCKET_VARIABLE: &str = "NOTIFY_SOCKET";

/// Sends `state` (such as `READY=1\n`) to `socket`, the value of [`SOCKET_VARIABLE`]: a path, or `@name` for
/// a socket in the abstract name space.
///
/// # Errors
/// Those of opening and sending: nobody may listen there. Never waits for the receiver.
pub(crate) fn notify(socket: &OsStr, state: &str) -> io::Result<()> {
    let address = match socket.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(socket)?,
    };
    let sender = UnixDatagram::unbound()?;
    sender.set_nonblocking(true)?;
    sender.send_to_addr(state.as_bytes(), &address)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(receiver: &UnixDatagram) -> String {
        let mut buffer = [0; 100];
        let length = receiver.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn a_path_receives_the_state() {
        let path = std::env::temp_dir().join(format!("russet-notify-{}", std::process::id()));
        let receiver = UnixDatagram::bind(&path).unwrap();
        notify(path.as_os_str(), "READY=1\n").unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(receive(&receiver), "READY=1\n");
    }

    #[test]
    fn an_abstract_name_receives_the_state() {
        let name = format!("russet-notify-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(name.as_bytes()).unwrap();
        let receiver = UnixDatagram::bind_addr(&address).unwrap();
        notify(OsStr::new(&format!("@{name}")), "STOPPING=1\n").unwrap();
        assert_eq!(receive(&receiver), "STOPPING=1\n");
    }

    #[test]
    fn a_socket_nobody_reads_is_an_error() {
        let error = notify(OsStr::new("/nowhere/at/all"), "READY=1\n").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
    }
}
