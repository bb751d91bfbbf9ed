//! TLS settings for both ends, on `ring` alone.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Why TLS could not be set up. Holds no key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// A PEM text without a usable certificate.
    #[error("{0} must be PEM text with at least one certificate")]
    Certificate(&'static str),
    /// A PEM text without a usable private key.
    #[error("the key must be PEM text with one private key that belongs to the certificate")]
    Key,
    /// The library refused.
    #[error("TLS could not be set up: {0}")]
    Library(String),
}

/// A certificate with its private key, both as PEM text.
#[derive(Clone)]
pub struct Identity {
    /// The certificate, with its chain if there is one.
    pub cert_pem: String,
    /// The private key. Secret.
    pub key_pem: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity([certificate and key])")
    }
}

impl Identity {
    /// Makes a fresh key and a certificate for `names` that it signs itself.
    ///
    /// This asks the operating system for randomness (`rcgen` does, there is no other way in): for the
    /// daemon's demo and for tests only (law 12).
    pub fn self_signed_from_system_randomness(names: &[&str]) -> Result<Self, TlsError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).map_err(|e| TlsError::Library(e.to_string()))?;
        Ok(Self {
            cert_pem: made.cert.pem(),
            key_pem: made.signing_key.serialize_pem(),
        })
    }
}

/// When TLS begins. There is no way without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// After a greeting in the clear and STARTTLS (RFC 3207).
    StartTls,
    /// With the first byte (RFC 8314 section 3).
    Implicit,
}

/// Whose word about a server's name is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// The public authorities that browsers trust.
    Public,
    /// Those in this PEM text and no others.
    Only(String),
}

/// Settings of the side that connects: the server's certificate is always verified.
pub(crate) fn client(roots: &Roots) -> Result<Arc<ClientConfig>, TlsError> {
    let mut store = RootCertStore::empty();
    match roots {
        Roots::Public => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Roots::Only(pem) => {
            for certificate in certificates("the trusted roots", pem)? {
                store
                    .add(certificate)
                    .map_err(|e| TlsError::Library(e.to_string()))?;
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| TlsError::Library(e.to_string()))?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Settings of the side that listens.
pub(crate) fn server(identity: &Identity) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = certificates("the certificate", &identity.cert_pem)?;
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).map_err(|_| TlsError::Key)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| TlsError::Library(e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|_| TlsError::Key)?;
    Ok(Arc::new(config))
}

fn certificates(what: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match read {
        Ok(list) if !list.is_empty() => Ok(list),
        _ => Err(TlsError::Certificate(what)),
    }
}
