//! Scrutiny of what was sent: who reviews for an Area, which letters were drawn, and what the reviewers say.

use domain::id::{AccountId, MessageId, SampleId, VictimId};
use domain::scrutiny::{Score, Scores};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

macro_rules! sample {
    ($from:literal) => {
        concat!(
            "SELECT s.id, s.message_id, s.victim_id, s.area, s.kind, s.version, s.language, s.digest, s.chosen, s.was_late, \
             s.drawn_by, s.drawn_at, s.sealed FROM scrutiny_samples s ",
            $from
        )
    };
}

/// What a reviewer is given: the Area named them, they have not scored it, and nobody of their service supports or ever
/// supported that victim, of whom they could know too much.
macro_rules! given {
    ($rest:literal) => {
        concat!(
            sample!(
                "JOIN scrutiny_reviewers r ON r.area = s.area AND r.ended_at IS NULL \
                 JOIN adviser_accounts x ON x.account_id = r.account_id AND x.left_at IS NULL \
                 WHERE r.account_id = $1 AND s.state = 'ready' \
                 AND NOT EXISTS (SELECT 1 FROM scrutiny_scores c WHERE c.sample_id = s.id AND c.account_id = $1) \
                 AND NOT EXISTS (SELECT 1 FROM supporters p JOIN advisers a ON a.id = p.adviser_id \
                    WHERE p.victim_id = s.victim_id AND a.service = x.service) "
            ),
            $rest
        )
    };
}

statements! {
    NAME = Statement::both("scrutiny_reviewers.name",
        "INSERT INTO scrutiny_reviewers (account_id, area, named_by, named_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id, area) DO UPDATE SET named_by = $3, named_at = $4, ended_by = NULL, ended_at = NULL \
         WHERE scrutiny_reviewers.ended_at IS NOT NULL");
    END = Statement::both("scrutiny_reviewers.end",
        "UPDATE scrutiny_reviewers SET ended_by = $3, ended_at = $4 WHERE account_id = $1 AND area = $2 AND ended_at IS NULL");
    REVIEWERS = Statement::both("scrutiny_reviewers.list",
        "SELECT r.account_id, r.area, a.user_name, x.service, r.named_at FROM scrutiny_reviewers r \
         JOIN accounts a ON a.id = r.account_id JOIN adviser_accounts x ON x.account_id = r.account_id \
         WHERE r.ended_at IS NULL AND x.left_at IS NULL ORDER BY r.area, r.named_at, r.account_id");
    FOR_AREAS = Statement::both("scrutiny_reviewers.count",
        "SELECT COUNT(*) FROM scrutiny_reviewers WHERE account_id = $1 AND ended_at IS NULL");
    // What arrived, or was posted or passed on, and was written to a victim.
    CANDIDATES = Statement::both("scrutiny_samples.list_candidates",
        "SELECT m.id, m.victim_id, m.kind, m.version, m.language, m.digest, \
         CAST(CASE WHEN o.due_at IS NOT NULL AND b.changed_at > o.due_at THEN 1 ELSE 0 END AS BIGINT), o.second_person \
         FROM obligations o JOIN messages m ON m.obligation_id = o.id JOIN outbox b ON b.message_id = m.id \
         JOIN victims v ON v.id = m.victim_id \
         WHERE o.area = $1 AND m.approved_at >= $2 AND b.state IN ('delivered', 'by-hand') AND v.erased_at IS NULL \
         AND m.kind NOT IN ('adviser-answer', 'adviser-update') \
         AND NOT EXISTS (SELECT 1 FROM scrutiny_samples s WHERE s.message_id = m.id) \
         ORDER BY m.approved_at DESC, m.id LIMIT $3");
    ADD = Statement::both("scrutiny_samples.add",
        "INSERT INTO scrutiny_samples (id, message_id, victim_id, area, kind, version, language, digest, chosen, was_late, state, \
         drawn_by, drawn_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'drawn', $11, $12)");
    WAITING = Statement::both("scrutiny_samples.count_drawn",
        "SELECT COUNT(*) FROM scrutiny_samples WHERE area = $1 AND state = 'drawn'");
    DRAWN = Statement::both("scrutiny_samples.list_drawn",
        concat!(sample!("JOIN victims v ON v.id = s.victim_id WHERE s.state = 'drawn' AND "),
                in_scope!("s.area", "COALESCE(v.vlo, '')", "s.victim_id"), " ORDER BY s.drawn_at, s.id LIMIT $1"));
    FIND = Statement::both("scrutiny_samples.find",
        concat!(sample!("JOIN victims v ON v.id = s.victim_id WHERE s.id = $1 AND s.state = 'drawn' AND "),
                in_scope!("s.area", "COALESCE(v.vlo, '')", "s.victim_id")));
    DECIDE = Statement::both("scrutiny_samples.decide",
        "UPDATE scrutiny_samples SET state = $2, decided_by = $3, decided_at = $4, sealed = $5 WHERE id = $1 AND state = 'drawn'");
    GIVEN = Statement::both("scrutiny_samples.list_given", given!("ORDER BY s.drawn_at, s.id LIMIT $2"));
    FIND_GIVEN = Statement::both("scrutiny_samples.find_given", given!("AND s.id = $2"));
    SCORE = Statement::both("scrutiny_scores.add",
        "INSERT INTO scrutiny_scores (sample_id, account_id, scored_at, correct, plain, explained, empathy, next_steps, standard, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    SCORES = Statement::both("scrutiny_scores.list",
        "SELECT s.kind, s.version, s.language, s.was_late, s.victim_id, c.sample_id, c.account_id, c.correct, c.plain, c.explained, \
         c.empathy, c.next_steps, c.standard, c.sealed FROM scrutiny_scores c JOIN scrutiny_samples s ON s.id = c.sample_id \
         ORDER BY c.scored_at DESC, c.sample_id, c.account_id LIMIT $1");
}

