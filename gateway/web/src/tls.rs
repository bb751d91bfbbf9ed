//! What the door offers in TLS: version 1.3, and 1.2 with AEAD suites where an operator asks for it. rustls has no others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use axum_server::tls_rustls::RustlsConfig;
use rustls::crypto::ring::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// A file that cannot be read or holds something else.
    #[error("{}: {fault}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: String,
    },
    /// Key and certificate do not belong together, or the like.
    #[error("certificate and key: {0}")]
    Config(rustls::Error),
}

/// Certificate chain and key, in PEM.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// The chain, the server's own certificate first.
    pub chain: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// Whether TLS 1.2 is offered too.
    pub with_tls12: bool,
    /// The authorities whose client certificates are looked at (PEM); nobody is asked for one without them. Whoever shows
    /// none is served all the same: a browser has none.
    pub client_ca: Option<PathBuf>,
}

/// The one certificate in a PEM file, DER.
pub fn certificate_in(file: &Path) -> Result<Vec<u8>, TlsFault> {
    let mut found = certificates_in(file)?;
    match (found.pop(), found.is_empty()) {
        (Some(certificate), true) => Ok(certificate.to_vec()),
        _ => Err(TlsFault::File {
            path: file.to_owned(),
            fault: "must hold one certificate, PEM".to_owned(),
        }),
    }
}

fn certificates_in(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|fault| named(file, &fault))
}

fn named(path: &Path, fault: &dyn std::fmt::Display) -> TlsFault {
    TlsFault::File {
        path: path.to_owned(),
        fault: fault.to_string(),
    }
}

/// Reads the files for the first time.
pub fn load(files: &CertificateFiles) -> Result<RustlsConfig, TlsFault> {
    Ok(RustlsConfig::from_config(Arc::new(config(files)?)))
}

/// Reads them again: connections from now on get the new certificate. With files that do not fit, the old one stays.
pub fn reload(files: &CertificateFiles, tls: &RustlsConfig) -> Result<(), TlsFault> {
    tls.reload_from_config(Arc::new(config(files)?));
    Ok(())
}

fn config(files: &CertificateFiles) -> Result<ServerConfig, TlsFault> {
    let chain = certificates_in(&files.chain)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|fault| named(&files.key, &fault))?;
    let versions: &[_] = if files.with_tls12 {
        &[&TLS13, &TLS12]
    } else {
        &[&TLS13]
    };
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .map_err(TlsFault::Config)?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(file) => builder.with_client_cert_verifier(clients_of(file)?),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(TlsFault::Config)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Takes certificates of these authorities, and no certificate. One of another authority ends the connection.
fn clients_of(file: &Path) -> Result<Arc<dyn ClientCertVerifier>, TlsFault> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_in(file)? {
        roots.add(certificate).map_err(|fault| named(file, &fault))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
        .allow_unauthenticated()
        .build()
        .map_err(|fault| named(file, &fault))
}
