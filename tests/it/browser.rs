//! The pages in a real browser. What each page has to be, and the stories, are in tests/browser; here are the houses that
//! they are told in.

mod checked;
mod hostile;

use domain::time::Clock as _;
use flows::{FileState, Role, Scanned};
use harness::case::{URN, VICTIM, case, event, not_charged, over, safe};
use harness::chance::MachineClock;
use harness::clamd::Clamd;
use harness::database::{self, Database};
use harness::gateway::TestGateway;
use harness::provider::TestProvider;
use harness::site::{Site, play_alone};
use harness::web::Who;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

use self::checked::play;
use crate::acting::{ELSEWHERE, NADIA, PRIYA, RUTH};
use crate::adviser;
use crate::auditing::{self, AUDITOR, index};
use crate::house::{OF_THE_CASE, house};
use crate::mailbox::files::{LETTER, with_files};
use crate::mailbox::{self, ADVISER, mail};

/// A house, and the database that lasts as long as the test.
async fn site() -> (Site, Database) {
    // A browser does not see which database is behind the door; what differs there is tested without one.
    let database = database::sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    (Site::open(gateway).await, database)
}

/// Victims of one case, about whom it was decided that nobody is charged. The stories know them.
async fn add_victims(site: &mut Site, count: usize) {
    add_quiet_victims(site, count).await;
    for number in 1..=count {
        let reasons = not_charged("The evidence does not meet the test that we have to apply.");
        let about = over(reasons, &json!({"victim_ref": format!("V-{number}")}));
        site.gateway.event(&event(number, &about)).await;
    }
}

/// Victims of one case, about whom nothing is recorded yet. The stories know them.
async fn add_quiet_victims(site: &mut Site, count: usize) {
    for number in 1..=count {
        add_victim(site, number).await;
    }
    site.tell("victims", victims(site, count).await);
}

async fn add_victim(site: &Site, number: usize) {
    let changes = json!({
        "victim_ref": format!("V-{number}"),
        "legal_name": format!("Maren Holloway-{}", ["Ash", "Birch", "Cedar", "Elm"][number - 1]),
        "email": safe(format!("maren{number}@inbox.example")),
        "mobile": safe(format!("07700 90046{number}")),
    });
    site.gateway.add_victim(&case(&changes)).await;
}

/// How the stories find the victims: by the random ids that stand in addresses.
async fn victims(site: &Site, count: usize) -> Value {
    let mut list = Vec::new();
    for number in 1..=count {
        let id = site.gateway.victim(URN, &format!("V-{number}")).await;
        list.push(json!({"id": id.as_str(), "urn": URN}));
    }
    Value::Array(list)
}

/// Another officer of the Area.
fn colleague() -> Who<'static> {
    Who {
        user: "mina.varga",
        name: "Mina Varga",
        roles: &[Role::Vlo],
        areas: &["north-east"],
    }
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
    play(site, "entering.test.mjs").await;
}

#[tokio::test]
async fn an_officer_comes_through_the_organisations_sign_in() {
    let database = database::sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    // The provider's clock is the machine's.
    gateway.clock().set_to(MachineClock.now());
    let mut provider = None;
    let begin = |origin: &str| {
        let started = TestProvider::start(origin);
        let settings = started.settings();
        provider = Some(started);
        Some(settings)
    };
    let mut site = Site::open_with(gateway, begin, None).await;
    let provider = provider.expect("the provider");
    provider.knows(
        "s-1",
        &json!({"preferred_username": "mina.varga", "name": "Mina Varga", "groups": ["officers"]}),
    );
    provider.knows(
        "s-2",
        &json!({"preferred_username": "iona.bell", "name": "Iona Bell", "groups": ["canteen"]}),
    );
    site.tell("provider", provider.issuer.as_str());
    site.tell("subject", "s-1");
    site.tell("unmapped", "s-2");
    play(site, "single-sign-on.test.mjs").await;
}

#[tokio::test]
async fn a_message_is_read_by_two_people_held_back_and_sent() {
    let (mut site, _database) = site().await;
    add_victims(&mut site, 4).await;
    site.sign_in(&PRIYA).await;
    site.sign_in(&RUTH).await;
    play(site, "sending.test.mjs").await;
}

#[tokio::test]
async fn calls_are_logged_rung_by_rung_until_the_person_is_told() {
    let (mut site, _database) = site().await;
    add_victims(&mut site, 2).await;
    site.sign_in(&PRIYA).await;
    play(site, "calls.test.mjs").await;
}

#[tokio::test]
async fn an_address_is_changed_by_two_people() {
    let (mut site, _database) = site().await;
    add_victims(&mut site, 2).await;
    site.sign_in(&PRIYA).await;
    site.sign_in(&RUTH).await;
    play(site, "plan.test.mjs").await;
}

#[tokio::test]
async fn an_auditor_finds_an_entry_and_takes_its_proof_away() {
    let (mut site, _database) = site().await;
    add_victims(&mut site, 1).await;
    index(&site.gateway).await;
    site.sign_in(&AUDITOR).await;
    site.tell("urn", URN);
    play(site, "proof.test.mjs").await;
}

#[tokio::test]
async fn an_administrator_looks_after_the_service_and_sees_nothing_of_a_case() {
    let database = database::sqlite().await;
    let (gateway, _) = house(&database).await;
    let victim = gateway.victim(URN, VICTIM).await;
    gateway
        .change_plan(&victim, |plan| plan.content_in_email = false)
        .await;
    gateway.deliver_all().await;
    let mut site = Site::open(gateway).await;
    site.sign_in(&administrator()).await;
    site.tell("secrets", json!(OF_THE_CASE));
    play(site, "administering.test.mjs").await;
}

