//! `gateway obligations`: what is owed, why then, and what a person decides about it.

use std::fmt::Write as _;

use domain::id::ObligationId;
use domain::obligation::Lateness;
use flows::{Explained, Gateway};
use jiff::civil::Date;
use serde_json::{Value, json};
use store::obligations::ObligationRow;

use super::{Context, ROWS_MAX, id};
use crate::print::{self, Fault};

/// What is owed.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Soonest first.
    List {
        /// Only what is due before a day: `--due before 2026-12-01`.
        #[arg(long, num_args = 2, value_names = ["before", "DATE"])]
        due: Option<Vec<String>>,
    },
    /// Explain one: rule, source, clock, days counted and skipped, every move.
    Show {
        /// The obligation's identifier.
        id: String,
    },
    /// End one undone, with a name and a reason.
    Waive {
        /// The obligation's identifier.
        id: String,
        /// Why, as a short code, e.g. told-in-person.
        #[arg(long)]
        reason: String,
    },
    /// Move its due time to the end of another working day. Lateness is still measured against the first.
    Move {
        /// The obligation's identifier.
        id: String,
        /// The day, e.g. 2026-12-01.
        #[arg(long)]
        to: Date,
        /// Why, as a short code, e.g. asked-by-the-victim.
        #[arg(long)]
        reason: String,
    },
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    match command {
        Command::List { due } => list(context, due).await?,
        Command::Show { id: text } => {
            let id = id(&text, ObligationId::parse)?;
            let gateway = context.open().await?;
            let explained = gateway.explain_obligation(&id).await?;
            if context.json {
                print::json(&shape(&explained));
            } else {
                show(&explained);
            }
        }
        Command::Waive { id: text, reason } => {
            let id = id(&text, ObligationId::parse)?;
            let gateway = context.open().await?;
            gateway.waive_obligation(&context.user, &id, &reason).await?;
            print::line("waived; it stands in the contact log");
        }
        Command::Move { id: text, to, reason } => {
            let id = id(&text, ObligationId::parse)?;
            let gateway = context.open().await?;
            gateway.move_obligation(&context.user, &id, to, &reason).await?;
            print::line("moved; the first due time is kept, and lateness is measured against it");
        }
    }
    Ok(0)
}

async fn list(context: &Context, due: Option<Vec<String>>) -> Result<(), Fault> {
    let before = match due.as_deref() {
        None => None,
        Some([word, day]) if word == "before" => {
            let day: Date = day
                .parse()
                .map_err(|_| Fault::input("--due before DATE takes a day such as 2026-12-01"))?;
            Some(domain::calendar::start_of_day(day).map_err(|fault| Fault::input(fault.to_string()))?)
        }
        Some(_) => return Err(Fault::input("right would be: --due before 2026-12-01")),
    };
    let gateway = context.open().await?;
    for owed in gateway.list_obligations(before, ROWS_MAX).await? {
        line(context, &gateway, &owed);
    }
    Ok(())
}

fn line(context: &Context, gateway: &Gateway, owed: &ObligationRow) {
    let due = owed.due_at.map(|due| due.to_string());
    let attention = gateway.attention(owed).as_str();
    if context.json {
        print::json(&json!({
            "id": owed.id, "rule": owed.rule, "owner": owed.owner, "due": due, "original_due": owed.original_due_at,
            "attention": attention, "kind": owed.template_kind, "waiting_for": owed.waiting_for, "victim": owed.victim_id,
        }));
    } else {
        let waiting = owed.waiting_for.as_deref().unwrap_or("-");
        let due = due.as_deref().unwrap_or("no number");
        print::line(&format!(
            "{due:<22} {attention:<8} {:<24} {:<20} {waiting:<36} {}",
            owed.rule, owed.owner, owed.id
        ));
    }
}

fn lateness(explained: &Explained<'_>) -> Value {
    match explained.lateness {
        Lateness::NoLimit => Value::Null,
        Lateness::InTime => json!(0),
        Lateness::Late(by) => json!(by.as_secs()),
    }
}

fn shape(explained: &Explained<'_>) -> Value {
    let owed = &explained.owed;
    let moves = explained.moves.iter().map(|moved| {
        json!({ "at": moved.moved_at, "old": moved.old_due_at, "new": moved.new_due_at, "reason": moved.reason,
                "by": moved.moved_by })
    });
    json!({
        "id": owed.id, "rule": owed.rule, "owner": owed.owner, "state": owed.state, "victim": owed.victim_id,
        "case": owed.case_id, "source": explained.rule.map(|rule| rule.source.clone()),
        "grade": explained.rule.map(|rule| rule.grade.to_string()), "clock_start": owed.clock_start_at,
        "enhanced": owed.enhanced, "due": owed.due_at, "original_due": owed.original_due_at, "latest": owed.latest_at,
        "waiting_for": owed.waiting_for, "discharge": owed.discharge, "ended_by": owed.ended_by, "ended_why": owed.ended_why,
        "ended_at": owed.ended_at, "late_by_s": lateness(explained),
        "counted": explained.deadline.as_ref().map(|due| due.counted.clone()),
        "skipped": explained.deadline.as_ref().map(|due| due.skipped.iter()
            .map(|skip| json!({ "date": skip.date, "why": skip.why.to_string() })).collect::<Vec<_>>()),
        "moves": moves.collect::<Vec<_>>(),
    })
}

fn show(explained: &Explained<'_>) {
    let owed = &explained.owed;
    let at = |at: Option<jiff::Timestamp>| at.map_or_else(|| "none".to_owned(), print::london);
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name:<12} {value}");
    };
    row("Rule", &owed.rule);
    if let Some(rule) = explained.rule {
        row("", &rule.title);
        row("Source", &rule.source);
        row("Evidence", &format!("{}: {}", rule.grade, rule.grade.explain()));
    }
    row("Owner", &owed.owner);
    row("State", &owed.state);
    if let Some(waiting) = &owed.waiting_for {
        row("Waits for", waiting);
    }
    row("Clock from", &at(Some(owed.clock_start_at)));
    row("Due", &at(owed.due_at));
    row("First due", &at(owed.original_due_at));
    if owed.latest_at.is_some() {
        row("At latest", &at(owed.latest_at));
    }
    if let Some(due) = &explained.deadline {
        for day in &due.counted {
            row("Counted", &day.to_string());
        }
        for skip in &due.skipped {
            row("Skipped", &format!("{}: {}", skip.date, skip.why));
        }
        if let Some(unrolled) = due.unrolled {
            row("Unrolled", &format!("{unrolled}, moved back to a working day"));
        }
    }
    for moved in &explained.moves {
        row(
            "Moved",
            &format!(
                "{} to {} by {}: {}",
                at(moved.old_due_at),
                at(moved.new_due_at),
                moved.moved_by,
                moved.reason
            ),
        );
    }
    if let Lateness::Late(by) = explained.lateness {
        row("Late by", &format!("{} hours", by.as_hours()));
    }
    if let (Some(by), Some(why)) = (&owed.ended_by, &owed.ended_why) {
        row("Ended", &format!("{} by {by}: {why}", at(owed.ended_at)));
    }
    print::line(text.trim_end());
}
