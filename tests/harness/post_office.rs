//! The far end of the tests' mail: a catcher on loopback, and a relay that trusts its certificate alone.

use std::net::{Ipv4Addr, SocketAddr};

use mail::catcher::{Catcher, CatcherConfig, Faults, Sink};
use mail::relay::{Relay, RelayConfig, TlsPolicy};
use mail::tls::{Identity, Roots, TlsMode};

use crate::gateway::MAIL_DOMAIN;

/// The name in the catcher's certificate.
pub const CATCHER_HOST: &str = "localhost";

/// A catcher and the way to it.
pub struct PostOffice {
    /// Takes the mail.
    pub catcher: Catcher,
    /// Brings it there.
    pub relay: Relay,
    /// The catcher's certificate, for other ways to it.
    pub cert_pem: String,
}

impl PostOffice {
    /// A catcher with a certificate of its own, and the relay that trusts that one alone.
    pub async fn open(sink: Sink, faults: Faults, connections_max: usize) -> Self {
        Self::patient(sink, faults, connections_max, 10_000).await
    }

    /// The same, waited for so many milliseconds.
    pub async fn patient(sink: Sink, faults: Faults, connections_max: usize, timeout_ms: u64) -> Self {
        let identity = Identity::self_signed_from_system_randomness(&[CATCHER_HOST]).expect("a certificate");
        let cert_pem = identity.cert_pem.clone();
        let catcher = Catcher::start(CatcherConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            identity,
            mode: TlsMode::StartTls,
            account: None,
            sink,
            faults,
        })
        .await
        .expect("the catcher listens");
        let relay = Relay::new(RelayConfig {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: catcher.local_addr().port(),
            hello_name: MAIL_DOMAIN.to_owned(),
            tls: TlsPolicy::Required {
                mode: TlsMode::StartTls,
                server_name: CATCHER_HOST.to_owned(),
                roots: Roots::Only(cert_pem.clone()),
            },
            sign_in: None,
            timeout_ms,
            connections_max,
        })
        .expect("the relay's configuration holds");
        Self {
            catcher,
            relay,
            cert_pem,
        }
    }
}
