//! Scrutiny of what was sent (requirement C13): a manager draws letters of an Area, takes out by whom somebody could be
//! recognised, and advisers whom the Area named say what they think of them. What they find stands beside the template.
//!
//! **Invariant:** a reviewer never sees a value that was merged: the letter is rendered once more with a label in the place of
//! each, and freely written words come only as a manager left them. Nobody is given a letter to a person whom somebody of their
//! service supports or supported.

mod draw;
mod findings;
mod prepare;
mod review;
mod reviewers;

use domain::id::{AccountId, SampleId};
use domain::masked::Masked;
use serde::{Deserialize, Serialize};

pub use draw::{DRAWN_DAYS, DRAWN_EACH};
pub use findings::{SampleCount, TemplateFindings};
pub use prepare::{FreeWords, SampleDesk, SampleDrawn};
pub use review::{SampleGiven, SampleRead};
pub use reviewers::Reviewer;

use crate::{Error, Gateway, Result, Staff};

/// The table whose cells are sealed here.
const SAMPLES: &str = "scrutiny_samples";
const SCORES: &str = "scrutiny_scores";

/// What a reviewer reads, kept sealed.
#[derive(Serialize, Deserialize)]
struct Redacted {
    subject: Masked,
    text: Masked,
}

/// The cell of what a reviewer added to a letter.
fn cell(sample: &SampleId, account: &AccountId) -> String {
    format!("{sample}/{account}")
}

impl Gateway {
    /// An Area of a manager's own, by its code.
    fn own_area(&self, staff: &Staff, code: &str) -> Result<()> {
        let exists = self
            .parts
            .areas
            .list()
            .iter()
            .any(|area| area.code.as_str() == code);
        let is_own = staff.areas.is_empty() || staff.areas.iter().any(|area| area == code);
        (exists && is_own)
            .then_some(())
            .ok_or_else(|| Error::Invalid("select one of your Areas".to_owned()))
    }

    /// What staff call a template version; its kind where it is not loaded any more.
    fn title_of(&self, kind: &str, version: i64, language: &str) -> String {
        let found = self.parts.library.versions().iter().find(|one| {
            one.kind == kind && i64::from(one.version) == version && one.language.as_str() == language
        });
        found.map_or_else(|| kind.to_owned(), |one| one.title.clone())
    }
}
