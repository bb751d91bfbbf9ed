//! What happened and what stands: counts for the demo's summary, lists for the command line.

use std::collections::BTreeMap;

use audit::frontier::Frontier;
use audit::merkle::{Hash, leaf_hash};
use domain::id::ObligationId;
use serde::Serialize;
use store::obligations::ObligationRow;
use store::outbox::OutboxRow;
use store::{Tx, contacts, drafts, log, obligations, outbox};

use crate::{Error, Gateway, Result};

/// Obligations in the summary.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ObligationCounts {
    /// Every obligation ever raised.
    pub raised: i64,
    /// By rule.
    pub by_rule: BTreeMap<String, i64>,
}

/// Messages in the summary.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MessageCounts {
    /// Accepted by the receiving server.
    pub delivered: i64,
    /// Open obligations of the CPS that wait for a named kind of person.
    pub waiting: i64,
    /// Messages that did not leave, by reason.
    pub held: BTreeMap<String, i64>,
}

/// The contact log in the summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LogState {
    /// Entries.
    pub size: u64,
    /// The Merkle root over them, hexadecimal.
    pub root: String,
}

/// Counts of everything.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counts {
    /// Obligations.
    pub obligations: ObligationCounts,
    /// Messages.
    pub messages: MessageCounts,
    /// Contacts.
    pub contacts: i64,
    /// The contact log.
    pub log: LogState,
}

const ENTRIES_MAX: u32 = 1000;

impl Gateway {
    /// Counts of everything; size and root of the log are those of its head.
    pub async fn counts(&self) -> Result<Counts> {
        let mut tx = self.pool().read().await?;
        let by_rule = obligations::count_by_rule(&mut tx)
            .await?
            .into_iter()
            .collect::<BTreeMap<_, _>>();
        let mut messages = MessageCounts::default();
        for (owner, state, waiting_for, count) in obligations::count_by_state(&mut tx).await? {
            if owner == "cps" && state == "open" && !waiting_for.is_empty() {
                messages.waiting += count;
            }
        }
        for (state, reason, count) in outbox::count_by_state(&mut tx).await? {
            match state.as_str() {
                "delivered" => messages.delivered += count,
                "cancelled" => {}
                _ => {
                    *messages
                        .held
                        .entry(if reason.is_empty() { state } else { reason })
                        .or_default() += count;
                }
            }
        }
        Ok(Counts {
            obligations: ObligationCounts {
                raised: by_rule.values().sum(),
                by_rule,
            },
            messages,
            contacts: contacts::count(&mut tx).await?,
            log: log_state(&mut tx).await?,
        })
    }

    /// Reads the whole log again and recomputes its root; an entry that does not hold is named.
    pub async fn verify_log(&self) -> Result<LogState> {
        let mut frontier = Frontier::new();
        loop {
            let mut tx = self.pool().read().await?;
            let entries = log::list_from(&mut tx, frontier.size(), ENTRIES_MAX).await?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                let leaf = leaf_hash(&entry.body);
                if entry.index != frontier.size() || leaf.as_bytes().as_slice() != entry.leaf {
                    return Err(Error::broken(
                        "the contact log",
                        format!("entry {} does not hold", entry.index),
                    ));
                }
                audit::entry::Entry::parse(&entry.body).map_err(|fault| {
                    Error::broken("the contact log", format!("entry {}: {fault}", entry.index))
                })?;
                frontier.append(leaf);
            }
        }
        Ok(LogState {
            size: frontier.size(),
            root: frontier.root().to_hex(),
        })
    }

    /// CPS obligations that are open although nothing is under way and nobody is waited for. There must be
    /// none: the sweep of law 6.
    pub async fn find_forgotten(&self) -> Result<Vec<ObligationRow>> {
        let mut tx = self.pool().read().await?;
        let mut forgotten = Vec::new();
        for owed in obligations::list_open(&mut tx, None, u32::MAX).await? {
            if looked_after_by_nobody(&mut tx, &owed).await? {
                forgotten.push(owed);
            }
        }
        Ok(forgotten)
    }

    pub(crate) async fn is_forgotten(&self, tx: &mut Tx, id: &ObligationId) -> Result<bool> {
        match obligations::find(tx, id).await? {
            Some(owed) => looked_after_by_nobody(tx, &owed).await,
            None => Ok(false),
        }
    }

    /// Open obligations, soonest first.
    pub async fn list_obligations(
        &self,
        before: Option<jiff::Timestamp>,
        most: u32,
    ) -> Result<Vec<ObligationRow>> {
        let mut tx = self.pool().read().await?;
        Ok(obligations::list_open(&mut tx, before, most).await?)
    }

    /// What waits in the outbox, most urgent first.
    pub async fn list_outbox(&self, most: u32) -> Result<Vec<OutboxRow>> {
        let mut tx = self.pool().read().await?;
        Ok(outbox::list(&mut tx, most).await?)
    }

    /// Drafts that wait for a decision: their identifiers, kinds and drafters, no words.
    pub async fn list_drafts(&self, most: u32) -> Result<Vec<store::drafts::DraftRow>> {
        let mut tx = self.pool().read().await?;
        Ok(drafts::list_waiting(&mut tx, most).await?)
    }

    /// When the newest entry of the contact log was written, or sealed if that was later: a clock that is set by hand
    /// goes on from there.
    pub async fn last_recorded_at(&self) -> Result<Option<jiff::Timestamp>> {
        let mut tx = self.pool().read().await?;
        let Some(newest) = log::size(&mut tx).await?.checked_sub(1) else {
            return Ok(None);
        };
        let sealed_at = log::find_tree(&mut tx).await?.map(|head| head.sealed_at);
        let entries = log::list_from(&mut tx, newest, 1).await?;
        let Some(stored) = entries.first() else {
            return Ok(None);
        };
        let entry = audit::entry::Entry::parse(&stored.body)
            .map_err(|fault| Error::broken("the contact log", fault))?;
        let at = jiff::Timestamp::from_microsecond(entry.at())
            .map_err(|fault| Error::broken("the contact log", fault))?;
        Ok(sealed_at.max(Some(at)))
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> Result<()> {
        let mut tx = self.pool().read().await?;
        log::size(&mut tx).await?;
        Ok(())
    }

    /// When the outbox wants to be looked at next.
    pub async fn next_delivery_at(&self) -> Result<Option<jiff::Timestamp>> {
        let mut tx = self.pool().read().await?;
        Ok(outbox::next_at(&mut tx).await?)
    }
}

/// The head as it stands; zero entries where nothing was sealed yet.
async fn log_state(tx: &mut Tx) -> Result<LogState> {
    let Some(head) = log::find_tree(tx).await? else {
        return Ok(LogState::default());
    };
    let root = Hash::from_slice(&head.root).map_err(|fault| Error::broken("the log's head", fault))?;
    Ok(LogState {
        size: head.size,
        root: root.to_hex(),
    })
}

/// Whether a duty of ours is open with nobody waited for, no draft to decide on and no message on its way.
async fn looked_after_by_nobody(tx: &mut Tx, owed: &ObligationRow) -> Result<bool> {
    if owed.owner != "cps" || owed.state != "open" || owed.waiting_for.is_some() {
        return Ok(false);
    }
    let messages = drafts::list_messages(tx, &owed.id).await?;
    let mut under_way = drafts::waits(tx, &owed.id).await?;
    for message in messages {
        let row = outbox::find(tx, &message.id).await?;
        under_way |= row.is_some_and(|row| row.next_at.is_some() || row.state == "held");
    }
    Ok(!under_way)
}
