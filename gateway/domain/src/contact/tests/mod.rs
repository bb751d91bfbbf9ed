use super::change::{ChangeError, NewProposal, Proposal, Verification, VerifyPath, propose};
use super::*;
use crate::address::{EmailAddress, PhoneNumber, PostalAddress};
use crate::id::{AdviserId, ContactPointId, ProposalId, VictimId};
use crate::safety::DenySet;
use jiff::{SignedDuration, Timestamp};

mod calls;
mod made;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Monday, 23 November 2026, 10:00 in London.
fn monday() -> Timestamp {
    at("2026-11-23T10:00:00Z")
}

fn hours(n: i64) -> Timestamp {
    monday().checked_add(SignedDuration::from_hours(n)).unwrap()
}

fn id(n: u8) -> ContactPointId {
    ContactPointId::parse(&format!("{n:032x}")).unwrap()
}

fn email(text: &str) -> PointValue {
    PointValue::Email(EmailAddress::parse(text).unwrap())
}

fn phone(text: &str) -> PointValue {
    PointValue::Phone(PhoneNumber::parse(text).unwrap())
}

fn post() -> PointValue {
    PointValue::Post(PostalAddress::parse(&["12 High Street", "Anytown", "ZZ9 9ZZ"]).unwrap())
}

fn safe() -> Safety {
    Safety::VerifiedSafe {
        said_by: "the victim".into(),
        how: "in person".into(),
        verified_at: at("2026-11-02T10:00:00Z"),
        review_by: "2027-02-01".parse().unwrap(),
    }
}

const EMAIL: u8 = 1;
const MOBILE: u8 = 2;
const POST: u8 = 3;

fn plan() -> Plan {
    let mut plan = Plan::new(VictimId::parse(&"0".repeat(32)).unwrap(), Route::Email);
    for (n, route, value) in [
        (EMAIL, Route::Email, email("mary@example.test")),
        (MOBILE, Route::Mobile, phone("07700 900123")),
        (POST, Route::Post, post()),
    ] {
        plan.add(Point::new(id(n), route, value, safe()).unwrap())
            .unwrap();
    }
    plan
}

fn new_email(value: &str) -> NewProposal {
    NewProposal {
        id: ProposalId::parse(&"0".repeat(32)).unwrap(),
        point: id(8),
        route: Route::Email,
        value: email(value),
        replaces: Some(id(EMAIL)),
        by: "pat".into(),
        at: monday(),
    }
}

fn verification(path: VerifyPath) -> Verification {
    Verification {
        by: "pat".into(),
        path,
        said_by: "the victim".into(),
        how: "code word".into(),
        at: hours(1),
    }
}

fn by_mobile() -> Verification {
    verification(VerifyPath::Point { id: id(MOBILE) })
}

fn proposed(plan: &mut Plan) -> Proposal {
    propose(plan, new_email("new@example.test"), &DenySet::new()).unwrap()
}

fn approve(proposal: Proposal, plan: &mut Plan, by: &str) -> Result<Proposal, ChangeError> {
    proposal.approve(plan, by, "2027-05-01".parse().unwrap(), &DenySet::new(), hours(2))
}

#[test]
fn a_change_is_proposed_verified_by_another_path_and_approved_by_a_second_person() {
    let mut plan = plan();
    let proposal = proposed(&mut plan).verify(&plan, by_mobile()).unwrap();
    assert_eq!(
        plan.usable(Route::Email, hours(1)),
        None,
        "between proposal and approval nothing is usable"
    );
    assert_eq!(
        approve(proposal.clone(), &mut plan, "PAT"),
        Err(ChangeError::SamePerson)
    );
    let mut by_another = by_mobile();
    by_another.by = "kim".into();
    let verified_by_kim = proposed(&mut plan.clone()).verify(&plan, by_another).unwrap();
    for by in ["pat", "Kim"] {
        let again = approve(verified_by_kim.clone(), &mut plan.clone(), by);
        assert_eq!(
            again,
            Err(ChangeError::SamePerson),
            "neither proposer nor verifier"
        );
    }
    let approved = approve(proposal, &mut plan, "sam").unwrap();
    assert_eq!(approved.state().as_str(), "approved");
    assert_eq!(
        plan.usable(Route::Email, hours(2)).unwrap().value(),
        &email("new@example.test")
    );
    assert!(matches!(
        plan.point(&id(EMAIL)).unwrap().safety(),
        Safety::Unsafe {
            why: Why::Replaced,
            ..
        }
    ));
}

#[test]
fn the_old_value_is_barred_at_once_and_stays_barred_when_the_change_is_refused() {
    let mut plan = plan();
    let proposal = proposed(&mut plan);
    let old = plan.point(&id(EMAIL)).unwrap();
    assert_eq!(old.usable(monday()), Err(Unusable::NotVerified));
    assert!(matches!(
        old.safety(),
        Safety::Unsafe {
            why: Why::BeingChanged,
            ..
        }
    ));
    proposal.refuse("sam", "a mistake".into(), hours(1)).unwrap();
    assert_eq!(plan.usable(Route::Email, hours(1)), None);
    let again = plan.recheck(
        &id(EMAIL),
        "x".into(),
        "y".into(),
        hours(1),
        "2027-01-01".parse().unwrap(),
    );
    assert_eq!(again, Err(PlanFault::Distrusted));
}

