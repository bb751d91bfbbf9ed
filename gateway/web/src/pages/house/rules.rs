//! The rulebook as it is in use: each duty with its source, how good the evidence is, and who confirmed it.

use axum::extract::State;
use domain::rulebook::{Limit, Rule};

use super::{List, Section};
use crate::door::Door;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::show;
use crate::visit::Visit;

pub(super) async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let rules = door.gateway().parts().rulebook.rules();
    let columns = ["Rule", "In use", "Duty", "Source", "Evidence", "Confirmed"];
    let mut table = Table::new("Rules", &columns);
    for rule in rules {
        let (state, colour) = state(rule);
        table = table
            .row(
                rule.id.as_str(),
                vec![
                    Vec::new(),
                    duty(rule),
                    vec![format!("Right {}", rule.right), format!("Source {}", rule.source)],
                    vec![format!("{}: {}", rule.grade, rule.grade.explain())],
                    vec![confirmed(rule)],
                ],
            )
            .tagged(state, colour);
    }
    let unconfirmed = rules
        .iter()
        .filter(|rule| rule.enabled && rule.confirmed.is_none());
    List {
        heading: "Rulebook",
        warnings: warning(unconfirmed.count()).into_iter().collect(),
        intro: vec![
            "A rule is confirmed in the rulebook itself or in the configuration, with the name of whoever read it \
             against the Code, and takes effect with the next start. Every change has its entry in the contact log."
                .to_owned(),
            "Sources and grades are explained in docs/sources.md.".to_owned(),
        ],
        sections: vec![Section::new(None, table, "The rulebook has no rule.")],
    }
    .shown(&door, &visit)
}

fn warning(unconfirmed: usize) -> Option<String> {
    match unconfirmed {
        0 => None,
        1 => Some("1 rule is in use that nobody has confirmed.".to_owned()),
        many => Some(format!("{many} rules are in use that nobody has confirmed.")),
    }
}

fn state(rule: &Rule) -> (&'static str, Option<&'static str>) {
    match (rule.enabled, rule.confirm_before_enabling) {
        (true, _) => ("In use", Some("govuk-tag--green")),
        (false, true) => ("Waits to be confirmed", Some("govuk-tag--orange")),
        (false, false) => ("Not in use", Some("govuk-tag--grey")),
    }
}

fn duty(rule: &Rule) -> Vec<String> {
    let mut lines = vec![
        rule.title.clone(),
        format!("Owed by {}. {}", owner(rule), limit(rule.limit)),
    ];
    if rule.working_assumption {
        lines.push("This is a working assumption.".to_owned());
    }
    lines
}

fn owner(rule: &Rule) -> String {
    match rule.owner.as_str() {
        "cps" => "the CPS".to_owned(),
        "unconfirmed" => "somebody whom no source names".to_owned(),
        other => format!("the {}", other.replace('-', " ")),
    }
}

fn limit(limit: Limit) -> String {
    match limit {
        Limit::None => "No source gives a number of days.".to_owned(),
        Limit::WorkingDays { general, enhanced } if general == enhanced => {
            format!("Working days: {general}.")
        }
        Limit::WorkingDays { general, enhanced } => {
            format!("Working days: {general}, with enhanced rights {enhanced}.")
        }
        Limit::AtTheTime => "At the time that was promised.".to_owned(),
        Limit::CalendarDays { days, .. } => format!("Calendar days: {days}."),
        Limit::CalendarMonths { months } => format!("Calendar months: {months}."),
    }
}

fn confirmed(rule: &Rule) -> String {
    match &rule.confirmed {
        Some((by, on)) => format!("Confirmed by {by} on {}", show::day(*on)),
        None => "Nobody has confirmed it".to_owned(),
    }
}

pub(super) fn in_short(rules: &[Rule]) -> String {
    let in_use = rules.iter().filter(|rule| rule.enabled);
    let confirmed = in_use.clone().filter(|rule| rule.confirmed.is_some()).count();
    format!(
        "{} rules, {} in use, {confirmed} of these confirmed",
        rules.len(),
        in_use.count()
    )
}
