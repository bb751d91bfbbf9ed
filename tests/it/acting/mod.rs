//! The pages on which an officer does things, asked for as a browser asks.

mod door;
mod events;
mod meetings;
mod notices;
mod plans;
mod review;
mod support;

use domain::id::VictimId;
use flows::Role;
use harness::case::{URN, VICTIM, case, event};
use harness::database::Database;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::web::{Answer, Browser, TestDoor, Who};
use mail::catcher::{Fault, Faults};
use serde_json::Value;

/// The officer of every victim in the tests.
pub(crate) const PRIYA: Who<'static> = Who {
    user: OFFICER,
    name: "Priya Shah",
    roles: &[Role::Vlo],
    areas: &["north-east"],
};
/// The prosecutor of the Area.
pub(crate) const NADIA: Who<'static> = Who {
    user: "nadia.cole",
    name: "Nadia Cole",
    roles: &[Role::Prosecutor],
    areas: &["north-east"],
};
/// The second person.
pub(crate) const RUTH: Who<'static> = Who {
    user: APPROVER,
    name: "Ruth Okafor",
    roles: &[Role::VloManager],
    areas: &["north-east"],
};
/// An officer of another Area.
pub(crate) const ELSEWHERE: Who<'static> = Who {
    user: "vlo-elsewhere",
    name: "Owain Rees",
    roles: &[Role::Vlo],
    areas: &["cymru-wales"],
};

/// A house with one victim, about whom these things have happened, and its door.
pub(crate) async fn house(
    database: &Database,
    changes: &Value,
    happened: &[Value],
) -> (TestGateway, TestDoor, VictimId) {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    gateway.add_victim(&case(changes)).await;
    for (at, one) in happened.iter().enumerate() {
        gateway.event(&event(at + 1, one)).await;
    }
    let door = gateway.door();
    let victim = gateway.victim(URN, VICTIM).await;
    (gateway, door, victim)
}

/// Opens a page and says why, if it asks.
pub(crate) async fn read(browser: &Browser, path: &str) -> Answer {
    let page = browser.get(path).await;
    if !page.says("Why do you need to read this?") {
        return page;
    }
    let plain = path.split('?').next().unwrap_or(path);
    browser
        .post(&format!("{plain}/open"), &[("reason", "prepare-contact")])
        .await
}

/// How often the contact log says this.
pub(crate) async fn logged(gateway: &TestGateway, words: &str) -> usize {
    let bodies = gateway.log_bodies().await;
    bodies
        .iter()
        .filter(|body| String::from_utf8_lossy(body).contains(words))
        .count()
}
