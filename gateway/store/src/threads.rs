//! Who writes to the mailboxes, and the conversations with them.

use domain::id::{AdviserId, CaseId, ThreadId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

/// As many earlier messages as one statement looks for.
pub const REFERENCES_MAX: usize = 8;

statements! {
    ADDRESS = Statement::both("adviser_addresses.add",
        "INSERT INTO adviser_addresses (adviser_id, value_index, domain_index) VALUES ($1, $2, $3) \
         ON CONFLICT (adviser_id) DO UPDATE SET value_index = $2, domain_index = $3");
    DOMAIN = Statement::both("service_domains.add",
        "INSERT INTO service_domains (domain_index, domain_sealed) VALUES ($1, $2) ON CONFLICT (domain_index) DO NOTHING");
    NOT_INDEXED = Statement::both("advisers.list_without_address",
        "SELECT a.id, a.sealed FROM advisers a WHERE a.id > $1 AND LENGTH(a.sealed) > 0 AND NOT EXISTS \
         (SELECT 1 FROM adviser_addresses x WHERE x.adviser_id = a.id) ORDER BY a.id LIMIT $2");
    // CROSS JOIN keeps SQLite to this order: from what it once counted in a small table it would go through all advisers instead.
    KNOWN = Statement::both("adviser_addresses.list_registered",
        "SELECT a.id FROM adviser_addresses x CROSS JOIN advisers a \
         WHERE x.value_index = $1 AND a.id = x.adviser_id AND a.from_at <= $2 AND COALESCE(a.until_at, $2 + 1) > $2 ORDER BY a.id");
    DOMAINS = Statement::both("service_domains.list", "SELECT domain_index, domain_sealed FROM service_domains ORDER BY domain_index");
    // Consent and registration both hold now; what the consent is for is another question.
    SUPPORTED = Statement::both("consents.list_supported",
        "SELECT v.id, c.urn, a.id FROM adviser_addresses x CROSS JOIN advisers a CROSS JOIN consents k CROSS JOIN victims v \
         CROSS JOIN cases c WHERE x.value_index = $1 AND a.id = x.adviser_id AND k.adviser_id = a.id AND v.id = k.victim_id \
         AND c.id = v.case_id AND a.from_at <= $2 AND COALESCE(a.until_at, $2 + 1) > $2 \
         AND EXISTS (SELECT 1 FROM supporters s WHERE s.victim_id = k.victim_id AND s.adviser_id = k.adviser_id \
         AND s.ended_at IS NULL) AND k.state = 'confirmed' \
         AND k.given_at <= $2 AND k.revoked_at IS NULL AND COALESCE(k.until_at, $2 + 1) > $2 AND v.erased_at IS NULL \
         ORDER BY v.id, a.id");
    ADD = Statement::both("threads.add",
        "INSERT INTO threads (id, case_id, victim_id, adviser_id, area, state, token_hash, opened_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $7)");
    TOUCH = Statement::both("threads.touch", "UPDATE threads SET changed_at = $2 WHERE id = $1");
    REFERENCE = Statement::both("thread_references.add",
        "INSERT INTO thread_references (value_index, thread_id) VALUES ($1, $2) ON CONFLICT (value_index, thread_id) DO NOTHING");
    // Two halves, each by an index of its own: asked for in one condition with OR, PostgreSQL reads every conversation.
    ANSWERED = Statement::both("threads.list_answered",
        "SELECT t.id, t.victim_id, t.adviser_id, t.state FROM threads t WHERE t.token_hash = $1 UNION \
         SELECT t.id, t.victim_id, t.adviser_id, t.state FROM thread_references r JOIN threads t ON t.id = r.thread_id \
         WHERE r.value_index IN ($2, $3, $4, $5, $6, $7, $8, $9) ORDER BY 1");
    OPEN = Statement::both("threads.is_open", "SELECT id FROM threads WHERE id = $1 AND state = 'open'");
    LATEST = Statement::both("threads.find_latest",
        "SELECT id FROM threads WHERE victim_id = $1 AND adviser_id = $2 AND state = 'open' ORDER BY changed_at DESC, id LIMIT 1");
    CLOSE = Statement::both("threads.close",
        "UPDATE threads SET state = 'closed', changed_at = $3 WHERE victim_id = $1 AND adviser_id = $2 AND state = 'open'");
}

/// A conversation as it is begun.
#[derive(Debug, Clone)]
pub struct ThreadRow {
    /// Its identifier.
    pub id: ThreadId,
    /// The case.
    pub case_id: CaseId,
    /// About whom.
    pub victim_id: VictimId,
    /// With whom.
    pub adviser_id: AdviserId,
    /// Whose mailbox.
    pub area: String,
    /// SHA-256 of the token by which an answer is known.
    pub token_hash: [u8; 32],
    /// Since when.
    pub opened_at: Timestamp,
}

/// A conversation that a message answers in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredRow {
    /// Which.
    pub id: ThreadId,
    /// About whom.
    pub victim_id: VictimId,
    /// With whom.
    pub adviser_id: AdviserId,
    /// Whether it goes on.
    pub open: bool,
}

