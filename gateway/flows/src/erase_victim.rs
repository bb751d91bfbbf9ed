//! A victim's personal data are erased for good: proposed by one person, carried out by another.
//!
//! The key goes, and with it every copy of what it sealed, in backups too; the sealed bytes go as well, so that nothing
//! depends on the key alone. The log and its proofs stay whole: entries hold random identifiers and commitments, and
//! what opened those is gone. Nothing is erased that is held, still to be kept, or still needed.

use audit::entry::{Act, Entry};
use domain::id::VictimId;
use domain::people::PersonName;
use domain::urn::Urn;
use store::erasure::{self, Gone, Proposed, Standing, Subject};
use store::reach::Named;
use store::{Tx, flags, people, subjects};

use crate::decide::check_reason;
use crate::entries::about_victim;
use crate::person::{DefenceParty, Victim};
use crate::{Error, Gateway, Result, Role};

/// What an erasure came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// How much went.
    pub gone: Gone,
    /// Whether what the database kept of the old rows was cleared away as well. If not, somebody was reading them;
    /// [`Gateway::clear_away`] does it later.
    pub cleared: bool,
}

/// Who may propose an erasure and who may carry one out.
pub(crate) const KEEPERS: [Role; 2] = [Role::Administrator, Role::VloManager];

impl Gateway {
    /// The victim whom a source calls so in this case.
    pub async fn find_victim(&self, urn: &Urn, source_ref: &str) -> Result<VictimId> {
        let mut tx = self.pool().read().await?;
        let found = subjects::find_by_ref(&mut tx, urn.as_str(), source_ref).await?;
        Ok(found.ok_or(Error::NotFound("victim"))?.victim.id)
    }

