//! Rulebook, roles and keys lie in files: that one of them was changed is recorded when the program starts with it.

use audit::entry::Act;
use store::known_texts;

use crate::entries::entry;
use crate::{Gateway, Result};

/// A text that decides what the program does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownText {
    /// What it is, as a code: `rulebook`, `roles`.
    pub name: &'static str,
    /// SHA-256 of it, hexadecimal.
    pub digest: String,
}

impl Gateway {
    /// Records which of these texts are others than at the last start; answers their names.
    pub async fn record_texts(&self, actor: &str, texts: &[KnownText]) -> Result<Vec<&'static str>> {
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let (mut entries, mut changed) = (Vec::new(), Vec::new());
        for text in texts {
            let known = known_texts::find(&mut tx, text.name).await?;
            if known.as_ref() == Some(&text.digest) {
                continue;
            }
            known_texts::save(&mut tx, text.name, &text.digest, now).await?;
            let mut entry = entry(now, actor, Act::System, &format!("{}-changed", text.name))?;
            if let Some(known) = known {
                entry = entry.with_fact("from", known);
            }
            entries.push(entry.with_fact("to", &text.digest));
            changed.push(text.name);
        }
        if entries.is_empty() {
            return Ok(changed);
        }
        tx.commit(&entries).await?;
        Ok(changed)
    }
}
