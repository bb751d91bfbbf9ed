//! The conformance suite of RFC 7208, played on a DNS of its own.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::address::EmailAddress;
use futures_util::future::join_all;
use harness::python::{python, run};
use harness::zone::{Data, Zone};
use mail::origin::{Check, Client, Origins};
use serde::Deserialize;
use serde_json::Value;

use super::unpacked;

/// Cases of the suite; fewer would be another suite.
const CASES: usize = 203;

/// Where we answer otherwise than the suite: the case, our answer, and why.
const DEVIATING: &[(&str, Check, &str)] = &[(
    "Initial processing: null-text",
    Check::NotAnswered,
    "a TXT record without any string, which the suite itself calls illegal, makes the whole answer unreadable to the resolver",
)];

#[derive(Deserialize)]
struct Scenario {
    description: String,
    zone: Vec<Entry>,
    silent: Vec<String>,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    value: Value,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    client: String,
    hello: String,
    return_path: String,
    results: Vec<String>,
}

impl Entry {
    fn data(&self) -> Data {
        let text = || self.value.as_str().expect("a text").to_owned();
        match self.kind.as_str() {
            "A" | "AAAA" => Data::Ip(text().parse().expect("an address")),
            "CNAME" => Data::Alias(text()),
            "PTR" => Data::Pointer(text()),
            "MX" => {
                let (preference, to) =
                    <(u16, String)>::deserialize(&self.value).expect("a preference and a name");
                Data::MailServer(preference, to)
            }
            "TXT" => {
                let pieces = Vec::<String>::deserialize(&self.value).expect("pieces");
                Data::Text(
                    pieces
                        .iter()
                        .map(|piece| STANDARD.decode(piece).expect("base64"))
                        .collect(),
                )
            }
            other => panic!("the suite has a record of type {other}"),
        }
    }
}

/// What the suite's word is with us, who keep softfail and neutral as one.
fn check_of(result: &str) -> Check {
    match result {
        "pass" => Check::Pass,
        "fail" => Check::Fail,
        "softfail" | "neutral" => Check::Neutral,
        "none" => Check::None,
        "temperror" => Check::NotAnswered,
        "permerror" => Check::Unreadable,
        other => panic!("the suite wants {other}"),
    }
}

/// What we answer to each case of a scenario, and what the suite allows.
async fn play(scenario: Scenario) -> Vec<(String, Check, Vec<Check>)> {
    let records = scenario
        .zone
        .iter()
        .map(|entry| (entry.name.clone(), entry.data()));
    let zone = Zone::play(records.collect(), &scenario.silent).await;
    let origins = Origins::new(Some(zone.address())).expect("somebody to ask");
    let judging = scenario.tests.iter().map(|case| judge(&origins, case));
    let answers = join_all(judging).await.into_iter().zip(&scenario.tests);
    let all = answers.map(|(ours, case)| {
        let allowed = case.results.iter().map(|result| check_of(result)).collect();
        (format!("{}: {}", scenario.description, case.name), ours, allowed)
    });
    all.collect()
}

async fn judge(origins: &Origins, case: &Case) -> Check {
    let client = Client {
        ip: case.client.parse().expect("an address"),
        hello: case.hello.clone(),
    };
    let from = EmailAddress::parse("nobody@from.example").expect("an address");
    let raw = b"From: nobody@from.example\r\n\r\nx\r\n";
    origins
        .check(raw, &from, Some(&client), &case.return_path)
        .await
        .spf
}

async fn suite() -> Vec<Scenario> {
    let mut program = python();
    program
        .arg("tests/independent/spf_suite.py")
        .arg(unpacked("pyspf-2.0.14").join("test/rfc7208-tests.yml"));
    let (good, said) = run(program).await;
    assert!(good, "{said}");
    let lines = said
        .lines()
        .map(|line| serde_json::from_str(line).expect("a scenario"));
    lines.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn we_answer_as_the_suite_of_rfc_7208_wants_and_never_pass_what_it_does_not() {
    let playing = suite()
        .await
        .into_iter()
        .map(|scenario| tokio::spawn(play(scenario)));
    let (mut cases, mut passed, mut found) = (0, Vec::new(), BTreeSet::new());
    for answers in playing.collect::<Vec<_>>() {
        for (name, ours, allowed) in answers.await.expect("played") {
            cases += 1;
            if allowed.contains(&ours) {
                continue;
            }
            if ours == Check::Pass {
                passed.push(name.clone());
            }
            found.insert((name, ours.as_str()));
        }
    }
    assert_eq!(cases, CASES);
    assert!(passed.is_empty(), "passed, and must not: {passed:#?}");
    let listed = DEVIATING
        .iter()
        .map(|(name, ours, _)| ((*name).to_owned(), ours.as_str()));
    assert_eq!(
        found,
        listed.collect(),
        "what deviates, and what is listed as deviating"
    );
}
