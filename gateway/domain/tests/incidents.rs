//! The incidents of `isva-practice.md` section 7 that concern sending, each replayed by its mechanism at the
//! level of the pure rules: what happened there cannot be said here, or is held.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

use domain::address::{EmailAddress, PhoneNumber, PostalAddress};
use domain::contact::change::{NewProposal, Verification, VerifyPath, propose};
use domain::contact::{
    CallContext, CallFault, CallOutcome, CallRecord, Direction, MessageLeft, PersonContacted, Plan, Point,
    PointValue, Route, Safety, VoicemailRule, Why,
};
use domain::draft::{
    ApproveError, Draft, FindingKind, ForeignFacts, Frozen, Message, OwnFacts, Vetted, VettingProof,
    content_check, hold_back_until,
};
use domain::id::{ContactPointId, DraftId, MessageId, ObligationId, ProposalId, VictimId};
use domain::people::{PersonName, VictimStanding};
use domain::safety::{DenySet, Eligibility, HoldReason, Recipient, clear};
use domain::urn::Urn;
use jiff::{SignedDuration, Timestamp};

const ZERO: &str = "00000000000000000000000000000000";
const ONE: &str = "00000000000000000000000000000001";
const TWO: &str = "00000000000000000000000000000002";

fn monday() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn minutes(n: i64) -> Timestamp {
    monday().checked_add(SignedDuration::from_mins(n)).unwrap()
}

