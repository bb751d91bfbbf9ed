//! The keys that sign notes: of a log and of a witness (C2SP signed-note v1.0.0 and tlog-cosignature v1.0.1).
//!
//! A verifier key is text that anybody may have, `name+id+key`; a signing key is text for a secret file,
//! `PRIVATE+KEY+name+id+key`, as Go's `sumdb/note` writes both. What a key signs depends on its [`KeyKind`]; to add
//! a kind (ML-DSA, say) add a variant and its arm in [`VerifierKey::verify`] and [`SigningKey::sign`].

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

/// The longest name of a key, in bytes.
pub const NAME_BYTES_MAX: usize = 255;

const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// What kind of signature a key makes: the type byte of C2SP signed-note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Ed25519 over the text of the note: a log's.
    Ed25519,
    /// Ed25519 over a time and the text of a checkpoint: a witness's (C2SP tlog-cosignature).
    Cosignature,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    fn of(byte: u8) -> Result<Self, KeyError> {
        match byte {
            0x01 => Ok(Self::Ed25519),
            0x04 => Ok(Self::Cosignature),
            other => Err(KeyError::Kind(other)),
        }
    }
}

/// Why a text is no key. It never repeats the text, which may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the form of a key.
    #[error("a verifier key is name+id+key, with 8 hexadecimal digits and base64")]
    Form,
    /// Not the form of a signing key.
    #[error("a signing key begins with PRIVATE+KEY+ and goes on as name+id+key")]
    SecretForm,
    /// Not a name.
    #[error("the name of a key is 1 to 255 bytes without spaces, control characters and `+`")]
    Name,
    /// A kind of signature that this program does not know.
    #[error("signature type {0:#04x} is not known to this program; it knows 0x01 and 0x04")]
    Kind(u8),
    /// The bytes are no key of their kind.
    #[error("the key has not the 32 bytes of an Ed25519 key")]
    Length,
    /// The id does not follow from name and key: one of them was changed.
    #[error("the id of the key does not follow from its name and bytes; one of them was changed")]
    Id,
}

/// The identifier that stands in front of a signature: not secret and not collision-free, a hint.
pub type KeyId = [u8; 4];

fn key_id(name: &str, kind: KeyKind, public: &[u8]) -> KeyId {
    let mut context = Context::new(&SHA256);
    for part in [name.as_bytes(), b"\n", &[kind.byte()], public] {
        context.update(part);
    }
    let mut id = [0; 4];
    id.copy_from_slice(&context.finish().as_ref()[..4]);
    id
}

/// Whether a text may name a key: no spaces of any alphabet, no control characters, no `+`.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A key that checks signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    kind: KeyKind,
    public: [u8; 32],
}

impl VerifierKey {
    /// A key from its parts.
    pub fn new(name: &str, kind: KeyKind, public: [u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        Ok(Self {
            id: key_id(name, kind, &public),
            name: name.to_owned(),
            kind,
            public,
        })
    }

    /// Reads `name+id+key`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, kind, public, id) = parts(text, KeyError::Form)?;
        let key = Self::new(name, kind, public)?;
        if key.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its identifier.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What kind of signature it checks.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its 32 bytes: two keys of other names over the same bytes are one signer.
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// Checks a signature of this key over the text of a note; `payload` is what stands behind the key's id.
    /// Answers the time of a cosignature, in seconds since 1970 UTC.
    pub fn verify(&self, text: &str, payload: &[u8]) -> Option<Signed> {
        let holds = |message: &[u8], signature: &[u8]| {
            UnparsedPublicKey::new(&ED25519, &self.public)
                .verify(message, signature)
                .is_ok()
        };
        match self.kind {
            KeyKind::Ed25519 => holds(text.as_bytes(), payload).then_some(Signed { at_s: None }),
            KeyKind::Cosignature => {
                let (at, signature) = payload.split_first_chunk::<8>()?;
                let at_s = u64::from_be_bytes(*at);
                holds(cosigned(at_s, text).as_bytes(), signature).then_some(Signed { at_s: Some(at_s) })
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind.byte()][..], &self.public].concat();
        write!(
            f,
            "{}+{}+{}",
            self.name,
            hex::encode(self.id),
            STANDARD.encode(key)
        )
    }
}

/// A signature that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// When a witness cosigned, in seconds since 1970 UTC; a log's signature has no time.
    pub at_s: Option<u64>,
}

/// What a witness signs (C2SP tlog-cosignature): the time and the whole text of the checkpoint.
fn cosigned(at_s: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {at_s}\n{text}")
}

/// A key that signs. Its secret is in `ring`'s hands, which does not show it; `Debug` shows the verifier's half.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifier)
    }
}

impl SigningKey {
    /// A key from its 32 secret bytes. The caller wipes them.
    pub fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Length)?;
        let public = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| KeyError::Length)?;
        Ok(Self {
            verifier: VerifierKey::new(name, kind, public)?,
            pair,
        })
    }

    /// Reads `PRIVATE+KEY+name+id+key`. The caller wipes the text.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let rest = text
            .trim_end_matches('\n')
            .strip_prefix(SECRET_PREFIX)
            .ok_or(KeyError::SecretForm)?;
        let (name, kind, mut seed, id) = parts(rest, KeyError::SecretForm)?;
        let key = Self::from_seed(name, kind, &seed);
        zeroize::Zeroize::zeroize(&mut seed);
        let key = key?;
        if key.verifier.id == id {
            Ok(key)
        } else {
            Err(KeyError::Id)
        }
    }

    /// The text of a new secret file, from 32 random bytes.
    pub fn new_text(
        name: &str,
        kind: KeyKind,
        seed: &[u8; 32],
    ) -> Result<zeroize::Zeroizing<String>, KeyError> {
        let id = Self::from_seed(name, kind, seed)?.verifier.id;
        let key = zeroize::Zeroizing::new([&[kind.byte()][..], seed].concat());
        let encoded = zeroize::Zeroizing::new(STANDARD.encode(&*key));
        Ok(zeroize::Zeroizing::new(format!(
            "{SECRET_PREFIX}{name}+{}+{}\n",
            hex::encode(id),
            *encoded
        )))
    }

    /// The half that anybody may have.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs the text of a note; `at_s` is the time of a cosignature in seconds since 1970 UTC, which a log's
    /// signature leaves out. Answers what stands behind the key's id in the signature line.
    pub fn sign(&self, text: &str, at_s: u64) -> Vec<u8> {
        match self.verifier.kind {
            KeyKind::Ed25519 => self.pair.sign(text.as_bytes()).as_ref().to_vec(),
            KeyKind::Cosignature => {
                let signature = self.pair.sign(cosigned(at_s, text).as_bytes());
                [&at_s.to_be_bytes()[..], signature.as_ref()].concat()
            }
        }
    }
}

/// Name, kind, 32 bytes and id of `name+id+key`.
fn parts(text: &str, form: KeyError) -> Result<(&str, KeyKind, [u8; 32], KeyId), KeyError> {
    let mut pieces = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (pieces.next(), pieces.next(), pieces.next()) else {
        return Err(form);
    };
    let mut id_bytes = [0; 4];
    if id.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(form);
    }
    hex::decode_to_slice(id, &mut id_bytes).map_err(|_| form)?;
    let decoded = zeroize::Zeroizing::new(STANDARD.decode(key).map_err(|_| form)?);
    let (kind, bytes) = decoded.split_first().ok_or(form)?;
    let kind = KeyKind::of(*kind)?;
    let bytes = bytes.try_into().map_err(|_| KeyError::Length)?;
    Ok((name, kind, bytes, id_bytes))
}
