//! Codes as people read them, why a duty is due when it is due, and how a victim may be reached.

use domain::contact::{Plan, Point, PointValue, Route, Safety, TextRule, VoicemailRule, Why};
use domain::deadline::Deadline;
use domain::rulebook::{Limit, Rule};
use domain::window::Exclusion;
use jiff::Timestamp;
use serde::Serialize;

use crate::show;

/// A kebab-case code as words: `victim-asked-for-it` is "Victim asked for it".
pub(crate) fn code(code: &str) -> String {
    show::sentence(&code.replace('-', " "))
}

/// Why a duty is due when it is due.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Due {
    /// The day, with the time where one was promised; or that the rule gives none.
    pub(crate) when: String,
    /// What is owed.
    pub(crate) what: String,
    /// The rule, its source and the clock, line by line.
    pub(crate) why: Vec<String>,
}

/// What a duty's explanation is made of.
pub(crate) struct Owed<'o> {
    pub(crate) rule_id: &'o str,
    pub(crate) rule: Option<&'o Rule>,
    pub(crate) deadline: Option<&'o Deadline>,
    pub(crate) clock_start_at: Timestamp,
    pub(crate) original_due_at: Option<Timestamp>,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) latest_at: Option<Timestamp>,
    pub(crate) moved_by_hand: bool,
}

impl Due {
    pub(crate) fn of(owed: &Owed<'_>) -> Self {
        let mut why = vec![match owed.rule {
            Some(rule) => format!("Rule {}: {}. Source: {}.", owed.rule_id, rule.title, rule.source),
            None => format!("Rule {}, which the rulebook has no more.", owed.rule_id),
        }];
        why.push(format!(
            "The clock started on {}.",
            show::moment(owed.clock_start_at)
        ));
        match owed.deadline {
            None => why.push("The rule gives no number of days.".to_owned()),
            Some(deadline) => why.extend(counted(deadline, owed.rule)),
        }
        if owed.original_due_at != owed.due_at
            && let Some(first) = owed.original_due_at
        {
            let by = if owed.moved_by_hand { " by a person" } else { "" };
            why.push(format!(
                "It was first due on {}; the due time was moved{by}. Lateness is measured against the first.",
                show::moment(first)
            ));
        }
        if let Some(latest) = owed.latest_at {
            why.push(format!("It has no purpose after {}.", show::moment(latest)));
        }
        Self {
            when: owed.due_at.map_or_else(
                || "No number of days".to_owned(),
                |due| match owed.rule {
                    Some(rule) if rule.limit == Limit::AtTheTime => show::moment(due),
                    _ => show::day(domain::calendar::london_date(due)),
                },
            ),
            what: owed
                .rule
                .map_or_else(|| owed.rule_id.to_owned(), |rule| rule.title.clone()),
            why,
        }
    }
}

fn counted(deadline: &Deadline, rule: Option<&Rule>) -> Vec<String> {
    let is_working = rule.is_some_and(|rule| matches!(rule.limit, Limit::WorkingDays { .. }));
    let kind = if is_working { "working " } else { "" };
    let mut lines = Vec::new();
    let days = deadline
        .counted
        .iter()
        .map(|date| show::day(*date))
        .collect::<Vec<_>>();
    if !days.is_empty() {
        let noun = if days.len() == 1 { "day" } else { "days" };
        let enhanced = if deadline.enhanced {
            " under enhanced rights"
        } else {
            ""
        };
        lines.push(format!(
            "{} {kind}{noun} counted{enhanced}: {}.",
            days.len(),
            days.join(", ")
        ));
    }
    if !deadline.skipped.is_empty() {
        let skipped = deadline.skipped.iter();
        let skipped = skipped.map(|one| format!("{} ({})", show::day(one.date), one.why));
        lines.push(format!(
            "Not counted: {}.",
            skipped.collect::<Vec<_>>().join(", ")
        ));
    }
    if let Some(date) = deadline.unrolled {
        lines.push(format!("That is {}, no working day.", show::day(date)));
    }
    lines
}

/// How a victim may be reached, in plain words: what must not be done comes first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Rules {
    /// Never do this.
    pub(crate) never: Vec<String>,
    /// Do this.
    pub(crate) may: Vec<String>,
}

