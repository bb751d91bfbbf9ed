//! Break-glass (requirement E4): somebody opens a case that is not theirs, with a reason and for a day. The managers of
//! the Area are told at once, and one of them looks at it the day after: somebody else than who broke it.

use audit::entry::Act;
use domain::id::GlassId;
use domain::urn::Urn;
use jiff::SignedDuration;
use store::glasses::{self, GlassRow};
use store::reach::{self, Named};

use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// How long a broken glass stays broken.
pub const GLASS_STAYS: SignedDuration = SignedDuration::from_hours(24);
/// The reasons for which a glass may be broken.
pub const GLASS_REASONS: [&str; 4] = [
    "risk-of-harm",
    "victim-on-the-telephone",
    "court-is-waiting",
    "colleague-not-reachable",
];
/// Who may break one: those who reach victims at all.
const BREAKERS: [Role; 3] = [Role::Vlo, Role::VloManager, Role::Prosecutor];
/// What the officer is told.
const BROKEN: &str =
    "Somebody opened this record who is not assigned to it. A manager of the Area reviews it tomorrow.";
const ROWS_MAX: u32 = 100;

impl Gateway {
    /// Opens the victims of a case that are not in the actor's reach, for [`GLASS_STAYS`]. The answer is the same whether
    /// there is such a case or not; the entry in the log says how many victims it opened.
    pub async fn break_glass(&self, actor: &str, urn: &Urn, reason: &str) -> Result<()> {
        let staff = self.authorise(actor, &BREAKERS)?;
        if !GLASS_REASONS.contains(&reason) {
            return Err(Error::Invalid(format!(
                "reason: one of {}",
                GLASS_REASONS.join(", ")
            )));
        }
        let now = self.now();
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().begin().await?;
        let reached = reach::list(&mut tx, &scope, Named::Urn(urn.as_str())).await?;
        let found = glasses::list_victims(&mut tx, urn.as_str()).await?;
        let mut entries = Vec::new();
        for victim in found.iter().filter(|one| !reached.contains(&one.victim_id)) {
            let id = GlassId::random(self.entropy());
            let until = now + GLASS_STAYS;
            glasses::add(&mut tx, &id, &victim.victim_id, actor, reason, now, until).await?;
            self.warn_officers(&mut tx, &victim.victim_id, "glass-broken", BROKEN)
                .await?;
            entries.push(
                entry(now, actor, Act::Consultation, "glass-broken")?
                    .with_case(victim.case_id.as_str())
                    .with_victim(victim.victim_id.as_str())
                    .with_area(&victim.area)
                    .with_fact("glass", id.as_str())
                    .with_fact("until", until.to_string())
                    .with_reason(reason),
            );
        }
        if entries.is_empty() {
            let tried = entry(now, actor, Act::Consultation, "glass-broken")?;
            entries.push(tried.with_fact("victims", "0").with_reason(reason));
        }
        Ok(tx.commit(&entries).await?)
    }

    /// The broken glasses that wait for a review, in a manager's Areas, oldest first.
    pub async fn list_glasses(&self, actor: &str) -> Result<Vec<GlassRow>> {
        let staff = self.authorise(actor, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        Ok(glasses::list_to_review(&mut tx, &scope, ROWS_MAX).await?)
    }

    /// A manager says whether it was right to break a glass; never who broke it.
    pub async fn review_glass(&self, actor: &str, id: &GlassId, was_right: bool) -> Result<()> {
        let staff = self.authorise(actor, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let row = glasses::find(&mut tx, &scope, id)
            .await?
            .ok_or(Error::NotFound("broken glass that waits for its review"))?;
        if row.user == actor {
            return Err(Error::NotAllowed(
                "somebody else than who broke the glass reviews it".to_owned(),
            ));
        }
        let finding = if was_right { "right" } else { "wrong" };
        glasses::review(&mut tx, id, finding, actor, now).await?;
        let reviewed = entry(now, actor, Act::Decision, "glass-reviewed")?
            .with_victim(row.victim_id.as_str())
            .with_area(&row.area)
            .with_fact("glass", id.as_str())
            .with_fact("broken-by", &row.user)
            .with_fact("finding", finding);
        Ok(tx.commit(&[reviewed]).await?)
    }
}
