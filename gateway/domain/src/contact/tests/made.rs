//! Contacts made by hand.

use std::collections::BTreeSet;

use super::*;
use crate::rulebook::Discharge;

fn made(method: Method, person: PersonContacted) -> MadeContact {
    MadeContact {
        occurred_at: monday(),
        method,
        direction: Direction::Outbound,
        point: None,
        person,
        informed_at: None,
        purpose: "the decision".into(),
        notes: None,
        signposted: BTreeSet::new(),
        info_pack: None,
    }
}

fn letter() -> MadeContact {
    MadeContact {
        point: Some(id(POST)),
        ..made(Method::Post, PersonContacted::Victim)
    }
}

fn text() -> MadeContact {
    let method = Method::TextMessage {
        promised: vec![hours(3)],
    };
    MadeContact {
        point: Some(id(MOBILE)),
        ..made(method, PersonContacted::Victim)
    }
}

fn check(made: &MadeContact, plan: &Plan) -> Result<Vec<ContactFlag>, Vec<ContactFault>> {
    made.check(&CallContext {
        plan,
        case_opened_at: at("2026-10-01T00:00:00Z"),
        now: hours(5),
    })
}

fn with_texts() -> Plan {
    let mut plan = plan();
    plan.text = TextRule::Allowed {
        wording: "Please ring me.".into(),
        agreed_at: at("2026-11-01T00:00:00Z"),
    };
    plan
}

#[test]
fn what_was_sent_does_not_inform_and_an_adviser_informs_only_with_a_date() {
    for sent in [letter(), text(), made(Method::Email, PersonContacted::Victim)] {
        let informed = MadeContact {
            informed_at: Some(hours(1)),
            ..sent
        };
        assert_eq!(
            check(&informed, &with_texts()),
            Err(vec![ContactFault::SentIsNotInformed])
        );
    }
    let passed_on = MadeContact {
        informed_at: Some(hours(4)),
        ..made(Method::Email, PersonContacted::ViaIsva)
    };
    assert_eq!(check(&passed_on, &plan()), Ok(vec![]));
    for wrong in [hours(-1), hours(6)] {
        let informed = MadeContact {
            informed_at: Some(wrong),
            ..passed_on.clone()
        };
        assert_eq!(check(&informed, &plan()), Err(vec![ContactFault::InformedAt]));
    }
    let confirmed = MadeContact {
        direction: Direction::Inbound,
        informed_at: Some(hours(-1)),
        ..passed_on
    };
    assert_eq!(
        check(&confirmed, &plan()),
        Ok(vec![]),
        "a later word about an earlier hour"
    );
}

#[test]
fn somebody_else_never_informs_and_has_a_name_and_a_part() {
    let sister = |name: &str, role: &str| PersonContacted::Other {
        name: name.into(),
        role: role.into(),
    };
    let told = MadeContact {
        informed_at: Some(hours(1)),
        ..made(Method::InPerson, sister("Ann Example", "sister"))
    };
    assert_eq!(
        check(&told, &plan()),
        Err(vec![ContactFault::SomebodyElseInformed])
    );
    for (name, role) in [("", "sister"), ("Ann Example", " ")] {
        let nameless = made(Method::InPerson, sister(name, role));
        assert_eq!(check(&nameless, &plan()), Err(vec![ContactFault::Somebody]));
    }
}

#[test]
fn what_cannot_have_been_is_refused_all_at_once() {
    let wrong = MadeContact {
        occurred_at: hours(6),
        purpose: " ".into(),
        point: Some(id(77)),
        method: Method::TextMessage {
            promised: vec![monday()],
        },
        ..text()
    };
    assert_eq!(
        check(&wrong, &with_texts()),
        Err(vec![
            ContactFault::Purpose,
            ContactFault::Future,
            ContactFault::NoPoint,
            ContactFault::PromisedAt,
        ])
    );
    let early = MadeContact {
        occurred_at: at("2026-09-30T10:00:00Z"),
        ..letter()
    };
    assert_eq!(check(&early, &plan()), Err(vec![ContactFault::BeforeCase]));
    let nameless = made(Method::Other { name: "".into() }, PersonContacted::Victim);
    assert_eq!(check(&nameless, &plan()), Err(vec![ContactFault::OtherMethod]));
}

