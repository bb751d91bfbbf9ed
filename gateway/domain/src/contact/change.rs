//! Changing a contact point: proposed, verified by another path, approved by a second person (A5).
//!
//! The old value is barred the moment a change is proposed, not when it is approved, and never hears that
//! it changed. If the proposal is refused the old value stays barred: whoever proposed may have been right
//! that it is no longer safe, and it too comes back only through a proposal.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::plan::{Plan, check_review};
use super::point::{Point, PointMismatch, PointValue, Route, Safety, Why};
use crate::id::{AdviserId, ContactPointId, ProposalId, VictimId};
use crate::masked::Masked;
use crate::safety::DenySet;

/// Why a step of a change is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The step does not follow on the state that the proposal is in.
    #[error("a proposal that is {from} cannot be {verb}")]
    WrongState {
        /// The state it is in.
        from: &'static str,
        /// What was asked.
        verb: &'static str,
    },
    /// The plan is somebody else's.
    #[error("the proposal belongs to the plan of another victim")]
    WrongPlan,
    /// The point that is to be replaced is not there or has another route.
    #[error("the point to be replaced is not in the plan, or is of another route")]
    NoPoint,
    /// The new value does not fit the route.
    #[error(transparent)]
    Mismatch(#[from] PointMismatch),
    /// The new value meets the defence side.
    #[error("the new value meets somebody of the defence side; it is refused, and a manager is told")]
    DenySet,
    /// Verified through what is being changed.
    #[error(
        "a change is verified by another path than the one that is changed: in person, or by another safe route"
    )]
    SamePath,
    /// Verified through something that is not safe itself.
    #[error("the path of verification is not verified safe today; use another one")]
    DistrustedPath,
    /// The same person twice.
    #[error("a change is approved by somebody who neither proposed nor verified it")]
    SamePerson,
    /// The new value was barred after it was verified.
    #[error("the new value was called unsafe since it was verified; propose and verify again")]
    BarredSince,
    /// A review day that is no use.
    #[error("the review-by day lies after today and within a year")]
    ReviewBy,
}

/// By what path somebody confirmed the new value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "path", rename_all = "kebab-case", deny_unknown_fields)]
pub enum VerifyPath {
    /// Face to face.
    InPerson,
    /// Through another point of the plan, verified safe.
    Point {
        /// That point.
        id: ContactPointId,
    },
    /// Through the adviser who has the victim's consent.
    Adviser {
        /// That adviser.
        id: AdviserId,
    },
    /// Through the police.
    Police,
}

/// Who verified a proposal, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The member of staff.
    pub by: String,
    /// The path.
    pub path: VerifyPath,
    /// Who said that the new value is safe.
    pub said_by: Masked,
    /// How it was said.
    pub how: Masked,
    /// When.
    pub at: Timestamp,
}

/// Where a proposal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProposalState {
    /// Proposed; the old value is barred already.
    Proposed,
    /// Confirmed by another path.
    Verified {
        /// By whom and how.
        verification: Verification,
    },
    /// In force.
    Approved {
        /// By whom and how it was verified.
        verification: Verification,
        /// Who approved it.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// Not to be.
    Refused {
        /// Who refused it.
        by: String,
        /// When.
        at: Timestamp,
        /// Why.
        why: Masked,
    },
}

impl ProposalState {
    /// The word in data.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Verified { .. } => "verified",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
        }
    }
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProposal {
    /// Its identifier.
    pub id: ProposalId,
    /// The identifier that the new point will have.
    pub point: ContactPointId,
    /// The route.
    pub route: Route,
    /// The new value.
    pub value: PointValue,
    /// The point that it replaces; none adds a value beside the others.
    #[serde(default)]
    pub replaces: Option<ContactPointId>,
    /// The member of staff who proposes it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A proposed change of a contact plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    victim: VictimId,
    new: NewProposal,
    state: ProposalState,
}

/// Proposes a change. From this moment the old value is barred in `plan`, which has to be saved in the same
/// transaction as the proposal. Should the new value be refused, the old one is barred all the same.
pub fn propose(plan: &mut Plan, new: NewProposal, deny: &DenySet) -> Result<Proposal, ChangeError> {
    if let Some(old) = &new.replaces {
        let known = plan
            .point(old)
            .filter(|point| point.route() == new.route)
            .ok_or(ChangeError::NoPoint)?;
        let value = known.value().clone();
        plan.bar_value(&value, Why::BeingChanged, new.at);
    }
    let unknown = Safety::Unknown {
        why: Why::NeverVerified,
        since: new.at,
    };
    Point::new(new.point.clone(), new.route, new.value.clone(), unknown)?;
    if deny.meets(&new.value.match_keys()) {
        return Err(ChangeError::DenySet);
    }
    Ok(Proposal {
        victim: plan.victim().clone(),
        new,
        state: ProposalState::Proposed,
    })
}

