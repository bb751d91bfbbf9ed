//! Which template versions two people have vetted, by the digest of their words.

use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("template_vettings.add",
        "INSERT INTO template_vettings (digest, kind, version, language, vetted_by, seconded_by, vetted_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (digest) DO NOTHING");
    FIND = Statement::both("template_vettings.find",
        "SELECT digest, kind, version, language, vetted_by, seconded_by, vetted_at FROM template_vettings WHERE digest = $1");
    LIST = Statement::both("template_vettings.list",
        "SELECT digest, kind, version, language, vetted_by, seconded_by, vetted_at FROM template_vettings ORDER BY vetted_at, digest");
}

/// One vetting.
#[derive(Debug, Clone)]
pub struct VettingRow {
    /// The digest of the words that were vetted.
    pub digest: String,
    /// The message kind.
    pub kind: String,
    /// The version.
    pub version: i64,
    /// `en` or `cy`.
    pub language: String,
    /// Who read it first.
    pub vetted_by: String,
    /// Who read it second.
    pub seconded_by: String,
    /// When.
    pub vetted_at: Timestamp,
}

/// Records a vetting; false when these words were vetted before.
pub async fn add(tx: &mut Tx, v: &VettingRow) -> Result<bool> {
    let args = args![
        &v.digest,
        &v.kind,
        v.version,
        &v.language,
        &v.vetted_by,
        &v.seconded_by,
        v.vetted_at
    ];
    Ok(tx.execute(&ADD, args).await? == 1)
}

fn vetting(row: &Row) -> Result<VettingRow> {
    Ok(VettingRow {
        digest: row.text(0)?,
        kind: row.text(1)?,
        version: row.int(2)?,
        language: row.text(3)?,
        vetted_by: row.text(4)?,
        seconded_by: row.text(5)?,
        vetted_at: row.at(6)?,
    })
}

/// The vetting of these words.
pub async fn find(tx: &mut Tx, digest: &str) -> Result<Option<VettingRow>> {
    tx.find(&FIND, args![digest])
        .await?
        .as_ref()
        .map(vetting)
        .transpose()
}

/// Every vetting, the oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<VettingRow>> {
    tx.list(&LIST, args![]).await?.iter().map(vetting).collect()
}
