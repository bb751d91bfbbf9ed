use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::calendar::start_of_day;
use crate::rulebook::Rulebook;

fn calendar() -> Calendar {
    Calendar::parse(include_str!("../../../../config/bank-holidays.json")).unwrap()
}

fn book() -> Rulebook {
    Rulebook::parse(include_str!("../../../../config/victims-code.toml")).unwrap()
}

fn due(rule: &str, from: &str, enhanced: bool) -> Deadline {
    let book = book();
    let found = deadline(
        book.rule(rule).unwrap(),
        from.parse().unwrap(),
        enhanced,
        &calendar(),
    )
    .unwrap();
    found.unwrap()
}

#[test]
fn one_working_day_after_a_tuesday_is_the_end_of_wednesday() {
    let found = due("R6-06", "2026-11-24T10:00:00Z", true);
    assert_eq!(found.due_text(), "2026-11-25T23:59:59+00:00");
    assert_eq!(found.counted, [date(2026, 11, 25)]);
    assert!(found.skipped.is_empty());
}

#[test]
fn easter_is_passed_over_and_each_day_says_why() {
    let found = due("R6-06", "2026-04-02T10:00:00Z", true);
    assert_eq!(found.due_text(), "2026-04-07T23:59:59+01:00");
    let why: Vec<String> = found
        .skipped
        .iter()
        .map(|skipped| skipped.why.to_string())
        .collect();
    assert_eq!(
        why,
        [
            "bank holiday: Good Friday",
            "Saturday",
            "Sunday",
            "bank holiday: Easter Monday"
        ]
    );
}

#[test]
fn christmas_with_substitute_days() {
    // 25 and 26 December 2021 fell on a weekend; Monday and Tuesday stood in for them.
    assert_eq!(
        due("R6-06", "2021-12-24T10:00:00Z", true).due_date,
        date(2021, 12, 29)
    );
    assert_eq!(
        due("R6-06", "2021-12-24T10:00:00Z", false).due_date,
        date(2022, 1, 5)
    );
}

#[test]
fn an_event_at_the_weekend_counts_from_monday() {
    assert_eq!(
        due("R6-06", "2026-11-21T12:00:00Z", true).due_date,
        date(2026, 11, 23)
    );
    assert_eq!(
        due("R6-06", "2026-11-22T12:00:00Z", false).due_date,
        date(2026, 11, 27)
    );
}

#[test]
fn the_london_date_counts_not_the_utc_date() {
    // 23:30 UTC on 30 June is already 1 July in London.
    assert_eq!(
        due("R6-06", "2026-06-30T23:30:00Z", true).due_date,
        date(2026, 7, 2)
    );
    assert_eq!(
        due("R6-06", "2026-06-30T22:30:00Z", true).due_date,
        date(2026, 7, 1)
    );
}

#[test]
fn the_offset_is_londons_on_the_due_day_across_both_clock_changes() {
    assert_eq!(
        due("R6-06", "2026-03-27T12:00:00Z", true).due_text(),
        "2026-03-30T23:59:59+01:00"
    );
    assert_eq!(
        due("R6-06", "2026-10-23T12:00:00Z", true).due_text(),
        "2026-10-26T23:59:59+00:00"
    );
}

#[test]
fn the_local_meeting_offer_is_moved_back_to_a_working_day_and_shows_both() {
    let plain = due("PTM-LOCAL", "2026-08-06T12:00:00Z", true);
    assert_eq!(
        (plain.unrolled, plain.due_date),
        (Some(date(2026, 8, 20)), date(2026, 8, 20))
    );
    // 14 days after 17 August 2026 is the summer bank holiday, a Monday.
    let moved = due("PTM-LOCAL", "2026-08-17T12:00:00Z", true);
    assert_eq!(
        (moved.unrolled, moved.due_date),
        (Some(date(2026, 8, 31)), date(2026, 8, 28))
    );
    assert_eq!(moved.skipped.len(), 3);
}