impl Proposal {
    /// What is proposed, by whom and when.
    pub fn new_value(&self) -> &NewProposal {
        &self.new
    }

    /// Whose plan it would change.
    pub fn victim(&self) -> &VictimId {
        &self.victim
    }

    /// Where it stands.
    pub fn state(&self) -> &ProposalState {
        &self.state
    }

    /// Records that the new value was confirmed by another path.
    pub fn verify(self, plan: &Plan, verification: Verification) -> Result<Self, ChangeError> {
        match self.state {
            ProposalState::Proposed => {}
            ref other => {
                return Err(ChangeError::WrongState {
                    from: other.as_str(),
                    verb: "verified",
                });
            }
        }
        self.check_path(plan, &verification.path, verification.at)?;
        Ok(Self {
            state: ProposalState::Verified { verification },
            ..self
        })
    }

    /// Puts the change in force: the new point is safe until `review_by`, the old one replaced. Everything is
    /// looked at again, since the plan may have changed after the verification.
    pub fn approve(
        self,
        plan: &mut Plan,
        by: &str,
        review_by: Date,
        deny: &DenySet,
        at: Timestamp,
    ) -> Result<Self, ChangeError> {
        let ProposalState::Verified { verification } = &self.state else {
            return Err(ChangeError::WrongState {
                from: self.state.as_str(),
                verb: "approved",
            });
        };
        if same_person(by, &self.new.by) || same_person(by, &verification.by) {
            return Err(ChangeError::SamePerson);
        }
        self.check_path(plan, &verification.path, at)?;
        if deny.meets(&self.new.value.match_keys()) {
            return Err(ChangeError::DenySet);
        }
        let barred_since = |point: &Point| {
            matches!(point.safety(), Safety::Unsafe { since, .. } if *since > verification.at)
                && point.value().meets(&self.new.value)
        };
        if plan.points().iter().any(barred_since) {
            return Err(ChangeError::BarredSince);
        }
        check_review(review_by, at).map_err(|_| ChangeError::ReviewBy)?;
        let safety = Safety::VerifiedSafe {
            said_by: verification.said_by.clone(),
            how: verification.how.clone(),
            verified_at: verification.at,
            review_by,
        };
        let point = Point::new(
            self.new.point.clone(),
            self.new.route,
            self.new.value.clone(),
            safety,
        )?;
        if let Some(old) = self.new.replaces.as_ref().and_then(|id| plan.point(id)) {
            let value = old.value().clone();
            plan.bar_value(&value, Why::Replaced, at);
        }
        plan.add_approved(point);
        let verification = verification.clone();
        Ok(Self {
            state: ProposalState::Approved {
                verification,
                by: by.to_owned(),
                at,
            },
            ..self
        })
    }

    /// Ends the proposal without effect on the new value; the old one stays barred.
    pub fn refuse(self, by: &str, why: Masked, at: Timestamp) -> Result<Self, ChangeError> {
        match self.state {
            ProposalState::Proposed | ProposalState::Verified { .. } => Ok(Self {
                state: ProposalState::Refused {
                    by: by.to_owned(),
                    at,
                    why,
                },
                ..self
            }),
            ref other => Err(ChangeError::WrongState {
                from: other.as_str(),
                verb: "refused",
            }),
        }
    }

    /// Another path than the one that changes, and one that is trusted now.
    fn check_path(&self, plan: &Plan, path: &VerifyPath, at: Timestamp) -> Result<(), ChangeError> {
        if *plan.victim() != self.victim {
            return Err(ChangeError::WrongPlan);
        }
        let barred = |route: Route| {
            plan.points()
                .iter()
                .any(|point| point.route() == route && point.is_distrusted())
        };
        let route = match path {
            VerifyPath::InPerson => return Ok(()),
            VerifyPath::Adviser { .. } => Route::ViaIsva,
            VerifyPath::Police => Route::ViaPolice,
            VerifyPath::Point { id } => {
                let point = plan.point(id).ok_or(ChangeError::DistrustedPath)?;
                let old = self.new.replaces.as_ref().and_then(|old| plan.point(old));
                let meets_old = old.is_some_and(|old| old.value().meets(point.value()));
                if point.route() == self.new.route || point.value().meets(&self.new.value) || meets_old {
                    return Err(ChangeError::SamePath);
                }
                return point.usable(at).map_err(|_| ChangeError::DistrustedPath);
            }
        };
        if route == self.new.route {
            return Err(ChangeError::SamePath);
        }
        if barred(route) {
            Err(ChangeError::DistrustedPath)
        } else {
            Ok(())
        }
    }
}

/// Two staff names are one person whatever their case.
pub(crate) fn same_person(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}
