//! Erasing a victim: who proposed it, what stands against it, and everything that goes.
//!
//! **Invariant:** every table that holds something of a victim has its statement here. A test looks at each column
//! named `sealed` or `…_sealed` after an erasure and finds it empty, so that a new table cannot be forgotten.

use domain::id::{CaseId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

statements! {
    // On PostgreSQL the rows are locked: whoever is about to add something about this victim or this case (a flag, an
    // event, an obligation) comes before or after the erasure, never in between.
    LOCK = Statement::pair("victims.lock_to_erase",
        "SELECT v.erased_at, c.closed_at FROM victims v JOIN cases c ON c.id = v.case_id WHERE v.id = $1",
        "SELECT v.erased_at, c.closed_at FROM victims v JOIN cases c ON c.id = v.case_id WHERE v.id = $1 FOR UPDATE");
    DUTIES = Statement::both("obligations.count_open_of_ours",
        "SELECT COUNT(*) FROM obligations WHERE victim_id = $1 AND state = 'open' AND owner = 'cps'");
    LEAVING = Statement::both("outbox.count_leaving",
        "SELECT COUNT(*) FROM outbox o JOIN messages m ON m.id = o.message_id \
         WHERE m.victim_id = $1 AND (o.next_at IS NOT NULL OR o.state = 'sending')");
    DRAFTED = Statement::both("drafts.count_waiting", "SELECT COUNT(*) FROM drafts WHERE victim_id = $1 AND state = 'drafted'");
    PROPOSED = Statement::both("plan_proposals.count_open",
        "SELECT COUNT(*) FROM plan_proposals WHERE victim_id = $1 AND state IN ('proposed', 'verified')");
    PROPOSE = Statement::both("erasures.propose",
        "INSERT INTO erasures (victim_id, reason, proposed_by, proposed_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (victim_id) DO UPDATE SET reason = $2, proposed_by = $3, proposed_at = $4 WHERE erasures.done_at IS NULL");
    FIND = Statement::both("erasures.find", "SELECT reason, proposed_by, proposed_at FROM erasures WHERE victim_id = $1 AND done_at IS NULL");
    WAITING = Statement::both("erasures.list_waiting",
        "SELECT victim_id, reason, proposed_by, proposed_at FROM erasures WHERE done_at IS NULL ORDER BY proposed_at, victim_id LIMIT $1");
    DONE = Statement::both("erasures.done", "UPDATE erasures SET done_by = $2, done_at = $3 WHERE victim_id = $1 AND done_at IS NULL");
    VICTIMS = Statement::both("victims.list_not_erased", "SELECT id FROM victims WHERE case_id = $1 AND erased_at IS NULL ORDER BY id");

    KEY = Statement::both("data_keys.erase", "DELETE FROM data_keys WHERE owner = $1");
    OPENINGS = Statement::both("openings.erase", "DELETE FROM openings WHERE owner = $1");
    POINTS = Statement::both("point_indexes.erase", "DELETE FROM point_indexes WHERE victim_id = $1");
    PERSON = Statement::both("person_indexes.erase", "DELETE FROM person_indexes WHERE victim_id = $1");
    NAME = Statement::both("name_indexes.erase", "DELETE FROM name_indexes WHERE case_id = $1 AND value_index = $2");
    NAMES = Statement::both("name_indexes.erase_all", "DELETE FROM name_indexes WHERE case_id = $1");
    DEFENDANTS = Statement::both("defendants.erase", "DELETE FROM defendants WHERE case_id = $1");
    VICTIM = Statement::both("victims.erase",
        "UPDATE victims SET source_ref = $2, enhanced_ground = NULL, vlo = NULL, standing = '{}', dates = '{}', person_sealed = $3, \
         plan_sealed = $3, plan_version = plan_version + 1, erased_at = $4 WHERE id = $1 AND erased_at IS NULL");
    // What the source calls the event leads back to the person there.
    EVENTS = Statement::both("events.erase", "UPDATE events SET sealed = $2, source_event_id = id WHERE victim_id = $1");
    DRAFTS = Statement::both("drafts.erase", "UPDATE drafts SET sealed = $2 WHERE victim_id = $1");
    // The digest is a plain one, and words that were guessed could be held against it.
    MESSAGES = Statement::both("messages.erase", "UPDATE messages SET sealed = $2, content_digest = '' WHERE victim_id = $1");
    CONTACTS = Statement::both("contacts.erase", "UPDATE contacts SET sealed = NULL WHERE victim_id = $1");
    PROPOSALS = Statement::both("plan_proposals.erase", "UPDATE plan_proposals SET sealed = $2 WHERE victim_id = $1");
    MEETINGS = Statement::both("meetings.erase", "UPDATE meetings SET sealed = $2 WHERE victim_id = $1");
    INBOUND = Statement::both("inbound.erase", "UPDATE inbound SET sealed = $2 WHERE victim_id = $1");
    FILES = Statement::both("inbound_files.erase",
        "DELETE FROM inbound_files WHERE inbound_id IN (SELECT id FROM inbound WHERE victim_id = $1)");
    REFERRALS = Statement::both("referrals.erase", "UPDATE referrals SET sealed = $2 WHERE victim_id = $1");
    REFERENCES = Statement::both("thread_references.erase",
        "DELETE FROM thread_references WHERE thread_id IN (SELECT id FROM threads WHERE victim_id = $1)");
    THREADS = Statement::both("threads.end", "UPDATE threads SET state = 'closed' WHERE victim_id = $1");
    SAMPLES = Statement::both("scrutiny_samples.erase",
        "UPDATE scrutiny_samples SET sealed = NULL, state = 'left-out' WHERE victim_id = $1");
    SCORES = Statement::both("scrutiny_scores.erase",
        "UPDATE scrutiny_scores SET sealed = NULL WHERE sample_id IN (SELECT id FROM scrutiny_samples WHERE victim_id = $1)");
    DETAILS = Statement::both("detail_changes.erase", "UPDATE detail_changes SET sealed = $2 WHERE victim_id = $1");
    NOTICES = Statement::both("notices.end", "UPDATE notices SET seen_by = $2, seen_at = $3 WHERE victim_id = $1 AND seen_at IS NULL");
    // Advisers of nobody else go with the victim.
    ADVISER_KEYS = Statement::both("data_keys.erase_advisers",
        "DELETE FROM data_keys WHERE owner IN (SELECT adviser_id FROM supporters WHERE victim_id = $1 AND adviser_id IS NOT NULL) \
         AND owner NOT IN (SELECT adviser_id FROM supporters WHERE victim_id <> $1 AND adviser_id IS NOT NULL)");
    ADVISERS = Statement::both("advisers.erase",
        "UPDATE advisers SET sealed = $2, service = '' \
         WHERE id IN (SELECT adviser_id FROM supporters WHERE victim_id = $1 AND adviser_id IS NOT NULL) \
         AND id NOT IN (SELECT adviser_id FROM supporters WHERE victim_id <> $1 AND adviser_id IS NOT NULL)");
    DOMAINS = Statement::both("service_domains.erase_unused",
        "DELETE FROM service_domains WHERE domain_index NOT IN (SELECT domain_index FROM adviser_addresses)");
    ADVISER_ADDRESSES = Statement::both("adviser_addresses.erase",
        "DELETE FROM adviser_addresses \
         WHERE adviser_id IN (SELECT adviser_id FROM supporters WHERE victim_id = $1 AND adviser_id IS NOT NULL) \
         AND adviser_id NOT IN (SELECT adviser_id FROM supporters WHERE victim_id <> $1 AND adviser_id IS NOT NULL)");
    CONSENTS = Statement::both("consents.erase", "DELETE FROM consents WHERE victim_id = $1");
    SUPPORTERS = Statement::both("supporters.erase", "DELETE FROM supporters WHERE victim_id = $1");
}

/// What an erasure looks at, with the victim and the case locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// When the victim was erased.
    pub erased_at: Option<Timestamp>,
    /// When the case was closed.
    pub closed_at: Option<Timestamp>,
    /// Duties of ours that are open.
    pub duties: i64,
    /// Messages that are leaving or will.
    pub leaving: i64,
    /// Drafts that wait for a decision.
    pub drafts: i64,
    /// Changes of the contact plan that wait for somebody.
    pub proposals: i64,
}

