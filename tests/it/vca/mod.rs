//! The scenarios of CPS's own application, by their numbers, as far as the pages of an officer cover them. Row letters are
//! ours; `docs/vca-scenarios.md` lists each with its test and what was adapted.

mod decisions;
mod details;
mod meetings;
mod onboarding;
mod other;
mod promised;
pub(crate) mod support;
mod tasks;

use domain::id::VictimId;
use harness::case::{case, event, over};
use harness::gateway::TestGateway;
use harness::web::{Answer, Browser};
use serde_json::{Value, json};

use crate::acting::read;

/// What a form sends for a call that we made and nobody answered, at half past eight.
pub(crate) fn call() -> Vec<(&'static str, &'static str)> {
    let mut fields = at("23", "8", "30");
    fields.extend([
        ("method", "telephone-call"),
        ("direction", "outbound"),
        ("person", "victim"),
        ("outcome", "not-answered"),
        ("left", "nothing"),
        ("informed", "no"),
        ("purpose", "the decision"),
    ]);
    fields
}

/// When it was, in November 2026.
pub(crate) fn at(
    day: &'static str,
    hour: &'static str,
    minutes: &'static str,
) -> Vec<(&'static str, &'static str)> {
    vec![
        ("occurred", day),
        ("occurred-month", "11"),
        ("occurred-year", "2026"),
        ("time", hour),
        ("time-minutes", minutes),
    ]
}

/// These fields with others typed over them; an empty one is left out.
pub(crate) fn typed<'f>(
    mut fields: Vec<(&'f str, &'f str)>,
    over: &[(&'f str, &'f str)],
) -> Vec<(&'f str, &'f str)> {
    for (name, value) in over {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    fields
}

/// Begins a contact and sends the form.
pub(crate) async fn log(
    browser: &Browser,
    victim: &VictimId,
    identity: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let path = format!("/victims/{victim}/contacts");
    let page = read(browser, &format!("{path}/new")).await;
    assert!(page.says("How to contact this person safely"), "{}", page.text());
    let page = browser
        .post(&format!("{path}/new"), &[("identity", identity)])
        .await;
    browser.submit(&page, &path, fields).await
}

/// Adds another victim, to whom this has happened.
pub(crate) async fn another(
    gateway: &TestGateway,
    number: usize,
    changes: &Value,
    happened: &Value,
) -> VictimId {
    let urn = format!("01NE44{number:03}26");
    let named = json!({"urn": urn, "victim_ref": format!("V-{number}")});
    let mut whole = named.clone();
    whole["email"] = harness::case::safe(format!("maren{number}@inbox.example"));
    // `null` stays: it takes away what every other victim has.
    for (name, value) in changes.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    gateway.add_victim(&case(&whole)).await;
    gateway
        .event(&event(1000 + number, &over(happened.clone(), &named)))
        .await;
    gateway.victim(&urn, &format!("V-{number}")).await
}
