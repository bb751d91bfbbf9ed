//! Calls and the ladder of attempts.

use super::*;
use crate::window::{ClockTime, Day, Schedule, Window, Windows};
use proptest::prelude::*;

fn call(outcome: CallOutcome, left: MessageLeft) -> CallRecord {
    CallRecord {
        occurred_at: monday(),
        direction: Direction::Outbound,
        point: Some(id(MOBILE)),
        person: PersonContacted::Victim,
        outcome,
        informed: outcome == CallOutcome::Answered,
        left,
    }
}

fn check(call: &CallRecord, plan: &Plan) -> Result<Vec<CallFlag>, Vec<CallFault>> {
    call.check(&CallContext {
        plan,
        case_opened_at: at("2026-10-01T00:00:00Z"),
        now: hours(1),
    })
}

#[test]
fn a_voicemail_takes_no_words_but_those_agreed() {
    let words = |words: &str| MessageLeft::Words { words: words.into() };
    let silent = plan();
    for left in [words("It's the CPS"), MessageLeft::AgreedWording] {
        let call = call(CallOutcome::NotAnswered, left);
        assert_eq!(check(&call, &silent), Err(vec![CallFault::VoicemailNotAgreed]));
    }
    let mut agreed = plan();
    agreed.voicemail = VoicemailRule::Allowed {
        wording: "Pat called.".into(),
        agreed_at: at("2026-11-01T00:00:00Z"),
    };
    for left in [
        words("Pat called."),
        MessageLeft::AgreedWording,
        MessageLeft::Nothing,
    ] {
        assert_eq!(check(&call(CallOutcome::NotAnswered, left), &agreed), Ok(vec![]));
    }
    let call = call(CallOutcome::NotAnswered, words("Pat called about the trial."));
    assert_eq!(check(&call, &agreed), Err(vec![CallFault::VoicemailNotAgreed]));
}

#[test]
fn a_call_that_cannot_have_been_is_refused_and_one_against_the_plan_is_flagged() {
    let answered = call(CallOutcome::Answered, MessageLeft::Nothing);
    let fault = |change: fn(&mut CallRecord)| {
        let mut call = answered.clone();
        change(&mut call);
        check(&call, &plan()).unwrap_err()
    };
    assert_eq!(fault(|c| c.occurred_at = hours(2)), [CallFault::Future]);
    assert_eq!(
        fault(|c| c.occurred_at = at("2026-09-30T10:00:00Z")),
        [CallFault::BeforeCase]
    );
    assert_eq!(fault(|c| c.point = Some(id(77))), [CallFault::NoPoint]);
    assert_eq!(
        fault(
            |c| (c.direction, c.outcome, c.informed) = (Direction::Inbound, CallOutcome::NotAnswered, false)
        ),
        [CallFault::InboundFailed]
    );
    assert_eq!(
        fault(|c| c.outcome = CallOutcome::NotAnswered),
        [CallFault::InformedUnheard]
    );
    let night = CallRecord {
        occurred_at: at("2026-11-22T22:00:00Z"),
        ..answered.clone()
    };
    assert_eq!(check(&night, &plan()), Ok(vec![CallFlag::OutsideWindow]));
    let dropped = CallRecord {
        outcome: CallOutcome::Dropped,
        informed: false,
        point: None,
        ..answered
    };
    assert_eq!(
        check(&dropped, &plan()),
        Ok(vec![CallFlag::PointNotSafe, CallFlag::FollowDroppedCallNote])
    );
}

fn tried(at: Timestamp, via: AttemptVia) -> Attempt {
    Attempt {
        at,
        via,
        informed: false,
    }
}

