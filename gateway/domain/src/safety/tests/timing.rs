//! Choices, points, windows and hold-back.

use super::*;

#[test]
fn a_message_leaves_to_the_verified_address_inside_the_window() {
    let cleared = clear(
        message(),
        &to_victim(),
        &eligible(),
        &plan(),
        &DenySet::new(),
        monday(),
    )
    .unwrap();
    assert_eq!(cleared.to().reveal(), "mary@example.test");
    assert_eq!(
        (cleared.cleared_at(), cleared.recipient()),
        (monday(), &to_victim())
    );
}

#[test]
fn what_the_victim_chose_holds_whatever_is_due() {
    type Choice = fn(&mut VictimStanding);
    let standings: [(Choice, HoldReason); 5] = [
        (|s| s.withdrawn = true, HoldReason::Withdrawn),
        (|s| s.deceased = true, HoldReason::Deceased),
        (|s| s.wants_contact = false, HoldReason::WantsNoContact),
        (|s| s.opted_out = vec!["trial".into()], HoldReason::OptedOut),
        (|s| s.opted_out = vec!["all".into()], HoldReason::OptedOut),
    ];
    let to_adviser = Recipient::Adviser(Box::new(adviser()));
    for (choose, reason) in standings {
        let mut who = eligible();
        choose(&mut who.standing);
        for to in [to_victim(), to_adviser.clone()] {
            assert_eq!(
                held(message(), &to, &who, &plan(), &DenySet::new(), monday()),
                reason
            );
        }
        assert!(reason.needs_person() && reason.retry_at().is_none());
    }
    let mut other_stage = eligible();
    other_stage.standing.opted_out = vec!["sentence".into()];
    assert!(
        clear(
            message(),
            &to_victim(),
            &other_stage,
            &plan(),
            &DenySet::new(),
            monday()
        )
        .is_ok()
    );
}

#[test]
fn a_point_that_is_unknown_unsafe_gone_or_expired_is_not_used() {
    let none = HoldReason::NoVerifiedSafeContactPoint;
    let since = at("2026-11-10T10:00:00Z");
    for (safety, reason) in [
        (
            Safety::Unknown {
                why: Why::HardBounce,
                since,
            },
            none,
        ),
        (
            Safety::Unsafe {
                why: Why::ReportedUnsafe,
                since,
            },
            none,
        ),
        (safe("2026-11-22"), HoldReason::ContactPointExpired),
    ] {
        let plan = plan_with("mary@example.test", safety);
        assert_eq!(
            held(
                message(),
                &to_victim(),
                &eligible(),
                &plan,
                &DenySet::new(),
                monday()
            ),
            reason
        );
    }
    let gone = Recipient::Victim {
        point: id!(ContactPointId, 2),
    };
    assert_eq!(
        held(message(), &gone, &eligible(), &plan(), &DenySet::new(), monday()),
        none
    );
    let last_day = plan_with("mary@example.test", safe("2026-11-23"));
    assert!(
        clear(
            message(),
            &to_victim(),
            &eligible(),
            &last_day,
            &DenySet::new(),
            monday()
        )
        .is_ok()
    );
}

#[test]
fn a_message_for_one_victim_never_leaves_under_the_plan_of_another() {
    let other = Plan::new(id!(VictimId, 2), Route::Email);
    let who = eligible();
    assert_eq!(
        held(message(), &to_victim(), &who, &other, &DenySet::new(), monday()),
        HoldReason::WrongVictim
    );
    let who = Eligibility {
        victim: id!(VictimId, 2),
        ..who
    };
    assert_eq!(
        held(message(), &to_victim(), &who, &plan(), &DenySet::new(), monday()),
        HoldReason::WrongVictim
    );
}

#[test]
fn outside_the_window_it_waits_and_a_window_after_the_deadline_goes_to_a_person() {
    let friday_night = at("2026-11-20T20:00:00Z");
    let opens = at("2026-11-23T09:00:00Z");
    let released = at("2026-11-20T12:00:00Z");
    let later = message_of("x", Some(at("2026-11-23T23:59:59Z")), released);
    let waits = held(
        later,
        &to_victim(),
        &eligible(),
        &plan(),
        &DenySet::new(),
        friday_night,
    );
    assert_eq!(waits, HoldReason::OutsideWindow { until: opens });
    assert!(!waits.needs_person() && waits.retry_at() == Some(opens));

    let due_before = || message_of("x", Some(at("2026-11-20T23:59:59Z")), released);
    let conflict = held(
        due_before(),
        &to_victim(),
        &eligible(),
        &plan(),
        &DenySet::new(),
        friday_night,
    );
    assert_eq!(conflict, HoldReason::WindowAfterDeadline { opens: Some(opens) });
    assert!(conflict.needs_person());
    assert!(
        clear(
            due_before(),
            &to_victim(),
            &eligible(),
            &plan(),
            &DenySet::new(),
            opens
        )
        .is_ok(),
        "late and safe"
    );

    let mut never = plan();
    never.schedule.windows = Windows::Only { windows: Vec::new() };
    let reason = held(
        message(),
        &to_victim(),
        &eligible(),
        &never,
        &DenySet::new(),
        monday(),
    );
    assert_eq!(
        (reason, reason.retry_at()),
        (HoldReason::WindowAfterDeadline { opens: None }, None)
    );
}

#[test]
fn until_the_hold_back_ends_it_stays_and_a_cancelled_one_never_leaves() {
    let until = at("2026-11-23T10:15:00Z");
    let fresh = || message_of("x", None, until);
    let reason = held(
        fresh(),
        &to_victim(),
        &eligible(),
        &plan(),
        &DenySet::new(),
        monday(),
    );
    assert_eq!(
        (reason, reason.needs_person()),
        (HoldReason::HoldBack { until }, false)
    );
    assert!(
        clear(
            fresh(),
            &to_victim(),
            &eligible(),
            &plan(),
            &DenySet::new(),
            until
        )
        .is_ok()
    );
    let cancelled = fresh().cancel("pat", monday());
    assert_eq!(
        held(
            cancelled,
            &to_victim(),
            &eligible(),
            &plan(),
            &DenySet::new(),
            until
        ),
        HoldReason::Cancelled
    );
}
