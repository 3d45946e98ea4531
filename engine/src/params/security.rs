//! Parameters of passwords, users and TLS.

use super::choice::{PubsubDefault, TlsClientAuth};
use super::declare::parameters;
use super::setting::{I32_MAX, Range, Text, TextRule};

parameters! {
    /// Passwords, users and TLS.
    Security in security;

    /// Password of the default user; empty asks for none.
    requirepass: Text = "" in TextRule::any("a password, or empty"), [SENSITIVE];
    /// File that holds the users.
    aclfile: Text = "" in TextRule::any("a path, or empty"), [IMMUTABLE];
    /// Refused commands and logins that ACL LOG remembers.
    acllog_max_len: i64 = "128" in Range::new(0, i64::MAX).unit("entries"), [];
    /// Which channels a new user may use.
    acl_pubsub_default: PubsubDefault = "resetchannels" in (), [];

    /// Port to accept TLS connections on; 0 opens none.
    tls_port: i64 = "0" in Range::new(0, 65535), [], later "TLS";
    /// File with the server's certificate.
    tls_cert_file: Text = "" in TextRule::any("a path, or empty"), [], later "TLS";
    /// File with the server's private key.
    tls_key_file: Text = "" in TextRule::any("a path, or empty"), [], later "TLS";
    /// Password of the private key.
    tls_key_file_pass: Text = "" in TextRule::any("a password, or empty"), [SENSITIVE], later "TLS";
    /// File with the certificate for outgoing connections; empty is the server's.
    tls_client_cert_file: Text = "" in TextRule::any("a path, or empty"), [], later "TLS";
    /// File with the private key for outgoing connections.
    tls_client_key_file: Text = "" in TextRule::any("a path, or empty"), [], later "TLS";
    /// Password of that private key.
    tls_client_key_file_pass: Text = "" in TextRule::any("a password, or empty"), [SENSITIVE], later "TLS";
    /// File with Diffie-Hellman parameters.
    tls_dh_params_file: Text = "" in TextRule::any("a path, or empty"), [], later "TLS";
    /// File with the certificates of the authorities to trust.
    tls_ca_cert_file: Text = "" in TextRule::any("a path, or empty"), [], later "TLS";
    /// Directory with the certificates of the authorities to trust.
    tls_ca_cert_dir: Text = "" in TextRule::any("a path, or empty"), [], later "TLS";
    /// Whether a client must show a certificate.
    tls_auth_clients: TlsClientAuth = "yes" in (), [], later "TLS";
    /// Use TLS on links to the master.
    tls_replication: bool = "no" in (), [], later "TLS";
    /// Use TLS on the cluster bus.
    tls_cluster: bool = "no" in (), [], later "TLS";
    /// Versions of TLS to offer; empty is the library's choice.
    tls_protocols: Text = "" in TextRule::any("versions, such as `TLSv1.2 TLSv1.3`, or empty"), [],
        later "TLS";
    /// Ciphers up to TLS 1.2 to offer; empty is the library's choice.
    tls_ciphers: Text = "" in TextRule::any("ciphers, or empty"), [], later "TLS";
    /// Ciphers of TLS 1.3 to offer; empty is the library's choice.
    tls_ciphersuites: Text = "" in TextRule::any("ciphers, or empty"), [], later "TLS";
    /// Let the server's preference decide on the cipher.
    tls_prefer_server_ciphers: bool = "no" in (), [], later "TLS";
    /// Let clients take up a TLS session again.
    tls_session_caching: bool = "yes" in (), [], later "TLS";
    /// Sessions kept for that; 0 is no limit.
    tls_session_cache_size: i64 = "20480" in Range::new(0, I32_MAX).unit("sessions"), [], later "TLS";
    /// How long a session is kept for that.
    tls_session_cache_timeout: i64 = "300" in Range::new(0, I32_MAX).unit("seconds"), [], later "TLS";
}
