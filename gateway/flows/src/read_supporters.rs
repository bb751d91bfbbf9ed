//! Who helps a victim, read: with what the victim allowed them.

use audit::entry::Act;
use domain::id::VictimId;
use domain::people::{ConsentScope, ConsentState};
use domain::supporter::{Details, Kind, Replaced, Supporter};
use jiff::Timestamp;
use store::Tx;
use store::consents::{self, ConsentRow};
use store::reach::Named;
use store::supporters::{self, SupporterRow};

use crate::consents::stands;
use crate::decide::check_reason;
use crate::entries::about_victim;
use crate::person::{Victim, from_json};
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

/// A consent as it is read.
pub struct ConsentRead {
    /// When, how and by whom.
    pub row: ConsentRow,
    /// For what.
    pub scopes: Vec<ConsentScope>,
}

impl ConsentRead {
    /// Whether it holds, or waits to be confirmed.
    pub fn stands(&self, now: Timestamp) -> bool {
        stands(&self.row, now)
    }

    /// Whether it waits to be confirmed.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.stands(now) && self.row.state == ConsentState::Recorded.as_str()
    }
}

/// Somebody who helps or helped, as read.
pub struct SupporterRead {
    /// The link.
    pub row: SupporterRow,
    /// What they do.
    pub kind: Kind,
    /// Who they are.
    pub details: Details,
    /// How an adviser's service may be written to.
    pub transport: Option<String>,
    /// What stood before, oldest first.
    pub history: Vec<Replaced>,
    /// What the victim allowed them, oldest first.
    pub consents: Vec<ConsentRead>,
}

/// Who helps a victim.
pub struct SupportDesk {
    /// The name to use.
    pub name: String,
    /// Everybody who helps or helped, oldest first.
    pub supporters: Vec<SupporterRead>,
}

impl Gateway {
    /// Who helps a victim, for somebody who says why they read it; recorded before anything is shown.
    pub async fn read_supporters(&self, actor: &str, victim: &VictimId, reason: &str) -> Result<SupportDesk> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let supporters = self.load_supporters(&mut tx, &victim).await?;
        drop(tx);
        let read = about_victim(self.now(), actor, Act::Consultation, "supporters-read", &victim)?;
        self.record(read.with_reason(reason)).await?;
        let (name, _) = Self::on_top(&victim)?;
        Ok(SupportDesk { name, supporters })
    }

    /// Everybody who helps or helped a victim, without a log entry: whoever calls has one.
    pub(crate) async fn load_supporters(&self, tx: &mut Tx, victim: &Victim) -> Result<Vec<SupporterRead>> {
        let mut found = Vec::new();
        for row in supporters::list_by_victim(tx, &victim.row.id).await? {
            found.push(self.load_supporter(tx, victim, row).await?);
        }
        for consent in consents::list_by_victim(tx, &victim.row.id).await? {
            // An adviser who was replaced and came back has two links; a consent belongs to the one of its time.
            let adviser = Some(&consent.adviser_id);
            let links = found
                .iter_mut()
                .filter(|one| one.row.adviser_id.as_ref() == adviser);
            let at = consent.recorded_at.unwrap_or(consent.given_at);
            let of_its_time = links.filter(|one| one.row.ended_at.is_none_or(|ended| at <= ended));
            if let Some(one) = of_its_time.min_by_key(|one| one.row.added_at) {
                one.consents.push(ConsentRead {
                    scopes: from_json("consent", &consent.scope)?,
                    row: consent,
                });
            }
        }
        Ok(found)
    }

    pub(crate) async fn load_supporter(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        row: SupporterRow,
    ) -> Result<SupporterRead> {
        let kind =
            Kind::find(&row.kind).ok_or_else(|| Error::broken("supporter", "a kind without a name"))?;
        let (details, transport, history) = match (&row.adviser_id, &row.sealed) {
            (Some(id), _) => {
                let adviser = supporters::find_adviser(tx, id)
                    .await?
                    .ok_or_else(|| Error::broken("supporter", "its adviser is not in the register"))?;
                let details = self.open_adviser(tx, &adviser).await?;
                (details, Some(adviser.transport), Vec::new())
            }
            (None, Some(sealed)) => {
                let one: Supporter = Self::open(&victim.key, "supporters", row.id.as_str(), sealed)?;
                (one.details, None, one.history)
            }
            (None, None) => return Err(Error::broken("supporter", "nobody is named")),
        };
        Ok(SupporterRead {
            row,
            kind,
            details,
            transport,
            history,
            consents: Vec::new(),
        })
    }
}
