//! The contact plan of one victim.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::point::{Point, PointValue, Route, Safety, Why};
use crate::id::{ContactPointId, VictimId};
use crate::masked::Masked;
use crate::window::{Schedule, london};

/// The longest time for which a point counts as safe without being asked about again, in days.
pub(super) const REVIEW_DAYS_MAX: i32 = 366;

/// Whether a message may be left on a voicemail. Forbidden unless somebody agreed on the very words (A7).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
pub enum VoicemailRule {
    /// Hang up.
    #[default]
    Forbidden,
    /// These words and no others.
    Allowed {
        /// The words.
        wording: Masked,
        /// When they were agreed on.
        agreed_at: Timestamp,
    },
}

/// Whether a text message may be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TextRule {
    /// None.
    #[default]
    Forbidden,
    /// These words and no others.
    Allowed {
        /// The words.
        wording: Masked,
        /// When they were agreed on.
        agreed_at: Timestamp,
    },
}

/// What cannot be done with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanFault {
    /// No such point.
    #[error("the plan has no such contact point")]
    NoPoint,
    /// Two points of one identifier, or two live ones of one value.
    #[error(
        "the plan already has this contact point; a value that is barred comes back through a proposed change"
    )]
    Double,
    /// The point bounced or is barred.
    #[error(
        "this value bounced or is barred: it cannot be called safe again in one step; propose a change, verify it by \
         another path and have a second person approve it"
    )]
    Distrusted,
    /// A second value for a route, said to be safe in one step.
    #[error(
        "the plan already holds a value for this route: another one is a change, to be proposed, verified by another \
         path and approved by a second person"
    )]
    NeedsProposal,
    /// A review day that is no use.
    #[error("the review-by day lies after today and within a year")]
    ReviewBy,
}

/// How one victim may be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    victim: VictimId,
    points: Vec<Point>,
    /// How the person would like to be reached. Not a statement about safety.
    pub preferred: Route,
    /// When.
    #[serde(default)]
    pub schedule: Schedule,
    /// Messages on a voicemail.
    #[serde(default)]
    pub voicemail: VoicemailRule,
    /// Text messages.
    #[serde(default)]
    pub text: TextRule,
    /// A word by which the person tells that it is them, or that they are not alone. Shown during a call only.
    #[serde(default)]
    pub code_word: Option<Masked>,
    /// What is done when a call breaks off: who rings back, and when.
    #[serde(default)]
    pub dropped_call: Option<Masked>,
    /// Whether an email may say anything about the case; otherwise only that there is an update.
    pub content_in_email: bool,
}

impl Plan {
    /// A plan without points: nothing recorded, so nothing allowed.
    pub fn new(victim: VictimId, preferred: Route) -> Self {
        Self {
            victim,
            points: Vec::new(),
            preferred,
            schedule: Schedule::default(),
            voicemail: VoicemailRule::default(),
            text: TextRule::default(),
            code_word: None,
            dropped_call: None,
            content_in_email: false,
        }
    }

    /// Whose plan it is.
    pub fn victim(&self) -> &VictimId {
        &self.victim
    }

    /// All points, barred ones too.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// One point.
    pub fn point(&self, id: &ContactPointId) -> Option<&Point> {
        self.points.iter().find(|point| point.id() == id)
    }

    /// The first point of this route that may be used at this instant.
    pub fn usable(&self, route: Route, now: Timestamp) -> Option<&Point> {
        self.points
            .iter()
            .find(|point| point.route() == route && point.usable(now).is_ok())
    }

    /// The point that an email would go to at this instant: the usable one; without one the first email
    /// point, so that the hold can say what is wrong with it.
    pub fn email_point(&self, now: Timestamp) -> Option<&Point> {
        self.usable(Route::Email, now)
            .or_else(|| self.points.iter().find(|point| point.route() == Route::Email))
    }

