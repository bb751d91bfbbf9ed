//! An auditor opens one commitment of one entry: the value and the key by which anybody can check it against the log.

use audit::entry::{Act, Entry};
use audit::merkle::Hash;
use domain::id::VictimId;
use domain::masked::Masked;
use store::{log, openings, subjects};
use vault::{CommitmentKey, commitment};

use crate::decide::check_reason;
use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// An opened field, which holds against its entry.
pub struct Opened {
    /// The commitment, as the entry has it.
    pub commitment: String,
    /// The entry's nonce, hexadecimal.
    pub nonce: String,
    /// The key, hexadecimal: with nonce, field and value it gives the commitment.
    pub key: Masked,
    /// The value.
    pub value: Masked,
}

impl Gateway {
    /// Opens the commitment under `field` of the entry with this index, for somebody who says why. The reading is in
    /// the log before the value is anywhere else.
    pub async fn open_field(&self, actor: &str, index: u64, field: &str, reason: &str) -> Result<Opened> {
        let staff = self.authorise(actor, &[Role::Auditor])?;
        check_reason(reason)?;
        if !staff.areas.is_empty() {
            self.entry_in_reach(&staff, index).await?;
        }
        let mut tx = self.pool().begin().await?;
        let stored = log::list_from(&mut tx, index, 1).await?;
        let stored = stored.into_iter().find(|stored| stored.index == index);
        let found = Entry::parse(&stored.ok_or(Error::NotFound("entry"))?.body)
            .map_err(|fault| Error::broken("the contact log", format!("entry {index}: {fault}")))?;
        let (Some(made), Some(nonce)) = (found.commitments().get(field), found.nonce()) else {
            let fields = found.commitments().keys().cloned().collect::<Vec<_>>();
            return Err(Error::Invalid(format!(
                "--field: entry {index} does not commit to such a field; it commits to {}",
                if fields.is_empty() {
                    "none".to_owned()
                } else {
                    fields.join(", ")
                }
            )));
        };
        let Some(opening) = openings::find(&mut tx, made).await? else {
            return Err(self.missing(&mut tx, index, &found).await?);
        };
        let key = self.key(&mut tx, &opening.owner).await?;
        let (secret, value): (Vec<u8>, String) = Self::open(&key, "openings", made, &opening.sealed)?;
        let secret = <[u8; 32]>::try_from(secret).ok();
        let Some(secret) = secret.filter(|secret| holds(*secret, field, nonce, &value, made)) else {
            let fault = format!("field {field} of entry {index} does not hold against what opens it");
            return Err(Error::broken("the vault", fault));
        };
        let mut read = entry(self.now(), actor, Act::Consultation, "field-opened")?
            .with_reason(reason)
            .with_fact("entry", index.to_string())
            .with_fact("field", field);
        if let Some(case) = found.case() {
            read = read.with_case(case);
        }
        if let Some(victim) = found.victim() {
            read = read.with_victim(victim);
        }
        tx.commit(&[read]).await?;
        Ok(Opened {
            commitment: made.clone(),
            nonce: nonce.to_owned(),
            key: Masked::new(Hash::from_bytes(secret).to_hex()),
            value: Masked::new(value),
        })
    }

    /// Why nothing opens a commitment: its victim was erased, or the vault has lost it, which must not be.
    async fn missing(&self, tx: &mut store::Tx, index: u64, entry: &Entry) -> Result<Error> {
        if let Some(id) = entry.victim().and_then(|id| VictimId::parse(id).ok())
            && let Some(subject) = subjects::find(tx, &id).await?
            && subject.key.is_none()
        {
            return Ok(Error::Erased);
        }
        Ok(Error::broken(
            "the vault",
            format!("what opens a field of entry {index} is not there, and its victim was not erased"),
        ))
    }
}

/// Whether key and value give the commitment of the entry with this nonce.
fn holds(key: [u8; 32], field: &str, nonce: &str, value: &str, made: &str) -> bool {
    let Ok(nonce) = u128::from_str_radix(nonce, 16) else {
        return false;
    };
    let key = CommitmentKey::from_bytes(key);
    let again = commitment::commit(&key, field, &nonce.to_be_bytes(), value.as_bytes());
    Hash::from_bytes(again).to_hex() == made
}
