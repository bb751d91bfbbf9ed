//! DKIM and DMARC: a table of messages that `dkimpy` signs, judged by it and `authheaders`, and by us, with the same DNS.

use std::collections::BTreeSet;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::address::EmailAddress;
use futures_util::future::join_all;
use harness::python::{python, run};
use harness::zone::{Data, Zone};
use mail::inbound::{self, Bounds};
use mail::origin::{Check, Client, Origins, Verdict};
use serde::Deserialize;

use super::unpacked;

/// Cases of the table; with fewer something was not made.
const CASES: usize = 113;

/// A case, the check, what is found, and why that is otherwise than the RFCs want.
type Deviation = (&'static str, &'static str, &'static str, &'static str);

/// Where we answer otherwise.
const OURS: &[Deviation] = &[
    ("length", "dkim", "fail", LENGTH),
    ("length", "dmarc", "fail", LENGTH),
    ("lengthended", "dkim", "fail", LENGTH),
    ("lengthended", "dmarc", "fail", LENGTH),
    ("otherservice", "dkim", "pass", KEY),
    ("otherservice", "dmarc", "pass", KEY),
    ("onlysha1", "dkim", "pass", KEY),
    ("onlysha1", "dmarc", "pass", KEY),
    ("lowercase", "dmarc", "pass", POLICY),
    ("lowercaseunsigned", "dmarc", "fail", POLICY),
    ("two", "dmarc", "pass", POLICY),
    ("twounsigned", "dmarc", "fail", POLICY),
];
const LENGTH: &str = "a signature over a part of the body (l=) lets anybody add to it; we take none";
const KEY: &str = "the key is for another service or an old hash only; still nobody but the domain's owner can sign with it";
const POLICY: &str = "two policies, or one in lower case, are none; we hold the message to one of them, and what passes is signed by \
                      the domain itself";

/// Where `dkimpy` and `authheaders` do.
const THEIRS: &[Deviation] = &[
    (
        "exactidentity",
        "dkim",
        "pass",
        "dkimpy does not read a key's flags",
    ),
    (
        "exactidentity",
        "dmarc",
        "pass",
        "dkimpy does not read a key's flags",
    ),
    ("onlysha1", "dkim", "pass", "dkimpy does not read a key's hashes"),
    ("onlysha1", "dmarc", "pass", "dkimpy does not read a key's hashes"),
    (
        "ownorg",
        "dmarc",
        "pass",
        "authheaders aligns by public suffixes, not by psd=",
    ),
    (
        "registry",
        "dmarc",
        "pass",
        "authheaders aligns by public suffixes, not by psd=",
    ),
    (
        "severalforeign",
        "dmarc",
        "pass",
        "authheaders holds each sender to its policy, as RFC 7489 allowed",
    ),
    ("silentkey", "dkim", "fail", "dkimpy takes no answer for no key"),
    ("silentkey", "dmarc", "fail", "dkimpy takes no answer for no key"),
    (
        "spfsilent",
        "dmarc",
        "fail",
        "authheaders takes what is not pass for a failure",
    ),
    (
        "twofroms",
        "dkim",
        "fail",
        "dkimpy wants every From signed, also where the signature names one",
    ),
    (
        "twofroms",
        "dmarc",
        "fail",
        "as authheaders finds a sender that is held to no policy and one without a signature",
    ),
];

#[derive(Deserialize)]
struct Case {
    name: String,
    mail: String,
    return_path: String,
    zone: Vec<(String, Texts)>,
    silent: Vec<String>,
    dkim: String,
    dmarc: String,
}

/// One text of a name, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Found {
    name: String,
    dkim: String,
    dmarc: String,
}

impl Case {
    fn records(&self) -> Vec<(String, Data)> {
        let all = self.zone.iter().flat_map(|(at, texts)| {
            let texts = match texts {
                Texts::One(text) => std::slice::from_ref(text),
                Texts::Several(texts) => texts.as_slice(),
            };
            texts.iter().map(move |text| (at.clone(), Data::text(text)))
        });
        all.collect()
    }
}

fn word(check: Check) -> &'static str {
    match check {
        Check::Pass => "pass",
        Check::Fail | Check::Neutral | Check::Unreadable => "fail",
        Check::None => "none",
        Check::NotAnswered => "unknown",
    }
}

