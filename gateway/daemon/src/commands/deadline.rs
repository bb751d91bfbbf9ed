//! `gateway deadline`: one due time that explains itself, or a batch of them.

use std::io::BufRead as _;

use domain::deadline::{Deadline, deadline};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Context;
use crate::house::{self, Texts};
use crate::print::{self, Fault};

#[derive(clap::Args)]
pub struct Args {
    /// The rule's id in config/victims-code.toml.
    #[arg(long, required_unless_present = "batch")]
    rule: Option<String>,
    /// When the clock starts, e.g. 2026-11-23T09:00:00Z.
    #[arg(long, required_unless_present = "batch")]
    from: Option<String>,
    /// Whether the enhanced clock applies.
    #[arg(long, default_value = "yes", value_parser = ["yes", "no"])]
    enhanced: String,
    /// Read JSON lines {"rule","from","enhanced"} from standard input.
    #[arg(long, conflicts_with_all = ["rule", "from"])]
    batch: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    rule: String,
    from: String,
    enhanced: YesNo,
}

/// `"yes"` or `"no"` as on the command line, or a JSON boolean; given back as it came.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(untagged)]
enum YesNo {
    Word(Word),
    Flag(bool),
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Yes,
    No,
}

impl YesNo {
    fn is_yes(self) -> bool {
        matches!(self, Self::Word(Word::Yes) | Self::Flag(true))
    }
}

/// Runs the command.
pub fn run(context: &Context, args: Args) -> Result<u8, Fault> {
    let texts = house::texts(&context.paths()?)?;
    if args.batch {
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|fault| Fault::input(format!("standard input: {fault}")))?;
            print::json(&batch_line(&texts, &line));
        }
        return Ok(0);
    }
    let question = Question {
        rule: args.rule.unwrap_or_default(),
        from: args.from.unwrap_or_default(),
        enhanced: YesNo::Word(if args.enhanced == "yes" {
            Word::Yes
        } else {
            Word::No
        }),
    };
    let due = answer(&texts, &question).map_err(Fault::input)?;
    if context.json {
        print::json(&shape(&question, &due));
    } else {
        explain(&question, &due);
        if let Some(rule) = texts.rulebook.rule(&question.rule) {
            print::line(&format!("Evidence   {}: {}", rule.grade, rule.grade.explain()));
        }
    }
    Ok(0)
}

fn batch_line(texts: &Texts, line: &str) -> Value {
    let question = match serde_json::from_str::<Question>(line) {
        Ok(question) => question,
        Err(fault) => {
            return json!({ "error": format!("a line is {{\"rule\",\"from\",\"enhanced\"}}: {fault}") });
        }
    };
    match answer(texts, &question) {
        Ok(due) => shape(&question, &due),
        Err(fault) => json!({ "error": fault }),
    }
}

fn answer(texts: &Texts, question: &Question) -> Result<Deadline, String> {
    let rule = texts
        .rulebook
        .rule(&question.rule)
        .ok_or("there is no such rule in config/victims-code.toml")?;
    let from = question
        .from
        .parse::<Timestamp>()
        .map_err(|_| "from is an instant such as 2026-11-23T09:00:00Z")?;
    match deadline(rule, from, question.enhanced.is_yes(), &texts.calendar) {
        Ok(Some(due)) => Ok(due),
        Ok(None) => Err("this rule has no number: its source gives none, and none is invented".to_owned()),
        Err(fault) => Err(fault.to_string()),
    }
}

/// The due time as London's clocks show it, to the second.
fn london(at: Timestamp) -> String {
    at.to_zoned(domain::calendar::london())
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

fn shape(question: &Question, due: &Deadline) -> Value {
    let mut value = json!({
        "rule": question.rule, "from": question.from, "enhanced": question.enhanced,
        "due": london(due.due_at), "counted": due.counted,
        "skipped": due.skipped.iter().map(|skip| json!({ "date": skip.date, "why": skip.why.to_string() })).collect::<Vec<_>>(),
    });
    if let Some(unrolled) = due.unrolled {
        value["unrolled"] = json!(unrolled);
    }
    value
}

fn explain(question: &Question, due: &Deadline) {
    print::line(&format!("Due        {}", london(due.due_at)));
    print::line(&format!("Rule       {} ({})", question.rule, due.source));
    print::line(&format!("Clock from {}", question.from));
    for day in &due.counted {
        print::line(&format!("Counted    {day}"));
    }
    for skip in &due.skipped {
        print::line(&format!("Skipped    {}: {}", skip.date, skip.why));
    }
    if let Some(unrolled) = due.unrolled {
        print::line(&format!("Before moving back to a working day: {unrolled}"));
    }
}