/// An erasure that one person proposed and nobody has carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Whose data.
    pub victim_id: VictimId,
    /// Why, a code.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Who is erased, and what stands in the place of what identified them.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The victim.
    pub victim: &'a VictimId,
    /// The case.
    pub case: &'a CaseId,
    /// In the place of the source's reference.
    pub source_ref: &'a str,
    /// Indexes of names that nobody else of the case has.
    pub names: &'a [[u8; 32]],
    /// Whether nobody else of the case is left: then the defence side goes too.
    pub is_last: bool,
    /// By whom.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

/// How much went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gone {
    /// Keys: the victim's, those of advisers of nobody else, and the case's when nobody is left.
    pub keys: u64,
    /// Openings of commitments.
    pub openings: u64,
    /// Blind indexes of contact points and names.
    pub indexes: u64,
    /// Events without their details now.
    pub events: u64,
    /// Drafts without their words.
    pub drafts: u64,
    /// Messages without their words.
    pub messages: u64,
    /// Contacts without their notes.
    pub contacts: u64,
    /// Meetings without what was typed.
    pub meetings: u64,
    /// Messages from advisers whose words went.
    pub inbound: u64,
    /// Files that came with those messages.
    pub files: u64,
    /// Changes of the contact plan without their values.
    pub proposals: u64,
    /// Changes of details without what stood there.
    pub details: u64,
    /// People who helped.
    pub supporters: u64,
    /// People of the defence side.
    pub defendants: u64,
}

async fn count(tx: &mut Tx, statement: &'static Statement, victim: &VictimId) -> Result<i64> {
    tx.find(statement, args![victim])
        .await?
        .map_or(Ok(0), |row| row.int(0))
}

