//! The register of suspected breaches and near misses (requirement E5): recorded with the moment they were noticed, assessed
//! by one person, ended by a report or by two people. Sends that were blocked count as near misses by themselves: their
//! entries are in the contact log already.

use audit::entry::{Act, Entry};
use domain::breach::{BreachEnd, BreachKind, BreachState, report_due};
use domain::id::BreachId;
use jiff::Timestamp;
use store::breaches::{self, BreachRow};
use store::log_search::{self, Sought};

use crate::entries::entry;
use crate::search_log::found;
use crate::{Error, Gateway, Result, Role};

/// Who sees the register; auditors read it only.
const READERS: [Role; 3] = [Role::VloManager, Role::Auditor, Role::Administrator];
const KEEPERS: [Role; 2] = [Role::VloManager, Role::Administrator];
/// Breaches of one page.
const LIST_MAX: u32 = 100;
/// The newest blocked sends that are shown.
const BLOCKED_MAX: u32 = 100;

/// What may have happened, as code and words. No words of one's own: nobody's content comes into the register.
pub const BREACH_WHAT: [(&str, &str); 6] = [
    ("wrong-recipient", "Something was sent to the wrong person"),
    (
        "unsafe-contact",
        "Somebody was contacted in an unsafe way or at an unsafe time",
    ),
    (
        "wrong-content",
        "A message held something it should not have held",
    ),
    ("seen-by-others", "Somebody saw what they had no need to know"),
    ("lost", "Data or a device were lost"),
    ("not-available", "Data could not be reached when they were needed"),
];
/// What was done at once.
pub const BREACH_DONE: [(&str, &str); 5] = [
    ("stopped", "It was stopped before anything left"),
    ("victim-made-safe", "The victim was made safe"),
    ("recipient-asked", "The recipient was asked to delete it"),
    ("access-ended", "Access was ended"),
    ("nothing-yet", "Nothing yet"),
];
/// Why a breach need not be reported.
pub const BREACH_REASONS: [(&str, &str); 3] = [
    ("no-personal-data", "No personal data were concerned"),
    ("no-risk-to-people", "A risk to people is unlikely"),
    ("did-not-happen", "It did not happen"),
];
/// Blocked for these reasons, a message would have reached somebody whom it must not reach.
const NEAR_MISSES: [&str; 8] = [
    "no-verified-safe-contact-point",
    "contact-point-expired",
    "deny-set",
    "wrong-victim",
    "no-consent",
    "transport-class",
    "wants-no-contact",
    "content-not-wanted",
];

/// What somebody records.
#[derive(Debug, Clone)]
pub struct NewBreach {
    /// A suspected breach, or a near miss.
    pub kind: BreachKind,
    /// One of [`BREACH_WHAT`].
    pub what: String,
    /// One of [`BREACH_DONE`].
    pub done: String,
    /// Where.
    pub area: String,
    /// When it was noticed.
    pub noticed_at: Timestamp,
}

/// One of the register.
#[derive(Debug, Clone)]
pub struct Breach {
    /// The row.
    pub row: BreachRow,
    /// Until when the Information Commissioner's Office must know, while that is open; a near miss has no clock.
    pub report_due: Option<Timestamp>,
}

/// A message that was kept from leaving.
#[derive(Debug, Clone)]
pub struct BlockedSend {
    /// The entry that says so.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// Why: a code.
    pub reason: String,
}

impl Gateway {
    /// Records a suspected breach or a near miss.
    pub async fn record_breach(&self, user: &str, new: &NewBreach) -> Result<BreachId> {
        let staff = self.authorise(user, &KEEPERS)?;
        let now = self.now();
        let is_known = |list: &[(&str, &str)], code: &str| list.iter().any(|(known, _)| *known == code);
        if !is_known(&BREACH_WHAT, &new.what) || !is_known(&BREACH_DONE, &new.done) {
            return Err(Error::Invalid(
                "what, done: one of the codes of the register".to_owned(),
            ));
        }
        if new.noticed_at > now {
            return Err(Error::Invalid("noticed: a moment that has passed".to_owned()));
        }
        if !self
            .parts
            .areas
            .list()
            .iter()
            .any(|area| area.code.as_str() == new.area)
        {
            return Err(Error::Invalid("area: a code of config/areas.toml".to_owned()));
        }
        if staff.bound_to().is_some_and(|areas| !areas.contains(&new.area)) {
            return Err(Error::NotFound("Area"));
        }
        let row = BreachRow {
            id: BreachId::random(self.entropy()),
            kind: kind_name(new.kind).to_owned(),
            what: new.what.clone(),
            done: new.done.clone(),
            area: new.area.clone(),
            noticed_at: new.noticed_at,
            recorded_at: now,
            recorded_by: user.to_owned(),
            state: BreachState::Suspected.as_str().to_owned(),
            assessed_by: None,
            ended_by: None,
            ended_at: None,
            reason: None,
        };
        let recorded = self
            .about_breach(user, "breach-recorded", &row)?
            .with_fact("kind", &row.kind)
            .with_fact("noticed", row.noticed_at.to_string());
        let mut tx = self.pool().begin().await?;
        breaches::add(&mut tx, &row).await?;
        tx.commit(&[recorded]).await?;
        Ok(row.id)
    }

