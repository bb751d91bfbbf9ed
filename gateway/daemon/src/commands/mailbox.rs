//! `gateway mailbox`: the dedicated mailboxes of the Areas, and what waits in quarantine.

use flows::MailboxQuestion;
use serde_json::json;

use super::Context;
use crate::print::{self, Fault};

/// The mailboxes for advisers.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Every mailbox with its counts.
    List,
    /// What waits for a person, oldest first, and why; without its words.
    Quarantine,
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    match command {
        Command::List => {
            for mailbox in gateway.count_mailboxes().await? {
                let waiting: i64 = mailbox.quarantined.iter().map(|(_, count)| count).sum();
                if context.json {
                    let reasons = mailbox
                        .quarantined
                        .iter()
                        .map(|(reason, count)| (reason.clone(), json!(count)));
                    print::json(&json!({
                        "area": mailbox.area, "address": mailbox.address, "filed": mailbox.filed,
                        "quarantined": waiting, "reasons": reasons.collect::<serde_json::Map<_, _>>(),
                        "rejected": mailbox.rejected, "last_at": mailbox.last_at.map(|at| at.to_string()),
                    }));
                } else {
                    let last = mailbox.last_at.map_or_else(|| "never".to_owned(), print::london);
                    let address = mailbox.address.as_deref().unwrap_or("no mailbox yet");
                    print::line(&format!("{:<26} {address}", mailbox.area));
                    print::line(&format!(
                        "    filed {}, in quarantine {waiting}, rejected {}, last message {last}",
                        mailbox.filed, mailbox.rejected
                    ));
                }
            }
        }
        Command::Quarantine => {
            let waiting = gateway.list_mail(&context.user, MailboxQuestion::Waiting).await?;
            for mail in waiting {
                let reason = mail.reason.map_or("", |reason| reason.as_str());
                if context.json {
                    print::json(&json!({
                        "id": mail.id.as_str(), "area": mail.area, "reason": reason,
                        "received_at": mail.received_at.to_string(), "files": mail.files,
                    }));
                } else {
                    let sentence = mail.reason.map_or("", |reason| reason.sentence());
                    print::line(&format!(
                        "{}  {}  {}",
                        mail.id,
                        print::london(mail.received_at),
                        mail.area
                    ));
                    print::line(&format!("    {sentence}"));
                }
            }
        }
    }
    Ok(0)
}
