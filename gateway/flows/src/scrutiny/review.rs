//! A reviewer reads letters and says what they think of them.

use audit::entry::Act;
use domain::id::SampleId;
use domain::masked::Masked;
use domain::scrutiny::{COMMENT_CHARS_MAX, Dimension, Scores};
use jiff::Timestamp;
use store::Tx;
use store::scrutiny::{self, SampleRow};

use super::{Redacted, SAMPLES, SCORES};
use crate::adviser::Reader;
use crate::entries::about_victim;
use crate::{Error, Gateway, Result};

/// Lines shown.
const SHOWN_MAX: u32 = 50;
const REASON: &str = "scrutiny";

/// A letter that waits for a reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleGiven {
    /// Its identifier.
    pub id: SampleId,
    /// What staff call the template.
    pub title: String,
    /// The Area.
    pub area: String,
    /// When it was drawn.
    pub drawn_at: Timestamp,
}

/// What a reviewer reads.
pub struct SampleRead {
    /// The letter.
    pub given: SampleGiven,
    /// The subject.
    pub subject: String,
    /// The words.
    pub text: String,
    /// Whether it arrived late.
    pub was_late: bool,
}

impl Gateway {
    /// What somebody has to review, oldest first; none when no Area named them.
    pub async fn list_samples_given(&self, user: &str) -> Result<Option<Vec<SampleGiven>>> {
        let mut tx = self.pool().read().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let account = &reader.account.account_id;
        if scrutiny::count_areas(&mut tx, account).await? == 0 {
            return Ok(None);
        }
        let rows = scrutiny::list_given(&mut tx, account, SHOWN_MAX).await?;
        Ok(Some(rows.iter().map(|row| self.given(row)).collect()))
    }

    /// A letter to review. That it is shown is recorded first.
    pub async fn read_sample_given(&self, user: &str, id: &SampleId) -> Result<SampleRead> {
        let mut tx = self.pool().begin().await?;
        let (reader, row) = self.find_sample_given(&mut tx, user, id).await?;
        let victim = self.load_victim(&mut tx, &row.letter.victim).await?;
        let sealed = row.sealed.as_deref().ok_or(Error::NotFound("letter"))?;
        let redacted: Redacted = Self::open(&victim.key, SAMPLES, id.as_str(), sealed)?;
        let shown = about_victim(
            reader.now,
            user,
            Act::Disclosure,
            "scrutiny-sample-shown",
            &victim,
        )?
        .with_message(row.letter.message.as_str())
        .with_reason(REASON);
        tx.commit(&[shown]).await?;
        Ok(SampleRead {
            given: self.given(&row),
            subject: redacted.subject.reveal().to_owned(),
            text: redacted.text.reveal().to_owned(),
            was_late: row.letter.was_late,
        })
    }

    /// Keeps what a reviewer thinks of a letter, once.
    pub async fn score_sample(
        &self,
        user: &str,
        id: &SampleId,
        scores: &Scores,
        comment: &str,
    ) -> Result<()> {
        let comment = comment.trim();
        if comment.chars().count() > COMMENT_CHARS_MAX {
            return Err(Error::Invalid(format!(
                "what you add has at most {COMMENT_CHARS_MAX} characters"
            )));
        }
        let mut tx = self.pool().begin().await?;
        let (reader, row) = self.find_sample_given(&mut tx, user, id).await?;
        let account = &reader.account.account_id;
        let victim = self.load_victim(&mut tx, &row.letter.victim).await?;
        let sealed = (!comment.is_empty())
            .then(|| {
                let cell = super::cell(id, account);
                self.seal(&victim.key, SCORES, &cell, &Masked::new(comment))
            })
            .transpose()?;
        scrutiny::add_score(&mut tx, (id, account), reader.now, scores, sealed)
            .await
            .map_err(|fault| match fault {
                fault if fault.is_duplicate() => {
                    Error::Conflict("you have reviewed this letter already".to_owned())
                }
                fault => fault.into(),
            })?;
        let mut said = about_victim(reader.now, user, Act::Decision, "scrutiny-sample-scored", &victim)?
            .with_message(row.letter.message.as_str());
        for (dimension, score) in Dimension::ALL.iter().zip(scores) {
            said = said.with_fact(dimension.as_str(), score.as_str());
        }
        Ok(tx.commit(&[said]).await?)
    }

    async fn find_sample_given(&self, tx: &mut Tx, user: &str, id: &SampleId) -> Result<(Reader, SampleRow)> {
        let reader = self.adviser_of(tx, user).await?;
        let row = scrutiny::find_given(tx, &reader.account.account_id, id).await?;
        Ok((reader, row.ok_or(Error::NotFound("letter"))?))
    }

    fn given(&self, row: &SampleRow) -> SampleGiven {
        let letter = &row.letter;
        SampleGiven {
            id: row.id.clone(),
            title: self.title_of(&letter.kind, letter.version, &letter.language),
            area: row.area.clone(),
            drawn_at: row.drawn_at,
        }
    }
}