/// How a victim stands; none when there is no such victim.
pub async fn find_standing(tx: &mut Tx, victim: &VictimId) -> Result<Option<Standing>> {
    let Some(row) = tx.find(&LOCK, args![victim]).await? else {
        return Ok(None);
    };
    Ok(Some(Standing {
        erased_at: row.at_opt(0)?,
        closed_at: row.at_opt(1)?,
        duties: count(tx, &DUTIES, victim).await?,
        leaving: count(tx, &LEAVING, victim).await?,
        drafts: count(tx, &DRAFTED, victim).await?,
        proposals: count(tx, &PROPOSED, victim).await?,
    }))
}

/// Writes down who wants a victim erased, over an earlier wish that nobody carried out.
pub async fn propose(tx: &mut Tx, victim: &VictimId, reason: &str, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&PROPOSE, args![victim, reason, by, at]).await
}

/// The erasure of this victim that waits for a second person.
pub async fn find_proposed(tx: &mut Tx, victim: &VictimId) -> Result<Option<Proposed>> {
    let Some(row) = tx.find(&FIND, args![victim]).await? else {
        return Ok(None);
    };
    Ok(Some(Proposed {
        victim_id: victim.clone(),
        reason: row.text(0)?,
        by: row.text(1)?,
        at: row.at(2)?,
    }))
}

/// The erasures that wait for a second person, oldest first.
pub async fn list_proposed(tx: &mut Tx, most: u32) -> Result<Vec<Proposed>> {
    let one = |row: &Row| {
        Ok(Proposed {
            victim_id: row.parsed(0, VictimId::parse)?,
            reason: row.text(1)?,
            by: row.text(2)?,
            at: row.at(3)?,
        })
    };
    tx.list(&WAITING, args![i64::from(most)])
        .await?
        .iter()
        .map(one)
        .collect()
}

/// The victims of a case whose data are still there.
pub async fn list_victims(tx: &mut Tx, case: &CaseId) -> Result<Vec<VictimId>> {
    tx.list(&VICTIMS, args![case])
        .await?
        .iter()
        .map(|row| row.parsed(0, VictimId::parse))
        .collect()
}

/// Destroys the victim's key and whatever it opened, and everything by which the victim could be found.
pub async fn erase(tx: &mut Tx, who: &Subject<'_>) -> Result<Gone> {
    let nothing: Arg = Vec::<u8>::new().as_slice().into();
    let (victim, case) = (who.victim, who.case);
    let blank: &[Arg] = &[victim.into(), nothing.clone()];
    let mut gone = Gone {
        keys: tx.execute(&KEY, args![victim]).await?,
        openings: tx.execute(&OPENINGS, args![victim]).await?,
        indexes: tx.execute(&POINTS, args![victim]).await? + tx.execute(&PERSON, args![victim]).await?,
        events: tx.execute(&EVENTS, blank).await?,
        drafts: tx.execute(&DRAFTS, blank).await?,
        messages: tx.execute(&MESSAGES, blank).await?,
        contacts: tx.execute(&CONTACTS, args![victim]).await?,
        meetings: tx.execute(&MEETINGS, blank).await?,
        inbound: tx.execute(&INBOUND, blank).await?,
        files: 0,
        proposals: tx.execute(&PROPOSALS, blank).await?,
        details: tx.execute(&DETAILS, blank).await?,
        supporters: 0,
        defendants: 0,
    };
    for index in who.names {
        gone.indexes += tx.execute(&NAME, args![case, index.as_slice()]).await?;
    }
    gone.indexes += tx.execute(&REFERENCES, args![victim]).await?;
    tx.execute(&REFERRALS, blank).await?;
    gone.files = tx.execute(&FILES, args![victim]).await?;
    tx.execute(&THREADS, args![victim]).await?;
    tx.execute(&SCORES, args![victim]).await?;
    tx.execute(&SAMPLES, args![victim]).await?;
    gone.indexes += tx.execute(&ADVISER_ADDRESSES, args![victim]).await?;
    tx.execute(&DOMAINS, &[]).await?;
    gone.keys += tx.execute(&ADVISER_KEYS, args![victim]).await?;
    tx.execute(&ADVISERS, blank).await?;
    tx.execute(&CONSENTS, args![victim]).await?;
    gone.supporters = tx.execute(&SUPPORTERS, args![victim]).await?;
    tx.execute(&NOTICES, args![victim, who.by, who.at]).await?;
    if who.is_last {
        gone.keys += tx.execute(&KEY, args![case]).await?;
        gone.openings += tx.execute(&OPENINGS, args![case]).await?;
        gone.indexes += tx.execute(&NAMES, args![case]).await?;
        gone.defendants = tx.execute(&DEFENDANTS, args![case]).await?;
    }
    tx.execute_one(
        &VICTIM,
        &[victim.into(), who.source_ref.into(), nothing, who.at.into()],
    )
    .await?;
    tx.execute_one(&DONE, args![victim, who.by, who.at]).await?;
    Ok(gone)
}