    /// Somebody has looked into it.
    pub async fn assess_breach(&self, user: &str, id: &BreachId) -> Result<()> {
        self.step(user, id, "breach-assessed", None, |state| {
            state
                .assess(user)
                .map_err(|fault| Error::Conflict(fault.to_string()))
        })
        .await
    }

    /// It ends: reported, or, for a reason and by a second person, not to be reported.
    pub async fn end_breach(
        &self,
        user: &str,
        id: &BreachId,
        end: BreachEnd,
        reason: Option<&str>,
    ) -> Result<()> {
        let is_reason = |code: &str| BREACH_REASONS.iter().any(|(known, _)| *known == code);
        let (verb, reason) = match end {
            BreachEnd::Reported => ("breach-reported", None),
            BreachEnd::NotReportable => {
                let reason = reason.filter(|code| is_reason(code));
                let missing = || Error::Invalid("reason: one of the codes of the register".to_owned());
                ("breach-not-reportable", Some(reason.ok_or_else(missing)?))
            }
        };
        self.step(user, id, verb, reason, |state| {
            state
                .end(user, end)
                .map_err(|fault| Error::Conflict(fault.to_string()))
        })
        .await
    }

    async fn step(
        &self,
        user: &str,
        id: &BreachId,
        verb: &str,
        reason: Option<&str>,
        decide: impl FnOnce(BreachState) -> Result<BreachState>,
    ) -> Result<()> {
        let staff = self.authorise(user, &KEEPERS)?;
        let mut tx = self.pool().begin().await?;
        let row = breaches::find(&mut tx, id, staff.bound_to()).await?;
        let mut row = row.ok_or(Error::NotFound("breach"))?;
        let old = row.state.clone();
        let state = decide(state_of(&row)?)?;
        state.as_str().clone_into(&mut row.state);
        if let BreachState::Assessed { by } = &state {
            row.assessed_by = Some(by.clone());
        } else {
            row.ended_by = Some(user.to_owned());
            row.ended_at = Some(self.now());
            row.reason = reason.map(str::to_owned);
        }
        breaches::save(&mut tx, &row, &old).await?;
        let mut stepped = self.about_breach(user, verb, &row)?;
        if let Some(reason) = reason {
            stepped = stepped.with_reason(reason);
        }
        Ok(tx.commit(&[stepped]).await?)
    }

    /// The newest of the register, noticed last first.
    pub async fn list_breaches(&self, user: &str) -> Result<Vec<Breach>> {
        let staff = self.authorise(user, &READERS)?;
        let mut tx = self.pool().read().await?;
        let rows = breaches::list(&mut tx, None, staff.bound_to(), LIST_MAX).await?;
        rows.into_iter().map(breach).collect()
    }

    /// One of them.
    pub async fn find_breach(&self, user: &str, id: &BreachId) -> Result<Breach> {
        let staff = self.authorise(user, &READERS)?;
        let mut tx = self.pool().read().await?;
        let row = breaches::find(&mut tx, id, staff.bound_to()).await?;
        breach(row.ok_or(Error::NotFound("breach"))?)
    }

    /// The newest sends that were blocked because they would have reached somebody whom they must not reach.
    pub async fn list_blocked(&self, user: &str) -> Result<Vec<BlockedSend>> {
        let staff = self.authorise(user, &READERS)?;
        let held = Sought {
            verb: "message-held".to_owned(),
            areas: staff.bound_to().map(<[String]>::to_vec),
            ..Sought::default()
        };
        let mut tx = self.pool().read().await?;
        let list = log_search::list(&mut tx, &held, BLOCKED_MAX).await?;
        let mut blocked = Vec::new();
        for stored in list {
            let held = found(stored)?;
            let reason = held.entry.reason().unwrap_or_default();
            let at = Timestamp::from_microsecond(held.entry.at());
            if let (true, Ok(at)) = (NEAR_MISSES.contains(&reason), at) {
                blocked.push(BlockedSend {
                    index: held.index,
                    at,
                    reason: reason.to_owned(),
                });
            }
        }
        Ok(blocked)
    }

    fn about_breach(&self, user: &str, verb: &str, row: &BreachRow) -> Result<Entry> {
        Ok(entry(self.now(), user, Act::Decision, verb)?
            .with_area(&row.area)
            .with_fact("breach", row.id.as_str()))
    }
}

const fn kind_name(kind: BreachKind) -> &'static str {
    match kind {
        BreachKind::Suspected => "suspected-breach",
        BreachKind::NearMiss => "near-miss",
    }
}

fn state_of(row: &BreachRow) -> Result<BreachState> {
    match row.state.as_str() {
        "suspected" => Ok(BreachState::Suspected),
        "assessed" => Ok(BreachState::Assessed {
            by: row.assessed_by.clone().unwrap_or_default(),
        }),
        "reported" => Ok(BreachState::Reported),
        "not-reportable" => Ok(BreachState::NotReportable),
        _ => Err(Error::broken("a breach", "has no state that this program knows")),
    }
}

fn breach(row: BreachRow) -> Result<Breach> {
    let has_clock = row.kind == kind_name(BreachKind::Suspected) && state_of(&row)?.is_open();
    let report_due = has_clock.then(|| report_due(row.noticed_at));
    Ok(Breach { row, report_due })
}
