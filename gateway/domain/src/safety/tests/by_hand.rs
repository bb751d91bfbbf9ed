//! What goes by hand is held by the same laws.

use super::*;
use crate::address::{PhoneNumber, PostalAddress};
use crate::contact::TextRule;
use crate::window::{ClockTime, Day, Schedule, Window};

const ADDRESS: [&str; 3] = ["12 High Street", "Anytown", "ZZ9 9ZZ"];

fn plan_by_hand() -> Plan {
    let mut plan = plan();
    let post = PointValue::Post(PostalAddress::parse(&ADDRESS).unwrap());
    let mobile = PointValue::Phone(PhoneNumber::parse("07700 900123").unwrap());
    for (n, route, value) in [(2, Route::Post, post), (3, Route::Mobile, mobile)] {
        let point = Point::new(id!(ContactPointId, n), route, value, safe("2027-02-01")).unwrap();
        plan.add(point).unwrap();
    }
    plan.text = TextRule::Allowed {
        wording: "Please ring me.".into(),
        agreed_at: at("2026-11-01T10:00:00Z"),
    };
    plan
}

fn outcome(
    route: HandRoute,
    who: &Eligibility,
    plan: &Plan,
    deny: &DenySet,
) -> Result<Option<ContactPointId>, HoldReason> {
    clear_by_hand(message(), route, who, plan, deny, true, monday())
        .map(|handed| handed.point().cloned())
        .map_err(|held| held.reason)
}

#[test]
fn a_letter_goes_to_the_verified_address_and_a_text_to_the_verified_mobile() {
    let (who, plan, deny) = (eligible(), plan_by_hand(), DenySet::new());
    assert_eq!(
        outcome(HandRoute::Post, &who, &plan, &deny),
        Ok(Some(id!(ContactPointId, 2)))
    );
    assert_eq!(
        outcome(HandRoute::Text, &who, &plan, &deny),
        Ok(Some(id!(ContactPointId, 3)))
    );
    assert_eq!(outcome(HandRoute::ViaIsva, &who, &plan, &deny), Ok(None));
    assert_eq!(outcome(HandRoute::ViaPolice, &who, &plan, &deny), Ok(None));
}

#[test]
fn no_route_by_hand_goes_round_a_withdrawal_another_victim_or_the_hold_back() {
    let (plan, deny) = (plan_by_hand(), DenySet::new());
    for route in HandRoute::ALL {
        let mut withdrawn = eligible();
        withdrawn.standing.withdrawn = true;
        assert_eq!(
            outcome(route, &withdrawn, &plan, &deny),
            Err(HoldReason::Withdrawn)
        );
        let another = Eligibility {
            victim: id!(VictimId, 9),
            ..eligible()
        };
        assert_eq!(
            outcome(route, &another, &plan, &deny),
            Err(HoldReason::WrongVictim)
        );
        let early = clear_by_hand(
            message(),
            route,
            &eligible(),
            &plan,
            &deny,
            true,
            at("2026-11-23T09:59:00Z"),
        );
        let until = monday();
        assert_eq!(early.unwrap_err().reason, HoldReason::HoldBack { until });
    }
}

#[test]
fn an_address_that_is_barred_missing_or_of_the_defence_side_takes_no_letter() {
    let (who, deny) = (eligible(), DenySet::new());
    let mut barred = plan_by_hand();
    barred
        .bar(&id!(ContactPointId, 2), Why::ReportedUnsafe, monday())
        .unwrap();
    for plan in [barred, plan()] {
        assert_eq!(
            outcome(HandRoute::Post, &who, &plan, &deny),
            Err(HoldReason::NoVerifiedSafeContactPoint)
        );
    }
    let mut defence = DenySet::new();
    defence.add_household(&PostalAddress::parse(&["Flat 1", "12 high street", "Anytown", "zz99zz"]).unwrap());
    defence.add_phone(&PhoneNumber::parse("+44 7700 900123").unwrap());
    for route in [HandRoute::Post, HandRoute::Text] {
        assert_eq!(
            outcome(route, &who, &plan_by_hand(), &defence),
            Err(HoldReason::DenySet)
        );
    }
}

#[test]
fn a_text_needs_agreement_and_the_window_and_an_adviser_needs_consent() {
    let (who, deny) = (eligible(), DenySet::new());
    let mut silent = plan_by_hand();
    silent.text = TextRule::Forbidden;
    assert_eq!(
        outcome(HandRoute::Text, &who, &silent, &deny),
        Err(HoldReason::TextNotAgreed)
    );
    let mut evenings = plan_by_hand();
    let window = Window::new(&Day::ALL, ClockTime::hour(18), ClockTime::hour(20)).unwrap();
    evenings.schedule = Schedule {
        windows: Windows::Only {
            windows: vec![window],
        },
        exclusions: Vec::new(),
    };
    let until = at("2026-11-23T18:00:00Z");
    assert_eq!(
        outcome(HandRoute::Text, &who, &evenings, &deny),
        Err(HoldReason::OutsideWindow { until })
    );
    assert!(
        outcome(HandRoute::Post, &who, &evenings, &deny).is_ok(),
        "a letter has no hour"
    );
    let alone = clear_by_hand(
        message(),
        HandRoute::ViaIsva,
        &who,
        &plan_by_hand(),
        &deny,
        false,
        monday(),
    );
    assert_eq!(alone.unwrap_err().reason, HoldReason::NoConsent);
}
