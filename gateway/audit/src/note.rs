//! Signed notes (C2SP signed-note v1.0.0): a text, and under it a line for each signature.
//!
//! A reader ignores signatures of keys that it does not know, and refuses the whole note when one of a key that it
//! knows does not hold: then somebody has meddled.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::{KeyId, Signed, SigningKey, VerifierKey, is_name};

/// The longest note that is read, in bytes.
pub const BYTES_MAX: usize = 64 * 1024;
/// The most signatures that are read: C2SP asks for at least 16.
pub const SIGNATURES_MAX: usize = 64;

const DASH: &str = "\u{2014} ";

/// Why bytes are no note, or one that is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too long.
    #[error("a note has at most {BYTES_MAX} bytes and {SIGNATURES_MAX} signatures")]
    TooLong,
    /// Not UTF-8, or with control characters.
    #[error("a note is UTF-8 text without control characters")]
    Text,
    /// No blank line before the signatures.
    #[error("a note has a text, a blank line and at least one signature line")]
    Form,
    /// A line below the blank line is no signature.
    #[error("signature line {0} is not `\u{2014} name base64`")]
    Signature(usize),
    /// A signature of a known key does not hold.
    #[error("the signature of {0} does not hold: the note or the signature was changed")]
    Broken(String),
    /// No signature of a known key.
    #[error("the note bears no signature of a key that is known here")]
    Unsigned,
}

/// One signature, of a key that may be known or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of its key.
    pub name: String,
    /// The identifier of its key.
    pub id: KeyId,
    /// What the key made.
    pub payload: Vec<u8>,
}

impl Signature {
    /// Makes a signature over a text; `at_s` is the time of a cosignature in seconds since 1970 UTC.
    pub fn make(key: &SigningKey, text: &str, at_s: u64) -> Self {
        Self {
            name: key.verifier().name().to_owned(),
            id: key.verifier().id(),
            payload: key.sign(text, at_s),
        }
    }

    /// Reads one line without its end; `number` is for the error.
    pub fn parse(line: &str, number: usize) -> Result<Self, NoteError> {
        let bad = NoteError::Signature(number);
        let rest = line.strip_prefix(DASH).ok_or(bad.clone())?;
        let (name, encoded) = rest.split_once(' ').ok_or(bad.clone())?;
        let bytes = STANDARD.decode(encoded).map_err(|_| bad.clone())?;
        let (id, payload) = bytes.split_first_chunk::<4>().ok_or(bad.clone())?;
        if !is_name(name) || payload.is_empty() {
            return Err(bad);
        }
        Ok(Self {
            name: name.to_owned(),
            id: *id,
            payload: payload.to_vec(),
        })
    }

    /// The line, with its end.
    pub fn to_line(&self) -> String {
        let bytes = [&self.id[..], &self.payload].concat();
        format!("{DASH}{} {}\n", self.name, STANDARD.encode(bytes))
    }

    /// Whether it says that this key made it; whether that is so, [`VerifierKey::verify`] tells.
    pub(crate) fn is_of(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.id == key.id()
    }
}

/// A text with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A known key whose signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds<'k> {
    /// The key.
    pub key: &'k VerifierKey,
    /// What it signed.
    pub signed: Signed,
}

impl Note {
    /// A note that nobody has signed yet. The text ends with a line break and holds no control characters.
    pub fn new(text: String) -> Result<Self, NoteError> {
        if text.len() > BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        if !text.ends_with('\n') || text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Text);
        }
        Ok(Self {
            text,
            signatures: Vec::new(),
        })
    }

    /// Reads a note. Whether it is to be believed, [`Note::verify`] says.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
        // The separator is the last blank line; the text may hold blank lines of its own.
        let at = whole.rfind("\n\n").ok_or(NoteError::Form)?;
        let mut note = Self::new(whole[..=at].to_owned())?;
        let below = whole[at + 2..].strip_suffix('\n').ok_or(NoteError::Form)?;
        for (number, line) in (1..).zip(below.split('\n')) {
            if number > SIGNATURES_MAX {
                return Err(NoteError::TooLong);
            }
            note.signatures.push(Signature::parse(line, number)?);
        }
        Ok(note)
    }

    /// The text, with its last line break.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its signatures, known or not.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature; one of the same key is replaced.
    pub fn add(&mut self, signature: Signature) {
        self.signatures
            .retain(|known| known.name != signature.name || known.id != signature.id);
        self.signatures.push(signature);
    }

    /// The bytes of the note.
    pub fn to_bytes(&self) -> Vec<u8> {
        let lines = self.signatures.iter().map(Signature::to_line);
        format!("{}\n{}", self.text, lines.collect::<String>()).into_bytes()
    }

    /// The known keys whose signatures hold, at least one. One of a known key that does not hold spoils the note.
    pub fn verify<'k>(&self, known: &'k [VerifierKey]) -> Result<Vec<Holds<'k>>, NoteError> {
        let mut holding: Vec<Holds<'k>> = Vec::new();
        for signature in &self.signatures {
            let Some(key) = known.iter().find(|key| signature.is_of(key)) else {
                continue;
            };
            let signed = key
                .verify(&self.text, &signature.payload)
                .ok_or_else(|| NoteError::Broken(key.name().to_owned()))?;
            if !holding.iter().any(|other| other.key == key) {
                holding.push(Holds { key, signed });
            }
        }
        if holding.is_empty() {
            Err(NoteError::Unsigned)
        } else {
            Ok(holding)
        }
    }
}
