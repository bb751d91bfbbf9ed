//! `[mail_in]`: the door for mail to the mailboxes.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Where mail comes in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailIn {
    /// Address and port.
    pub listen: String,
    /// What is spoken there.
    pub protocol: Protocol,
    /// How we call ourselves.
    pub hostname: String,
    /// Certificate chain, PEM, for STARTTLS; none offers none.
    pub certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    pub key_file: Option<PathBuf>,
    /// Whether mail may come without TLS, which it may from this machine alone.
    #[serde(default)]
    pub clear_from_this_machine: bool,
    /// IP addresses of the mail servers in front, which may say whom they had a message from (XFORWARD).
    #[serde(default)]
    pub forwarders: Vec<IpAddr>,
    /// Largest message, in bytes.
    pub message_bytes_max: usize,
    /// Connections at a time.
    pub connections_max: usize,
    /// Connections at a time from one address.
    pub connections_per_peer_max: usize,
}

/// What is spoken at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// RFC 2033.
    Lmtp,
    /// RFC 5321.
    Smtp,
}

impl MailIn {
    /// Makes paths relative to the configuration's folder.
    pub(super) fn resolve(&mut self, folder: &Path) {
        for file in [&mut self.certificate_file, &mut self.key_file]
            .into_iter()
            .flatten()
        {
            *file = folder.join(&*file);
        }
    }

    /// Values that are out of bounds: the key, and what would be right.
    pub(super) fn faults(&self, must: &mut impl FnMut(bool, &str)) {
        let listen = self.listen.parse::<SocketAddr>();
        must(
            listen.is_ok(),
            "mail_in.listen: must be an IP address and a port, such as 127.0.0.1:2424",
        );
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        must(
            (1..=253).contains(&self.hostname.len()) && self.hostname.chars().all(plain),
            "mail_in.hostname: must be a host name, such as gateway.example",
        );
        must(
            self.certificate_file.is_some() == self.key_file.is_some(),
            "mail_in.certificate_file: must stand together with mail_in.key_file",
        );
        must(
            self.certificate_file.is_some() || self.clear_from_this_machine,
            "mail_in.certificate_file: must be there, unless mail comes from this machine alone and \
             mail_in.clear_from_this_machine says so",
        );
        must(
            !self.clear_from_this_machine || listen.is_ok_and(|listen| listen.ip().is_loopback()),
            "mail_in.clear_from_this_machine: must go with a loopback address in mail_in.listen",
        );
        must(
            (64 * 1024..=25 * 1024 * 1024).contains(&self.message_bytes_max),
            "mail_in.message_bytes_max: must be between 65536 and 26214400 bytes",
        );
        must(
            (1..=1000).contains(&self.connections_max)
                && (1..=self.connections_max).contains(&self.connections_per_peer_max),
            "mail_in.connections_max: must be between 1 and 1000, and mail_in.connections_per_peer_max not more than it",
        );
    }
}
