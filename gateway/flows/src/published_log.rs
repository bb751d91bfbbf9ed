//! The contact log as it is published, for whoever asks for proofs: its folder, and whose signatures are to be believed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use audit::checkpoint::Checkpoint;
use audit::entry::{Act, Entry};
use audit::folder::Folder;
use audit::merkle::Hash;
use audit::note::Note;
use audit::offline_proof::OfflineProof;
use audit::policy::Policy;
use audit::proving::Prover;
use audit::verification::{self, Broken, Verified};
use jiff::Timestamp;
use store::log;

use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// The published log; one for the whole process.
#[derive(Debug, Clone)]
pub struct PublishedLog {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: Folder,
    policy: Policy,
    policy_text: Vec<u8>,
    /// One verification at a time: it reads the whole log.
    is_verified: AtomicBool,
}

/// A checkpoint, read under the policy.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// When it was signed.
    pub sealed_at: Option<Timestamp>,
    /// How many witnesses have cosigned it, of how many that the policy knows.
    pub witnesses: (usize, usize),
    /// Whether these are enough for the policy.
    pub has_quorum: bool,
    /// Whether a verification is under way.
    pub is_verified_now: bool,
}

impl PublishedLog {
    /// The log in this folder under this policy, which is read already, with its text.
    pub fn new(folder: Folder, policy: Policy, policy_text: Vec<u8>) -> Self {
        let inner = Inner {
            folder,
            policy,
            policy_text,
            is_verified: AtomicBool::new(false),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The keys that may sign it, as `name+id`.
    pub(crate) fn key_names(&self) -> Vec<String> {
        let keys = self.inner.policy.logs().iter().map(|party| &party.key);
        keys.map(|key| format!("{}+{}", key.name(), hex::encode(key.id())))
            .collect()
    }

    pub(crate) fn policy_text(&self) -> &[u8] {
        &self.inner.policy_text
    }

    /// The newest checkpoint, with its note; none before the first was published.
    pub(crate) fn checkpoint(&self) -> Result<Option<(Checkpoint, Note)>> {
        let Some(note) = self.inner.folder.checkpoint().map_err(broken)? else {
            return Ok(None);
        };
        let trusted = self.inner.policy.read(&note).map_err(broken)?;
        Ok(Some((trusted.checkpoint, note)))
    }

    /// The same where there must be one.
    pub(crate) fn newest(&self) -> Result<(Checkpoint, Note)> {
        self.checkpoint()?.ok_or(Error::NotFound("checkpoint"))
    }

    /// The proof that the log of `old` entries is the beginning of that of `new`.
    pub(crate) fn consistency(&self, checkpoint: &Checkpoint, old: u64, new: u64) -> Result<Vec<Hash>> {
        let prover = Prover::new(&self.inner.folder, checkpoint.size);
        prover.consistency(old, new).map_err(broken)
    }

    /// An entry with the proof that it is in the log, which was checked.
    pub(crate) fn prove(
        &self,
        checkpoint: &Checkpoint,
        note: &Note,
        index: u64,
    ) -> Result<(Vec<u8>, OfflineProof)> {
        let prover = Prover::new(&self.inner.folder, checkpoint.size);
        let bytes = prover.entry(index).map_err(broken)?;
        let proof = prover.inclusion(index, note.clone()).map_err(broken)?;
        // Tiles that were changed give a proof that does not hold; it is not handed out.
        proof.check(&bytes).map_err(broken)?;
        Ok((bytes, proof))
    }
}

fn broken(fault: impl std::fmt::Display) -> Error {
    Error::broken("the published contact log", fault)
}

impl Gateway {
    /// The published log, which a house without one (a test of something else) does not have.
    pub(crate) fn published(&self) -> Result<&PublishedLog> {
        let published = self.published.as_ref();
        published.ok_or_else(|| broken("this process was started without one"))
    }

    /// How the log stands; none before the first checkpoint.
    pub async fn log_standing(&self, user: &str) -> Result<Option<Standing>> {
        self.authorise(user, &[Role::Auditor])?;
        let published = self.published()?;
        let Some((checkpoint, note)) = published.checkpoint()? else {
            return Ok(None);
        };
        let policy = &published.inner.policy;
        let trusted = policy.read(&note).map_err(broken)?;
        let mut tx = self.pool().read().await?;
        // The head may be one checkpoint ahead of the folder for a moment; then it says nothing about this one.
        let tree = log::find_tree(&mut tx).await?;
        let tree = tree.filter(|tree| tree.size == checkpoint.size);
        Ok(Some(Standing {
            checkpoint,
            sealed_at: tree.map(|tree| tree.sealed_at),
            has_quorum: policy.quorum_of(&trusted.witnessed),
            witnesses: (trusted.witnessed.len(), policy.witnesses().len()),
            is_verified_now: published.inner.is_verified.load(Ordering::Acquire),
        }))
    }

    /// Verifies the published log from its first entry to its signature, beside whatever else goes on, and puts what
    /// came of it into the log. One at a time.
    pub fn begin_verification(self: &Arc<Self>, user: &str) -> Result<()> {
        self.authorise(user, &[Role::Auditor])?;
        let published = self.published()?.clone();
        if published.inner.is_verified.swap(true, Ordering::AcqRel) {
            return Err(Error::Conflict(
                "the log is being verified at this moment; what comes of it will stand on this page"
                    .to_owned(),
            ));
        }
        let (gateway, user) = (Arc::clone(self), user.to_owned());
        tokio::spawn(async move {
            if let Err(fault) = gateway.verify_published(&user, &published).await {
                tracing::error!(%fault, "what came of a verification could not be recorded");
            }
            published.inner.is_verified.store(false, Ordering::Release);
        });
        Ok(())
    }

    async fn verify_published(&self, user: &str, published: &PublishedLog) -> Result<()> {
        let log = published.clone();
        let verified = tokio::task::spawn_blocking(move || {
            verification::verify(&log.inner.folder, &log.inner.policy, &[], &mut |_, _| {})
        });
        let verified = verified.await.map_err(broken)?;
        if let Err(fault) = &verified {
            tracing::error!(%fault, "the published contact log does not hold");
        }
        self.record(came_of(
            entry(self.now(), user, Act::System, "log-verified")?,
            verified,
        ))
        .await
    }
}

fn came_of(entry: Entry, verified: std::result::Result<Verified, Broken>) -> Entry {
    match verified {
        Ok(verified) => entry
            .with_result("holds")
            .with_fact("size", verified.checkpoint.size.to_string())
            .with_fact("quorum", if verified.has_quorum { "yes" } else { "no" }),
        Err(_) => entry.with_result("does-not-hold"),
    }
}
