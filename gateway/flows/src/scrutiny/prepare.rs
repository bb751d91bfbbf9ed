//! A manager takes out of a letter by what somebody could be recognised, and lets reviewers read the rest.

use std::collections::{BTreeMap, BTreeSet};

use audit::entry::Act;
use domain::draft::MessageParts;
use domain::id::SampleId;
use domain::masked::Masked;
use domain::people::PersonName;
use domain::scrutiny::{Trace, traces};
use jiff::Timestamp;
use render::{Rendered, TemplateVersion, Values};
use store::scrutiny::{self, SampleRow};
use store::{Tx, drafts};

use super::{Redacted, SAMPLES};
use crate::compose_draft::{Content, own_facts};
use crate::entries::about_victim;
use crate::person::Victim;
use crate::{Error, Gateway, Result, Role};

/// Lines shown.
const SHOWN_MAX: u32 = 100;
const OVER: &str = "this letter was made ready or left out meanwhile";
const REASON: &str = "scrutiny";

/// A letter that was drawn. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleDrawn {
    /// Its identifier.
    pub id: SampleId,
    /// What staff call the template.
    pub title: String,
    /// The Area.
    pub area: String,
    /// Whether it was drawn by risk; otherwise by chance.
    pub is_by_risk: bool,
    /// Whether it arrived late.
    pub was_late: bool,
    /// When it was drawn.
    pub drawn_at: Timestamp,
}

/// Words that somebody wrote freely into a letter.
#[derive(Clone)]
pub struct FreeWords {
    /// The field.
    pub field: String,
    /// As they were sent.
    pub words: String,
    /// Most characters.
    pub chars_max: usize,
}

/// What a manager sees of a letter.
pub struct SampleDesk {
    /// The letter.
    pub drawn: SampleDrawn,
    /// As a reviewer will read it, but for the freely written words.
    pub text: String,
    /// These, to be looked through.
    pub free: Vec<FreeWords>,
}

/// A letter with everything that it is made of.
struct Opened<'g> {
    row: SampleRow,
    victim: Victim,
    version: &'g TemplateVersion,
    content: Content,
}

impl Gateway {
    /// What waits to be made ready in a manager's Areas, oldest first.
    pub async fn list_samples_drawn(&self, user: &str) -> Result<Vec<SampleDrawn>> {
        let staff = self.authorise(user, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let rows = scrutiny::list_drawn(&mut tx, &scope, SHOWN_MAX).await?;
        Ok(rows.iter().map(|row| self.drawn(row)).collect())
    }

    /// A letter that was drawn. The reading is recorded before a word is seen.
    pub async fn read_sample_drawn(&self, user: &str, id: &SampleId) -> Result<SampleDesk> {
        let mut tx = self.pool().begin().await?;
        let opened = self.open_sample(&mut tx, user, id).await?;
        let text = self.anonymous(&opened, &BTreeMap::new())?.text;
        let free = opened
            .version
            .fields
            .iter()
            .filter(|(_, spec)| spec.kind.is_free());
        let free = free.filter_map(|(field, spec)| {
            Some(FreeWords {
                field: field.clone(),
                words: opened.content.values.get(field)?.as_str()?.to_owned(),
                chars_max: spec.chars_max,
            })
        });
        let desk = SampleDesk {
            drawn: self.drawn(&opened.row),
            text,
            free: free.collect(),
        };
        let read = about_victim(
            self.now(),
            user,
            Act::Consultation,
            "scrutiny-sample-read",
            &opened.victim,
        )?
        .with_message(opened.row.letter.message.as_str())
        .with_reason(REASON);
        tx.commit(&[read]).await?;
        Ok(desk)
    }

    /// Lets reviewers read a letter with these words in the place of what was written freely. Where they still hold by what
    /// somebody could be recognised nothing is done, and it is said in which field.
    pub async fn make_sample_ready(
        &self,
        user: &str,
        id: &SampleId,
        words: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, BTreeSet<Trace>)>> {
        let mut tx = self.pool().begin().await?;
        let opened = self.open_sample(&mut tx, user, id).await?;
        let found = self.traces_in(&mut tx, &opened, words).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        let rendered = self.anonymous(&opened, words)?;
        let redacted = Redacted {
            subject: Masked::new(rendered.subject),
            text: Masked::new(rendered.text),
        };
        let sealed = self.seal(&opened.victim.key, SAMPLES, id.as_str(), &redacted)?;
        self.decide_sample(tx, user, &opened, "ready", Some(sealed))
            .await?;
        Ok(Vec::new())
    }

    /// Leaves a letter out in which somebody could be recognised whatever is taken out.
    pub async fn leave_sample_out(&self, user: &str, id: &SampleId) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let opened = self.open_sample(&mut tx, user, id).await?;
        self.decide_sample(tx, user, &opened, "left-out", None).await
    }

