//! `gateway plan`: how one victim may safely be reached, and changes of it in two steps by two people.
//!
//! Addresses, numbers and words about a person are read from standard input: an argument of a program can be read by
//! everybody on the machine.

use domain::contact::change::VerifyPath;
use domain::contact::{Plan, PointValue, Route, Safety, Why};
use domain::id::{AdviserId, ContactPointId, ProposalId, VictimId};
use domain::masked::Masked;
use flows::{Gateway, ProposedPoint};
use jiff::civil::Date;
use serde_json::json;

use super::{Context, ROWS_MAX, id, read_input};
use crate::print::{self, Fault};

const INPUT_BYTES_MAX: u64 = 4 * 1024;

/// How one victim may safely be reached.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Changes that wait for somebody.
    List,
    /// A victim's plan. The reading is recorded.
    Show {
        /// The victim.
        #[arg(long)]
        victim: String,
        /// Why you read it, as a short code, e.g. preparing-a-call.
        #[arg(long)]
        reason: String,
    },
    /// Propose a new address or number, read from standard input. The one it replaces is barred at once.
    Propose {
        /// The victim.
        #[arg(long)]
        victim: String,
        /// email, mobile, home-phone, post, via-isva or via-police.
        #[arg(long)]
        route: String,
        /// The point that it replaces.
        #[arg(long)]
        replaces: Option<String>,
    },
    #[command(flatten)]
    Step(Step),
    /// Bar a point at once.
    Bar {
        /// The victim.
        #[arg(long)]
        victim: String,
        /// The point.
        #[arg(long)]
        point: String,
        /// Why.
        #[arg(long, value_parser = ["reported-unsafe", "third-party", "defence-side"])]
        why: String,
    },
    /// Record that the victim was asked again and said that a point is safe. Standard input: who said so, and on a
    /// second line how.
    Recheck {
        /// The victim.
        #[arg(long)]
        victim: String,
        /// The point.
        #[arg(long)]
        point: String,
        /// The day by which the victim is asked again, within a year.
        #[arg(long)]
        review_by: Date,
    },
}

/// The steps of a proposal after the first.
#[derive(clap::Subcommand)]
pub enum Step {
    /// Record that a proposed change was confirmed by another path. Standard input: who said so, and on a second line
    /// how.
    Verify {
        /// The proposal.
        id: String,
        /// in-person, police, point:ID or adviser:ID.
        #[arg(long)]
        path: String,
    },
    /// Put a verified change in force, as somebody who neither proposed nor verified it.
    Approve {
        /// The proposal.
        id: String,
        /// The day by which the victim is asked again, within a year.
        #[arg(long)]
        review_by: Date,
    },
    /// End a proposal. The old value stays barred.
    Refuse {
        /// The proposal.
        id: String,
        /// Why, as a short code, e.g. not-confirmed.
        #[arg(long)]
        reason: String,
    },
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    let user = context.user.as_str();
    match command {
        Command::List => {
            for row in gateway.list_proposals(ROWS_MAX).await? {
                if context.json {
                    print::json(&json!({
                        "proposal": row.id, "victim": row.victim_id, "state": row.state, "created_at": row.created_at,
                    }));
                } else {
                    print::line(&format!("{} {:<9} victim {}", row.id, row.state, row.victim_id));
                }
            }
        }
        Command::Show { victim, reason } => {
            let victim = id(&victim, VictimId::parse)?;
            show(context, &gateway.show_plan(user, &victim, &reason).await?);
        }
        Command::Propose {
            victim,
            route,
            replaces,
        } => {
            let victim = id(&victim, VictimId::parse)?;
            let route = find_route(&route)?;
            let proposed = ProposedPoint {
                route,
                value: PointValue::parse(route, read_input(INPUT_BYTES_MAX)?.trim())
                    .map_err(|fault| Fault::input(format!("standard input: {fault}")))?,
                replaces: replaces
                    .map(|text| id(&text, ContactPointId::parse))
                    .transpose()?,
            };
            let proposal = gateway.propose_change(user, &victim, proposed).await?;
            print::line(&format!(
                "{proposal} proposed; what it replaces is barred from now on"
            ));
        }
        Command::Bar { victim, point, why } => {
            let (victim, point) = (id(&victim, VictimId::parse)?, id(&point, ContactPointId::parse)?);
            let why = [Why::ReportedUnsafe, Why::ThirdParty, Why::DefenceSide]
                .into_iter()
                .find(|known| known.as_str() == why)
                .unwrap_or(Why::ReportedUnsafe);
            gateway.bar_point(user, &victim, &point, why).await?;
            print::line("barred; nothing leaves to it");
        }
        Command::Recheck {
            victim,
            point,
            review_by,
        } => {
            let (victim, point) = (id(&victim, VictimId::parse)?, id(&point, ContactPointId::parse)?);
            let (said_by, how) = said_and_how()?;
            gateway
                .recheck_point(user, &victim, &point, said_by, how, review_by)
                .await?;
            print::line("safe until that day");
        }
        Command::Step(step) => take(&gateway, user, step).await?,
    }
    Ok(0)
}

