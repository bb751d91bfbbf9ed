//! Contact points and times.

use domain::contact::{Safety, Why};
use domain::id::{ContactPointId, VictimId};
use domain::window::Windows;
use serde_json::{Value, json};

use super::super::{Format, contact};
use super::{SAMPLE, cases, refused, with};

fn point(extra: &Value) -> Value {
    let mut point = json!({"value": "tam@post.example", "safety": "verified-safe", "said_by": "the victim", "how": "asked",
        "verified_at": "2026-06-01", "review_by": "2027-01-01"});
    for (name, value) in extra.as_object().unwrap() {
        point[name] = value.clone();
    }
    point
}

#[test]
fn a_contact_point_says_who_found_it_safe_how_when_and_until_when() {
    for (extra, field, what) in [
        (json!({"said_by": null}), "email.said_by", "is missing"),
        (json!({"how": null}), "email.how", "is missing"),
        (json!({"verified_at": null}), "email.verified_at", "is missing"),
        (json!({"review_by": null}), "email.review_by", "is missing"),
        (
            json!({"review_by": "2026-05-31"}),
            "email.review_by",
            "does not lie after verified_at and within a year of it",
        ),
        (
            json!({"review_by": "2027-06-03"}),
            "email.review_by",
            "does not lie after verified_at and within a year of it",
        ),
        (
            json!({"safety": "safe"}),
            "email.safety",
            "is not one of its words",
        ),
        (json!({"safety": null}), "email.safety", "is missing"),
        (json!({"value": null}), "email.value", "is missing"),
        (
            json!({"value": "tam@post"}),
            "email.value",
            "cannot be used as it stands",
        ),
        (
            json!({"value": "a@b.test,c@d.test"}),
            "email.value",
            "cannot be used as it stands",
        ),
        (json!({"why": "x"}), "email.why", "is not known"),
    ] {
        let refused = refused(with("email", point(&extra)), Format::JsonLines);
        assert_eq!(
            (refused.field.as_deref(), refused.what.as_str()),
            (Some(field), what)
        );
    }
    let unsafe_point = json!({"value": "tam@post.example", "safety": "unsafe"});
    assert_eq!(
        refused(with("email", unsafe_point), Format::JsonLines)
            .field
            .as_deref(),
        Some("email.why")
    );
}

#[test]
fn a_point_that_nobody_verified_is_unknown_since_the_case_was_opened() {
    let line = with("email", json!({"value": "tam@post.example", "safety": "unknown"}));
    let case = cases(line, Format::JsonLines).remove(0).unwrap().1;
    assert_eq!(
        case.points[0].safety,
        Safety::Unknown {
            why: Why::NeverVerified,
            since: case.opened_at
        }
    );
}

#[test]
fn a_mobile_is_a_mobile_and_no_number_stands_there_twice() {
    let number = |value: &str| json!({"value": value, "safety": "unknown"});
    let fixed = refused(with("mobile", number("01632 960001")), Format::JsonLines);
    assert_eq!(
        fixed.right,
        "a mobile number such as 07700 900123; another number is a home_phone"
    );
    let mut twice: Value = serde_json::from_str(&with("mobile", number("07700 900123"))).unwrap();
    twice["home_phone"] = number("+44 7700 900 123");
    let twice = refused(twice.to_string(), Format::JsonLines);
    assert_eq!(
        (twice.field.as_deref(), twice.what.as_str()),
        (
            Some("home_phone"),
            "reaches the same place as another contact point"
        )
    );
}

#[test]
fn nothing_said_about_times_is_not_any_time() {
    let windows = |value: Value| {
        let schedule = cases(with("windows", value), Format::JsonLines)
            .remove(0)
            .unwrap()
            .1
            .schedule;
        schedule.windows
    };
    assert_eq!(windows(json!(null)), Windows::Unrecorded);
    assert_eq!(windows(json!(["any"])), Windows::Any);
    assert!(matches!(
        windows(json!(["mon 09:00-10:00"])),
        Windows::Only { .. }
    ));
    let both = refused(
        with("windows", json!(["any", "mon 09:00-10:00"])),
        Format::JsonLines,
    );
    assert_eq!(both.what, "holds any beside other windows");
    for bad in ["2026-12-24", "2026-12-24..2026-12-01", "christmas"] {
        let refused = refused(
            with(
                "exclusions",
                json!(["2026-12-24..2027-01-02", "mon 18:00-20:00", bad]),
            ),
            Format::JsonLines,
        );
        assert_eq!(refused.what, "has an item 3 that is not an exclusion");
    }
}

#[test]
fn a_day_of_agreement_needs_the_words() {
    let refused = refused(
        with("voicemail_agreed_at", "2026-01-06".into()),
        Format::JsonLines,
    );
    assert_eq!(
        (refused.field.as_deref(), refused.what.as_str()),
        (Some("voicemail"), "is missing")
    );
}

#[test]
fn every_case_of_the_sample_makes_a_contact_plan() {
    let mut count = 0_u32;
    for row in cases(SAMPLE, Format::JsonLines) {
        let (_, case) = row.unwrap();
        let mut next_id = || {
            count += 1;
            ContactPointId::parse(&format!("{count:032x}")).unwrap()
        };
        let victim = VictimId::parse(&"0".repeat(32)).unwrap();
        let plan = case.plan(victim, &mut next_id).unwrap();
        assert_eq!(plan.points().len(), case.points.len());
        assert_eq!(plan.content_in_email, case.content_in_email);
    }
}

#[test]
fn a_window_is_days_and_a_span_within_one_day() {
    let days = |text: &str| contact::window(text).unwrap().days().len();
    assert_eq!(
        (
            days("mon-fri 09:00-17:00"),
            days("tue,thu 18:00-18:30"),
            days("mon-wed,sun 00:00-23:59")
        ),
        (5, 2, 4)
    );
    for text in [
        "",
        "mon",
        "mon 9:00-17:00",
        "mon 17:00-09:00",
        "fri-mon 09:00-17:00",
        "day 09:00-17:00",
        "mon 09:00-24:01",
        "mon 09:00-09:00",
        "mon  09:00-17:00",
        "mon, 09:00-17:00",
        "Mon 09:00-17:00",
        "mon +9:00-17:00",
    ] {
        assert_eq!(contact::window(text), None, "{text}");
    }
}
