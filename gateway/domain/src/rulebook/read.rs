//! From TOML to rules.

use std::collections::HashSet;

use jiff::civil::Date;
use toml::{Table, Value};

use super::condition::OnEvent;
use super::row::Row;
use super::rule::{Grade, Latest, Letter, Limit, Rule, RuleId, TemplateChoice, Upstream};
use super::words::{ClockStart, Discharge, MeetingOffer, Owner, ReviewRight, Roll};
use super::{Rulebook, RulebookFault, Trigger};
use crate::area::AreaCode;
use crate::event::Detail;
use crate::event::words::Stage;

pub(super) fn parse(text: &str) -> Result<Rulebook, Vec<RulebookFault>> {
    let fault = |row: &str, fault: String| RulebookFault {
        row: row.to_owned(),
        fault,
    };
    let mut file: Table = text.parse().map_err(|e: toml::de::Error| {
        let line = e.span().map_or(0, |span| {
            text[..span.start.min(text.len())].lines().count().max(1)
        });
        vec![fault(
            &format!("line {line}"),
            format!("not TOML: {}", e.message()),
        )]
    })?;
    let mut faults = Vec::new();
    let Some(Value::Array(rows)) = file.remove("rules") else {
        return Err(vec![fault(
            "whole file",
            "no rows; right would be [[rules]] tables".to_owned(),
        )]);
    };
    for key in file.keys() {
        faults.push(fault(
            "whole file",
            format!("`{key}` is not known; right would be [[rules]] tables alone"),
        ));
    }
    let mut rules: Vec<Rule> = Vec::with_capacity(rows.len());
    for (index, row) in rows.into_iter().enumerate() {
        let Value::Table(table) = row else {
            faults.push(fault(
                &format!("row {}", index + 1),
                "is not a [[rules]] table".to_owned(),
            ));
            continue;
        };
        let name = table.get("id").and_then(Value::as_str).map_or_else(
            || format!("row {}", index + 1),
            |id| format!("row {} ({})", index + 1, id.chars().take(40).collect::<String>()),
        );
        rules.push(rule(&mut Row::new(name, table, &mut faults)));
    }
    between(&rules, &mut faults);
    if faults.is_empty() {
        Ok(Rulebook { rules })
    } else {
        Err(faults)
    }
}

/// Faults that lie between rows.
fn between(rules: &[Rule], faults: &mut Vec<RulebookFault>) {
    let mut seen = HashSet::new();
    for rule in rules {
        let mut fault = |fault: String| {
            faults.push(RulebookFault {
                row: rule.id.to_string(),
                fault,
            });
        };
        if !seen.insert(rule.id.as_str()) {
            fault("stands twice; right would be each id once".to_owned());
        }
        if let Some(carrier) = &rule.carried_by {
            let fits = rules.iter().any(|other| {
                other.id == *carrier
                    && other.id != rule.id
                    && other.owner == Owner::Cps
                    && other.carried_by.is_none()
            });
            if !fits {
                fault(format!(
                    "`carried_by` names {carrier}; right would be another rule of the CPS that carries itself"
                ));
            }
        }
    }
}

const GRADES: &[&str] = &["A", "B", "C", "M", "house", "assumption", "or several as in A/C"];

/// Reads every key, so that all faults of the row are told; a rule made with a fallback is never used,
/// since any fault refuses the whole book.
fn rule(row: &mut Row<'_>) -> Rule {
    let trigger = Trigger {
        any: row.each("trigger", on_event),
    };
    let kinds: Vec<&str> = trigger.any.iter().map(|on| on.event.as_str()).collect();
    let id = row.text("id");
    let carried_by = row.maybe_text("carried_by");
    let confirmed = confirmed(row);
    let rule = Rule {
        templates: row.each("template", |row| TemplateChoice {
            when: row.when(&kinds),
            kind: row.text("kind"),
        }),
        id: rule_id(row, "id", &id),
        title: row.text("title"),
        right: row.text("right"),
        source: row.text("source"),
        grade: row.must_word("grade", GRADES, Grade::find, Grade::of(Letter::M)),
        enabled: row.must_flag("enabled"),
        demo_enabled: row.flag("demo_enabled"),
        confirm_before_enabling: row.flag("confirm_before_enabling"),
        confirmed,
        working_assumption: row.flag("working_assumption"),
        house_rule: row.flag("house_rule"),
        soft: row.flag("soft"),
        owner: row.must_word("owner", Owner::WORDS, Owner::find, Owner::Unconfirmed),
        stage: row.must_word("stage", Stage::WORDS, Stage::find, Stage::Case),
        clock_start: row.must_word(
            "clock_start",
            ClockStart::WORDS,
            ClockStart::find,
            ClockStart::OccurredAt,
        ),
        clock_words: row.text("clock_words"),
        limit: limit(row),
        upstream: row.inner("upstream", upstream),
        discharge: row.must_word("discharge", Discharge::WORDS, Discharge::find, Discharge::ByOwner),
        meeting_offer: row.word(
            "meeting_offer",
            MeetingOffer::WORDS,
            MeetingOffer::find,
            MeetingOffer::None,
        ),
        review_right: row.word(
            "review_right",
            ReviewRight::WORDS,
            ReviewRight::find,
            ReviewRight::None,
        ),
        areas: areas(row),
        template_kind: row.maybe_text("template_kind"),
        second_person: row.flag("second_person"),
        code_version: row.text("code_version"),
        in_force_from: row.day("in_force_from"),
        in_force_to: row.day("in_force_to"),
        latest: row.maybe_text("latest").and_then(|word| latest(row, &word)),
        carried_by: carried_by.map(|id| rule_id(row, "carried_by", &id)),
        lapses_on: row.each("lapses_on", on_event),
        note: row.maybe_text("note"),
        trigger,
    };
    row.finish();
    for fault in within(&rule) {
        row.fault(fault);
    }
    rule
}

