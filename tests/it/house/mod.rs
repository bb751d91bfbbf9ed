//! The administrator's pages: they show what the service works with, and nothing of a case.

mod asking;
mod pages;
mod records;
mod relay;

use flows::{Approved, Role};
use harness::case::{assigned, case, event, safe};
use harness::database::Database;
use harness::gateway::{HOLD_BACK_ENDS, TestGateway};
use harness::web::{Answer, Who};
use mail::catcher::{Fault, Faults};
use serde_json::json;

/// Somebody who looks after the service, everywhere.
const NADIA: Who<'static> = Who {
    user: "nadia.rahman",
    name: "Nadia Rahman",
    roles: &[Role::Administrator],
    areas: &[],
};

/// What belongs to the case and to its people, and stands on no page of an administrator.
pub(crate) const OF_THE_CASE: [&str; 9] = [
    "01NE44001",
    "Maren",
    "Holloway",
    "maren.holloway7",
    "inbox.example",
    "900466",
    "Latchford",
    "Sidonie",
    "sidonie@",
];

/// Every page below `/house`.
const PAGES: [(&str, &str); 9] = [
    ("/house", "Administration"),
    ("/house/areas", "Areas"),
    ("/house/services", "Services and advisers"),
    ("/house/rules", "Rulebook"),
    ("/house/bank-holidays", "Bank holidays"),
    ("/house/templates", "Templates"),
    ("/house/keys", "Keys"),
    ("/house/mail", "Mail"),
    ("/house/messages", "Messages that do not arrive"),
];

/// A house with a victim who has an adviser, a defence side, and a message that is held because her address has to be
/// checked anew.
pub(crate) async fn house(database: &Database) -> (TestGateway, Approved) {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    let people = json!({
        "mobile": safe("07700 900466"),
        "defendants": [{"label": "Defendant 1", "name": "Corin Latchford", "addresses": [], "phones": [], "emails": []}],
        "adviser": {"name": "Sidonie Farrow", "service": "Lantern Wharf", "email": "sidonie@farrow.example",
            "transport": "aligned-tls-dmarc", "scopes": ["updates"], "from": "2026-01-05", "until": "2027-12-31"},
    });
    gateway.add_victim(&case(&people)).await;
    gateway.event(&event(1, &assigned())).await;
    let approved = gateway.draft_and_approve().await.swap_remove(0);
    gateway.clock().set(HOLD_BACK_ENDS);
    (gateway, approved)
}

/// Fails when a page shows anything of the case.
fn shows_nothing_of_the_case(page: &Answer) {
    for word in OF_THE_CASE {
        assert!(
            !page.html.contains(word),
            "{} shows {word}: {}",
            page.path,
            page.text()
        );
    }
}