#[test]
fn three_calls_at_different_times_then_text_letter_adviser_and_an_honest_end() {
    let mut plan = plan();
    plan.text = TextRule::Allowed {
        wording: "Please ring Pat.".into(),
        agreed_at: at("2026-11-01T00:00:00Z"),
    };
    let mut attempts = Vec::new();
    let mut now = monday();
    for n in 1..=3 {
        let NextStep::Call {
            n: which,
            not_before,
            point,
        } = next_step(&attempts, &plan, true, now)
        else {
            panic!("a call")
        };
        assert_eq!((which, point), (n, id(MOBILE)));
        assert!(plan.schedule.is_open(not_before));
        attempts.push(tried(not_before, AttemptVia::Call));
        now = not_before;
    }
    let times: Vec<_> = attempts.iter().map(|attempt| attempt.at).collect();
    assert_eq!(
        times,
        [monday(), at("2026-11-23T13:00:00Z"), at("2026-11-23T16:00:00Z")]
    );
    for (step, via) in [
        (NextStep::TextIfSafe { point: id(MOBILE) }, AttemptVia::Text),
        (NextStep::LetterIfSafe { point: id(POST) }, AttemptVia::Letter),
        (NextStep::ViaIsva, AttemptVia::Isva),
    ] {
        assert_eq!(next_step(&attempts, &plan, true, now), step);
        attempts.push(tried(now, via));
    }
    assert_eq!(next_step(&attempts, &plan, true, now), NextStep::NotContacted);
    attempts[1].informed = true;
    assert_eq!(next_step(&attempts, &plan, true, now), NextStep::Informed);
}

#[test]
fn an_unsafe_rung_is_passed_over() {
    let mut plan = plan();
    plan.bar(&id(MOBILE), Why::ReportedUnsafe, monday()).unwrap();
    assert_eq!(
        next_step(&[], &plan, true, monday()),
        NextStep::LetterIfSafe { point: id(POST) }
    );
    plan.bar(&id(POST), Why::ReportedUnsafe, monday()).unwrap();
    assert_eq!(next_step(&[], &plan, true, monday()), NextStep::ViaIsva);
    assert_eq!(next_step(&[], &plan, false, monday()), NextStep::NotContacted);
}

#[test]
fn the_next_day_is_rung_at_another_time_of_day() {
    let yesterday = [tried(hours(-24), AttemptVia::Call)];
    let next = next_step(&yesterday, &plan(), true, hours(0));
    assert!(matches!(next, NextStep::Call { n: 2, not_before, .. } if not_before == hours(1)));
}

#[test]
fn a_window_too_narrow_for_another_time_gives_another_day() {
    let mut plan = plan();
    let hour = Window::new(&Day::ALL, ClockTime::hour(10), ClockTime::hour(11)).unwrap();
    plan.schedule = Schedule {
        windows: Windows::Only { windows: vec![hour] },
        exclusions: Vec::new(),
    };
    let next = next_step(&[tried(hours(0), AttemptVia::Call)], &plan, true, hours(0));
    assert!(matches!(next, NextStep::Call { n: 2, not_before, .. } if not_before == hours(24)));
}

proptest! {
    #[test]
    fn the_ladder_never_rings_outside_the_window_nor_twice_within_the_gap(
        from in 0_u8..23, length in 1_u8..12, made in prop::collection::vec(0_i64..100, 0..3), later in 0_i64..60,
    ) {
        let mut plan = plan();
        let window = Window::new(&Day::ALL, ClockTime::hour(from), ClockTime::hour(from + length)).unwrap();
        plan.schedule = Schedule { windows: Windows::Only { windows: vec![window] }, exclusions: Vec::new() };
        let attempts: Vec<_> = made.iter().map(|n| tried(hours(*n), AttemptVia::Call)).collect();
        let now = hours(made.iter().max().copied().unwrap_or(0) + later);
        match next_step(&attempts, &plan, true, now) {
            NextStep::Call { n, not_before, .. } => {
                prop_assert_eq!(n, attempts.len() + 1);
                prop_assert!(not_before >= now && plan.schedule.is_open(not_before));
                for attempt in attempts {
                    prop_assert!(not_before.duration_since(attempt.at) >= SignedDuration::from_hours(CALL_GAP_HOURS));
                }
            }
            other => prop_assert!(false, "a daily window always has a time to ring, not {other:?}"),
        }
    }
}
