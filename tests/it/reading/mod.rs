//! Who may see what: the reach of a reader, and the pages of the worklist, the case, the victim and the team.

mod glass;
mod isolation;
mod reach;
mod search;
mod team;
mod victim;
mod worklist;

use domain::id::VictimId;
use domain::urn::Urn;
use flows::Role;
use harness::case::{assigned, case, event};
use harness::gateway::TestGateway;
use harness::web::Who;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

/// Another officer of the North East.
pub const COLLEAGUE: &str = "vlo-north-east-2";
/// An officer of another Area.
pub const STRANGER: &str = "vlo-wessex-1";
/// The manager of the North East.
pub const MANAGER: &str = "manager-north-east";
/// A second one.
pub const SECOND_MANAGER: &str = "manager-north-east-2";

pub fn officer(user: &'static str, name: &'static str, areas: &'static [&'static str]) -> Who<'static> {
    Who {
        user,
        name,
        roles: &[Role::Vlo],
        areas,
    }
}

/// Somebody of the North East in one of its other roles.
pub fn in_north_east(user: &'static str, roles: &'static [Role]) -> Who<'static> {
    Who {
        user,
        name: "Somebody Else",
        roles,
        areas: &["north-east"],
    }
}

pub async fn house(database: &harness::database::Database) -> TestGateway {
    TestGateway::new(database, Faults::Always(Fault::None)).await
}

/// Adds a victim with these changes, to whom an introduction is owed since half an hour before the test began.
pub async fn owed(gateway: &TestGateway, number: usize, changes: &Value) -> VictimId {
    gateway.add_victim(&case(changes)).await;
    let text = |name: &str, usual: &str| changes[name].as_str().unwrap_or(usual).to_owned();
    let (urn, victim) = (
        text("urn", harness::case::URN),
        text("victim_ref", harness::case::VICTIM),
    );
    let mut arrived = assigned();
    arrived["urn"] = json!(urn);
    arrived["victim_ref"] = json!(victim);
    let recorded = gateway.event(&event(number, &arrived)).await;
    assert!(matches!(recorded, flows::Recorded::New { .. }), "{recorded:?}");
    find(gateway, &urn, &victim).await
}

pub async fn find(gateway: &TestGateway, urn: &str, victim: &str) -> VictimId {
    let urn = Urn::parse(urn).expect("a URN");
    let found = gateway.flows.find_victim(&urn, victim).await;
    found.expect("the victim")
}

/// What the log says, each entry as text.
pub async fn log(gateway: &TestGateway) -> Vec<String> {
    let bodies = gateway.log_bodies().await.into_iter();
    bodies
        .map(|body| String::from_utf8_lossy(&body).into_owned())
        .collect()
}