/// What we find, and whether we take the message for its sender's.
async fn judge(origins: &Origins, case: &Case) -> (Verdict, bool) {
    let raw = STANDARD.decode(&case.mail).expect("base64");
    let read = inbound::read(&raw, Some(&case.return_path), &Bounds::default()).expect("an ordinary message");
    let nobody = EmailAddress::parse("nobody@nowhere.example").expect("an address");
    let client = Client {
        ip: "192.0.2.7".parse().expect("an address"),
        hello: "mail.haven.example".to_owned(),
    };
    let from = read.from.as_ref().unwrap_or(&nobody);
    let verdict = origins.check(&raw, from, Some(&client), &case.return_path).await;
    (
        verdict,
        read.from.is_some() && read.doubts.is_empty() && verdict.names_its_sender(),
    )
}

async fn python_says(words: &[&str], input: &[u8]) -> Vec<String> {
    let mut given = tempfile::tempfile().expect("a file");
    given.write_all(input).expect("written");
    std::io::Seek::rewind(&mut given).expect("to its beginning");
    let mut program = python();
    program
        .arg("tests/independent/origins.py")
        .args(words)
        .stdin(given);
    let (good, said) = run(program).await;
    assert!(good, "{said}");
    said.lines().map(str::to_owned).collect()
}

/// What differs from what the RFCs want, as the lists name it.
fn differing<'c>(case: &'c Case, dkim: &'c str, dmarc: &'c str) -> Vec<(&'c str, &'c str, &'c str)> {
    let pairs = [("dkim", dkim, &case.dkim), ("dmarc", dmarc, &case.dmarc)];
    let differing = pairs.into_iter().filter(|(_, found, wanted)| found != wanted);
    differing
        .map(|(check, found, _)| (case.name.as_str(), check, found))
        .collect()
}

fn listed(deviations: &[Deviation]) -> BTreeSet<(&str, &str, &str)> {
    let short = deviations
        .iter()
        .map(|(name, check, found, _)| (*name, *check, *found));
    short.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn we_judge_a_table_of_signatures_and_policies_as_dkimpy_and_authheaders_do() {
    unpacked("dkimpy-1.1.8");
    let lines = python_says(&["make"], b"").await;
    let cases: Vec<Case> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect();
    assert_eq!(cases.len(), CASES);
    let records = cases.iter().flat_map(Case::records).collect();
    let silent: Vec<_> = cases.iter().flat_map(|case| case.silent.clone()).collect();
    let zone = Zone::play(records, &silent).await;
    let origins = Origins::new(Some(zone.address())).expect("somebody to ask");
    let port = zone.address().port().to_string();
    let input = lines.join("\n");
    let words = ["judge", port.as_str()];
    let judging = join_all(cases.iter().map(|case| judge(&origins, case)));
    let (theirs, ours) = tokio::join!(python_says(&words, input.as_bytes()), judging);
    let theirs: Vec<Found> = theirs
        .iter()
        .map(|line| serde_json::from_str(line).expect("a verdict"))
        .collect();
    assert_eq!(theirs.len(), cases.len());
    let (mut ours_differ, mut theirs_differ) = (BTreeSet::new(), BTreeSet::new());
    for ((case, (verdict, believed)), found) in cases.iter().zip(&ours).zip(&theirs) {
        assert_eq!(case.name, found.name);
        ours_differ.extend(differing(case, word(verdict.dkim), word(verdict.dmarc)));
        theirs_differ.extend(differing(case, &found.dkim, &found.dmarc));
        let may = match case.dmarc.as_str() {
            "pass" => true,
            // A domain without a policy: its own signature is what there is.
            "none" => case.dkim == "pass",
            _ => false,
        };
        let known = listed(OURS).contains(&(case.name.as_str(), "dmarc", "pass"));
        assert!(
            may || known || !believed,
            "{} is taken for its sender's",
            case.name
        );
    }
    assert_eq!(ours_differ, listed(OURS), "where we differ, and what is listed");
    assert_eq!(
        theirs_differ,
        listed(THEIRS),
        "where they differ, and what is listed"
    );
}
