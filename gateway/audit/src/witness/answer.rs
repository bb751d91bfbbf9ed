//! What a witness answers, and what that is worth to whoever asked.

use crate::checkpoint::decimal;
use crate::key::VerifierKey;
use crate::note::{NoteError, SIGNATURES_MAX, Signature};

/// Why an answer does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not signature lines.
    #[error("a witness answers with lines like `\u{2014} name base64`, at most {SIGNATURES_MAX}")]
    Form,
    /// None of the key that the policy names.
    #[error("the answer has no cosignature of the key that the policy names for this witness")]
    Missing,
    /// One of that key that does not hold.
    #[error("the cosignature does not hold for this checkpoint")]
    Broken,
}

impl From<NoteError> for AnswerError {
    fn from(_: NoteError) -> Self {
        Self::Form
    }
}

/// The cosignature of this key over the text of a checkpoint, out of a witness's answer. Signatures of other keys are
/// passed over, and one that does not hold is none.
pub fn cosignature_in(answer: &[u8], text: &str, key: &VerifierKey) -> Result<Signature, AnswerError> {
    let lines = std::str::from_utf8(answer).map_err(|_| AnswerError::Form)?;
    let lines = lines.strip_suffix('\n').ok_or(AnswerError::Form)?;
    let mut found = None;
    for (number, line) in (1..).zip(lines.split('\n')) {
        if number > SIGNATURES_MAX {
            return Err(AnswerError::Form);
        }
        let signature = Signature::parse(line, number)?;
        if signature.is_of(key) {
            if key.verify(text, &signature.payload).is_none() {
                return Err(AnswerError::Broken);
            }
            found = Some(signature);
        }
    }
    found.ok_or(AnswerError::Missing)
}

/// How a witness says which size it has seen last.
pub fn size_text(size: u64) -> String {
    format!("{size}\n")
}

/// The size that a witness says it has seen last.
pub fn size_in(answer: &[u8]) -> Option<u64> {
    decimal(std::str::from_utf8(answer).ok()?.strip_suffix('\n')?)
}
