//! Sealing personal values under the key of whom they are about, and committing to them in the log.

use audit::entry::Entry;
use audit::merkle::Hash;
use domain::time::random;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::openings::OpeningRow;
use store::{Tx, keys, log};
use vault::{CommitmentKey, DataKey, Place, WrappedKey, commitment};
use zeroize::Zeroizing;

use crate::person::Victim;
use crate::{Error, Gateway, Result};

const fn place<'a>(table: &'a str, row: &'a str) -> Place<'a> {
    Place {
        table,
        column: "sealed",
        row,
    }
}

fn fault(fault: impl std::fmt::Display) -> Error {
    Error::Vault(fault.to_string())
}

impl Gateway {
    /// Makes and keeps a key for a victim, a case's defence side or an adviser.
    pub(crate) async fn new_key(&self, tx: &mut Tx, owner: &str) -> Result<DataKey> {
        let (key, wrapped) = self.make_key(owner)?;
        keys::add(tx, owner, &wrapped.kek_id, &wrapped.bytes, self.now()).await?;
        Ok(key)
    }

    /// The key of an owner who is nobody, made when it is asked for first; of several who ask first at once, all get the
    /// same.
    pub(crate) async fn owned_key(&self, tx: &mut Tx, owner: &str) -> Result<DataKey> {
        let mut found = keys::find(tx, owner).await?;
        if found.is_none() {
            let (_, wrapped) = self.make_key(owner)?;
            keys::add_first(tx, owner, &wrapped.kek_id, &wrapped.bytes, self.now()).await?;
            found = keys::find(tx, owner).await?;
        }
        self.unwrap(owner, found)
    }

    fn make_key(&self, owner: &str) -> Result<(DataKey, WrappedKey)> {
        let key = DataKey::from_bytes(random(self.entropy()));
        let wrapped = self.parts.keys.wrap(owner, &key, random(self.entropy()));
        Ok((key, wrapped.map_err(fault)?))
    }

    /// The key of an owner; an erased one has none any more.
    pub(crate) async fn key(&self, tx: &mut Tx, owner: &str) -> Result<DataKey> {
        self.unwrap(owner, keys::find(tx, owner).await?)
    }

    /// The same from its wrapped form, where that has been read already.
    pub(crate) fn unwrap(&self, owner: &str, wrapped: Option<(String, Vec<u8>)>) -> Result<DataKey> {
        // Everybody gets a key when they are written down, and only an erasure takes one away.
        let Some((kek_id, bytes)) = wrapped else {
            return Err(Error::Erased);
        };
        self.parts
            .keys
            .unwrap(owner, &WrappedKey { kek_id, bytes })
            .map_err(fault)
    }

    /// Seals a value for one cell of one table.
    pub(crate) fn seal<T: Serialize>(
        &self,
        key: &DataKey,
        table: &str,
        row: &str,
        value: &T,
    ) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(value).map_err(|f| Error::broken("sealing", f))?;
        self.seal_bytes(key, table, row, &plain)
    }

    /// The same for bytes as they are.
    pub(crate) fn seal_bytes(&self, key: &DataKey, table: &str, row: &str, plain: &[u8]) -> Result<Vec<u8>> {
        vault::seal(key, &place(table, row), plain, random(self.entropy())).map_err(fault)
    }

    /// Opens what [`Gateway::seal`] sealed for this cell.
    pub(crate) fn open<T: DeserializeOwned>(
        key: &DataKey,
        table: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<T> {
        let plain = Self::open_bytes(key, table, row, sealed)?;
        // The parser's own words could repeat a value; its position is enough.
        serde_json::from_slice(&plain).map_err(|f| {
            Error::broken(
                "opening",
                format!("{table} does not parse at column {}", f.column()),
            )
        })
    }

    /// Opens what [`Gateway::seal_bytes`] sealed for this cell. The bytes are wiped when they are dropped.
    pub(crate) fn open_bytes(
        key: &DataKey,
        table: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        vault::open(key, &place(table, row), sealed).map_err(fault)
    }

    /// Commits to a personal value: the log gets the commitment, the vault what opens it.
    pub(crate) async fn commit_value(
        &self,
        tx: &mut Tx,
        key: &DataKey,
        owner: &str,
        nonce: &[u8; 16],
        field: &str,
        value: &str,
    ) -> Result<String> {
        let opening = self.opening(key, owner, nonce, field, value)?;
        log::add_opening(tx, &opening.commitment, owner, &opening.sealed).await?;
        Ok(opening.commitment)
    }

    /// The same for an entry about one victim: it gets the nonce and the commitment.
    pub(crate) async fn commit_in(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        entry: Entry,
        field: &str,
        value: &str,
    ) -> Result<Entry> {
        let nonce: [u8; 16] = random(self.entropy());
        let made = self
            .commit_value(tx, &victim.key, victim.row.id.as_str(), &nonce, field, value)
            .await?;
        Ok(entry.with_nonce(&nonce).with_commitment(field, made))
    }

    /// The same, for an opening that is kept later, together with others.
    pub(crate) fn commit_later(
        &self,
        victim: &Victim,
        entry: Entry,
        field: &str,
        value: &str,
    ) -> Result<(Entry, OpeningRow)> {
        let nonce: [u8; 16] = random(self.entropy());
        let opening = self.opening(&victim.key, victim.row.id.as_str(), &nonce, field, value)?;
        let entry = entry
            .with_nonce(&nonce)
            .with_commitment(field, &opening.commitment);
        Ok((entry, opening))
    }

    /// A commitment under a fresh key, and what opens it, sealed.
    fn opening(
        &self,
        key: &DataKey,
        owner: &str,
        nonce: &[u8; 16],
        field: &str,
        value: &str,
    ) -> Result<OpeningRow> {
        let secret: [u8; 32] = random(self.entropy());
        let made = commitment::commit(&CommitmentKey::from_bytes(secret), field, nonce, value.as_bytes());
        let commitment = Hash::from_bytes(made).to_hex();
        let sealed = self.seal(key, "openings", &commitment, &(secret.to_vec(), value))?;
        Ok(OpeningRow {
            commitment,
            owner: owner.to_owned(),
            sealed,
        })
    }
}
