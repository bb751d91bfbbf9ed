//! `gateway mailbox`: the dedicated mailboxes of the Areas, and what waits in quarantine.

use flows::{FetchStanding, MailboxQuestion};
use jiff::Timestamp;
use serde_json::{Value, json};

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
            let configured = context
                .config()?
                .map_or_else(Vec::new, |config| config.mail_fetch);
            let mut fetched = gateway.list_fetched().await?;
            // A mailbox that is fetched from no more is nobody's worry.
            fetched.retain(|standing| {
                configured
                    .iter()
                    .any(|about| about.area.as_str() == standing.area)
            });
            for mailbox in gateway.count_mailboxes().await? {
                let standing = fetched.iter().find(|standing| standing.area == mailbox.area);
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
                        "silent_beyond_working_days": mailbox.silent_beyond,
                        "fetched": standing.map(|standing| as_json(standing, gateway.now())),
                    }));
                } else {
                    let last = mailbox.last_at.map_or_else(|| "never".to_owned(), print::london);
                    let address = mailbox.address.as_deref().unwrap_or("no mailbox yet");
                    print::line(&format!("{:<26} {address}", mailbox.area));
                    print::line(&format!(
                        "    filed {}, in quarantine {waiting}, rejected {}, last message {last}",
                        mailbox.filed, mailbox.rejected
                    ));
                    show_silence(mailbox.silent_beyond);
                    if let Some(standing) = standing {
                        show_fetched(standing, gateway.now());
                    }
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

/// That a mailbox was without mail for longer than usual, in working days.
fn show_silence(beyond: Option<i64>) {
    if let Some(days) = beyond {
        print::line(&format!(
            "    silent: no mail for more than {days} working days, the most that is usual"
        ));
    }
}

/// How a mailbox that is hosted elsewhere stands: the server's count against ours.
fn show_fetched(standing: &FetchStanding, now: Timestamp) {
    let looked = standing
        .checked_at
        .map_or_else(|| "never".to_owned(), print::london);
    let FetchStanding {
        taken,
        refused,
        waiting,
        gone,
        ..
    } = standing;
    print::line(&format!(
        "    on its server: taken {taken}, too large {refused}, not taken {waiting}; deleted there after they were taken \
         {gone}; last look {looked}"
    ));
    if let (Some(fault), Some(since)) = (&standing.fault, standing.fault_at) {
        print::line(&format!(
            "    does not work since {}: {fault}",
            print::london(since)
        ));
    }
    for gap in standing.gaps(now) {
        print::line(&format!("    mail may be missing: {gap}"));
    }
}

fn as_json(standing: &FetchStanding, now: Timestamp) -> Value {
    let gaps = standing.gaps(now);
    json!({
        "taken": standing.taken, "refused": standing.refused, "waiting": standing.waiting, "gone": standing.gone,
        "lost": standing.lost, "unheld": standing.unheld, "fault": standing.fault,
        "checked_at": standing.checked_at.map(|at| at.to_string()),
        "gaps": gaps.into_iter().map(flows::Gap::code).collect::<Vec<_>>(),
    })
}
