//! What is owed, what waits for a decision, what waits to leave.

use domain::id::{DraftId, MessageId, ObligationId};
use jiff::civil::Date;
use serde_json::json;

use super::Context;
use crate::print::{self, Fault};

const ROWS_MAX: u32 = 10_000;

/// What is owed.
#[derive(clap::Subcommand)]
pub enum Obligations {
    /// Soonest first.
    List {
        /// Only what is due before this day, e.g. 2026-12-01.
        #[arg(long)]
        due_before: Option<Date>,
    },
    /// End one undone, with a name and a reason.
    Waive {
        /// The obligation's identifier.
        id: String,
        /// Why, as a short code, e.g. told-in-person.
        #[arg(long)]
        reason: String,
    },
}

/// What waits for a decision.
#[derive(clap::Subcommand)]
pub enum Drafts {
    /// Oldest first.
    List,
    /// Approve one; it leaves when its hold-back ends.
    Approve {
        /// The draft's identifier.
        id: String,
    },
}

/// What waits to leave.
#[derive(clap::Subcommand)]
pub enum Outbox {
    /// Most urgent first.
    List,
    /// Cancel a message that has not left. There is no recall.
    Cancel {
        /// The message's identifier.
        id: String,
        /// Why, as a short code, e.g. wrong-decision.
        #[arg(long)]
        reason: String,
    },
    /// Send a held or unknown message again, under the same Message-ID.
    Resend {
        /// The message's identifier.
        id: String,
        /// Why, as a short code, e.g. not-in-the-relays-log.
        #[arg(long)]
        reason: String,
    },
}

/// `gateway obligations`.
pub async fn obligations(context: &Context, command: Obligations) -> Result<u8, Fault> {
    let due_before = match command {
        Obligations::List { due_before } => due_before,
        Obligations::Waive { id, reason } => {
            let id = ObligationId::parse(&id).map_err(|fault| Fault::input(fault.to_string()))?;
            context
                .open()
                .await?
                .waive_obligation(&context.user, &id, &reason)
                .await?;
            print::line("waived; it stands in the contact log");
            return Ok(0);
        }
    };
    let before = due_before
        .map(domain::calendar::start_of_day)
        .transpose()
        .map_err(|fault| Fault::input(fault.to_string()))?;
    for owed in context.open().await?.list_obligations(before, ROWS_MAX).await? {
        let due = owed.due_at.map(|due| due.to_string());
        if context.json {
            print::json(&json!({
                "id": owed.id, "rule": owed.rule, "owner": owed.owner, "due": due, "original_due": owed.original_due_at,
                "kind": owed.template_kind, "waiting_for": owed.waiting_for, "victim": owed.victim_id,
            }));
        } else {
            let waiting = owed.waiting_for.as_deref().unwrap_or("-");
            let due = due.as_deref().unwrap_or("no number");
            print::line(&format!(
                "{due:<22} {:<24} {:<20} {waiting:<36} {}",
                owed.rule, owed.owner, owed.id
            ));
        }
    }
    Ok(0)
}

/// `gateway drafts`.
pub async fn drafts(context: &Context, command: Drafts) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    match command {
        Drafts::List => {
            for draft in gateway.list_drafts(ROWS_MAX).await? {
                print::line(&format!(
                    "{} {:<26} {} drafted by {}",
                    draft.id, draft.kind, draft.language, draft.drafted_by
                ));
            }
        }
        Drafts::Approve { id } => {
            let id = DraftId::parse(&id).map_err(|fault| Fault::input(fault.to_string()))?;
            let approved = gateway.approve_draft(&context.user, &id).await?;
            print::line(&format!(
                "{} leaves from {} on, when its window is open",
                approved.message, approved.hold_until
            ));
        }
    }
    Ok(0)
}

/// `gateway outbox`.
pub async fn outbox(context: &Context, command: Outbox) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    match command {
        Outbox::List => {
            for row in gateway.list_outbox(ROWS_MAX).await? {
                let reason = row.held_reason.as_deref().unwrap_or("-");
                let next = row
                    .next_at
                    .map_or_else(|| "a person decides".to_owned(), |at| at.to_string());
                print::line(&format!(
                    "{} {:<18} {reason:<32} next {next}",
                    row.message_id, row.state
                ));
            }
        }
        Outbox::Cancel { id, reason } => {
            let id = MessageId::parse(&id).map_err(|fault| Fault::input(fault.to_string()))?;
            gateway.cancel_message(&context.user, &id, &reason).await?;
            print::line("cancelled; nothing was sent");
        }
        Outbox::Resend { id, reason } => {
            let id = MessageId::parse(&id).map_err(|fault| Fault::input(fault.to_string()))?;
            gateway.resend_message(&context.user, &id, &reason).await?;
            print::line("queued again; it is cleared once more before it leaves");
        }
    }
    Ok(0)
}
