//! The auditor's pages, asked for as a browser asks.

mod breaches;
mod limits;
mod pages;
mod taking;

use audit::entry::Entry;
use flows::Role;
use harness::case::{assigned, case, event};
use harness::database::Database;
use harness::gateway::{HOLD_BACK_ENDS, TestGateway};
use harness::web::Who;
use mail::catcher::{Fault, Faults};
use serde_json::json;

/// Somebody who audits everywhere.
pub(crate) const AUDITOR: Who<'static> = Who {
    user: "joan.ferris",
    name: "Joan Ferris",
    roles: &[Role::Auditor],
    areas: &[],
};

/// What nobody reads without opening it.
pub(crate) const PERSONAL: [&str; 4] = ["Maren", "Holloway", "maren.holloway7", "inbox.example"];

/// A house in whose log one message of one victim has come and gone.
pub(crate) async fn house(database: &Database) -> TestGateway {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    gateway.add_victim(&case(&json!({}))).await;
    gateway.event(&event(1, &assigned())).await;
    gateway.draft_and_approve().await;
    gateway.clock().set(HOLD_BACK_ENDS);
    gateway.deliver().await;
    index(&gateway).await;
    gateway
}

/// Seals what there is, and makes it findable.
pub(crate) async fn index(gateway: &TestGateway) {
    gateway.seal().await;
    while gateway.flows.index_log().await.expect("the log is indexed") {}
}

/// Every entry with this verb, with its index.
pub(crate) async fn entries(gateway: &TestGateway, verb: &str) -> Vec<(usize, Entry)> {
    let bodies = gateway.log_bodies().await;
    let entries = bodies.iter().map(|body| Entry::parse(body).expect("an entry"));
    entries
        .enumerate()
        .filter(|(_, entry)| entry.verb() == verb)
        .collect()
}