#[test]
fn what_was_done_against_the_plan_is_recorded_and_flagged() {
    assert_eq!(check(&text(), &with_texts()), Ok(vec![]));
    assert_eq!(check(&text(), &plan()), Ok(vec![ContactFlag::TextNotAgreed]));
    let night = MadeContact {
        occurred_at: at("2026-11-22T22:00:00Z"),
        ..text()
    };
    assert_eq!(check(&night, &with_texts()), Ok(vec![ContactFlag::OutsideWindow]));
    let mut barred = plan();
    barred.bar(&id(POST), Why::ReportedUnsafe, hours(-1)).unwrap();
    assert_eq!(check(&letter(), &barred), Ok(vec![ContactFlag::PointNotSafe]));
    assert!(ContactFlag::PointNotSafe.is_near_miss() && !ContactFlag::FollowDroppedCallNote.is_near_miss());
}

#[test]
fn a_call_keeps_the_rules_of_calls() {
    let call = |left: MessageLeft| MadeContact {
        point: Some(id(MOBILE)),
        ..made(
            Method::TelephoneCall {
                outcome: CallOutcome::NotAnswered,
                left,
            },
            PersonContacted::Victim,
        )
    };
    assert_eq!(check(&call(MessageLeft::Nothing), &plan()), Ok(vec![]));
    let words = MessageLeft::Words {
        words: "It's about the case".into(),
    };
    assert_eq!(
        check(&call(words), &plan()),
        Err(vec![ContactFault::Call(CallFault::VoicemailNotAgreed)])
    );
}

#[test]
fn a_duty_ends_by_the_victim_informed_or_by_the_approved_letter_posted_to_a_safe_address() {
    let plan = plan();
    let informed = MadeContact {
        informed_at: Some(hours(1)),
        ..made(Method::InPerson, PersonContacted::Victim)
    };
    for discharge in [
        Discharge::EmailAccepted,
        Discharge::VictimInformed,
        Discharge::ByOwner,
    ] {
        assert_eq!(
            informed.discharges(discharge, &plan, false),
            Some("victim-informed")
        );
    }
    let posted = |discharge, carries| letter().discharges(discharge, &plan, carries);
    assert_eq!(posted(Discharge::EmailAccepted, true), Some("letter-posted"));
    assert_eq!(posted(Discharge::EmailAccepted, false), None, "another letter");
    assert_eq!(posted(Discharge::VictimInformed, true), None);
    assert_eq!(text().discharges(Discharge::EmailAccepted, &plan, true), None);
    let mut barred = self::plan();
    barred.bar(&id(POST), Why::ReportedUnsafe, hours(-1)).unwrap();
    assert_eq!(letter().discharges(Discharge::EmailAccepted, &barred, true), None);
    let through_police = MadeContact {
        person: PersonContacted::ViaPolice,
        ..letter()
    };
    assert_eq!(
        through_police.discharges(Discharge::EmailAccepted, &plan, true),
        None
    );
}

#[test]
fn a_record_is_kept_and_read_again_and_shows_nothing_in_debug() {
    let contact = text();
    let json = serde_json::to_string(&contact).unwrap();
    assert_eq!(serde_json::from_str::<MadeContact>(&json).unwrap(), contact);
    assert!(!format!("{contact:?}").contains("decision"));
}

#[test]
fn every_example_of_the_page_can_be_recorded() {
    let page = include_str!("../../../../../docs/contacts.md");
    let examples = page.split("```json\n").skip(1);
    let read = examples.map(|rest| {
        let text = rest.split("\n```").next().unwrap();
        serde_json::from_str::<MadeContact>(text).unwrap()
    });
    let mut plan = with_texts();
    let point = ContactPointId::parse("0123456789abcdef0123456789abcdef").unwrap();
    plan.add(Point::new(point, Route::HomePhone, phone("01632 960001"), safe()).unwrap())
        .unwrap();
    let context = CallContext {
        plan: &plan,
        case_opened_at: at("2026-10-01T00:00:00Z"),
        now: at("2026-11-24T12:00:00Z"),
    };
    let flags = read.map(|made| made.check(&context).unwrap()).collect::<Vec<_>>();
    assert_eq!(flags, [vec![], vec![], vec![]]);
}
