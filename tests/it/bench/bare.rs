//! The mail library by itself, driven as fast as it goes: its own connections over `TCP_NODELAY` with required TLS,
//! messages made beforehand.

use std::net::SocketAddr;

use harness::gateway::MAIL_DOMAIN;
use harness::post_office::CATCHER_HOST;
use lettre::address::Envelope;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use mail::catcher::Caught;
use tokio::net::TcpStream;

/// Connections that stay open between the rounds.
pub(super) struct Bare {
    connections: Vec<AsyncSmtpConnection>,
    envelope: Envelope,
    message: Vec<u8>,
}

impl Bare {
    /// So many connections to the server at `at`, which shows this certificate, for messages like this one.
    pub(super) async fn connect(at: SocketAddr, cert_pem: &str, connections: usize, like: &Caught) -> Self {
        let root = Certificate::from_pem(cert_pem.as_bytes()).expect("the certificate");
        let tls = TlsParameters::builder(CATCHER_HOST.to_owned()).add_root_certificate(root);
        let tls = tls.build().expect("TLS parameters");
        let hello = ClientId::Domain(MAIL_DOMAIN.to_owned());
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            let tcp = TcpStream::connect(at).await.expect("a connection");
            tcp.set_nodelay(true).expect("no delay");
            let connected = AsyncSmtpConnection::connect_with_transport(Box::new(tcp), &hello).await;
            let mut connection = connected.expect("a greeting");
            assert!(connection.can_starttls(), "TLS is required");
            connection.starttls(tls.clone(), &hello).await.expect("TLS");
            open.push(connection);
        }
        let address = |text: &str| text.parse().expect("an address");
        let to = like.recipients.iter().map(|to| address(to)).collect();
        Self {
            connections: open,
            envelope: Envelope::new(Some(address(&like.from)), to).expect("an envelope"),
            message: like.bytes.clone(),
        }
    }

    /// Sends so many messages, shared out among the connections.
    pub(super) async fn send(&mut self, messages: usize) {
        let connections = self.connections.len();
        let mut sending = tokio::task::JoinSet::new();
        for (nth, mut connection) in self.connections.drain(..).enumerate() {
            let share = messages / connections + usize::from(nth < messages % connections);
            let (envelope, message) = (self.envelope.clone(), self.message.clone());
            sending.spawn(async move {
                for _ in 0..share {
                    connection.send(&envelope, &message).await.expect("it is taken");
                }
                connection
            });
        }
        self.connections = sending.join_all().await;
    }
}
