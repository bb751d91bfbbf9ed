//! The adviser's own mailbox: whose people they see, what they write and read, and what ends it.

mod conversations;
mod lead;
mod people;
pub(crate) mod scrutiny;
mod unasked;

use domain::id::{AccountId, DraftId, VictimId};
use domain::meeting::{Arrangement, AskedBy, Mode, Part, People, Place, PlaceKind, Purpose, Step};
use flows::MailRead;
use harness::case::{URN, case};
use harness::database::Database;
use harness::gateway::{OFFICER, TestGateway};
use harness::web::{Answer, Browser, TestDoor};
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

use crate::mailbox::{ADVISER, adviser};

/// Another adviser of the same service.
const COLLEAGUE: &str = "rosa.quill@haven.example";
/// An adviser of another service.
const ELSEWHERE: &str = "tomas.ferrier@lantern.example";
/// The case of the colleague's person.
const HERS: &str = "01NE4400226";
/// The case of the other service's person.
const THEIRS: &str = "01NE4400326";
const REASON: &str = "answer-the-victim";
/// After the hold-back of what was approved at the beginning.
const LATER: &str = "2026-11-23T09:20:00Z";

/// A house with three victims, each with another adviser; two of them are of one service, and the first leads it.
pub(crate) struct Trial {
    pub(crate) house: TestGateway,
    door: TestDoor,
    pub(crate) lead: AccountId,
    pub(crate) colleague: AccountId,
    pub(crate) elsewhere: AccountId,
}

fn person(urn: &str, name: &str, of_adviser: &Value) -> String {
    let email = format!("{}@inbox.example", name.to_lowercase());
    case(&json!({
        "urn": urn, "legal_name": format!("{name} Holloway"), "preferred_name": name, "email": harness::case::safe(email),
        "adviser": adviser(of_adviser),
    }))
}

async fn trial_of(database: &Database, of_first: &Value) -> Trial {
    let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
    house.add_victim(&person(URN, "Maren", of_first)).await;
    let colleague = json!({"name": "Rosa Quill", "email": COLLEAGUE});
    house.add_victim(&person(HERS, "Ilse", &colleague)).await;
    let elsewhere = json!({"name": "Tomas Ferrier", "service": "Lantern", "email": ELSEWHERE});
    house.add_victim(&person(THEIRS, "Odette", &elsewhere)).await;
    let door = house.door();
    let give = async |address: &str, is_lead: bool| {
        let given = door.flows.give_adviser_access("operator", address, is_lead).await;
        given.expect("an account")
    };
    Trial {
        lead: give(ADVISER, true).await,
        colleague: give(COLLEAGUE, false).await,
        elsewhere: give(ELSEWHERE, false).await,
        house,
        door,
    }
}

async fn trial(database: &Database) -> Trial {
    trial_of(database, &json!({})).await
}

/// The house of the story in the browser: both advisers of the service have an answer to read, a meeting lies ahead of the
/// first one's person, and a third adviser is registered without an account.
pub(crate) async fn trial_of_the_story(database: &Database) -> Trial {
    let trial = trial(database).await;
    let registered = json!({"name": "Pia Lund", "email": "pia.lund@haven.example"});
    trial
        .house
        .add_victim(&person("01NE4400426", "Wilma", &registered))
        .await;
    trial
        .asked("May she give evidence from behind a screen?", &trial.lead)
        .await;
    trial.asked("What happens next?", &trial.colleague).await;
    for urn in [URN, HERS] {
        let answer = "The court has been asked for a screen.";
        trial.answered(&trial.victim(urn).await, answer).await;
    }
    trial.arranged(&trial.victim(URN).await).await;
    trial.house.clock().set(LATER);
    trial.house.deliver().await;
    trial
}

/// Where a page leads, or sends a form, under this path.
fn link(page: &Answer, path: &str) -> String {
    let mark = format!("=\"{path}/");
    let (_, rest) = page.html.split_once(&mark).expect("a way there");
    format!("{path}/{}", rest.split('"').next().unwrap_or_default())
}

impl Trial {
    /// What an adviser wrote about somebody, as the officer reads it, newest last.
    async fn file_of(&self, victim: &VictimId) -> Vec<MailRead> {
        let (_, list) = self
            .door
            .flows
            .read_correspondence(OFFICER, victim, REASON)
            .await
            .expect("a file");
        list
    }

    async fn victim(&self, urn: &str) -> VictimId {
        let mut tx = self.house.reader().await;
        let found = store::subjects::find_by_ref(&mut tx, urn, "V-1").await;
        found.expect("an answer").expect("the victim").victim.id
    }

    /// The user name of an account.
    async fn user(&self, id: &AccountId) -> String {
        let account = self.door.flows.find_account_by_id("operator", id).await;
        account.expect("an account").user
    }

    async fn rules(&self, victim: &VictimId) -> Vec<String> {
        let mut tx = self.house.reader().await;
        let open = store::obligations::list_open_by_victim(&mut tx, victim).await;
        open.expect("duties").into_iter().map(|owed| owed.rule).collect()
    }

    /// An adviser asks about the first person whom they support; answers their browser.
    async fn asked(&self, words: &str, adviser: &AccountId) -> Browser {
        let browser = self.door.signed_in(adviser).await;
        let people = browser.get("/adviser/people").await;
        let path = link(&people, "/adviser/people");
        let page = browser.get(&path).await;
        let after = browser.submit(&page, &path, &[("words", words)]).await;
        assert_eq!(after.path, "/adviser", "{}", after.text());
        browser
    }

    /// A meeting with somebody is arranged for 10 December, at their wish.
    async fn arranged(&self, victim: &VictimId) {
        let plan = Arrangement {
            asked_by: AskedBy::Victim,
            meeting_at: "2026-12-10T10:00:00Z".parse().expect("an instant"),
            mode: Mode::InPerson,
            place: Some(Place {
                kind: PlaceKind::CpsOffice,
                name: "Collingwood House".into(),
            }),
            people: People {
                parts: [Part::Victim, Part::Isva, Part::Vlo].into(),
                chair: Part::Vlo,
            },
        };
        let flows = &self.house.flows;
        let begun = flows.begin_meeting(OFFICER, victim, (Purpose::PreTrial, None), Step::Arrange(plan));
        begun.await.expect("a meeting");
    }

    /// The officer answers the newest message about somebody; it leaves with the next delivery.
    async fn answered(&self, victim: &VictimId, words: &str) {
        let newest = self.file_of(victim).await.pop().expect("a message").mail.id;
        let draft = self
            .house
            .flows
            .answer_adviser(OFFICER, victim, &newest, words)
            .await;
        let draft: DraftId = draft.expect("a draft");
        self.house
            .flows
            .approve_draft(OFFICER, &draft)
            .await
            .expect("approved");
    }
}