#[tokio::test]
async fn forms_that_no_story_comes_by_are_whole_as_well() {
    let (mut site, _database) = site().await;
    add_victims(&mut site, 1).await;
    site.sign_in(&PRIYA).await;
    site.sign_in(&RUTH).await;
    play(site, "pages.test.mjs").await;
}

#[tokio::test]
async fn what_happened_is_recorded_and_told_by_two_people() {
    let (mut site, _database) = site().await;
    add_quiet_victims(&mut site, 2).await;
    site.sign_in(&PRIYA).await;
    site.sign_in(&RUTH).await;
    play(site, "event.test.mjs").await;
}

#[tokio::test]
async fn the_graders_of_headers_give_the_best_grade() {
    let (mut site, _database) = site().await;
    site.sign_in(&PRIYA).await;
    let certificate = site.certificate_file().display().to_string();
    site.tell("certificate", certificate);
    play(site, "observatory.test.mjs").await;
}

#[tokio::test]
async fn whoever_is_idle_is_warned_and_can_stay() {
    let (mut site, _database) = site().await;
    add_quiet_victims(&mut site, 1).await;
    site.sign_in(&PRIYA).await;
    site.sign_in(&RUTH).await;
    play(site, "idle.test.mjs").await;
}

#[tokio::test]
async fn meetings_are_offered_arranged_moved_and_held() {
    let (mut site, _database) = site().await;
    add_quiet_victims(&mut site, 2).await;
    site.sign_in(&PRIYA).await;
    play(site, "meetings.test.mjs").await;
}

#[tokio::test]
async fn a_manager_decides_assigns_covers_and_reviews() {
    let (mut site, _database) = site().await;
    add_victims(&mut site, 2).await;
    site.tell("urn", URN);
    for who in [&PRIYA, &RUTH, &ELSEWHERE, &colleague()] {
        site.sign_in(who).await;
    }
    play(site, "team.test.mjs").await;
}

#[tokio::test]
async fn an_auditor_opens_a_field_takes_a_case_away_and_follows_a_breach() {
    let database = database::sqlite().await;
    let mut site = Site::open(auditing::house(&database).await).await;
    site.sign_in(&AUDITOR).await;
    site.sign_in(&RUTH).await;
    site.sign_in(&administrator()).await;
    site.tell("urn", URN);
    play(site, "auditing.test.mjs").await;
}

#[tokio::test]
async fn an_administrator_grants_the_way_back_in() {
    let (mut site, _database) = site().await;
    site.sign_in(&administrator()).await;
    site.sign_in(&PRIYA).await;
    site.sign_in(&colleague()).await;
    play(site, "recovery.test.mjs").await;
}

#[tokio::test]
async fn a_message_that_is_held_is_handed_over() {
    let database = database::sqlite().await;
    let (gateway, approved) = house(&database).await;
    let victim = gateway.victim(URN, VICTIM).await;
    gateway
        .change_plan(&victim, |plan| plan.content_in_email = false)
        .await;
    gateway.deliver_all().await;
    let mut site = Site::open(gateway).await;
    site.sign_in(&PRIYA).await;
    site.tell("victims", json!([{"id": victim.as_str(), "urn": URN}]));
    site.tell("message", approved.message.as_str());
    play(site, "hand-over.test.mjs").await;
}

#[tokio::test]
async fn a_record_shows_its_people_who_helps_and_what_they_wrote() {
    let database = database::sqlite().await;
    let clamd = Clamd::start().await;
    let trial = mailbox::trial(&database).await.scanning(clamd.scanner());
    let question = with_files(
        &format!("About {URN}: may she give evidence from behind a screen?"),
        &[
            ("application/pdf", "<b>letter.pdf", LETTER),
            ("text/html", "page.html", b"<script>alert(1)</script>"),
        ],
    );
    let unfiled =
        ["How is she?", "How is she today?"].map(|text| mail(ADVISER, "Subject: A question\r\n", text));
    for mail in [question].into_iter().chain(unfiled) {
        trial.receive(&mail).await;
    }
    let scanned = trial.flows.scan_next().await.expect("a round");
    assert_eq!(scanned, Scanned::Judged(FileState::Clean));
    let mut site = Site::open(trial.house).await;
    site.sign_in(&PRIYA).await;
    site.sign_in(&NADIA).await;
    site.tell("victims", victims(&site, 1).await);
    play(site, "record.test.mjs").await;
}

#[tokio::test]
async fn an_adviser_reads_asks_and_says_what_somebody_knows() {
    let database = database::sqlite().await;
    let trial = adviser::trial_of_the_story(&database).await;
    let mut site = Site::open(trial.house).await;
    site.sign_in_to(&trial.lead, "dana").await;
    site.sign_in_to(&trial.colleague, "rosa").await;
    site.sign_in(&administrator()).await;
    play(site, "adviser.test.mjs").await;
}

#[tokio::test]
async fn advisers_review_letters_in_which_nobody_can_be_recognised() {
    let database = database::sqlite().await;
    let trial = adviser::scrutiny::trial_with_letters(&database).await;
    let mut site = Site::open(trial.house).await;
    site.sign_in_to(&trial.elsewhere, "tomas").await;
    site.sign_in(&RUTH).await;
    play(site, "scrutiny.test.mjs").await;
}