/// Somebody whom the adviser at an address supports now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportedRow {
    /// The victim.
    pub victim_id: VictimId,
    /// The case.
    pub urn: String,
    /// The registration that the consent names.
    pub adviser_id: AdviserId,
}

/// Keeps by which address an adviser is known, and at which domain that is.
pub async fn save_address(
    tx: &mut Tx,
    adviser: &AdviserId,
    index: &[u8; 32],
    domain: &[u8; 32],
) -> Result<()> {
    tx.execute(&ADDRESS, args![adviser, index, domain]).await?;
    Ok(())
}

/// Keeps the domain of a service, sealed; one that is there stays as it is.
pub async fn save_domain(tx: &mut Tx, index: &[u8; 32], sealed: &[u8]) -> Result<()> {
    tx.execute(&DOMAIN, args![index, sealed]).await?;
    Ok(())
}

/// Advisers after `after` whose address is not kept yet, with what is sealed about them.
pub async fn list_not_indexed(tx: &mut Tx, after: &str, most: u32) -> Result<Vec<(AdviserId, Vec<u8>)>> {
    let rows = tx.list(&NOT_INDEXED, args![after, i64::from(most)]).await?;
    rows.iter()
        .map(|row| Ok((row.parsed(0, AdviserId::parse)?, row.bytes(1)?)))
        .collect()
}

/// Whoever is registered at this address now.
pub async fn list_registered(tx: &mut Tx, index: &[u8; 32], at: Timestamp) -> Result<Vec<AdviserId>> {
    let rows = tx.list(&KNOWN, args![index, at]).await?;
    rows.iter().map(|row| row.parsed(0, AdviserId::parse)).collect()
}

/// The domains of all services that anybody was registered at, each under its index and sealed.
pub async fn list_domains(tx: &mut Tx) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let rows = tx.list(&DOMAINS, &[]).await?;
    rows.iter()
        .map(|row| Ok((row.bytes(0)?, row.bytes(1)?)))
        .collect()
}

/// Everybody whom whoever is registered at this address supports now.
pub async fn list_supported(tx: &mut Tx, index: &[u8; 32], at: Timestamp) -> Result<Vec<SupportedRow>> {
    let one = |row: &Row| {
        Ok(SupportedRow {
            victim_id: row.parsed(0, VictimId::parse)?,
            urn: row.text(1)?,
            adviser_id: row.parsed(2, AdviserId::parse)?,
        })
    };
    tx.list(&SUPPORTED, args![index, at])
        .await?
        .iter()
        .map(one)
        .collect()
}

/// Begins a conversation.
pub async fn add(tx: &mut Tx, row: &ThreadRow) -> Result<()> {
    let args = args![
        &row.id,
        &row.case_id,
        &row.victim_id,
        &row.adviser_id,
        &row.area,
        &row.token_hash,
        row.opened_at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// Something came into a conversation.
pub async fn touch(tx: &mut Tx, id: &ThreadId, at: Timestamp) -> Result<()> {
    tx.execute(&TOUCH, args![id, at]).await?;
    Ok(())
}

/// A message with this identifier, as a keyed index, belongs to a conversation.
pub async fn add_reference(tx: &mut Tx, index: &[u8; 32], id: &ThreadId) -> Result<()> {
    tx.execute(&REFERENCE, args![index, id]).await?;
    Ok(())
}

/// The conversations of a token or of earlier messages: at most [`REFERENCES_MAX`] of them are looked for.
pub async fn list_answered(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    references: &[[u8; 32]],
) -> Result<Vec<AnsweredRow>> {
    let mut args = vec![Arg::from(token_hash)];
    // No index is made of zeros but with a chance of 2^-256.
    let padded = references.iter().chain(std::iter::repeat(&[0; 32]));
    args.extend(padded.take(REFERENCES_MAX).map(Arg::from));
    let one = |row: &Row| {
        Ok(AnsweredRow {
            id: row.parsed(0, ThreadId::parse)?,
            victim_id: row.parsed(1, VictimId::parse)?,
            adviser_id: row.parsed(2, AdviserId::parse)?,
            open: row.text(3)? == "open",
        })
    };
    tx.list(&ANSWERED, &args).await?.iter().map(one).collect()
}

/// Whether a conversation goes on.
pub async fn is_open(tx: &mut Tx, id: &ThreadId) -> Result<bool> {
    Ok(tx.find(&OPEN, args![id]).await?.is_some())
}

/// The conversation with an adviser about a victim in which something was said last, if one goes on.
pub async fn find_latest(tx: &mut Tx, victim: &VictimId, adviser: &AdviserId) -> Result<Option<ThreadId>> {
    let found = tx.find(&LATEST, args![victim, adviser]).await?;
    found.map(|row| row.parsed(0, ThreadId::parse)).transpose()
}

/// Closes every conversation with an adviser about a victim; answers how many.
pub async fn close(tx: &mut Tx, victim: &VictimId, adviser: &AdviserId, at: Timestamp) -> Result<u64> {
    tx.execute(&CLOSE, args![victim, adviser, at]).await
}
