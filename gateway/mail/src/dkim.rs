//! DKIM signatures (RFC 6376, RFC 8463), relaxed in header and body.
//!
//! The keys and their arithmetic are those of `mail-auth` on `ring`. The few lines that arrange what is
//! signed are ours, because `mail-auth` reads the machine's clock for `t=`, and here time is passed in
//! (law 12). The tests verify our signatures with `mail-auth`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use ring::digest;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

use crate::header::is_host;

/// The headers that are signed. Each is named once more than it occurs, so that nobody can add another
/// (RFC 6376 section 8.15).
pub(crate) const SIGNED: [&str; 11] = [
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-language",
    "auto-submitted",
];
const RSA_BYTES_MIN: usize = 256;

/// Why nothing was signed. Never holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    /// Not a private key that we use.
    #[error(
        "the signing key must be a PEM file with an Ed25519 key (PKCS #8) or an RSA key of at least 2048 bits"
    )]
    Key,
    /// Domain or selector.
    #[error("the signing {0} must be a host name of letters, digits, hyphens and dots")]
    Name(&'static str),
    /// Bytes without a header and a body.
    #[error("the message to sign has no end of headers")]
    Message,
    /// The key refused to sign.
    #[error("the signature could not be made")]
    Signing,
}

enum Key {
    Ed25519(Ed25519Key),
    Rsa(RsaKey<Sha256>),
}

/// Signs messages for one domain and selector.
pub struct Signer {
    key: Key,
    domain: String,
    selector: String,
}

impl Signer {
    /// Takes the text of a PEM file, the signing domain (`d=`) and the selector (`s=`).
    pub fn from_pem(pem: &str, domain: &str, selector: &str) -> Result<Self, DkimError> {
        for (name, value) in [("domain", domain), ("selector", selector)] {
            if !is_host(value) {
                return Err(DkimError::Name(name));
            }
        }
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| DkimError::Key)?;
        let ed25519 = match &der {
            PrivateKeyDer::Pkcs8(pkcs8) => {
                Ed25519Key::from_pkcs8_maybe_unchecked_der(pkcs8.secret_pkcs8_der()).ok()
            }
            _ => None,
        };
        let key = match ed25519 {
            Some(key) => Key::Ed25519(key),
            None => Key::Rsa(RsaKey::from_key_der(der).map_err(|_| DkimError::Key)?),
        };
        let signer = Self {
            key,
            domain: domain.to_owned(),
            selector: selector.to_owned(),
        };
        // The signature is as long as the modulus; `mail-auth` does not show the modulus itself.
        if matches!(signer.key, Key::Rsa(_)) && signer.sign_bytes(b"size")?.len() < RSA_BYTES_MIN {
            return Err(DkimError::Key);
        }
        Ok(signer)
    }

    /// The signing domain (`d=`).
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The selector (`s=`).
    pub fn selector(&self) -> &str {
        &self.selector
    }

    /// The text of the DNS record at `SELECTOR._domainkey.DOMAIN`.
    pub fn dns_record(&self) -> String {
        match &self.key {
            Key::Ed25519(key) => format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(key.public_key())),
            Key::Rsa(key) => {
                format!(
                    "v=DKIM1; k=rsa; p={}",
                    STANDARD.encode(public_key_info(&key.public_key()))
                )
            }
        }
    }

    /// The message with a signature header made at `at` put before its own headers.
    pub fn sign(&self, message: &[u8], at: Timestamp) -> Result<Vec<u8>, DkimError> {
        let end = message
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .ok_or(DkimError::Message)?;
        let headers = fields(&message[..end + 2]);
        let mut names = Vec::new();
        let mut signed = Vec::new();
        for name in SIGNED {
            // Of several of one name the last comes first (RFC 6376 section 5.4.2).
            for field in headers
                .iter()
                .rev()
                .filter(|field| field_name(field).eq_ignore_ascii_case(name.as_bytes()))
            {
                relax_header(field, &mut signed);
                signed.extend_from_slice(b"\r\n");
                names.push(name);
            }
            names.push(name);
        }
        let body_hash = digest::digest(&digest::SHA256, &relax_body(&message[end + 4..]));
        let algorithm = match self.key {
            Key::Ed25519(_) => "ed25519-sha256",
            Key::Rsa(_) => "rsa-sha256",
        };
        let unsigned = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n\ts={}; t={};\r\n\th={};\r\n\tbh={};\r\n\tb=",
            self.domain,
            self.selector,
            at.as_second(),
            names.join(":\r\n\t "),
            STANDARD.encode(body_hash),
        );
        relax_header(unsigned.as_bytes(), &mut signed);
        let signature = STANDARD.encode(self.sign_bytes(&signed)?);
        let mut out = Vec::with_capacity(unsigned.len() + signature.len() + 32 + message.len());
        out.extend_from_slice(unsigned.as_bytes());
        for (number, chunk) in signature.as_bytes().chunks(72).enumerate() {
            out.extend_from_slice(if number == 0 { b"" } else { b"\r\n\t " });
            out.extend_from_slice(chunk);
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(message);
        Ok(out)
    }

    fn sign_bytes(&self, bytes: &[u8]) -> Result<Vec<u8>, DkimError> {
        match &self.key {
            Key::Ed25519(key) => key.sign(bytes),
            Key::Rsa(key) => key.sign(bytes),
        }
        .map_err(|_| DkimError::Signing)
    }
}

/// The header fields, each with its folded lines, without the last CRLF.
fn fields(block: &[u8]) -> Vec<&[u8]> {
    let mut fields = Vec::new();
    let mut start = 0;
    for at in 0..block.len() {
        let ends = block[at..].starts_with(b"\r\n");
        if ends && !matches!(block.get(at + 2), Some(b' ' | b'\t')) {
            fields.push(&block[start..at]);
            start = at + 2;
        }
    }
    fields
}

fn field_name(field: &[u8]) -> &[u8] {
    field
        .split(|b| *b == b':')
        .next()
        .unwrap_or_default()
        .trim_ascii_end()
}

/// RFC 6376 section 3.4.2.
fn relax_header(field: &[u8], out: &mut Vec<u8>) {
    let name = field_name(field);
    out.extend(name.to_ascii_lowercase());
    out.push(b':');
    let value = field.splitn(2, |b| *b == b':').nth(1).unwrap_or_default();
    let words = value
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    for (number, word) in words.enumerate() {
        out.extend_from_slice(if number == 0 { b"" } else { b" " });
        out.extend_from_slice(word);
    }
}

/// RFC 6376 section 3.4.4.
fn relax_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut empty_lines = 0;
    for line in body
        .split(|b| *b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            out.extend_from_slice(b"\r\n");
        }
        let mut after_space = false;
        for &byte in line {
            let space = matches!(byte, b' ' | b'\t');
            if !space {
                out.push(byte);
            } else if !after_space {
                out.push(b' ');
            }
            after_space = space;
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// An RSA public key as `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7), the form that DNS holds.
fn public_key_info(key: &[u8]) -> Vec<u8> {
    const RSA_ENCRYPTION: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let bits = der(0x03, &[&[0], key].concat());
    der(0x30, &[&RSA_ENCRYPTION[..], &bits].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|b| **b == 0).count()..];
    match significant {
        [short] if *short < 128 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}