#[test]
fn neither_the_changed_channel_nor_a_distrusted_one_verifies() {
    let mut plan = plan();
    let proposal = proposed(&mut plan);
    let refused = |plan: &Plan, path| proposal.clone().verify(plan, verification(path)).unwrap_err();
    assert_eq!(
        refused(&plan, VerifyPath::Point { id: id(EMAIL) }),
        ChangeError::SamePath
    );
    assert_eq!(
        refused(&plan, VerifyPath::Point { id: id(77) }),
        ChangeError::DistrustedPath
    );
    plan.bar(&id(MOBILE), Why::ReportedUnsafe, monday()).unwrap();
    assert_eq!(
        refused(&plan, VerifyPath::Point { id: id(MOBILE) }),
        ChangeError::DistrustedPath
    );
    let unsafe_ = Safety::Unsafe {
        why: Why::ReportedUnsafe,
        since: monday(),
    };
    plan.add(
        Point::new(
            id(5),
            Route::ViaIsva,
            PointValue::Person("a service".into()),
            unsafe_,
        )
        .unwrap(),
    )
    .unwrap();
    let adviser = VerifyPath::Adviser {
        id: AdviserId::parse(&"0".repeat(32)).unwrap(),
    };
    assert_eq!(refused(&plan, adviser), ChangeError::DistrustedPath);
    for path in [
        VerifyPath::InPerson,
        VerifyPath::Police,
        VerifyPath::Point { id: id(POST) },
    ] {
        assert!(proposal.clone().verify(&plan, verification(path)).is_ok());
    }
}

#[test]
fn what_changed_between_verification_and_approval_is_looked_at_again() {
    let mut barred_path = plan();
    let proposal = proposed(&mut barred_path)
        .verify(&barred_path, by_mobile())
        .unwrap();
    barred_path
        .bar(&id(MOBILE), Why::ReportedUnsafe, hours(2))
        .unwrap();
    assert_eq!(
        approve(proposal, &mut barred_path, "sam"),
        Err(ChangeError::DistrustedPath)
    );

    let mut plan = plan();
    let proposal = proposed(&mut plan).verify(&plan, by_mobile()).unwrap();
    let mut deny = DenySet::new();
    deny.add_email(&EmailAddress::parse("N.E.W@example.test").unwrap());
    let review = "2027-05-01".parse().unwrap();
    let denied = proposal
        .clone()
        .approve(&mut plan, "sam", review, &deny, hours(2));
    assert_eq!(denied, Err(ChangeError::DenySet));
    let twice = approve(proposal.clone(), &mut plan, "sam").unwrap();
    assert!(matches!(
        approve(twice, &mut plan, "sam"),
        Err(ChangeError::WrongState { .. })
    ));
    let unverified = proposed(&mut self::plan());
    assert!(matches!(
        approve(unverified, &mut plan, "sam"),
        Err(ChangeError::WrongState { .. })
    ));
}

#[test]
fn a_value_of_the_defence_side_is_refused_and_the_old_one_is_barred_all_the_same() {
    let mut plan = plan();
    let mut deny = DenySet::new();
    deny.add_email(&EmailAddress::parse("new@example.test").unwrap());
    assert_eq!(
        propose(&mut plan, new_email("New@example.test"), &deny),
        Err(ChangeError::DenySet)
    );
    assert_eq!(plan.usable(Route::Email, monday()), None);
}

#[test]
fn a_bounced_address_never_comes_back_by_an_edit_in_one_step() {
    let mut plan = plan();
    plan.hard_bounce(&id(EMAIL), monday()).unwrap();
    let expected = Safety::Unknown {
        why: Why::HardBounce,
        since: monday(),
    };
    assert_eq!(plan.point(&id(EMAIL)).unwrap().safety(), &expected);
    let review = "2027-01-01".parse().unwrap();
    let recheck = plan.recheck(&id(EMAIL), "x".into(), "y".into(), monday(), review);
    assert_eq!(recheck, Err(PlanFault::Distrusted));
    let same = Point::new(id(9), Route::Email, email("M.ary+2@example.test"), safe()).unwrap();
    assert_eq!(plan.add(same), Err(PlanFault::Double));
    let edited = Point::new(id(9), Route::Email, email("marie@example.test"), safe()).unwrap();
    assert_eq!(plan.add(edited), Err(PlanFault::NeedsProposal));
    let renewed = NewProposal {
        replaces: None,
        ..new_email("mary@example.test")
    };
    let proposal = propose(&mut plan, renewed, &DenySet::new())
        .unwrap()
        .verify(&plan, by_mobile())
        .unwrap();
    approve(proposal, &mut plan, "sam").unwrap();
    assert!(
        plan.usable(Route::Email, hours(2)).is_some(),
        "the long way is open"
    );
}

#[test]
fn a_known_address_is_asked_about_again_in_one_step_within_a_year() {
    let mut plan = plan();
    let mut recheck = |day: &str| {
        plan.recheck(
            &id(EMAIL),
            "the victim".into(),
            "by phone".into(),
            monday(),
            day.parse().unwrap(),
        )
    };
    assert_eq!(recheck("2026-11-23"), Err(PlanFault::ReviewBy));
    assert_eq!(recheck("2028-01-01"), Err(PlanFault::ReviewBy));
    assert_eq!(recheck("2027-11-01"), Ok(()));
}

#[test]
fn a_point_takes_only_a_value_that_fits_its_route() {
    for (route, value) in [
        (Route::Email, phone("07700 900123")),
        (Route::Mobile, phone("01632 960001")),
        (Route::Post, email("a@b.test")),
        (Route::ViaIsva, email("a@b.test")),
    ] {
        assert_eq!(Point::new(id(1), route, value, safe()), Err(PointMismatch(route)));
    }
    let json = serde_json::to_string(&plan()).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan());
    assert!(
        serde_json::from_str::<Plan>(&json.replace("\"route\":\"email\"", "\"route\":\"post\"")).is_err()
    );
}