    async fn decide_sample(
        &self,
        mut tx: Tx,
        user: &str,
        opened: &Opened<'_>,
        state: &'static str,
        sealed: Option<Vec<u8>>,
    ) -> Result<()> {
        let now = self.now();
        scrutiny::decide(&mut tx, &opened.row.id, state, (user, now), sealed)
            .await
            .map_err(Error::overtaken(OVER))?;
        let decided = about_victim(
            now,
            user,
            Act::Decision,
            "scrutiny-sample-decided",
            &opened.victim,
        )?
        .with_message(opened.row.letter.message.as_str())
        .with_result(state);
        Ok(tx.commit(&[decided]).await?)
    }

    async fn open_sample(&self, tx: &mut Tx, user: &str, id: &SampleId) -> Result<Opened<'_>> {
        let staff = self.authorise(user, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let row = scrutiny::find_drawn(tx, &scope, id).await?;
        let row = row.ok_or(Error::NotFound("letter"))?;
        let victim = self.load_victim(tx, &row.letter.victim).await?;
        let message = drafts::find_message(tx, &row.letter.message).await?;
        let message = message.ok_or(Error::NotFound("letter"))?;
        let parts: MessageParts = Self::open(&victim.key, "messages", message.id.as_str(), &message.sealed)?;
        let draft = drafts::find(tx, &parts.draft).await?;
        let draft = draft.ok_or_else(|| Error::broken("a letter", "its draft is not there"))?;
        let content: Content = Self::open(&victim.key, "drafts", draft.id.as_str(), &draft.sealed)?;
        let same = |one: &&TemplateVersion| one.digest == row.letter.digest;
        let version = self.parts.library.versions().iter().find(same).ok_or_else(|| {
            Error::Conflict("the template of this letter is not loaded any more; leave it out".to_owned())
        })?;
        Ok(Opened {
            row,
            victim,
            version,
            content,
        })
    }

    fn drawn(&self, row: &SampleRow) -> SampleDrawn {
        let letter = &row.letter;
        SampleDrawn {
            id: row.id.clone(),
            title: self.title_of(&letter.kind, letter.version, &letter.language),
            area: row.area.clone(),
            is_by_risk: row.chosen == "risk",
            was_late: letter.was_late,
            drawn_at: row.drawn_at,
        }
    }

    /// The letter with a label in the place of every value, and `words` in the place of what was written freely.
    fn anonymous(&self, opened: &Opened<'_>, words: &BTreeMap<String, String>) -> Result<Rendered> {
        let values = Values::anonymous(opened.version, &opened.content.values, words);
        let rendered = self.parts.library.render(opened.version, &values);
        rendered.map_err(|fault| Error::broken("a letter without names", fault))
    }

    async fn traces_in(
        &self,
        tx: &mut Tx,
        opened: &Opened<'_>,
        words: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, BTreeSet<Trace>)>> {
        let victim = &opened.victim;
        let person = victim.person()?;
        let mut names = vec![person.legal_name];
        let fields = ["officer_name", "reasons_author", "answer_author"];
        let written = fields
            .iter()
            .filter_map(|field| opened.content.values.get(*field)?.as_str());
        names.extend(written.filter_map(|name| PersonName::parse(name).ok()));
        let own = own_facts(victim, person.preferred_name, names)?;
        let texts: Vec<String> = words.values().cloned().collect();
        let deny = self.load_deny_set(tx, &victim.case).await?;
        let others = self.foreign_facts(tx, &texts, &victim.case.id, deny).await?;
        let found = words
            .iter()
            .map(|(field, text)| (field.clone(), traces(text, &own, &others)));
        Ok(found.filter(|(_, traces)| !traces.is_empty()).collect())
    }
}
