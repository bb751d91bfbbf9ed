//! Laws 2 and 3 as properties: whatever the order of changes, nothing unsafe is cleared.

use super::*;
use crate::window::{ClockTime, Day, Exclusion, Schedule, Window};
use proptest::prelude::*;

/// What can happen to a plan, in any order.
#[derive(Debug, Clone)]
enum Change {
    Bar,
    Bounce,
    Recheck(i64),
    Expire,
    AddUnknown,
    Withdraw(bool),
    Die,
    OptOut(bool),
    Contact(bool),
    Deny,
    Prefer(bool),
    Content(bool),
    Hours(u8, u8),
    Exclude(i64),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        1 => Just(Change::Bar), 1 => Just(Change::Bounce), 1 => Just(Change::Expire), 1 => Just(Change::Deny),
        1 => Just(Change::Die), 3 => Just(Change::AddUnknown), 4 => (1_i64..300).prop_map(Change::Recheck),
        2 => any::<bool>().prop_map(Change::Withdraw), 2 => any::<bool>().prop_map(Change::OptOut),
        2 => any::<bool>().prop_map(Change::Contact), 2 => any::<bool>().prop_map(Change::Prefer),
        2 => any::<bool>().prop_map(Change::Content),
        8 => (0_u8..16, 4_u8..9).prop_map(|(from, hours)| Change::Hours(from, from + hours)),
        2 => (0_i64..9).prop_map(Change::Exclude),
    ]
}

fn apply(change: &Change, plan: &mut Plan, who: &mut Eligibility, deny: &mut DenySet, now: Timestamp) {
    let point = id!(ContactPointId, 1);
    let day = |days: i64| {
        let later = now.checked_add(SignedDuration::from_hours(24 * days)).unwrap();
        later.to_zoned(crate::window::london()).date()
    };
    let standing = &mut who.standing;
    match change {
        Change::Bar => plan.bar(&point, Why::ReportedUnsafe, now).unwrap(),
        Change::Bounce => plan.hard_bounce(&point, now).unwrap(),
        Change::Recheck(days) => {
            let _ = plan.recheck(&point, "the victim".into(), "by phone".into(), now, day(*days));
        }
        Change::Expire => {
            let fixed = plan.point(&point).unwrap().is_distrusted();
            if !fixed {
                *plan = plan_with("mary@example.test", safe("2026-11-22"));
            }
        }
        Change::AddUnknown => {
            let safety = Safety::Unknown {
                why: Why::ThirdParty,
                since: now,
            };
            let value = PointValue::Email(email("sister@example.test"));
            let _ = plan.add(Point::new(id!(ContactPointId, 9), Route::Email, value, safety).unwrap());
        }
        Change::Withdraw(yes) => standing.withdrawn = *yes,
        Change::Die => standing.deceased = true,
        Change::OptOut(yes) => standing.opted_out = yes.then(|| "trial".to_owned()).into_iter().collect(),
        Change::Contact(yes) => standing.wants_contact = *yes,
        Change::Deny => deny.add_email(&email("Mary+x@example.test")),
        Change::Prefer(hand) => plan.preferred = if *hand { Route::ViaPolice } else { Route::Email },
        Change::Content(yes) => plan.content_in_email = *yes,
        Change::Hours(from, to) => {
            let window = Window::new(&Day::ALL, ClockTime::hour(*from), ClockTime::hour(*to)).unwrap();
            plan.schedule = Schedule {
                windows: Windows::Only {
                    windows: vec![window],
                },
                exclusions: Vec::new(),
            };
        }
        Change::Exclude(days) => {
            plan.schedule.exclusions.push(Exclusion::Dates {
                first: day(*days),
                last: day(*days + 1),
            });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Laws 2 and 3, in their pure part. What is cleared is looked at with eyes of its own, not with the
    /// functions that cleared it, wherever that can be.
    #[test]
    fn nothing_unsafe_is_ever_cleared_whatever_the_order_of_changes(
        changes in prop::collection::vec((change(), 0_i64..40), 0..8),
        due_hours in prop::option::of(-100_i64..200),
        to_sister in prop::bool::weighted(0.1),
        cancelled in prop::bool::weighted(0.1),
    ) {
        let mut now = monday();
        let (mut plan, mut who, mut deny) = (plan(), eligible(), DenySet::new());
        let hold_back = monday().checked_add(SignedDuration::from_hours(5)).unwrap();
        let due = due_hours.map(|hours| monday().checked_add(SignedDuration::from_hours(hours)).unwrap());
        let mut distrusted = false;
        let mut denied = false;
        for (change, hours) in &changes {
            now = now.checked_add(SignedDuration::from_hours(*hours)).unwrap();
            distrusted |= matches!(change, Change::Bar | Change::Bounce);
            denied |= matches!(change, Change::Deny);
            apply(change, &mut plan, &mut who, &mut deny, now);
        }
        let mut message = message_of("trial-meeting-offer", due, hold_back);
        if cancelled {
            message = message.cancel("pat", now);
        }
        let point = id!(ContactPointId, if to_sister { 9 } else { 1 });
        match clear(message, &Recipient::Victim { point }, &who, &plan, &deny, now) {
            Ok(cleared) => {
                prop_assert_eq!(cleared.to().reveal(), "mary@example.test");
                prop_assert!(!distrusted && !denied && !to_sister && !cancelled);
                prop_assert!(now >= hold_back && plan.content_in_email && plan.preferred == Route::Email);
                let standing = &who.standing;
                prop_assert!(standing.wants_contact && !standing.withdrawn && !standing.deceased);
                prop_assert!(standing.opted_out.is_empty());
                prop_assert!(plan.schedule.is_open(now));
                match plan.points()[0].safety() {
                    Safety::VerifiedSafe { review_by, .. } => {
                        prop_assert!(now.to_zoned(crate::window::london()).date() <= *review_by);
                    }
                    other => prop_assert!(false, "cleared to {other:?}"),
                }
            }
            Err(held) => if let Some(retry) = held.reason.retry_at() { prop_assert!(retry > now); },
        }
    }
}
