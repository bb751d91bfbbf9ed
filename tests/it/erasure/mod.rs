//! A victim's personal data are erased for good: by two people, not while anything keeps them, and the contact log
//! stays whole.

mod after;
mod canaries;
mod commitments;
mod held;
mod names;
mod refused;

use std::collections::BTreeSet;

use domain::address::EmailAddress;
use domain::contact::change::VerifyPath;
use domain::contact::{
    CallOutcome, Direction, MadeContact, MessageLeft, Method, PersonContacted, PointValue, Route,
};
use domain::id::{MessageId, VictimId};
use domain::people::{Because, ChangeReason, PersonDetail, PersonName};
use domain::supporter::{Details, Kind};
use domain::urn::Urn;
use flows::{Erased, NewContact, NewSupporter, ProposedPoint, Recorded};
use harness::case::{URN, VICTIM, assigned, case, defendant, event, not_charged, safe};
use harness::database::Database;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use jiff::SignedDuration;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

/// Why it is erased, in these tests.
const WHY: &str = "retention-ended";
/// When the case of these tests is closed.
const CLOSED: &str = "2026-11-24T11:00:00Z";
/// The last day on which its data are kept: `KEPT_YEARS` later.
const LAST_DAY: &str = "2027-11-24T12:00:00Z";
/// The day after.
const LET_GO: &str = "2027-11-25T12:00:00Z";

const EMAIL: &str = "ottoline.wexcombe@harbourbox.example";
const NEW_EMAIL: &str = "tamarisk.two@harbourbox.example";
const MOBILE: &str = "07700 900477";
const REASONS: &str = "The evidence does not meet the test, zephyrfield.";

/// A victim of whom everything is known that can be.
fn ottoline() -> Value {
    json!({
        "legal_name": "Ottoline Wexcombe", "preferred_name": "Ottoline", "email": safe(EMAIL), "mobile": safe(MOBILE),
        "post": safe(json!(["14 Tamarisk Court", "Lowerquay", "ZZ7 7ZZ"])), "code_word": "peppercorn",
        "voicemail": "Kindly ring the bakery.", "formats": ["large print"],
        "adviser": {"name": "Sidonie Farrow", "service": "Lantern Wharf", "email": "sidonie@farrow.example",
            "transport": "cjsm", "scopes": ["updates"], "from": "2026-06-01", "until": "2027-06-01"},
        "defendants": [defendant(&json!({"name": "Corwin Blackmere", "emails": ["corwin@elsewhere.test"]}))],
    })
}

/// Everything personal of her, in words that stand nowhere else.
const PERSONAL: [&str; 22] = [
    "ottoline",
    "wexcombe",
    "harbourbox",
    "tamarisk",
    "7700900477",
    "07700 900477",
    "lowerquay",
    "zz7 7zz",
    "peppercorn",
    "ring the bakery",
    "large print",
    "sidonie",
    "farrow",
    "corwin",
    "blackmere",
    "elsewhere.test",
    "zephyrfield",
    "lilac door",
    "beside the fountain",
    "quietly spoken",
    "tillie",
    "over the marzipan",
];

/// A house with one victim, to whom much happened and whose case is closed.
struct Story {
    house: TestGateway,
    victim: VictimId,
    messages: Vec<MessageId>,
}

async fn house(database: &Database) -> TestGateway {
    TestGateway::new(database, Faults::Always(Fault::None)).await
}

fn urn() -> Urn {
    Urn::parse(URN).expect("a URN")
}

/// Two messages are delivered, her address changes, somebody speaks with her, and the case is closed.
async fn story(database: &Database) -> Story {
    let house = house(database).await;
    house.add_victim(&case(&ottoline())).await;
    let victim = house.victim(URN, VICTIM).await;
    house.event(&event(1, &assigned())).await;
    house.event(&event(2, &not_charged(REASONS))).await;
    let approved = house.draft_and_approve().await;
    house.clock().set("2026-11-24T10:00:00Z");
    house.deliver_all().await;
    assert_eq!(house.caught().len(), 2, "two messages arrive");
    change_address(&house, &victim).await;
    change_name(&house, &victim, "Tillie").await;
    speak(&house, &victim).await;
    befriend(&house, &victim).await;
    let story = Story {
        house,
        victim,
        messages: approved.into_iter().map(|one| one.message).collect(),
    };
    story.house.clock().set("2026-11-24T12:00:00Z");
    close(&story.house, 3, URN, VICTIM).await;
    story
}

