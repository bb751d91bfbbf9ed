//! The proof that a template version was vetted.

use serde::{Deserialize, Serialize};

use crate::contact::change::same_person;

/// Who vetted a template version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "vetted", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Vetted {
    /// Two people of the organisation.
    ByTwo {
        /// One.
        first: String,
        /// And another.
        second: String,
    },
    /// The demo, for itself. `gateway serve` never makes such a proof.
    Demo,
}

/// Why somebody's vetting does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VettingFault {
    /// One person only.
    #[error("a template version is vetted by two different people, both named")]
    OnePerson,
    /// No digest.
    #[error("a vetting names the digest of what was read, 64 hexadecimal digits in lower case")]
    Digest,
}

/// These words, in this language, were read and found right by two people (or vetted by the demo).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VettingProof {
    kind: String,
    version: u32,
    language: String,
    digest: String,
    vetted: Vetted,
}

impl VettingProof {
    /// A proof from the record of a vetting. `digest` is the template version's, as the record has it.
    pub fn new(
        kind: &str,
        version: u32,
        language: &str,
        digest: &str,
        vetted: Vetted,
    ) -> Result<Self, VettingFault> {
        if let Vetted::ByTwo { first, second } = &vetted
            && (first.trim().is_empty() || second.trim().is_empty() || same_person(first, second))
        {
            return Err(VettingFault::OnePerson);
        }
        if digest.len() != 64
            || !digest
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        {
            return Err(VettingFault::Digest);
        }
        Ok(Self {
            kind: kind.to_owned(),
            version,
            language: language.to_owned(),
            digest: digest.to_owned(),
            vetted,
        })
    }

    /// Who vetted it.
    pub fn vetted(&self) -> &Vetted {
        &self.vetted
    }

    /// The message kind that was vetted.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether it is this very version.
    pub fn covers(&self, kind: &str, version: u32, language: &str, digest: &str) -> bool {
        self.kind == kind && self.version == version && self.language == language && self.digest == digest
    }
}