impl Rules {
    pub(crate) fn of(plan: &Plan, wants_contact: bool, now: Timestamp) -> Self {
        let (mut never, mut may) = (Vec::new(), Vec::new());
        if !wants_contact {
            never.push("This person wants no contact. Nothing is sent; a person decides.".to_owned());
        }
        may.push(format!("Prefers {}.", route(plan.preferred)));
        for point in plan.points() {
            match point.usable(now) {
                Ok(()) => may.push(format!("{}: may be used{}.", place(point), until(point))),
                Err(_) => never.push(format!("{}: do not use, {}.", place(point), why_not(point))),
            }
        }
        match &plan.voicemail {
            VoicemailRule::Forbidden => never.push("Never leave a message on a voicemail.".to_owned()),
            VoicemailRule::Allowed { .. } => {
                may.push("Voicemail: the agreed words and no others.".to_owned());
            }
        }
        match &plan.text {
            TextRule::Forbidden => never.push("Never send a text message.".to_owned()),
            TextRule::Allowed { .. } => may.push("Text message: the agreed words and no others.".to_owned()),
        }
        if !plan.content_in_email {
            never.push("Never say anything about the case in an email: only that there is news.".to_owned());
        }
        may.push(times(plan));
        never.extend(plan.schedule.exclusions.iter().map(exclusion));
        if plan.code_word.is_some() {
            may.push("A code word was agreed on. It is shown while you log a call.".to_owned());
        }
        if plan.dropped_call.is_some() {
            may.push("It was agreed what is done when a call breaks off.".to_owned());
        }
        Self { never, may }
    }
}

fn route(route: Route) -> &'static str {
    match route {
        Route::Email => "email",
        Route::Mobile => "a call to the mobile",
        Route::HomePhone => "a call to the telephone at home",
        Route::Post => "a letter",
        Route::ViaIsva => "to be told by the adviser",
        Route::ViaPolice => "to be told by the police",
    }
}

fn place(point: &Point) -> &'static str {
    match (point.route(), point.value()) {
        (Route::Email, _) | (_, PointValue::Email(_)) => "Email",
        (Route::Mobile, _) => "Mobile",
        (Route::HomePhone, _) => "Telephone at home",
        (Route::Post, _) => "Post",
        (Route::ViaIsva, _) => "Through the adviser",
        (Route::ViaPolice, _) => "Through the police",
    }
}

fn until(point: &Point) -> String {
    match point.safety() {
        Safety::VerifiedSafe { review_by, .. } => format!(" until {}", show::day(*review_by)),
        Safety::Unknown { .. } | Safety::Unsafe { .. } => String::new(),
    }
}

fn why_not(point: &Point) -> &'static str {
    match point.safety() {
        Safety::VerifiedSafe { .. } => "its check ran out and the person has to be asked again",
        Safety::Unknown { why, .. } | Safety::Unsafe { why, .. } => match why {
            Why::NeverVerified => "nobody has asked yet whether it is safe",
            Why::HardBounce => "it refused a message for good",
            Why::BeingChanged => "a change was proposed",
            Why::Replaced => "it was replaced",
            Why::ReportedUnsafe => "it was reported as unsafe",
            Why::ThirdParty => "it belongs to somebody else",
            Why::DefenceSide => "it meets the defence side",
        },
    }
}

fn times(plan: &Plan) -> String {
    match plan.schedule.open_windows(&domain::window::default_windows()) {
        None => "May be contacted at any time.".to_owned(),
        Some(windows) if windows.is_empty() => "No time was named at which contact is safe.".to_owned(),
        Some(windows) => {
            let all = windows.iter().map(show::window).collect::<Vec<_>>();
            format!("May be contacted {}.", all.join("; "))
        }
    }
}

fn exclusion(exclusion: &Exclusion) -> String {
    match exclusion {
        Exclusion::Weekly { window: hours } => format!("Never contact {}.", show::window(hours)),
        Exclusion::Dates { first, last } => {
            format!("Never contact {} to {}.", show::day(*first), show::day(*last))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_as_words() {
        assert_eq!(code("victim-asked-for-it"), "Victim asked for it");
    }
}