async fn change_address(house: &TestGateway, victim: &VictimId) {
    let plan = house.plan_of(victim).await;
    let of = |route: Route| {
        let point = plan.points().iter().find(|point| point.route() == route);
        point.expect("the point").id().clone()
    };
    let proposed = ProposedPoint {
        route: Route::Email,
        value: PointValue::Email(EmailAddress::parse(NEW_EMAIL).expect("an address")),
        replaces: Some(of(Route::Email)),
    };
    let proposal = house.flows.propose_change(OFFICER, victim, proposed).await;
    let proposal = proposal.expect("the officer proposes");
    let path = VerifyPath::Point {
        id: of(Route::Mobile),
    };
    let verified = house
        .flows
        .verify_change(
            "tom.ellis",
            &proposal,
            path,
            "the victim".into(),
            "quietly spoken".into(),
        )
        .await;
    verified.expect("another verifies");
    let review = "2027-06-01".parse().expect("a day");
    let approved = house.flows.approve_change(APPROVER, &proposal, review).await;
    approved.expect("a third approves");
}

/// She is called by another name from now on.
async fn change_name(house: &TestGateway, victim: &VictimId, name: &str) {
    let details = house.flows.read_details(OFFICER, victim, "prepare-contact").await;
    let named = PersonDetail::PreferredName {
        title: None,
        name: PersonName::parse(name).expect("a name"),
    };
    let because = Because {
        why: ChangeReason::Other,
        words: Some("over the marzipan".into()),
    };
    let seen = (victim, details.expect("the details").version);
    let changed = house.flows.change_detail(OFFICER, seen, named, because).await;
    changed.expect("the officer changes it");
}

/// Somebody of another agency helps her.
async fn befriend(house: &TestGateway, victim: &VictimId) {
    let details = Details {
        organisation: "Lantern Wharf".into(),
        name: PersonName::parse("Sidonie Wexcombe").expect("a name"),
        email: EmailAddress::parse("sidonie.two@farrow.example").ok(),
        phone: None,
    };
    let new = NewSupporter::Entered(Kind::Flo, details);
    let added = house.flows.add_supporter(OFFICER, victim, new).await;
    added.expect("the officer adds her liaison officer");
}

async fn speak(house: &TestGateway, victim: &VictimId) {
    let plan = house.plan_of(victim).await;
    let mobile = plan.points().iter().find(|point| point.route() == Route::Mobile);
    let made = MadeContact {
        occurred_at: "2026-11-24T09:30:00Z".parse().expect("an instant"),
        method: Method::TelephoneCall {
            outcome: CallOutcome::Answered,
            left: MessageLeft::Nothing,
        },
        direction: Direction::Outbound,
        point: Some(mobile.expect("her mobile").id().clone()),
        person: PersonContacted::Victim,
        informed_at: None,
        purpose: "beside the fountain".into(),
        notes: Some("told of the lilac door".into()),
        signposted: BTreeSet::new(),
        info_pack: None,
    };
    let contact = NewContact {
        victim: victim.clone(),
        obligation: None,
        message: None,
        made,
    };
    let added = house.flows.add_contact(OFFICER, contact).await;
    added.expect("the contact is recorded");
}

/// The case is closed, and an approver waives what is still owed.
async fn close(house: &TestGateway, number: usize, urn: &str, victim_ref: &str) {
    let closed = json!({"kind": "case-closed", "urn": urn, "victim_ref": victim_ref, "occurred_at": CLOSED});
    let answer = house.event(&event(number, &closed)).await;
    assert!(matches!(answer, Recorded::New { .. }), "{answer:?}");
    waive_everything(house).await;
}

async fn waive_everything(house: &TestGateway) {
    for owed in house.flows.list_obligations(None, 100).await.expect("duties") {
        let waived = house
            .flows
            .waive_obligation(APPROVER, &owed.id, "case-closed")
            .await;
        waived.expect("the approver waives");
    }
}

/// One person proposes, another carries out.
async fn erase(house: &TestGateway, victim: &VictimId) -> flows::Result<Erased> {
    house.flows.propose_erasure("operator", victim, WHY).await?;
    house.flows.erase_victim(APPROVER, victim, WHY).await
}

impl Story {
    async fn refusal(&self) -> String {
        let refused = self
            .house
            .flows
            .propose_erasure("operator", &self.victim, WHY)
            .await;
        let refused = refused.expect_err("nothing is erased");
        assert_eq!(refused.kind(), flows::Kind::Conflict, "{refused}");
        refused.to_string()
    }

    async fn erase(&self) -> Erased {
        self.house.clock().set(LET_GO);
        let erased = erase(&self.house, &self.victim).await.expect("it is erased");
        assert!(erased.cleared, "and the old rows are cleared away");
        self.house
            .clock()
            .set_to(LET_GO.parse::<jiff::Timestamp>().expect("an instant") + SignedDuration::from_mins(1));
        erased
    }
}
