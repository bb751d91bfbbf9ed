//! Every data key is wrapped again under the active key-encrypting key, while the service runs.
//!
//! Each batch is a transaction of its own, and each key is replaced only where it still is what was read: a second
//! rotation and an erasure beside this one are safe. What a crash leaves: keys under the old and under the new key, both
//! of which open; the next run takes only those that are not under the new one yet.

use audit::entry::{Act, Entry};
use domain::time::random;
use store::keys::{self, KeyRow};
use vault::WrappedKey;

use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// Keys that one transaction wraps anew: the writer of SQLite is held for as long.
const BATCH: u32 = 100;

/// What a rotation came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Keys wrapped anew by this run.
    pub keys: u64,
    /// The key-encrypting keys that had wrapped them.
    pub from: Vec<String>,
    /// Keys that did not open and stay as they are.
    pub refused: u64,
    /// Why the first of them did not open.
    pub first_refusal: Option<String>,
    /// Key-encrypting keys of the key file that wrap nothing any more, the active one never among them.
    pub unused: Vec<String>,
    /// Keys that are still under another key-encrypting key than the active one.
    pub left: u64,
}

impl Gateway {
    /// Wraps every data key anew that is not under the active key-encrypting key. `progress` hears how many keys are
    /// done, of how many.
    pub async fn rotate_keys(
        &self,
        actor: &str,
        mut progress: impl FnMut(u64, u64) + Send,
    ) -> Result<Rotated> {
        self.authorise(actor, &[Role::Administrator])?;
        let total = self.count_to_rotate().await?;
        let (mut done, mut seen, mut after) = (Rotated::default(), 0, String::new());
        loop {
            let mut tx = self.pool().read().await?;
            let batch = keys::list_not_under(&mut tx, self.parts.keys.active().id(), &after, BATCH).await?;
            drop(tx);
            let Some(last) = batch.last() else { break };
            after.clone_from(&last.owner);
            self.rotate_batch(actor, &batch, &mut done, total).await?;
            seen += batch.len() as u64;
            progress(seen, total.max(seen));
        }
        self.finish(actor, &mut done).await?;
        Ok(done)
    }

    /// How many keys are not under the active key-encrypting key.
    async fn count_to_rotate(&self) -> Result<u64> {
        let active = self.parts.keys.active().id();
        let mut tx = self.pool().read().await?;
        let uses = keys::count_by_kek(&mut tx).await?.into_iter();
        let others = uses.filter(|(kek, _)| kek != active).map(|(_, count)| count);
        Ok(u64::try_from(others.sum::<i64>()).unwrap_or_default())
    }

    /// One batch in one transaction. The first that changes something begins the run in the log, so that a run that is
    /// interrupted stands there too.
    async fn rotate_batch(
        &self,
        actor: &str,
        batch: &[KeyRow],
        done: &mut Rotated,
        total: u64,
    ) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let (mut moved, mut from) = (0, done.from.clone());
        for old in batch {
            let new = match self.wrap_anew(old) {
                Ok(new) => new,
                Err(fault) => {
                    done.refused += 1;
                    done.first_refusal.get_or_insert(fault.to_string());
                    continue;
                }
            };
            if keys::rewrap(&mut tx, old, &new.kek_id, &new.bytes).await? {
                moved += 1;
                if !from.contains(&old.kek_id) {
                    from.push(old.kek_id.clone());
                }
            }
        }
        if moved == 0 {
            return Ok(());
        }
        if done.keys == 0 {
            let begun = self.about_rotation(actor, "key-rotation-begun", &from)?;
            tx.commit(&[begun.with_fact("to-wrap", total.to_string())])
                .await?;
        } else {
            tx.commit_unlogged("the entry of the whole run counts these keys")
                .await?;
        }
        (done.keys, done.from) = (done.keys + moved, from);
        Ok(())
    }

    fn wrap_anew(&self, old: &KeyRow) -> Result<WrappedKey> {
        let key = self.unwrap(&old.owner, Some((old.kek_id.clone(), old.wrapped.clone())))?;
        self.parts
            .keys
            .wrap(&old.owner, &key, random(self.entropy()))
            .map_err(|fault| Error::Vault(fault.to_string()))
    }

    /// What is left, what can go, and the entry of a run that changed something.
    async fn finish(&self, actor: &str, done: &mut Rotated) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let uses = keys::count_by_kek(&mut tx).await?;
        let ring = &self.parts.keys;
        let active = ring.active().id();
        let others = uses.iter().filter(|(kek, _)| kek != active);
        done.left = others
            .map(|(_, count)| u64::try_from(*count).unwrap_or_default())
            .sum();
        let unused = ring
            .ids()
            .filter(|id| *id != active && !uses.iter().any(|(kek, _)| kek == id));
        done.unused = unused.map(str::to_owned).collect();
        if done.keys == 0 {
            return Ok(());
        }
        let rotated = self
            .about_rotation(actor, "keys-rotated", &done.from)?
            .with_fact("keys", done.keys.to_string())
            .with_fact("left", done.left.to_string());
        Ok(tx.commit(&[rotated]).await?)
    }

    fn about_rotation(&self, actor: &str, verb: &str, from: &[String]) -> Result<Entry> {
        // Three fit into a fact; a file with more old keys than that is named by its first ones.
        let from = from.iter().take(3).cloned().collect::<Vec<_>>().join(" ");
        Ok(entry(self.now(), actor, Act::Change, verb)?
            .with_fact("from", from)
            .with_fact("to", self.parts.keys.active().id()))
    }
}
