//! `gateway drafts`: what waits for a decision, as the victim would read it.

use domain::id::{DraftId, ObligationId};
use serde_json::json;

use super::{Context, ROWS_MAX, id};
use crate::print::{self, Fault};

/// What waits for a decision.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Oldest first.
    List,
    /// The exact words of one, and what the content check found. The reading is recorded.
    Show {
        /// The draft's identifier.
        id: String,
        /// Why you read it, as a short code, e.g. second-check.
        #[arg(long)]
        reason: String,
    },
    /// Have an obligation drafted anew, after a message was cancelled or refused, or when what it waited for is there.
    Again {
        /// The obligation's identifier.
        #[arg(long)]
        obligation: String,
        /// Why, as a short code, e.g. reasons-arrived.
        #[arg(long)]
        reason: String,
    },
    /// Approve one; it leaves when its hold-back ends.
    Approve {
        /// The draft's identifier.
        id: String,
    },
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    match command {
        Command::List => {
            for draft in gateway.list_drafts(ROWS_MAX).await? {
                if context.json {
                    print::json(&json!({
                        "id": draft.id, "kind": draft.kind, "version": draft.version, "language": draft.language,
                        "obligation": draft.obligation_id, "victim": draft.victim_id, "drafted_by": draft.drafted_by,
                        "drafted_at": draft.drafted_at, "second_person": draft.second_person,
                    }));
                } else {
                    print::line(&format!(
                        "{} {:<26} {} drafted by {}",
                        draft.id, draft.kind, draft.language, draft.drafted_by
                    ));
                }
            }
        }
        Command::Show { id: text, reason } => {
            let id = id(&text, DraftId::parse)?;
            let read = gateway.read_draft(&context.user, &id, &reason).await?;
            let findings = read
                .findings
                .iter()
                .map(|found| json!({ "code": found.kind.code(), "line": found.line, "blocks": found.kind.blocks() }));
            if context.json {
                print::json(&json!({
                    "id": read.row.id, "kind": read.row.kind, "version": read.row.version, "language": read.row.language,
                    "state": read.row.state, "subject": read.frozen.subject(), "text": read.frozen.text(),
                    "html": read.frozen.html(), "sms": read.frozen.sms(), "findings": findings.collect::<Vec<_>>(),
                }));
            } else {
                print::line(&format!(
                    "Subject: {}\n\n{}",
                    read.frozen.subject(),
                    read.frozen.text()
                ));
                if let Some(sms) = read.frozen.sms() {
                    print::line(&format!("\nText message: {sms}"));
                }
                for found in &read.findings {
                    let weight = if found.kind.blocks() {
                        "blocks"
                    } else {
                        "read again"
                    };
                    print::line(&format!("Line {}: {} ({weight})", found.line, found.kind.code()));
                }
            }
        }
        Command::Again { obligation, reason } => {
            let owed = id(&obligation, ObligationId::parse)?;
            gateway.draft_again(&context.user, &owed, &reason).await?;
            print::line("it will be drafted anew");
        }
        Command::Approve { id: text } => {
            let id = id(&text, DraftId::parse)?;
            let approved = gateway.approve_draft(&context.user, &id).await?;
            print::line(&format!(
                "{} leaves from {} on, when its window is open",
                approved.message,
                print::london(approved.hold_until)
            ));
        }
    }
    Ok(0)
}