async fn take(gateway: &Gateway, user: &str, step: Step) -> Result<(), Fault> {
    match step {
        Step::Verify { id: text, path } => {
            let proposal = id(&text, ProposalId::parse)?;
            let (said_by, how) = said_and_how()?;
            gateway
                .verify_change(user, &proposal, find_path(&path)?, said_by, how)
                .await?;
            print::line("verified; a person who neither proposed nor verified it approves it");
        }
        Step::Approve { id: text, review_by } => {
            let proposal = id(&text, ProposalId::parse)?;
            gateway.approve_change(user, &proposal, review_by).await?;
            print::line("in force; messages that were held can be sent again with `gateway outbox resend`");
        }
        Step::Refuse { id: text, reason } => {
            let proposal = id(&text, ProposalId::parse)?;
            gateway.refuse_change(user, &proposal, &reason).await?;
            print::line("refused; the old value stays barred");
        }
    }
    Ok(())
}

fn find_route(word: &str) -> Result<Route, Fault> {
    [
        Route::Email,
        Route::Mobile,
        Route::HomePhone,
        Route::Post,
        Route::ViaIsva,
        Route::ViaPolice,
    ]
    .into_iter()
    .find(|route| route.as_str() == word)
    .ok_or_else(|| Fault::input("--route is email, mobile, home-phone, post, via-isva or via-police"))
}

fn find_path(word: &str) -> Result<VerifyPath, Fault> {
    match word.split_once(':') {
        None if word == "in-person" => Ok(VerifyPath::InPerson),
        None if word == "police" => Ok(VerifyPath::Police),
        Some(("point", text)) => Ok(VerifyPath::Point {
            id: id(text, ContactPointId::parse)?,
        }),
        Some(("adviser", text)) => Ok(VerifyPath::Adviser {
            id: id(text, AdviserId::parse)?,
        }),
        _ => Err(Fault::input(
            "--path is in-person, police, point:ID or adviser:ID",
        )),
    }
}

fn said_and_how() -> Result<(Masked, Masked), Fault> {
    let text = read_input(INPUT_BYTES_MAX)?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next(), lines.next()) {
        (Some(said_by), Some(how), None) => Ok((Masked::new(said_by), Masked::new(how))),
        _ => Err(Fault::input(
            "standard input: two lines: who said that it is safe, and how they said so",
        )),
    }
}

fn show(context: &Context, plan: &Plan) {
    if context.json {
        print::json(plan);
        return;
    }
    print::line(&format!("Preferred   {}", plan.preferred.as_str()));
    for point in plan.points() {
        let value = match point.value() {
            PointValue::Email(address) => address.reveal().to_owned(),
            PointValue::Phone(number) => number.reveal().to_owned(),
            PointValue::Post(address) => address.reveal().collect::<Vec<_>>().join(", "),
            PointValue::Person(person) => person.reveal().to_owned(),
        };
        let safety = match point.safety() {
            Safety::VerifiedSafe { review_by, .. } => format!("verified-safe until {review_by}"),
            Safety::Unknown { why, .. } => format!("unknown: {}", why.as_str()),
            Safety::Unsafe { why, .. } => format!("UNSAFE: {}", why.as_str()),
        };
        print::line(&format!(
            "{} {:<10} {safety}\n    {value}",
            point.id(),
            point.route().as_str()
        ));
    }
}
