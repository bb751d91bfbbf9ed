//! The web door of this process: certificate, pages, assets, and the socket they are served on.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use flows::Gateway;
use mail::tls::Identity;
use render::pages::Pages;
use web::assets::Assets;
use web::tls::{CertificateFiles, RustlsConfig};
use web::vitals::Counts;
use web::{Door, DoorSettings};

use crate::config::{Web, secrets};
use crate::print::Fault;

/// How often the certificate's files are looked at.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// What is served, on a socket that listens already.
pub struct Site {
    listener: TcpListener,
    files: CertificateFiles,
    tls: RustlsConfig,
    door: Door,
    vitals: Option<Vitals>,
}

/// The listener for the machine's keepers.
struct Vitals {
    listener: TcpListener,
    gateway: Arc<Gateway>,
    counts: Counts,
}

impl Site {
    /// Opens the socket and reads everything; nothing is served yet.
    pub fn open(web: &Web, gateway: Arc<Gateway>) -> Result<Self, Fault> {
        let files = CertificateFiles {
            chain: web.certificate_file.clone(),
            key: web.key_file.clone(),
            with_tls12: web.tls12,
            client_ca: web.client_ca_file.clone(),
        };
        // Refuses a key that others may read.
        drop(secrets::read(&files.key)?);
        let input = |fault: &dyn std::fmt::Display| Fault::input(format!("web: {fault}"));
        let provider = web.single_sign_on.as_ref();
        let provider = provider.map(|about| about.settings(&gateway.parts().areas));
        let settings = DoorSettings {
            origin: web.origin.clone(),
            service_name: web.service_name.clone(),
            single_sign_on: provider.transpose()?,
        };
        let pages = Pages::load(&web.pages).map_err(|fault| input(&fault))?;
        let assets = Assets::load(&web.assets).map_err(|fault| input(&fault))?;
        let bind = |key: &str, address: &str| {
            TcpListener::bind(address).map_err(|fault| Fault::input(format!("{key}: {address}: {fault}")))
        };
        let listener = bind("web.listen", &web.listen)?;
        let vitals = match &web.vitals_listen {
            None => None,
            Some(address) => Some(Vitals {
                listener: bind("web.vitals_listen", address)?,
                gateway: Arc::clone(&gateway),
                counts: web::vitals::count().map_err(|fault| input(&fault))?,
            }),
        };
        Ok(Self {
            vitals,
            tls: web::tls::load(&files).map_err(|fault| input(&fault))?,
            door: Door::new(gateway, pages, assets, settings).map_err(|fault| input(&fault))?,
            listener,
            files,
        })
    }

    /// Serves until `stop`; a certificate that changes on the disk is taken without a new start.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) -> std::io::Result<()> {
        let renewing = tokio::spawn(renew(self.files, self.tls.clone()));
        let watched = self.vitals.map(|vitals| tokio::spawn(vitals.serve()));
        let served = web::serve(self.listener, self.tls, self.door, stop).await;
        renewing.abort();
        watched.inspect(tokio::task::JoinHandle::abort);
        served
    }
}

impl Vitals {
    async fn serve(self) {
        let served = async {
            self.listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            web::vitals::serve(listener, self.gateway, self.counts).await
        };
        if let Err(fault) = served.await {
            tracing::error!(%fault, "health and counts are not served any more");
        }
    }
}

async fn renew(files: CertificateFiles, tls: RustlsConfig) {
    let mut known = changed_at(&files);
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = changed_at(&files);
        if now == known {
            continue;
        }
        match web::tls::reload(&files, &tls) {
            Ok(()) => {
                known = now;
                tracing::info!("the door has a new certificate");
            }
            // Half of the pair may be there already: looked at again in a minute.
            Err(fault) => tracing::error!(%fault, "the changed certificate is not taken; the old one stays"),
        }
    }
}

fn changed_at(files: &CertificateFiles) -> [Option<SystemTime>; 3] {
    let read = [Some(&files.chain), Some(&files.key), files.client_ca.as_ref()];
    read.map(|path| fs::metadata(path?).and_then(|data| data.modified()).ok())
}

/// A certificate for this machine alone, made by itself, with which a demo can be tried in a browser.
pub fn own_certificate(dir: &Path) -> Result<(PathBuf, PathBuf), Fault> {
    let (chain, key) = (dir.join("localhost.pem"), dir.join("localhost.key"));
    if chain.exists() && key.exists() {
        return Ok((chain, key));
    }
    let broken = |fault: &dyn std::fmt::Display| Fault::no(format!("the demo's certificate: {fault}"));
    let made = Identity::self_signed_from_system_randomness(&["localhost", "127.0.0.1"]);
    let made = made.map_err(|fault| broken(&fault))?;
    secrets::write(&key, &made.key_pem)?;
    fs::write(&chain, made.cert_pem).map_err(|fault| broken(&fault))?;
    Ok((chain, key))
}
