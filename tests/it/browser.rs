//! The pages in a real browser. What each page has to be, and the stories, are in tests/browser; here are the houses that
//! they are told in.

use flows::Role;
use harness::database;
use harness::gateway::TestGateway;
use harness::site::{Site, play_alone};
use harness::web::Who;
use mail::catcher::{Fault, Faults};

async fn site() -> Site {
    // A browser does not see which database is behind the door; what differs there is tested without one.
    let database = database::sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    Site::open(gateway, database).await
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
    let mut site = site().await;
    site.sign_in(&administrator()).await;
    site.play("entering.test.mjs").await;
}