fn rule_id(row: &mut Row<'_>, key: &str, text: &str) -> RuleId {
    RuleId::parse(text).unwrap_or_else(|fault| {
        row.fault(format!("`{key}`: {fault}"));
        RuleId::unnamed()
    })
}

/// `confirmed_by` and `confirmed_on`, both or neither.
fn confirmed(row: &mut Row<'_>) -> Option<(String, Date)> {
    match (row.maybe_text("confirmed_by"), row.day("confirmed_on")) {
        (Some(by), Some(on)) => Some((by, on)),
        (None, None) => None,
        _ => {
            row.fault("`confirmed_by` and `confirmed_on` stand together; right would be both or neither");
            None
        }
    }
}

fn on_event(row: &mut Row<'_>) -> OnEvent {
    row.on_event()
}

/// Faults between the keys of one row.
fn within(rule: &Rule) -> Vec<&'static str> {
    let has_template = rule.template_kinds().next().is_some();
    let stages_fit = rule
        .trigger
        .any
        .iter()
        .all(|on| Detail::stage_of(&on.event).is_none_or(|s| s == rule.stage));
    let limit_fits = !matches!(rule.limit, Limit::WorkingDays { general, enhanced }
        if enhanced > general || enhanced == 0);
    let checks = [
        (
            rule.enabled && rule.grade.rests_on_memory(),
            "`enabled` = true although the grade holds M; right would be false until somebody has confirmed it",
        ),
        (
            rule.enabled && rule.confirm_before_enabling,
            "`enabled` = true although `confirm_before_enabling`; right would be to take that key out once confirmed",
        ),
        (
            rule.trigger.any.is_empty(),
            "`trigger` is missing; right would be [{ event = \"...\", when = { ... } }]",
        ),
        (
            !stages_fit,
            "`stage` is not the stage of the trigger's event; right would be the one in docs/events.md",
        ),
        (
            rule.owner != Owner::Cps && has_template,
            "has a template although the owner is not cps; right would be none: it is watched, never sent by us",
        ),
        (
            rule.owner != Owner::Cps && rule.discharge == Discharge::EmailAccepted,
            "`discharge` = email-accepted although the owner is not cps; right would be by-owner",
        ),
        (
            has_template && rule.discharge == Discharge::ByOwner,
            "`discharge` = by-owner although there is a template; right would be email-accepted or victim-informed",
        ),
        (
            !rule.templates.is_empty() && rule.template_kind.is_none(),
            "has choices of template but no `template_kind`; right would be the kind for when none fits",
        ),
        (
            !limit_fits,
            "`working_days`: `enhanced` is 0 or more than `general`; right would be 1 to `general`",
        ),
        (
            matches!((rule.in_force_from, rule.in_force_to), (Some(from), Some(to)) if from > to),
            "`in_force_from` lies after `in_force_to`; right would be the other way round",
        ),
    ];
    checks
        .into_iter()
        .filter_map(|(wrong, fault)| wrong.then_some(fault))
        .collect()
}

fn limit(row: &mut Row<'_>) -> Limit {
    let working = row.inner("working_days", |row| {
        (row.number("general"), row.number("enhanced"))
    });
    let days = row.inner("calendar_days", |row| {
        (
            row.number("days"),
            row.word("roll", Roll::WORDS, Roll::find, Roll::None),
        )
    });
    let months = row.number("calendar_months");
    let at_the_time = row.flag("at_the_time");
    match (working, days, months) {
        (None, None, None) if at_the_time => Limit::AtTheTime,
        (None, None, None) => Limit::None,
        (Some((Some(general), Some(enhanced))), None, None) if !at_the_time => {
            Limit::WorkingDays { general, enhanced }
        }
        (None, Some((Some(days), roll)), None) if !at_the_time => Limit::CalendarDays { days, roll },
        (None, None, Some(months)) if !at_the_time => Limit::CalendarMonths { months },
        _ => {
            row.fault(
                "the limit cannot be read; right would be none, or one of working_days = { general, enhanced }, \
                 calendar_days = { days, roll }, calendar_months, at_the_time = true",
            );
            Limit::None
        }
    }
}

fn upstream(row: &mut Row<'_>) -> Upstream {
    Upstream {
        by: row.must_word("by", Owner::WORDS, Owner::find, Owner::Unconfirmed),
        starts: row.text("starts"),
        working_days: row.number("working_days"),
    }
}

fn areas(row: &mut Row<'_>) -> Vec<AreaCode> {
    let mut areas = Vec::new();
    for text in row.texts("areas") {
        match AreaCode::parse(&text) {
            Ok(area) => areas.push(area),
            Err(_) => row
                .fault("`areas` holds a text that is not an Area; right would be codes of config/areas.toml"),
        }
    }
    areas
}

fn latest(row: &mut Row<'_>, word: &str) -> Option<Latest> {
    if word == "before-s28-or-evidence" {
        return Some(Latest::BeforeS28OrEvidence);
    }
    row.fault("`latest` is not known; right would be before-s28-or-evidence, or nothing");
    None
}