/// Who reviews for an Area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewerRow {
    /// The adviser's account.
    pub account: AccountId,
    /// The Area.
    pub area: String,
    /// The user name.
    pub user: String,
    /// The adviser's service.
    pub service: String,
    /// Since when.
    pub named_at: Timestamp,
}

/// A message that was sent to a victim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The message.
    pub message: MessageId,
    /// To whom it was written.
    pub victim: VictimId,
    /// Of which template.
    pub kind: String,
    /// Its version.
    pub version: i64,
    /// Its language.
    pub language: String,
    /// The digest of the template version.
    pub digest: String,
    /// Whether it arrived after its duty was due.
    pub was_late: bool,
}

/// A letter that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRow {
    /// Its identifier, which says nothing of the message.
    pub id: SampleId,
    /// The letter.
    pub letter: Letter,
    /// The Area that it is of.
    pub area: String,
    /// `random` or `risk`.
    pub chosen: String,
    /// Who drew.
    pub drawn_by: String,
    /// When.
    pub drawn_at: Timestamp,
    /// The words without what tells whose they are, sealed under the victim's key; none before they are ready.
    pub sealed: Option<Vec<u8>>,
}

/// What a reviewer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRow {
    /// Of which template.
    pub kind: String,
    /// Its version.
    pub version: i64,
    /// Its language.
    pub language: String,
    /// Whether the letter was late.
    pub was_late: bool,
    /// Under whose key the comment is sealed.
    pub victim: VictimId,
    /// The sample.
    pub sample: SampleId,
    /// The reviewer.
    pub account: AccountId,
    /// The answers.
    pub scores: Scores,
    /// What the reviewer added.
    pub sealed: Option<Vec<u8>>,
}

fn sample(row: &Row) -> Result<SampleRow> {
    Ok(SampleRow {
        id: row.parsed(0, SampleId::parse)?,
        letter: Letter {
            message: row.parsed(1, MessageId::parse)?,
            victim: row.parsed(2, VictimId::parse)?,
            kind: row.text(4)?,
            version: row.int(5)?,
            language: row.text(6)?,
            digest: row.text(7)?,
            was_late: row.flag(9)?,
        },
        area: row.text(3)?,
        chosen: row.text(8)?,
        drawn_by: row.text(10)?,
        drawn_at: row.at(11)?,
        sealed: row.bytes_opt(12)?,
    })
}

fn candidate(row: &Row) -> Result<(Letter, bool)> {
    let letter = Letter {
        message: row.parsed(0, MessageId::parse)?,
        victim: row.parsed(1, VictimId::parse)?,
        kind: row.text(2)?,
        version: row.int(3)?,
        language: row.text(4)?,
        digest: row.text(5)?,
        was_late: row.flag(6)?,
    };
    Ok((letter, row.flag(7)?))
}

fn score(row: &Row) -> Result<ScoreRow> {
    let answer = |at| row.parsed(at, |text| Score::parse(text).ok_or("no such answer"));
    Ok(ScoreRow {
        kind: row.text(0)?,
        version: row.int(1)?,
        language: row.text(2)?,
        was_late: row.flag(3)?,
        victim: row.parsed(4, VictimId::parse)?,
        sample: row.parsed(5, SampleId::parse)?,
        account: row.parsed(6, AccountId::parse)?,
        scores: [
            answer(7)?,
            answer(8)?,
            answer(9)?,
            answer(10)?,
            answer(11)?,
            answer(12)?,
        ],
        sealed: row.bytes_opt(13)?,
    })
}

