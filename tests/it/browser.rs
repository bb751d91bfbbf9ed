//! The pages in a real browser. What each page has to be, and the stories, are in tests/browser; here are the houses that
//! they are told in.

use flows::Role;
use harness::case::{case, event, not_charged, over};
use harness::database::{self, Database};
use harness::gateway::TestGateway;
use harness::site::{Site, play_alone};
use harness::web::Who;
use mail::catcher::{Fault, Faults};
use serde_json::json;

use crate::acting::{PRIYA, RUTH};

/// A house, and the database that lasts as long as the test.
async fn site() -> (Site, Database) {
    // A browser does not see which database is behind the door; what differs there is tested without one.
    let database = database::sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    (Site::open(gateway).await, database)
}

/// A victim of the same case, under another number and address.
async fn add_victim(site: &Site, number: usize) {
    let changes = json!({
        "victim_ref": format!("V-{number}"),
        "legal_name": format!("Maren Holloway-{}", ["Ash", "Birch", "Cedar", "Elm"][number - 1]),
        "email": harness::case::safe(format!("maren{number}@inbox.example")),
    });
    site.gateway.add_victim(&case(&changes)).await;
}

fn administrator() -> Who<'static> {
    Who {
        user: "nadia.rahman",
        name: "Nadia Rahman",
        roles: &[Role::Administrator],
        areas: &["north-east"],
    }
}

#[tokio::test]
async fn each_check_refuses_what_it_looks_for() {
    play_alone("self.test.mjs").await;
}

#[tokio::test]
async fn an_invited_officer_makes_a_passkey_and_signs_in_with_it() {
    let (mut site, _database) = site().await;
    site.sign_in(&administrator()).await;
    site.play("entering.test.mjs").await;
}

#[tokio::test]
async fn a_message_is_read_by_two_people_held_back_and_sent() {
    let (mut site, _database) = site().await;
    for number in 1..=4 {
        add_victim(&site, number).await;
        let reasons = not_charged("The evidence does not meet the test that we have to apply.");
        let about = over(reasons, &json!({"victim_ref": format!("V-{number}")}));
        site.gateway.event(&event(number, &about)).await;
    }
    site.sign_in(&PRIYA).await;
    site.sign_in(&RUTH).await;
    site.play("sending.test.mjs").await;
}
