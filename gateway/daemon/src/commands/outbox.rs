//! `gateway outbox`: what waits to leave, and what a person decides about it.

use domain::id::MessageId;
use domain::safety::HandRoute;
use flows::Delivered;
use serde_json::json;

use super::{Context, ROWS_MAX, id};
use crate::chance::lease_name;
use crate::print::{self, Fault};

/// What waits to leave.
#[derive(clap::Subcommand)]
pub enum Command {
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
    /// Send a message that is held, unknown or failed again, under the same Message-ID. It is cleared once more.
    Resend {
        /// The message's identifier.
        id: String,
        /// Why, as a short code, e.g. not-in-the-relays-log.
        #[arg(long)]
        reason: String,
    },
    /// Take the words of a message, to post, text or pass them on. Record what came of it with `contacts add`.
    HandOver {
        /// The message's identifier.
        id: String,
        /// By what.
        #[arg(long, value_parser = ["post", "text", "via-isva", "via-police"])]
        route: String,
        /// Why by hand, as a short code, e.g. no-safe-address.
        #[arg(long)]
        reason: String,
    },
    /// Deliver what is due now, without a running service.
    Run {
        /// Until nothing is due now. What is held or due later stays.
        #[arg(long, required = true)]
        until_empty: bool,
    },
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    match command {
        Command::List => list(context).await?,
        Command::Cancel { id: text, reason } => {
            let id = id(&text, MessageId::parse)?;
            let gateway = context.open().await?;
            gateway.cancel_message(&context.user, &id, &reason).await?;
            print::line("cancelled; nothing was sent");
        }
        Command::Resend { id: text, reason } => {
            let id = id(&text, MessageId::parse)?;
            let gateway = context.open().await?;
            gateway.resend_message(&context.user, &id, &reason).await?;
            print::line("queued again; it is cleared once more before it leaves");
        }
        Command::HandOver {
            id: text,
            route,
            reason,
        } => {
            let id = id(&text, MessageId::parse)?;
            let route = HandRoute::ALL
                .into_iter()
                .find(|known| known.as_str() == route)
                .ok_or_else(|| Fault::input("--route is post, text, via-isva or via-police"))?;
            let gateway = context.open().await?;
            let words = gateway.hand_over(&context.user, &id, route, &reason).await?;
            for line in &words.to {
                print::line(line.reveal());
            }
            print::line(words.text.reveal());
        }
        Command::Run { until_empty: _ } => return deliver(context).await,
    }
    Ok(0)
}

async fn list(context: &Context) -> Result<(), Fault> {
    for row in context.open().await?.list_outbox(ROWS_MAX).await? {
        if context.json {
            print::json(&json!({
                "message": row.message_id, "state": row.state, "reason": row.held_reason, "due": row.due_at,
                "next": row.next_at, "tries": row.tries, "changed_at": row.changed_at,
            }));
        } else {
            let reason = row.held_reason.as_deref().unwrap_or("-");
            let next = row
                .next_at
                .map_or_else(|| "a person decides".to_owned(), print::london);
            print::line(&format!(
                "{} {:<18} {reason:<32} next {next}",
                row.message_id, row.state
            ));
        }
    }
    Ok(())
}

/// Exit 1 when something failed: whoever runs this wants to know.
async fn deliver(context: &Context) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    let (catcher, relay) = context.relay().await?;
    let worker = lease_name();
    let mut all = Delivered::default();
    loop {
        let done = gateway.deliver_batch(&worker, &relay).await?;
        if done.claimed == 0 {
            break;
        }
        all.claimed += done.claimed;
        all.accepted += done.accepted;
        all.held += done.held;
        all.failed += done.failed;
    }
    relay.close().await;
    if let Some(catcher) = catcher {
        catcher.stop().await;
    }
    if context.json {
        print::json(&json!({
            "looked_at": all.claimed, "accepted": all.accepted, "held": all.held, "failed": all.failed,
        }));
    } else {
        print::line(&format!(
            "{} accepted by the receiving server, {} held or put off, {} failed or in doubt",
            all.accepted, all.held, all.failed
        ));
    }
    Ok(u8::from(all.failed > 0))
}