    /// Adds a point as first recorded (import, first conversation). A value that meets one already in the
    /// plan is refused: a barred value does not come back under another identifier. A safe value for a
    /// route that has one already is a change, and changes are proposed.
    pub fn add(&mut self, point: Point) -> Result<(), PlanFault> {
        if self
            .points
            .iter()
            .any(|known| known.id() == point.id() || known.value().meets(point.value()))
        {
            return Err(PlanFault::Double);
        }
        let safe = matches!(point.safety(), Safety::VerifiedSafe { .. });
        if safe && self.points.iter().any(|known| known.route() == point.route()) {
            return Err(PlanFault::NeedsProposal);
        }
        self.points.push(point);
        Ok(())
    }

    /// Bars a point, and every other that meets its value, at once: somebody said that it is unsafe.
    pub fn bar(&mut self, id: &ContactPointId, why: Why, now: Timestamp) -> Result<(), PlanFault> {
        let value = self.point(id).ok_or(PlanFault::NoPoint)?.value().clone();
        self.bar_value(&value, why, now);
        Ok(())
    }

    /// The receiving server refused the address for good: it is unknown from now on, and only the change
    /// procedure brings it back (A6). What is already unsafe stays so.
    pub fn hard_bounce(&mut self, id: &ContactPointId, now: Timestamp) -> Result<(), PlanFault> {
        let point = self.point_mut(id)?;
        if !matches!(point.safety(), Safety::Unsafe { .. }) {
            point.set_safety(Safety::Unknown {
                why: Why::HardBounce,
                since: now,
            });
        }
        Ok(())
    }

    /// Records that somebody was asked and said that the point, whose value stays, is safe. Refused for a
    /// value that bounced or was barred, and for a never verified one beside another of its route or of
    /// somebody else's: those go through a proposal.
    pub fn recheck(
        &mut self,
        id: &ContactPointId,
        said_by: Masked,
        how: Masked,
        now: Timestamp,
        review_by: Date,
    ) -> Result<(), PlanFault> {
        check_review(review_by, now)?;
        let known = self.point(id).ok_or(PlanFault::NoPoint)?;
        let route = known.route();
        let alone = self.points.iter().filter(|other| other.route() == route).count() == 1;
        match known.safety() {
            _ if known.is_distrusted() => return Err(PlanFault::Distrusted),
            Safety::Unknown {
                why: Why::NeverVerified,
                ..
            } if alone => {}
            Safety::Unknown { .. } => return Err(PlanFault::NeedsProposal),
            Safety::VerifiedSafe { .. } | Safety::Unsafe { .. } => {}
        }
        let point = self.point_mut(id)?;
        point.set_safety(Safety::VerifiedSafe {
            said_by,
            how,
            verified_at: now,
            review_by,
        });
        Ok(())
    }

    fn point_mut(&mut self, id: &ContactPointId) -> Result<&mut Point, PlanFault> {
        self.points
            .iter_mut()
            .find(|point| point.id() == id)
            .ok_or(PlanFault::NoPoint)
    }

    pub(super) fn bar_value(&mut self, value: &PointValue, why: Why, now: Timestamp) {
        for point in self.points.iter_mut().filter(|point| point.value().meets(value)) {
            point.set_safety(Safety::Unsafe { why, since: now });
        }
    }

    /// Adds a point that went through the whole procedure; older points of the same value leave the plan,
    /// since this one now says what is known of it.
    pub(super) fn add_approved(&mut self, point: Point) {
        self.points
            .retain(|known| known.id() != point.id() && !known.value().meets(point.value()));
        self.points.push(point);
    }
}

pub(super) fn check_review(review_by: Date, now: Timestamp) -> Result<(), PlanFault> {
    let today = now.to_zoned(london()).date();
    let days = today.until(review_by).map_or(0, |span| span.get_days());
    if (1..=REVIEW_DAYS_MAX).contains(&days) {
        Ok(())
    } else {
        Err(PlanFault::ReviewBy)
    }
}