fn point_id(text: &str) -> ContactPointId {
    ContactPointId::parse(text).unwrap()
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn post(lines: &[&str]) -> PostalAddress {
    PostalAddress::parse(lines).unwrap()
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn safe() -> Safety {
    Safety::VerifiedSafe {
        said_by: "the victim".into(),
        how: "in person".into(),
        verified_at: "2026-11-02T10:00:00Z".parse().unwrap(),
        review_by: "2027-02-01".parse().unwrap(),
    }
}

fn plan() -> Plan {
    let mut plan = Plan::new(VictimId::parse(ZERO).unwrap(), Route::Email);
    plan.content_in_email = true;
    let mobile = PointValue::Phone(PhoneNumber::parse("07700 900123").unwrap());
    for (id, route, value) in [
        (ZERO, Route::Email, PointValue::Email(email("mary@example.test"))),
        (ONE, Route::Mobile, mobile),
    ] {
        plan.add(Point::new(point_id(id), route, value, safe()).unwrap())
            .unwrap();
    }
    plan
}

fn draft(text: &str, findings: Vec<domain::draft::Finding>) -> Draft {
    Draft {
        id: DraftId::parse(ZERO).unwrap(),
        obligation: ObligationId::parse(ZERO).unwrap(),
        victim: VictimId::parse(ZERO).unwrap(),
        kind: "trial-meeting-offer".into(),
        version: 1,
        language: "en".into(),
        digest: "a".repeat(64),
        stage: None,
        due_at: None,
        second_person: false,
        drafted_by: "rules".into(),
        drafted_at: monday(),
        findings,
        frozen: Frozen::new("An update".into(), text.into(), None, None).unwrap(),
        content_digest: "c".repeat(64),
    }
}

fn approve(draft: Draft) -> Result<Message, ApproveError> {
    let vetted = VettingProof::new("trial-meeting-offer", 1, "en", &"a".repeat(64), Vetted::Demo).unwrap();
    draft.approve(
        "pat",
        &vetted,
        MessageId::parse(ZERO).unwrap(),
        monday(),
        hold_back_until(monday(), 15),
    )
}

fn message() -> Message {
    approve(draft("Dear Mary", Vec::new())).unwrap()
}

fn eligible() -> Eligibility {
    Eligibility {
        victim: VictimId::parse(ZERO).unwrap(),
        standing: VictimStanding::wants_everything(),
    }
}

fn to(point: &str) -> Recipient {
    Recipient::Victim {
        point: point_id(point),
    }
}

fn reason(
    message: Message,
    to: &Recipient,
    plan: &Plan,
    deny: &DenySet,
    now: Timestamp,
) -> Option<HoldReason> {
    clear(message, to, &eligible(), plan, deny, now)
        .err()
        .map(|held| held.reason)
}

/// I1: news of a new home left on the voicemail of the husband's telephone.
#[test]
fn incident_01_no_free_words_are_left_on_a_voicemail() {
    let call = CallRecord {
        occurred_at: monday(),
        direction: Direction::Outbound,
        point: Some(point_id(ONE)),
        person: PersonContacted::Victim,
        outcome: CallOutcome::NotAnswered,
        informed: false,
        left: MessageLeft::Words {
            words: "about your new home".into(),
        },
    };
    let faults = |plan: &Plan| {
        let context = CallContext {
            plan,
            case_opened_at: minutes(-60),
            now: minutes(5),
        };
        call.check(&context).unwrap_err()
    };
    let mut plan = plan();
    assert_eq!(
        plan.voicemail,
        VoicemailRule::Forbidden,
        "forbidden unless somebody agreed"
    );
    assert_eq!(faults(&plan), [CallFault::VoicemailNotAgreed]);
    plan.voicemail = VoicemailRule::Allowed {
        wording: "Pat rang.".into(),
        agreed_at: minutes(-10),
    };
    assert_eq!(
        faults(&plan),
        [CallFault::VoicemailNotAgreed],
        "agreed words are those words and no others"
    );
}

/// I2: the letter with the new address went to the old one, while the change was under way.
#[test]
fn incident_02_a_changed_address_bars_the_old_one_also_for_what_already_waits() {
    let mut plan = plan();
    let waiting = message();
    let change = NewProposal {
        id: ProposalId::parse(ZERO).unwrap(),
        point: point_id(TWO),
        route: Route::Email,
        value: PointValue::Email(email("new@example.test")),
        replaces: Some(point_id(ZERO)),
        by: "pat".into(),
        at: minutes(5),
    };
    let proposal = propose(&mut plan, change, &DenySet::new()).unwrap();
    let held = reason(waiting.clone(), &to(ZERO), &plan, &DenySet::new(), minutes(20));
    assert_eq!(
        held,
        Some(HoldReason::NoVerifiedSafeContactPoint),
        "cleared at dispatch, not when it was queued"
    );
    let verification = |path| Verification {
        by: "pat".into(),
        path,
        said_by: "the victim".into(),
        how: "code word".into(),
        at: minutes(30),
    };
    let old = verification(VerifyPath::Point { id: point_id(ZERO) });
    assert!(
        proposal.clone().verify(&plan, old).is_err(),
        "the old address never hears of the change"
    );
    let verified = proposal
        .verify(&plan, verification(VerifyPath::Point { id: point_id(ONE) }))
        .unwrap();
    let review = "2027-03-01".parse().unwrap();
    verified
        .approve(&mut plan, "sam", review, &DenySet::new(), minutes(40))
        .unwrap();
    let old = reason(waiting.clone(), &to(ZERO), &plan, &DenySet::new(), minutes(45));
    assert_eq!(old, Some(HoldReason::NoVerifiedSafeContactPoint));
    let now = plan.email_point(minutes(45)).unwrap().id().clone();
    let to_new = Recipient::Victim { point: now };
    let cleared = clear(waiting, &to_new, &eligible(), &plan, &DenySet::new(), minutes(45)).unwrap();
    assert_eq!(cleared.to().reveal(), "new@example.test");
}

fn own() -> OwnFacts {
    OwnFacts {
        addressee: name("Mary Jones"),
        names: vec![name("Mary Jones"), name("Pat Officer")],
        urn: Urn::parse("44RG9895426").unwrap(),
        emails: vec![email("mary@example.test")],
        phones: vec![PhoneNumber::parse("07700 900123").unwrap()],
        addresses: vec![post(&["12 Orchard Rise", "Anytown", "ZZ9 9ZZ"])],
        born: None,
        places: vec!["Corner Bakery".into()],
    }
}

fn found(text: &str) -> Vec<FindingKind> {
    content_check(text, &own(), &ForeignFacts::default())
        .into_iter()
        .map(|finding| finding.kind)
        .collect()
}

fn cannot_be_approved(text: &str) {
    let findings = content_check(text, &own(), &ForeignFacts::default());
    assert!(
        matches!(approve(draft(text, findings)), Err(ApproveError::Findings(_))),
        "{text}"
    );
}

/// I3: a bundle that held the mother's address reached the father.
#[test]
fn incident_03_the_victims_address_never_stands_in_what_is_written() {
    assert_eq!(found("We wrote to you at ZZ9 9ZZ."), [FindingKind::OwnAddress]);
    cannot_be_approved("We wrote to you at 12, Orchard Rise.");
}

/// I4: people who asked about somebody were revealed to that very person.
#[test]
fn incident_04_the_defence_side_is_never_a_recipient() {
    let mut deny = DenySet::new();
    deny.add_email(&email("mary@example.test"));
    assert_eq!(
        reason(message(), &to(ZERO), &plan(), &deny, minutes(20)),
        Some(HoldReason::DenySet)
    );
    let mut near = DenySet::new();
    near.add_email(&email("M.A.R.Y+court@Example.Test"));
    assert_eq!(
        reason(message(), &to(ZERO), &plan(), &near, minutes(20)),
        Some(HoldReason::DenySet)
    );
    let mut firm = DenySet::new();
    firm.add_email_domain(&email("clerk@example.test"));
    assert_eq!(
        reason(message(), &to(ZERO), &plan(), &firm, minutes(20)),
        Some(HoldReason::DenySet)
    );
}

/// I5: the children's new address was sent to the father in prison.
#[test]
fn incident_05_a_household_of_the_defence_side_is_recognised_and_contact_data_stay_out() {
    let mut deny = DenySet::new();
    deny.add_household(&post(&["Flat 2", "7a Mill Lane", "Anytown", "ZZ8 8ZZ"]));
    assert!(deny.meets(&post(&["7 MILL LANE", "Anytown", "zz88zz"]).match_keys()));
    for text in ["Ring us on 07700 900123.", "We use mary@example.test."] {
        cannot_be_approved(text);
    }
}

/// I7: one correction, ninety people in its To line. A message goes to one address; there is no list to fill.
#[test]
fn incident_07_one_message_has_one_recipient_by_construction() {
    let cleared = clear(
        message(),
        &to(ZERO),
        &eligible(),
        &plan(),
        &DenySet::new(),
        minutes(20),
    )
    .unwrap();
    let one: &EmailAddress = cleared.to();
    assert_eq!(one.reveal().matches('@').count(), 1);
    for two in [
        "a@x.test,b@x.test",
        "a@x.test b@x.test",
        "a@x.test;b@x.test",
        "a@x.test\r\nRCPT TO:<b@x.test>",
    ] {
        assert!(EmailAddress::parse(two).is_err(), "{two:?}");
    }
}

/// I9: recipients copied from an earlier group mail. A recipient is a point of this victim's own plan.
#[test]
fn incident_09_a_recipient_comes_only_from_the_victims_own_record() {
    let mut other = Plan::new(VictimId::parse(ONE).unwrap(), Route::Email);
    other.content_in_email = true;
    let value = PointValue::Email(email("other@example.test"));
    other
        .add(Point::new(point_id(TWO), Route::Email, value, safe()).unwrap())
        .unwrap();
    let copied = reason(message(), &to(TWO), &plan(), &DenySet::new(), minutes(20));
    assert_eq!(copied, Some(HoldReason::NoVerifiedSafeContactPoint));
    let swapped = reason(message(), &to(TWO), &other, &DenySet::new(), minutes(20));
    assert_eq!(swapped, Some(HoldReason::WrongVictim));
}

/// I10: a "recall" told everybody a second time. There is a time in which to cancel, and nothing afterwards.
#[test]
fn incident_10_a_mistake_is_cancelled_before_it_leaves_and_never_recalled() {
    let until = minutes(15);
    let early = reason(message(), &to(ZERO), &plan(), &DenySet::new(), minutes(14));
    assert_eq!(early, Some(HoldReason::HoldBack { until }));
    let cancelled = message().cancel("pat", minutes(14));
    let later = reason(cancelled, &to(ZERO), &plan(), &DenySet::new(), until);
    assert_eq!(later, Some(HoldReason::Cancelled));
    assert_eq!(HoldReason::Cancelled.retry_at(), None);
}

/// I12: no address was named, yet what was said of a place was enough.
#[test]
fn incident_12_places_and_routines_in_free_text_are_found() {
    assert_eq!(
        found("You were seen outside the corner bakery."),
        [FindingKind::OwnPlace]
    );
    cannot_be_approved("You can come after your shift at the Corner\nBakery.");
    assert_eq!(
        found("We know that your school starts at nine."),
        [FindingKind::PlaceOrRoutine]
    );
    assert!(
        !FindingKind::PlaceOrRoutine.blocks(),
        "a person reads that sentence again and decides"
    );
}

/// A hard bounce replayed as the casework prototype offers it: edit the address, send again at once.
#[test]
fn incident_02_a_bounced_address_is_not_edited_and_resent_in_one_step() {
    let mut plan = plan();
    plan.hard_bounce(&point_id(ZERO), minutes(20)).unwrap();
    let held = reason(message(), &to(ZERO), &plan, &DenySet::new(), minutes(21));
    assert_eq!(held, Some(HoldReason::NoVerifiedSafeContactPoint));
    let edited = PointValue::Email(email("marry@example.test"));
    assert!(
        plan.add(Point::new(point_id(TWO), Route::Email, edited, safe()).unwrap())
            .is_err()
    );
    assert!(matches!(
        plan.point(&point_id(ZERO)).unwrap().safety(),
        Safety::Unknown {
            why: Why::HardBounce,
            ..
        }
    ));
}