/// Names an adviser who signs in as a reviewer for an Area; fails when they are one.
pub async fn name(tx: &mut Tx, account: &AccountId, area: &str, (by, at): (&str, Timestamp)) -> Result<()> {
    tx.execute_one(&NAME, args![account.as_str(), area, by, at]).await
}

/// Ends it; fails when they are none.
pub async fn end(tx: &mut Tx, account: &AccountId, area: &str, (by, at): (&str, Timestamp)) -> Result<()> {
    tx.execute_one(&END, args![account.as_str(), area, by, at]).await
}

/// Everybody who reviews, by Area.
pub async fn list_reviewers(tx: &mut Tx) -> Result<Vec<ReviewerRow>> {
    let rows = tx.list(&REVIEWERS, &[]).await?;
    let one = |row: &Row| {
        Ok(ReviewerRow {
            account: row.parsed(0, AccountId::parse)?,
            area: row.text(1)?,
            user: row.text(2)?,
            service: row.text(3)?,
            named_at: row.at(4)?,
        })
    };
    rows.iter().map(one).collect()
}

/// For how many Areas somebody reviews.
pub async fn count_areas(tx: &mut Tx, account: &AccountId) -> Result<i64> {
    tx.find(&FOR_AREAS, args![account.as_str()])
        .await?
        .map_or(Ok(0), |row| row.int(0))
}

/// Letters of an Area that were approved since then and never drawn, newest first, each with whether its duty needed a second
/// person, as hard news do.
pub async fn list_candidates(
    tx: &mut Tx,
    area: &str,
    since: Timestamp,
    most: u32,
) -> Result<Vec<(Letter, bool)>> {
    let rows = tx.list(&CANDIDATES, args![area, since, i64::from(most)]).await?;
    rows.iter().map(candidate).collect()
}

/// Keeps a letter that was drawn; a duplicate when it was drawn before.
pub async fn add(tx: &mut Tx, row: &SampleRow) -> Result<()> {
    let letter = &row.letter;
    let args = args![
        &row.id,
        &letter.message,
        &letter.victim,
        &row.area,
        &letter.kind,
        letter.version,
        &letter.language,
        &letter.digest,
        &row.chosen,
        letter.was_late,
        &row.drawn_by,
        row.drawn_at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// How many letters of an Area are drawn and not yet ready.
pub async fn count_drawn(tx: &mut Tx, area: &str) -> Result<i64> {
    tx.find(&WAITING, args![area])
        .await?
        .map_or(Ok(0), |row| row.int(0))
}

/// What is drawn and not yet ready, in reach, oldest first.
pub async fn list_drawn(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<SampleRow>> {
    let args = scope.args(Arg::from(i64::from(most)));
    tx.list(&DRAWN, &args).await?.iter().map(sample).collect()
}

/// One of them.
pub async fn find_drawn(tx: &mut Tx, scope: &Scope, id: &SampleId) -> Result<Option<SampleRow>> {
    let args = scope.args(id.into());
    tx.find(&FIND, &args).await?.as_ref().map(sample).transpose()
}

/// Makes a drawn letter ready with these words, or leaves it out; fails when somebody did before.
pub async fn decide(
    tx: &mut Tx,
    id: &SampleId,
    state: &str,
    (by, at): (&str, Timestamp),
    sealed: Option<Vec<u8>>,
) -> Result<()> {
    tx.execute_one(&DECIDE, args![id, state, by, at, &sealed]).await
}

/// What a reviewer has to read, oldest first.
pub async fn list_given(tx: &mut Tx, account: &AccountId, most: u32) -> Result<Vec<SampleRow>> {
    let rows = tx.list(&GIVEN, args![account.as_str(), i64::from(most)]).await?;
    rows.iter().map(sample).collect()
}

/// One of them.
pub async fn find_given(tx: &mut Tx, account: &AccountId, id: &SampleId) -> Result<Option<SampleRow>> {
    let row = tx.find(&FIND_GIVEN, args![account.as_str(), id]).await?;
    row.as_ref().map(sample).transpose()
}

/// Keeps what a reviewer says; a duplicate when they said it before.
pub async fn add_score(
    tx: &mut Tx,
    (sample, account): (&SampleId, &AccountId),
    at: Timestamp,
    scores: &Scores,
    sealed: Option<Vec<u8>>,
) -> Result<()> {
    let mut all = vec![Arg::from(sample), Arg::from(account.as_str()), at.into()];
    all.extend(scores.iter().map(|score| Arg::from(score.as_str())));
    all.push(Arg::from(&sealed));
    tx.execute(&SCORE, &all).await?;
    Ok(())
}

/// What reviewers said, newest first.
pub async fn list_scores(tx: &mut Tx, most: u32) -> Result<Vec<ScoreRow>> {
    let rows = tx.list(&SCORES, args![i64::from(most)]).await?;
    rows.iter().map(score).collect()
}