#[test]
fn an_unduly_lenient_sentence_has_28_days_even_when_they_end_on_a_sunday() {
    assert_eq!(
        due("ULS", "2026-11-01T12:00:00Z", true).due_date,
        date(2026, 11, 29)
    );
}

#[test]
fn the_same_day_is_the_end_of_that_day() {
    assert_eq!(
        due("R8-06", "2026-07-01T12:00:00Z", true).due_text(),
        "2026-07-01T23:59:59+01:00"
    );
}

#[test]
fn a_rule_without_a_number_has_no_due_time() {
    let (book, calendar) = (book(), calendar());
    for rule in ["PTM-01", "PILOT-01", "R9-03", "S35"] {
        let found = deadline(
            book.rule(rule).unwrap(),
            "2026-11-24T10:00:00Z".parse().unwrap(),
            true,
            &calendar,
        );
        assert_eq!(found, Ok(None), "{rule}");
    }
}

#[test]
fn past_the_last_known_year_is_refused_with_the_rule_and_the_remedy() {
    let (book, calendar) = (book(), calendar());
    let rule = book.rule("R6-06").unwrap();
    let last = deadline(rule, "2028-12-28T12:00:00Z".parse().unwrap(), true, &calendar)
        .unwrap()
        .unwrap();
    assert_eq!(last.due_date, date(2028, 12, 29));
    let fault = deadline(rule, "2028-12-29T12:00:00Z".parse().unwrap(), true, &calendar)
        .unwrap_err()
        .to_string();
    assert!(
        fault.contains("R6-06") && fault.contains("2012 to 2028"),
        "{fault}"
    );
}

#[test]
fn an_explanation_names_rule_source_clock_and_days() {
    let text = due("R6-06", "2026-04-02T10:00:00Z", true).to_string();
    for part in [
        "R6-06",
        "S17",
        "grade A/C",
        "2026-04-02 11:00",
        "day 1: Tuesday 2026-04-07",
        "Good Friday",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(
        due("PTM-LOCAL", "2026-08-17T12:00:00Z", true)
            .to_string()
            .contains("working assumption")
    );
    assert!(
        due("HOUSE-INTRO", "2026-08-17T12:00:00Z", true)
            .to_string()
            .contains("house practice")
    );
}

#[test]
fn a_deadline_survives_storage() {
    let found = due("PTM-LOCAL", "2026-08-17T12:00:00Z", true);
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Deadline>(&json).unwrap(), found);
}

proptest! {
    #[test]
    fn working_day_limits_obey_their_laws(day in 0_i32..4000, minutes in 0_i64..1440, later in 0_i64..20000) {
        let (book, calendar) = (book(), calendar());
        let start = start_of_day(date(2013, 1, 1).checked_add(day.days()).unwrap()).unwrap();
        let start = start + jiff::SignedDuration::from_mins(minutes);
        for rule in book.rules() {
            let Limit::WorkingDays { general, enhanced } = rule.limit else { continue };
            let slow = deadline(rule, start, false, &calendar).unwrap().unwrap();
            let fast = deadline(rule, start, true, &calendar).unwrap().unwrap();
            prop_assert_eq!(slow.counted.len(), usize::from(general));
            prop_assert_eq!(fast.counted.len(), usize::from(enhanced));
            prop_assert!(fast.due_at <= slow.due_at);
            for found in [&slow, &fast] {
                prop_assert!(calendar.is_working(found.due_date).unwrap());
                prop_assert!(found.due_date > london_date(start));
                prop_assert_eq!(found.counted.last(), Some(&found.due_date));
                prop_assert!(found.skipped.iter().all(|day| !calendar.is_working(day.date).unwrap()));
            }
            let after = deadline(rule, start + jiff::SignedDuration::from_mins(later), false, &calendar);
            prop_assert!(after.unwrap().unwrap().due_at >= slow.due_at);
        }
    }
}
