//! `gateway notices`: what somebody has to be told at once, until they say that they have seen it.

use domain::id::{EventId, MessageId, ObligationId};
use serde_json::json;

use super::Context;
use crate::print::{self, Fault};

const ROWS_MAX: u32 = 10_000;

/// What somebody has to be told at once.
#[derive(clap::Subcommand)]
pub enum Command {
    /// What nobody has seen yet, oldest first.
    List,
    /// Say that you have seen one.
    Seen {
        /// The notice's identifier.
        id: String,
    },
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    match command {
        Command::List => {
            for notice in gateway.list_notices(ROWS_MAX).await? {
                if context.json {
                    print::json(&json!({
                        "id": notice.id.as_str(), "kind": notice.kind, "detail": notice.detail,
                        "raised_at": notice.raised_at.to_string(), "victim": notice.victim_id.as_str(),
                        "obligation": notice.obligation_id.as_ref().map(ObligationId::as_str),
                        "message": notice.message_id.as_ref().map(MessageId::as_str),
                    }));
                } else {
                    print::line(&format!(
                        "{}  {}  {}\n    {}",
                        notice.id.as_str(),
                        notice
                            .raised_at
                            .to_zoned(domain::calendar::london())
                            .strftime("%Y-%m-%d %H:%M"),
                        notice.kind,
                        notice.detail
                    ));
                    if let Some(owed) = &notice.obligation_id {
                        print::line(&format!("    obligation {}", owed.as_str()));
                    }
                }
            }
        }
        Command::Seen { id } => {
            let id = EventId::parse(&id).map_err(|_| {
                Fault::input("this is not a notice's identifier; `gateway notices list` shows them")
            })?;
            gateway.see_notice(&context.user, &id).await?;
            print::line("seen");
        }
    }
    Ok(0)
}
