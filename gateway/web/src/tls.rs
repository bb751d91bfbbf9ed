//! What the door offers in TLS: version 1.3, and 1.2 with AEAD suites where an operator asks for it. rustls has no others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::version::{TLS12, TLS13};
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
    let named = |path: &Path, fault: rustls_pki_types::pem::Error| TlsFault::File {
        path: path.to_owned(),
        fault: fault.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(&files.chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|fault| named(&files.chain, fault))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|fault| named(&files.key, fault))?;
    let versions: &[_] = if files.with_tls12 {
        &[&TLS13, &TLS12]
    } else {
        &[&TLS13]
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .map_err(TlsFault::Config)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsFault::Config)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
