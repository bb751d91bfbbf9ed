use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::id::EventId;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn event() -> EventId {
    EventId::parse("0123456789abcdef0123456789abcdef").unwrap()
}

fn due() -> DueTime {
    DueTime::raised(Some(at("2026-11-24T23:59:59Z")))
}

#[test]
fn an_open_obligation_ends_in_exactly_one_of_three_ways() {
    let now = at("2026-11-24T10:00:00Z");
    let ends = [
        State::Open {}.discharge("message", now).unwrap(),
        State::Open {}
            .waive(Masked::new("told in person by the officer"), "A Manager", now)
            .unwrap(),
        State::Open {}.lapse(event(), "case-closed", now).unwrap(),
    ];
    for (end, name) in ends.into_iter().zip(["discharged", "waived", "lapsed"]) {
        assert_eq!(end.as_str(), name);
        assert_eq!(
            end.clone().discharge("again", now),
            Err(WrongState {
                from: name,
                verb: "be discharged"
            })
        );
        assert!(end.clone().lapse(event(), "again", now).is_err());
        assert!(end.waive(Masked::new("again"), "A Manager", now).is_err());
    }
}

#[test]
fn a_waiver_needs_a_reason_and_a_name() {
    let now = at("2026-11-24T10:00:00Z");
    assert_eq!(
        State::Open {}.waive(Masked::new(" "), "A Manager", now),
        Err(WaiveError::NoReason)
    );
    assert_eq!(
        State::Open {}.waive(Masked::new("because"), "", now),
        Err(WaiveError::NoReason)
    );
}

#[test]
fn only_a_discharge_can_be_taken_back() {
    let now = at("2026-11-24T10:00:00Z");
    assert!(
        State::Open {}
            .discharge("message", now)
            .unwrap()
            .reopen()
            .unwrap()
            .is_open()
    );
    assert!(
        State::Open {}
            .lapse(event(), "case-closed", now)
            .unwrap()
            .reopen()
            .is_err()
    );
    assert!(State::Open {}.reopen().is_err());
}

#[test]
fn states_survive_storage() {
    let state = State::Open {}
        .lapse(event(), "case-closed", at("2026-11-24T10:00:00Z"))
        .unwrap();
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    assert_eq!(
        serde_json::to_string(&State::Open {}).unwrap(),
        r#"{"state":"open"}"#
    );
}

#[test]
fn a_moved_due_time_is_still_late_against_the_original() {
    let moved = due()
        .move_due(
            at("2026-12-01T23:59:59Z"),
            Masked::new("asked for"),
            "A Manager",
            at("2026-11-24T09:00:00Z"),
        )
        .unwrap();
    assert_eq!(moved.original(), Some(at("2026-11-24T23:59:59Z")));
    assert_eq!(moved.current(), Some(at("2026-12-01T23:59:59Z")));
    assert_eq!(moved.moves()[0].from, Some(at("2026-11-24T23:59:59Z")));
    assert_eq!(
        moved.lateness(at("2026-11-25T23:59:59Z")),
        Lateness::Late(SignedDuration::from_hours(24))
    );
    assert_eq!(moved.lateness(at("2026-11-24T23:59:59.9Z")), Lateness::InTime);
    assert_eq!(
        DueTime::raised(None).lateness(at("2030-01-01T00:00:00Z")),
        Lateness::NoLimit
    );
}

#[test]
fn a_move_needs_a_reason_and_another_time() {
    let now = at("2026-11-24T09:00:00Z");
    let to = at("2026-12-01T23:59:59Z");
    assert_eq!(
        due().move_due(to, Masked::new(""), "A Manager", now),
        Err(MoveError::NoReason)
    );
    let same = due().move_due(at("2026-11-24T23:59:59Z"), Masked::new("x"), "A Manager", now);
    assert_eq!(same, Err(MoveError::SameTime));
}

#[test]
fn attention_grows_as_the_due_time_comes() {
    let thresholds = Thresholds {
        soon: SignedDuration::from_hours(8),
        urgent: SignedDuration::from_hours(3),
        at_half_time: false,
    };
    let raised = at("2026-11-23T10:00:00Z");
    for (now, expected) in [
        ("2026-11-23T11:00:00Z", Attention::None),
        ("2026-11-24T17:00:00Z", Attention::Soon),
        ("2026-11-24T21:00:00Z", Attention::Urgent),
        ("2026-11-24T23:59:59.5Z", Attention::Urgent),
        ("2026-11-25T00:00:00Z", Attention::Overdue),
    ] {
        assert_eq!(
            due().attention(raised, None, at(now), &thresholds),
            expected,
            "{now}"
        );
    }
    let half = Thresholds {
        at_half_time: true,
        ..thresholds
    };
    assert_eq!(
        due().attention(raised, None, at("2026-11-24T06:00:00Z"), &half),
        Attention::Soon
    );
    let latest = Some(at("2026-11-24T12:00:00Z"));
    assert_eq!(
        due().attention(raised, latest, at("2026-11-24T13:00:00Z"), &thresholds),
        Attention::Overdue
    );
    assert_eq!(
        DueTime::raised(None).attention(raised, None, raised, &thresholds),
        Attention::None
    );
}
