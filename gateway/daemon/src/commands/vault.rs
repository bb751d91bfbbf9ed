//! `gateway vault`: keys, secrets, and what is erased, held and opened.

use domain::id::VictimId;
use domain::urn::Urn;
use flows::{Erased, Gateway, Lifted};
use serde_json::json;

use super::vault_keys::{make, rotate};
use super::{Context, ROWS_MAX, id};
use crate::print::{self, Fault};

/// Keys, secrets and erasure.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make the secret files that the configuration names and that are not there yet: the master key, the key of the
    /// return paths, that of a webhook and the key of the contact log. What is there stays.
    Make,
    /// Wrap every data key again under the active master key, while the service runs. Run it again after an
    /// interruption: what is done stays done.
    Rotate,
    /// Erase a victim's personal data for good. One person proposes it; another carries it out with --second.
    Erase {
        /// The victim's identifier, or URN:REF as the source has them.
        #[arg(long)]
        victim: String,
        /// Why, as a short code, e.g. retention-ended.
        #[arg(long)]
        reason: String,
        /// Carry out what another person proposed. There is no way back.
        #[arg(long)]
        second: bool,
    },
    /// Erasures that wait for a second person.
    Erasures,
    /// Put a flag on a case that keeps its data longer, or lift one. Two people lift a flag.
    Hold {
        /// The case.
        #[arg(long)]
        case: String,
        /// A flag of the retention policy, e.g. legal-hold.
        #[arg(long)]
        flag: String,
        /// Why, as a short code.
        #[arg(long)]
        reason: String,
        /// Lift it instead. The first person asks, the second lifts it.
        #[arg(long)]
        lift: bool,
    },
    /// What keeps the data of a case, and until when.
    Kept {
        /// The case.
        #[arg(long)]
        case: String,
    },
    /// Open one field that an entry of the contact log commits to. The reading is recorded.
    Open {
        /// The entry, by its index in the log.
        #[arg(long)]
        entry: u64,
        /// The field, e.g. to or content.
        #[arg(long)]
        field: String,
        /// Why, as a short code, e.g. inspection.
        #[arg(long)]
        reason: String,
    },
    /// Clear away what the database keeps of erased rows, where `erase` could not.
    ClearAway,
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    if let Command::Make = command {
        return make(context);
    }
    let gateway = context.open().await?;
    let user = context.user.as_str();
    match command {
        Command::Make => {}
        Command::Rotate => return rotate(context, &gateway).await,
        Command::Erase {
            victim,
            reason,
            second,
        } => {
            let victim = find_victim(&gateway, &victim).await?;
            if second {
                let erased = gateway.erase_victim(user, &victim, &reason).await?;
                show_erased(context, &erased);
            } else {
                gateway.propose_erasure(user, &victim, &reason).await?;
                print::line("proposed; another person carries it out with the same reason and --second");
            }
        }
        Command::Erasures => {
            for row in gateway.list_erasures(ROWS_MAX).await? {
                if context.json {
                    print::json(
                        &json!({ "victim": row.victim_id, "reason": row.reason, "by": row.by, "at": row.at }),
                    );
                } else {
                    print::line(&format!("victim {} {} by {}", row.victim_id, row.reason, row.by));
                }
            }
        }
        Command::Hold {
            case,
            flag,
            reason,
            lift,
        } => hold(&gateway, user, &case, &flag, &reason, lift).await?,
        Command::Kept { case } => kept(context, &gateway, &case).await?,
        Command::Open { entry, field, reason } => {
            let opened = gateway.open_field(user, entry, &field, &reason).await?;
            if context.json {
                print::json(&json!({
                    "entry": entry, "field": field, "value": opened.value.reveal(), "key": opened.key.reveal(),
                    "nonce": opened.nonce, "commitment": opened.commitment,
                }));
            } else {
                print::line(opened.value.reveal());
                print::line(&format!(
                    "It holds: commitment {}, nonce {}, key {}.",
                    opened.commitment,
                    opened.nonce,
                    opened.key.reveal()
                ));
            }
        }
        Command::ClearAway => {
            let cleared = gateway.clear_away(user).await?;
            print::line(if cleared { "cleared away" } else { STILL_READ });
            return Ok(u8::from(!cleared));
        }
    }
    Ok(0)
}

const STILL_READ: &str =
    "somebody is still reading the old rows; run `gateway vault clear-away` when it is quiet";

fn show_erased(context: &Context, erased: &Erased) {
    let gone = &erased.gone;
    if context.json {
        print::json(&json!({
            "keys": gone.keys, "openings": gone.openings, "indexes": gone.indexes, "events": gone.events,
            "drafts": gone.drafts, "messages": gone.messages, "contacts": gone.contacts,
            "proposals": gone.proposals, "defendants": gone.defendants, "cleared": erased.cleared,
        }));
    } else {
        print::line(&format!(
            "erased: {} keys, {} openings, {} indexes; the content of {} events, {} drafts, {} messages, {} contacts",
            gone.keys, gone.openings, gone.indexes, gone.events, gone.drafts, gone.messages, gone.contacts
        ));
    }
    if !erased.cleared {
        print::note(STILL_READ);
    }
}

async fn hold(
    gateway: &Gateway,
    user: &str,
    case: &str,
    flag: &str,
    reason: &str,
    lift: bool,
) -> Result<(), Fault> {
    let urn = id(case, Urn::parse)?;
    if !lift {
        gateway.set_flag(user, &urn, flag, reason).await?;
        print::line("set");
        return Ok(());
    }
    print::line(match gateway.lift_flag(user, &urn, flag, reason).await? {
        Lifted::Asked => "asked; it holds until another person lifts it in the same way",
        Lifted::Lifted => "lifted",
    });
    Ok(())
}

async fn kept(context: &Context, gateway: &Gateway, case: &str) -> Result<(), Fault> {
    let kept = gateway.explain_retention(&id(case, Urn::parse)?).await?;
    let why = kept.retention.refusal(gateway.now());
    if context.json {
        let flags = kept.flags.iter().map(|row| row.flag.as_str()).collect::<Vec<_>>();
        print::json(&json!({ "flags": flags, "kept": why, "victims": kept.victims }));
        return Ok(());
    }
    print::line(&why.unwrap_or_else(|| "nothing keeps the data of this case any more".to_owned()));
    for row in &kept.flags {
        let lift = row.lift_asked_by.as_ref();
        let lift = lift.map_or_else(String::new, |by| format!(", {by} asks to lift it"));
        print::line(&format!(
            "flag {} by {} ({}){lift}",
            row.flag, row.set_by, row.reason
        ));
    }
    for victim in &kept.victims {
        print::line(&format!("victim {victim}"));
    }
    Ok(())
}

/// A victim by identifier, or by case and the source's reference.
async fn find_victim(gateway: &Gateway, text: &str) -> Result<VictimId, Fault> {
    match text.split_once(':') {
        Some((urn, source_ref)) => Ok(gateway.find_victim(&id(urn, Urn::parse)?, source_ref).await?),
        None => id(text, VictimId::parse),
    }
}
