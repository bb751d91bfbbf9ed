//! `gateway contacts`: what people did by hand, and what the ladder of attempts says next.

use domain::contact::{MadeContact, NextStep};
use domain::id::{MessageId, ObligationId, VictimId};
use flows::NewContact;
use serde_json::{Value, json};

use super::{Context, id, read_input};
use crate::print::{self, Fault};

/// The longest record, in bytes.
const RECORD_BYTES_MAX: u64 = 64 * 1024;

/// What people did by hand.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Record a contact, read from standard input as JSON (docs/contacts.md): a call, an email, a letter, a text, a
    /// meeting in person.
    Add {
        /// The victim it was about.
        #[arg(long)]
        victim: String,
        /// The duty behind it.
        #[arg(long)]
        obligation: Option<String>,
        /// The message whose words were handed over.
        #[arg(long)]
        message: Option<String>,
    },
    /// Record that the victim was not contacted about a duty, with the reason.
    NotContacted {
        /// The duty.
        #[arg(long)]
        obligation: String,
        /// Why, as a short code, e.g. no-safe-way.
        #[arg(long)]
        reason: String,
    },
    /// The next rung of the ladder for a duty.
    Next {
        /// The duty.
        #[arg(long)]
        obligation: String,
    },
    /// A victim's contacts, oldest first. The reading is recorded.
    List {
        /// The victim.
        #[arg(long)]
        victim: String,
        /// Why you read them, as a short code, e.g. preparing-a-call.
        #[arg(long)]
        reason: String,
    },
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    match command {
        Command::Add {
            victim,
            obligation,
            message,
        } => {
            let new = NewContact {
                victim: id(&victim, VictimId::parse)?,
                obligation: obligation
                    .map(|text| id(&text, ObligationId::parse))
                    .transpose()?,
                message: message.map(|text| id(&text, MessageId::parse)).transpose()?,
                made: read_record()?,
            };
            Box::pin(add(context, new)).await?;
        }
        Command::NotContacted { obligation, reason } => {
            let owed = id(&obligation, ObligationId::parse)?;
            let gateway = context.open().await?;
            gateway.add_not_contacted(&context.user, &owed, &reason).await?;
            print::line("recorded; the duty stands, and an approver decides about it");
        }
        Command::Next { obligation } => {
            let owed = id(&obligation, ObligationId::parse)?;
            let step = context.open().await?.next_contact(&owed).await?;
            if context.json {
                print::json(&next_shape(&step));
            } else {
                print::line(&next_words(&step));
            }
        }
        Command::List { victim, reason } => list(context, &victim, &reason).await?,
    }
    Ok(0)
}

fn read_record() -> Result<MadeContact, Fault> {
    let text = read_input(RECORD_BYTES_MAX)?;
    // The parser's own words may repeat a value; its place is enough.
    serde_json::from_str(&text).map_err(|fault| {
        Fault::input(format!(
            "standard input, line {} column {}: not a contact as docs/contacts.md describes it",
            fault.line(),
            fault.column()
        ))
    })
}

async fn add(context: &Context, new: NewContact) -> Result<(), Fault> {
    let contacted = context.open().await?.add_contact(&context.user, new).await?;
    let flags = contacted.flags.iter().map(|flag| flag.code()).collect::<Vec<_>>();
    if context.json {
        print::json(&json!({ "contact": contacted.id, "flags": flags, "duty_ended": contacted.ended }));
        return Ok(());
    }
    print::line(&format!("{} recorded", contacted.id));
    for flag in flags {
        print::line(&format!("look at this: {flag}"));
    }
    print::line(if contacted.ended {
        "the duty behind it is discharged"
    } else {
        "no duty is discharged by it"
    });
    Ok(())
}

fn next_shape(step: &NextStep) -> Value {
    match step {
        NextStep::Call { n, not_before, point } => {
            json!({ "next": "call", "call": n, "not_before": not_before, "point": point })
        }
        NextStep::TextIfSafe { point } => json!({ "next": "text", "point": point }),
        NextStep::LetterIfSafe { point } => json!({ "next": "letter", "point": point }),
        NextStep::ViaIsva => json!({ "next": "via-isva" }),
        NextStep::NotContacted => json!({ "next": "not-contacted" }),
        NextStep::Informed => json!({ "next": "none" }),
    }
}

fn next_words(step: &NextStep) -> String {
    match step {
        NextStep::Call { n, not_before, point } => {
            format!(
                "Call {n}, not before {}, on point {point}.",
                print::london(*not_before)
            )
        }
        NextStep::TextIfSafe { point } => format!("Send the agreed text to point {point}."),
        NextStep::LetterIfSafe { point } => format!("Write a letter to point {point}."),
        NextStep::ViaIsva => "Ask the adviser to pass it on.".to_owned(),
        NextStep::NotContacted => {
            "No safe way is left. Record it: gateway contacts not-contacted, with the reason.".to_owned()
        }
        NextStep::Informed => "Nothing: the victim has been informed.".to_owned(),
    }
}

async fn list(context: &Context, victim: &str, reason: &str) -> Result<(), Fault> {
    let victim = id(victim, VictimId::parse)?;
    let gateway = context.open().await?;
    for (row, made) in gateway.list_contacts(&context.user, &victim, reason).await? {
        if context.json {
            print::json(&json!({
                "contact": row.id, "method": row.method, "direction": row.direction, "person": row.person,
                "result": row.result, "informed_at": row.informed_at, "occurred_at": row.occurred_at,
                "logged_at": row.logged_at, "logged_by": row.logged_by, "obligation": row.obligation_id,
                "message": row.message_id, "made": made,
            }));
        } else {
            let informed = row.informed_at.map_or_else(
                || "not known to be informed".to_owned(),
                |at| format!("informed {}", print::london(at)),
            );
            print::line(&format!(
                "{} {:<14} {:<8} {:<10} {:<16} {informed}; by {}",
                print::london(row.occurred_at),
                row.method,
                row.direction,
                row.person,
                row.result,
                row.logged_by
            ));
            if let Some(made) = made {
                print::line(&format!("    {}", made.purpose.reveal()));
            }
        }
    }
    Ok(())
}
