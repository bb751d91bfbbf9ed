//! What reviewers found, beside the template that the letters were made of.

use std::collections::BTreeMap;

use audit::entry::Act;
use domain::masked::Masked;
use domain::scrutiny::{Dimension, Score};
use store::scrutiny::{self, ScoreRow};

use super::{SCORES, cell};
use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// Reviews that are counted, the newest.
const COUNTED_MAX: u32 = 2_000;
/// Remarks that are shown with a template, the newest.
const REMARKS_MAX: usize = 20;

/// How reviewers see the letters of one template version.
#[derive(Clone)]
pub struct TemplateFindings {
    /// The message kind.
    pub kind: String,
    /// The number of the version.
    pub version: i64,
    /// `en` or `cy`.
    pub language: String,
    /// What staff call it.
    pub title: String,
    /// Reviews, and how many of these were of letters that arrived late.
    pub count: SampleCount,
    /// How often each of [`Score::ALL`] was given, for each of [`Dimension::ALL`].
    pub answers: [[usize; Score::ALL.len()]; Dimension::ALL.len()],
    /// What they added, newest first.
    pub remarks: Vec<String>,
}

/// Reviews in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SampleCount {
    /// All.
    pub reviews: usize,
    /// Of letters that arrived late.
    pub late: usize,
    /// That found the letter good enough.
    pub good: usize,
}

type OfTemplate = (String, i64, String);

fn template(row: &ScoreRow) -> OfTemplate {
    (row.kind.clone(), row.version, row.language.clone())
}

fn count(into: &mut SampleCount, row: &ScoreRow) {
    let [.., standard] = row.scores;
    into.reviews += 1;
    into.late += usize::from(row.was_late);
    into.good += usize::from(standard == Score::Yes);
}

impl Gateway {
    /// What reviewers found, by template version, with their remarks.
    pub async fn list_scrutiny_findings(&self, user: &str) -> Result<Vec<TemplateFindings>> {
        self.authorise(user, &[Role::VloManager, Role::TemplateReviewer])?;
        let mut tx = self.pool().read().await?;
        let mut all: BTreeMap<OfTemplate, TemplateFindings> = BTreeMap::new();
        for row in scrutiny::list_scores(&mut tx, COUNTED_MAX).await? {
            let (kind, version, language) = template(&row);
            let title = || self.title_of(&kind, version, &language);
            let of_it = all.entry(template(&row)).or_insert_with(|| TemplateFindings {
                title: title(),
                kind: kind.clone(),
                version,
                language: language.clone(),
                count: SampleCount::default(),
                answers: Default::default(),
                remarks: Vec::new(),
            });
            count(&mut of_it.count, &row);
            for (answers, score) in of_it.answers.iter_mut().zip(row.scores) {
                let at = Score::ALL.iter().position(|one| *one == score);
                answers[at.unwrap_or_default()] += 1;
            }
            let Some(sealed) = row.sealed.filter(|_| of_it.remarks.len() < REMARKS_MAX) else {
                continue;
            };
            match self.key(&mut tx, row.victim.as_str()).await {
                // What the reviewer added went with the victim.
                Err(Error::Erased) => {}
                key => {
                    let place = cell(&row.sample, &row.account);
                    let remark: Masked = Self::open(&key?, SCORES, &place, &sealed)?;
                    of_it.remarks.push(remark.reveal().to_owned());
                }
            }
        }
        drop(tx);
        let read = entry(self.now(), user, Act::Consultation, "scrutiny-findings-read")?;
        self.record(read).await?;
        Ok(all.into_values().collect())
    }

    /// How many reviews there are of each template version, for who looks after the templates and sees no content.
    pub async fn count_scrutiny(&self, user: &str) -> Result<BTreeMap<(String, i64, String), SampleCount>> {
        self.authorise(user, &[Role::Administrator])?;
        let mut tx = self.pool().read().await?;
        let mut all = BTreeMap::new();
        for row in scrutiny::list_scores(&mut tx, COUNTED_MAX).await? {
            count(all.entry(template(&row)).or_default(), &row);
        }
        Ok(all)
    }
}
