//! Accepting connections: how many, from whom, and what they are told if they may not stay.

use crate::connection::Stream;
use crate::listen;
use crate::server::{Listener, Server};
use std::io::{self, Write};
use std::net::IpAddr;

/// Connections accepted in one tick, so that a flood of them does not starve those that exist.
const AT_ONCE: usize = 1000;

/// What a connection from elsewhere is told while no password protects the server.
const PROTECTED: &[u8] = b"-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. In this mode connections are only accepted from the loopback interface. If you want to connect from external computers to Redis you may adopt one of the following solutions: 1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the protected mode option to 'no', and then restarting the server. 3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. 4) Set up an authentication password for the default user. NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside.\r\n";

const TOO_MANY: &[u8] = b"-ERR max number of clients reached\r\n";

struct Arrival {
    stream: Stream,
    peer: String,
    local: String,
    remote: bool,
}

/// When to accept again without being told: the poll reports a listener only when something new arrives on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Accepting {
    /// Everything that had arrived was taken: the poll will say.
    #[default]
    WhenTold,
    /// The system refused, perhaps for want of file descriptors: with the next cron.
    Later,
    /// One tick's share was taken and more may wait.
    AtOnce,
}

impl Server {
    /// Accepts what has arrived on all listeners.
    pub(crate) fn accept(&mut self) {
        self.accepting = Accepting::WhenTold;
        for index in 0..self.listeners.len() {
            let more = self.accept_from(index);
            self.accepting = self.accepting.max(more);
        }
    }

    fn accept_from(&mut self, index: usize) -> Accepting {
        for _ in 0..AT_ONCE {
            match accept_one(&self.listeners[index]) {
                Ok(arrival) => self.welcome(arrival),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Accepting::WhenTold,
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                    _ => {
                        tracing::warn!("Accepting client connection: {}", crate::sys::os_text(&error));
                        return Accepting::Later;
                    }
                },
            }
        }
        Accepting::AtOnce
    }

    fn welcome(&mut self, arrival: Arrival) {
        let params = &self.engine.core.params;
        if self.connections.len() as i64 >= params.maxclients() {
            self.engine.core.stats.connections_rejected += 1;
            return refuse(arrival.stream, TOO_MANY);
        }
        if arrival.remote
            && params.protected_mode()
            && self.engine.core.acl.default_user().takes_any_password()
        {
            self.engine.core.stats.connections_rejected += 1;
            return refuse(arrival.stream, PROTECTED);
        }
        if let Stream::Tcp(stream) = &arrival.stream
            && let Err(error) = listen::prepare_tcp(stream, params.tcp_keepalive() as u32)
        {
            tracing::debug!("Preparing a client's socket: {}", crate::sys::os_text(&error));
        }
        let client = self.engine.connect();
        self.engine.core.stats.connections_received += 1;
        if let Some(client) = self.engine.core.clients.get_mut(client) {
            let transport = &mut client.session.transport;
            transport.fd = arrival.stream.fd();
            transport.unix = matches!(arrival.stream, Stream::Unix(_));
            (transport.peer, transport.local) = (arrival.peer, arrival.local);
        }
        if let Err(error) = self.add(client, arrival.stream) {
            tracing::warn!("Error registering a client: {}", crate::sys::os_text(&error));
            self.engine.disconnect(client);
        }
    }
}

fn accept_one(listener: &Listener) -> io::Result<Arrival> {
    match listener {
        Listener::Tcp(listener) => {
            let (stream, peer) = listener.accept()?;
            let local = stream.local_addr()?;
            Ok(Arrival {
                stream: Stream::Tcp(stream),
                peer: peer.to_string(),
                local: local.to_string(),
                remote: !is_loopback(peer.ip()),
            })
        }
        Listener::Unix(listener, path) => {
            let (stream, _) = listener.accept()?;
            let name = format!("{path}:0");
            Ok(Arrival { stream: Stream::Unix(stream), peer: name.clone(), local: name, remote: false })
        }
    }
}

fn is_loopback(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
        }
    }
}

/// Says why and hangs up; the socket is fresh, so its buffer takes the text.
fn refuse(stream: Stream, why: &[u8]) {
    let _ = match stream {
        Stream::Tcp(mut stream) => stream.write(why),
        Stream::Unix(mut stream) => stream.write(why),
    };
}