    /// One person wants a victim's data erased. Whatever would stand against it is said now; a proposal over an earlier
    /// one replaces it.
    pub async fn propose_erasure(&self, actor: &str, victim: &VictimId, reason: &str) -> Result<()> {
        self.authorise(actor, &KEEPERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        self.reach_as_keeper(&mut tx, actor, Named::Victim(victim))
            .await?;
        let victim = self.load_erasable(&mut tx, victim).await?;
        erasure::propose(&mut tx, &victim.row.id, reason, actor, self.now()).await?;
        let proposed = about_victim(self.now(), actor, Act::Decision, "erasure-proposed", &victim)?;
        Ok(tx.commit(&[proposed.with_reason(reason)]).await?)
    }

    /// Another person carries out what was proposed, for the same reason.
    pub async fn erase_victim(&self, actor: &str, victim: &VictimId, reason: &str) -> Result<Erased> {
        self.authorise(actor, &KEEPERS)?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach_as_keeper(&mut tx, actor, Named::Victim(victim))
            .await?;
        let victim = self.load_erasable(&mut tx, victim).await?;
        let proposed = erasure::find_proposed(&mut tx, &victim.row.id).await?;
        let proposed = check_second(proposed, actor, reason)?;
        let others = self.load_others(&mut tx, &victim).await?;
        let names = self.names_to_erase(&mut tx, &victim, &others).await?;
        let subject = Subject {
            victim: &victim.row.id,
            case: &victim.case.id,
            source_ref: &self.erased_ref(&victim.case.urn, &victim.row.source_ref),
            names: &names,
            is_last: others.is_empty(),
            by: actor,
            at: now,
        };
        let gone = erasure::erase(&mut tx, &subject).await?;
        let erased = about_victim(now, actor, Act::Erasure, "victim-erased", &victim)?
            .with_reason(reason)
            .with_fact("proposed-by", &proposed.by)
            .with_fact("basis", "retention-met-and-no-hold");
        tx.commit(&[counted(erased, &gone)]).await?;
        Ok(Erased {
            gone,
            cleared: self.pool().clear_away().await.unwrap_or(false),
        })
    }

    /// Erasures that wait for a second person.
    pub async fn list_erasures(&self, most: u32) -> Result<Vec<Proposed>> {
        let mut tx = self.pool().read().await?;
        Ok(erasure::list_proposed(&mut tx, most).await?)
    }

    /// Clears away what the database keeps of rows that were erased; false while somebody still reads them.
    pub async fn clear_away(&self, actor: &str) -> Result<bool> {
        self.authorise(actor, &KEEPERS)?;
        Ok(self.pool().clear_away().await?)
    }

    /// What stands in the place of a source's reference after an erasure. It is keyed, so that a file which brings the
    /// same row again is recognised and brings nothing back, and so that whoever has the database alone learns nothing.
    pub(crate) fn erased_ref(&self, urn: &str, source_ref: &str) -> String {
        let text = format!("{urn} {source_ref}");
        let index = self.parts.index.index("erased-victim", text.as_bytes());
        format!("erased-{}", audit::merkle::Hash::from_bytes(index).to_hex())
    }

    /// The victim, with nothing that stands against an erasure.
    async fn load_erasable(&self, tx: &mut Tx, id: &VictimId) -> Result<Victim> {
        let standing = erasure::find_standing(tx, id)
            .await?
            .ok_or(Error::NotFound("victim"))?;
        if standing.erased_at.is_some() {
            return Err(Error::Erased);
        }
        let victim = self.load_victim(tx, id).await?;
        let flags = flags::list(tx, &victim.case.id).await?;
        let flags = flags.into_iter().map(|row| row.flag).collect::<Vec<_>>();
        let kept = self.parts.retention.weigh(standing.closed_at, &flags);
        let refusals = kept
            .refusal(self.now())
            .into_iter()
            .chain(still_needed(&standing))
            .collect::<Vec<_>>();
        if refusals.is_empty() {
            Ok(victim)
        } else {
            Err(Error::Conflict(format!(
                "nothing is erased: {}",
                refusals.join("; ")
            )))
        }
    }

    async fn load_others(&self, tx: &mut Tx, victim: &Victim) -> Result<Vec<Victim>> {
        let mut others = Vec::new();
        for id in erasure::list_victims(tx, &victim.case.id).await? {
            if id != victim.row.id {
                others.push(self.load_victim(tx, &id).await?);
            }
        }
        Ok(others)
    }

    /// The indexes of the victim's names that nobody else of the case has: another victim, or somebody of the defence
    /// side, may have the same name, and free text is still searched for theirs.
    async fn names_to_erase(&self, tx: &mut Tx, victim: &Victim, others: &[Victim]) -> Result<Vec<[u8; 32]>> {
        let mut needed = Vec::new();
        for other in others {
            needed.extend(self.indexes_of(other)?);
        }
        let key = self.key(tx, victim.case.id.as_str()).await?;
        for (id, _, sealed) in people::list_defendants(tx, &victim.case.id).await? {
            let party: DefenceParty = Self::open(&key, "defendants", id.as_str(), &sealed)?;
            needed.push(self.name_index(&party.name.words()));
        }
        let mut own = self.indexes_of(victim)?;
        for name in Self::former_names(tx, victim).await? {
            own.push(self.name_index(&name.words()));
        }
        own.retain(|index| !needed.contains(index));
        Ok(own)
    }

    fn indexes_of(&self, victim: &Victim) -> Result<Vec<[u8; 32]>> {
        let person = victim.person()?;
        let index = |name: &PersonName| self.name_index(&name.words());
        let (legal, preferred) = (index(&person.legal_name), index(&person.preferred_name));
        Ok(if legal == preferred {
            vec![legal]
        } else {
            vec![legal, preferred]
        })
    }
}

fn check_second(proposed: Option<Proposed>, actor: &str, reason: &str) -> Result<Proposed> {
    let Some(proposed) = proposed else {
        return Err(Error::Conflict(
            "nobody has proposed to erase this victim; one person does that first, without --second"
                .to_owned(),
        ));
    };
    if proposed.by == actor {
        return Err(Error::NotAllowed(
            "an erasure needs two people; you proposed it, and somebody else carries it out".to_owned(),
        ));
    }
    if proposed.reason != reason {
        return Err(Error::Conflict(
            "this erasure was proposed for another reason; give the same one, or propose it anew".to_owned(),
        ));
    }
    Ok(proposed)
}

/// What is still going on about a victim and would be destroyed under way.
fn still_needed(standing: &Standing) -> impl Iterator<Item = String> {
    let counts = [
        (
            "open duties of ours",
            standing.duties,
            "discharge or waive them first (`gateway obligations`)",
        ),
        (
            "messages that are leaving or will",
            standing.leaving,
            "deliver or cancel them first (`gateway outbox`)",
        ),
        (
            "drafts that wait for a decision",
            standing.drafts,
            "end their duties first (`gateway drafts list`)",
        ),
        (
            "changes of the contact plan that wait",
            standing.proposals,
            "approve or refuse them first (`gateway plan list`)",
        ),
    ];
    counts
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(what, count, right)| format!("{what}: {count}, {right}"))
}

fn counted(entry: Entry, gone: &Gone) -> Entry {
    let counts = [
        ("keys", gone.keys),
        ("openings", gone.openings),
        ("indexes", gone.indexes),
        ("events", gone.events),
        ("drafts", gone.drafts),
        ("messages", gone.messages),
        ("contacts", gone.contacts),
        ("meetings", gone.meetings),
        ("inbound", gone.inbound),
        ("files", gone.files),
        ("proposals", gone.proposals),
        ("details", gone.details),
        ("supporters", gone.supporters),
        ("defendants", gone.defendants),
    ];
    counts.into_iter().fold(entry, |entry, (name, count)| {
        entry.with_fact(name, count.to_string())
    })
}
