//! A mail catcher that speaks real SMTP with TLS, and the relay that trusts it alone.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use mail::catcher::{Catcher, CatcherConfig, Fault as MailFault, Faults, Sink};
use mail::relay::{Relay, RelayConfig, TlsPolicy};
use mail::tls::{Identity, Roots, TlsMode};

use super::CONNECTIONS_MAX;
use crate::print::Fault;

const CATCHER_HOST: &str = "localhost";

/// A catcher on loopback with a certificate of its own, and the relay that trusts that one alone.
pub async fn open(caught: &Path) -> Result<(Catcher, Relay), Fault> {
    fs::create_dir_all(caught).map_err(|fault| Fault::input(format!("{}: {fault}", caught.display())))?;
    let identity = Identity::self_signed_from_system_randomness(&[CATCHER_HOST])
        .map_err(|fault| Fault::no(fault.to_string()))?;
    let roots = Roots::Only(identity.cert_pem.clone());
    let catcher = Catcher::start(CatcherConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        identity,
        mode: TlsMode::StartTls,
        account: None,
        sink: Sink::Folder(caught.to_path_buf()),
        faults: Faults::Always(MailFault::None),
    })
    .await
    .map_err(|fault| Fault::no(fault.to_string()))?;
    let relay = Relay::new(RelayConfig {
        host: "127.0.0.1".to_owned(),
        port: catcher.local_addr().port(),
        hello_name: "gateway.example".to_owned(),
        tls: TlsPolicy::Required {
            mode: TlsMode::StartTls,
            server_name: CATCHER_HOST.to_owned(),
            roots,
        },
        sign_in: None,
        timeout_ms: 30_000,
        connections_max: CONNECTIONS_MAX,
    })
    .map_err(|fault| Fault::no(fault.to_string()))?;
    Ok((catcher, relay))
}
