use super::*;
use crate::contact::{Point, Safety, Why};
use crate::draft::{Draft, Frozen, Vetted, VettingProof};
use crate::id::{ConsentId, DraftId, MessageId, ObligationId};
use crate::masked::Masked;
use crate::window::Windows;
use jiff::SignedDuration;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Monday, 23 November 2026, 10:00 in London.
fn monday() -> Timestamp {
    at("2026-11-23T10:00:00Z")
}

macro_rules! id {
    ($kind:ident, $n:expr) => {
        $kind::parse(&format!("{:032x}", $n)).unwrap()
    };
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn safe(review_by: &str) -> Safety {
    Safety::VerifiedSafe {
        said_by: "the victim".into(),
        how: "in person".into(),
        verified_at: at("2026-11-02T10:00:00Z"),
        review_by: review_by.parse().unwrap(),
    }
}

fn plan_with(value: &str, safety: Safety) -> Plan {
    let mut plan = Plan::new(id!(VictimId, 1), Route::Email);
    plan.content_in_email = true;
    plan.add(
        Point::new(
            id!(ContactPointId, 1),
            Route::Email,
            PointValue::Email(email(value)),
            safety,
        )
        .unwrap(),
    )
    .unwrap();
    plan
}

fn plan() -> Plan {
    plan_with("mary@example.test", safe("2027-02-01"))
}

fn message_of(kind: &str, due_at: Option<Timestamp>, hold_back_until: Timestamp) -> Message {
    let digest = "a".repeat(64);
    let draft = Draft {
        id: id!(DraftId, 1),
        obligation: id!(ObligationId, 1),
        victim: id!(VictimId, 1),
        kind: kind.into(),
        version: 1,
        language: "en".into(),
        digest: digest.clone(),
        stage: Some("trial".into()),
        due_at,
        second_person: false,
        drafted_by: "rules".into(),
        drafted_at: at("2026-11-20T10:00:00Z"),
        findings: Vec::new(),
        frozen: Frozen::new("An update".into(), "Dear Mary".into(), None, None).unwrap(),
        content_digest: "c".into(),
    };
    let vetted = VettingProof::new(kind, 1, "en", &digest, Vetted::Demo).unwrap();
    let now = hold_back_until
        .checked_sub(SignedDuration::from_mins(15))
        .unwrap();
    draft
        .approve("pat", &vetted, id!(MessageId, 1), now, hold_back_until)
        .unwrap()
}

fn message() -> Message {
    message_of("trial-meeting-offer", Some(at("2026-11-27T23:59:59Z")), monday())
}

fn eligible() -> Eligibility {
    Eligibility {
        victim: id!(VictimId, 1),
        standing: VictimStanding::wants_everything(),
    }
}

fn to_victim() -> Recipient {
    Recipient::Victim {
        point: id!(ContactPointId, 1),
    }
}

fn adviser() -> AdviserRecipient {
    AdviserRecipient {
        adviser: id!(AdviserId, 1),
        name: PersonName::parse("Alex Adviser").unwrap(),
        address: email("alex@service.test"),
        in_post: true,
        consent: Some(Consent {
            id: id!(ConsentId, 1),
            victim: id!(VictimId, 1),
            adviser: id!(AdviserId, 1),
            scope: vec![ConsentScope::Updates],
            given_at: at("2026-11-01T10:00:00Z"),
            expires_on: "2027-01-31".parse().unwrap(),
            revoked_at: None,
        }),
        scope: ConsentScope::Updates,
        transport: TransportClass::AlignedTlsDmarc,
        has_mailbox: false,
    }
}

fn held(
    message: Message,
    to: &Recipient,
    who: &Eligibility,
    plan: &Plan,
    deny: &DenySet,
    now: Timestamp,
) -> HoldReason {
    clear(message, to, who, plan, deny, now).unwrap_err().reason
}

mod by_hand;
mod laws;
mod recipients;
mod timing;
