//! Questions of advisers that an officer handed to a prosecutor, and what came back.

use domain::id::{InboundId, ObligationId, ReferralId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

macro_rules! columns {
    ($rest:expr) => {
        concat!(
            "SELECT r.id, r.inbound_id, r.victim_id, r.obligation_id, r.state, r.asked_by, r.asked_at, r.ended_at, r.sealed, o.urn, \
             o.due_at FROM referrals r JOIN obligations o ON o.id = r.obligation_id WHERE ",
            $rest
        )
    };
}

statements! {
    ADD = Statement::both("referrals.add",
        "INSERT INTO referrals (id, inbound_id, victim_id, obligation_id, state, asked_by, asked_at, sealed) \
         VALUES ($1, $2, $3, $4, 'asked', $5, $6, $7)");
    LIST = Statement::both("referrals.list_asked",
        concat!(columns!("r.state = 'asked' AND o.state = 'open' AND "), in_scope!("o.area", "o.vlo", "o.victim_id"),
                " ORDER BY o.last_at, r.id LIMIT $1"));
    FIND = Statement::both("referrals.find_asked",
        columns!("r.inbound_id = $1 AND r.victim_id = $2 AND r.state = 'asked' AND o.state = 'open'"));
    NEWEST = Statement::both("referrals.find_newest",
        columns!("r.inbound_id = $1 AND r.victim_id = $2 ORDER BY r.asked_at DESC, r.id LIMIT 1"));
    END = Statement::both("referrals.end",
        "UPDATE referrals SET state = $2, ended_by = $3, ended_at = $4, sealed = $5 WHERE id = $1 AND state = 'asked'");
}

/// A question that was handed to a prosecutor.
#[derive(Debug, Clone)]
pub struct ReferralRow {
    /// Its identifier.
    pub id: ReferralId,
    /// The adviser's message.
    pub inbound_id: InboundId,
    /// About whom.
    pub victim_id: VictimId,
    /// The duty to answer.
    pub obligation_id: ObligationId,
    /// `asked`, `answered`, `returned` or `taken-back`.
    pub state: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The question and what was said to it, sealed under the victim's key.
    pub sealed: Vec<u8>,
    /// The case.
    pub urn: String,
    /// By when the adviser is owed an answer.
    pub due_at: Option<Timestamp>,
}

fn referral(row: &Row) -> Result<ReferralRow> {
    Ok(ReferralRow {
        id: row.parsed(0, ReferralId::parse)?,
        inbound_id: row.parsed(1, InboundId::parse)?,
        victim_id: row.parsed(2, VictimId::parse)?,
        obligation_id: row.parsed(3, ObligationId::parse)?,
        state: row.text(4)?,
        asked_by: row.text(5)?,
        asked_at: row.at(6)?,
        ended_at: row.at_opt(7)?,
        sealed: row.bytes(8)?,
        urn: row.text(9)?,
        due_at: row.at_opt(10)?,
    })
}

/// Hands a question over; a duplicate when it is with a prosecutor already.
pub async fn add(tx: &mut Tx, row: &ReferralRow) -> Result<()> {
    let args = args![
        &row.id,
        &row.inbound_id,
        &row.victim_id,
        &row.obligation_id,
        &row.asked_by,
        row.asked_at,
        &row.sealed
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// What waits for a prosecutor, in reach, the most urgent first.
pub async fn list_asked(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<ReferralRow>> {
    let args = scope.args(Arg::from(i64::from(most)));
    tx.list(&LIST, &args).await?.iter().map(referral).collect()
}

/// The question about a message of this victim's that waits for a prosecutor.
pub async fn find_asked(tx: &mut Tx, inbound: &InboundId, victim: &VictimId) -> Result<Option<ReferralRow>> {
    let row = tx.find(&FIND, args![inbound, victim]).await?;
    row.as_ref().map(referral).transpose()
}

/// The newest question about a message of this victim's, however it stands.
pub async fn find_newest(tx: &mut Tx, inbound: &InboundId, victim: &VictimId) -> Result<Option<ReferralRow>> {
    let row = tx.find(&NEWEST, args![inbound, victim]).await?;
    row.as_ref().map(referral).transpose()
}

/// Ends the wait for a prosecutor; fails when somebody ended it before.
pub async fn end(
    tx: &mut Tx,
    id: &ReferralId,
    state: &str,
    (by, at): (&str, Timestamp),
    sealed: &[u8],
) -> Result<()> {
    tx.execute_one(&END, args![id, state, by, at, sealed]).await
}
