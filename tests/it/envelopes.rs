//! Law 1 as a property: whatever stands in whatever field, an envelope has one recipient, and it is the address that
//! was verified. Counted at a real SMTP server by its RCPT commands.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use domain::address::EmailAddress;
use flows::import::{self, Format};
use harness::case::{self, defendant, not_charged, over, safe};
use harness::database::sqlite;
use harness::gateway::{APPROVER, MAIL_DOMAIN, OFFICER, TestGateway};
use harness::mails::Mail;
use mail::catcher::{Catcher, CatcherConfig, Caught, Fault, Faults, Sink};
use mail::compose::{Composed, Outgoing, compose};
use mail::relay::{Outcome, Relay, RelayConfig, TlsPolicy};
use mail::return_path::{ReturnPath, ReturnPathKey, make};
use mail::tls::{Identity, Roots, TlsMode};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const PEOPLE: u32 = 150;
const HEADERS: u32 = 400;
/// What could make two recipients of one, or a header of a value.
const HOSTILE: [&str; 24] = [
    "thief@elsewhere.test",
    ",",
    ";",
    " ",
    "\r\n",
    "\n",
    "\r",
    "\0",
    "<",
    ">",
    "\"",
    "(x)",
    "@",
    ":",
    "\\",
    "%40",
    "RCPT TO:<thief@elsewhere.test>",
    "\r\nBcc: thief@elsewhere.test",
    "\r\n.\r\nMAIL FROM:<>",
    "=?utf-8?q?=0a?=",
    "\u{202e}",
    "\u{2028}",
    "ü",
    "xn--80ak6aa92e",
];

fn runner(cases: u32, seed: u8) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

/// This text, or now and then one with hostile pieces in it.
fn text(plain: &'static str) -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec((prop::sample::select(&HOSTILE[..]), any::<bool>()), 1..4);
    let hostile = pieces.prop_map(move |pieces| {
        let mut text = plain.to_owned();
        for (piece, before) in pieces {
            text = if before {
                format!("{piece}{text}")
            } else {
                format!("{text}{piece}")
            };
        }
        text
    });
    prop_oneof![9 => Just(plain.to_owned()), 1 => hostile]
}

/// The changes that a hostile row and a hostile event make.
fn person() -> impl Strategy<Value = (Value, Value)> {
    let names = (
        text("maren@inbox.example"),
        text("Maren Holloway"),
        text("Maren"),
        text("the victim"),
    );
    let others = (
        text("sorrel@refuge.example"),
        text("Sorrel Adeyemi"),
        text("corin@elsewhere.example"),
        text("hedge"),
    );
    let event = (
        text("Rape"),
        text("It could not be proved."),
        text("Ishaan Merrick"),
    );
    (names, others, event).prop_map(|((email, legal, preferred, said_by), (adviser, name, theirs, word), event)| {
        let row = json!({
            "email": over(safe(email), &json!({"said_by": said_by})), "legal_name": legal, "preferred_name": preferred,
            "code_word": word, "defendants": [defendant(&json!({"emails": [theirs]}))],
            "adviser": {"name": name, "service": "Safe Ground", "email": adviser, "transport": "aligned-tls-dmarc",
                "scopes": ["updates"], "from": "2026-06-01", "until": "2027-06-01"},
        });
        let (charge, reasons, author) = event;
        let event = over(not_charged(&reasons), &json!({"charges": [charge], "reasons_author": author}));
        (row, event)
    })
}

/// Tells one person's story as far as it goes. Answers the address that was taken, if the row and the event were.
async fn tell(gateway: &TestGateway, number: usize, row: &Value, event: &Value) -> Option<String> {
    let of_case = json!({"urn": format!("01NE{number:05}26"), "victim_ref": format!("V-{number}")});
    let (row, event) = (
        case::case(&over(row.clone(), &of_case)),
        case::event(number, &over(event.clone(), &of_case)),
    );
    let (_, record) = import::cases(row.as_bytes(), Format::JsonLines).next()?.ok()?;
    gateway
        .flows
        .add_case("operator", &record)
        .await
        .expect("what was read is taken");
    let given: Value = serde_json::from_str(&row).expect("JSON");
    let (_, event) = import::events(event.as_bytes(), Format::JsonLines).next()?.ok()?;
    gateway
        .flows
        .record_events("operator", &[event])
        .await
        .expect("it is recorded");
    gateway.flows.compose_drafts(OFFICER, 10).await.expect("drafts");
    let (local, domain) = given["email"]["value"].as_str()?.split_once('@')?;
    Some(format!("{local}@{}", domain.to_ascii_lowercase()))
}

#[test]
fn whatever_stands_in_whatever_field_each_mail_has_one_recipient_the_verified_one() {
    let runtime = Runtime::new().expect("a runtime");
    let database = runtime.block_on(sqlite());
    let gateway = runtime.block_on(TestGateway::new(&database, Faults::Always(Fault::None)));
    let number = std::cell::Cell::new(0);
    let refused = std::cell::RefCell::new(BTreeSet::new());
    let played = runner(PEOPLE, 3).run(&person(), |(row, event)| {
        number.set(number.get() + 1);
        runtime.block_on(async {
            gateway.clock().set("2026-11-23T09:00:00Z");
            let before = gateway.caught().len();
            let address = tell(&gateway, number.get(), &row, &event).await;
            for draft in gateway.flows.list_drafts(1000).await.expect("drafts") {
                // What holds another person's address, say, is refused, and stays so.
                if !refused.borrow().contains(&draft.id)
                    && gateway.flows.approve_draft(APPROVER, &draft.id).await.is_err()
                {
                    refused.borrow_mut().insert(draft.id);
                }
            }
            gateway.clock().set("2026-11-23T12:00:00Z");
            gateway.deliver_all().await;
            let (caught, seen) = (gateway.caught(), gateway.seen());
            prop_assert_eq!(seen.transactions, seen.recipients, "one RCPT to one MAIL");
            prop_assert!(caught.len() <= before + 1, "one mail at the most");
            for mail in &caught[before..] {
                prop_assert_eq!(
                    &mail.recipients,
                    std::slice::from_ref(address.as_ref().expect("an address"))
                );
                let mail = Mail::read(mail);
                prop_assert_eq!(mail.to(), [mail.recipient]);
                let headers = mail.headers();
                prop_assert!(
                    !headers.iter().any(|name| name == "bcc" || name == "cc"),
                    "{:?}",
                    headers
                );
            }
            Ok(())
        })
    });
    played.expect("one recipient each");
    let caught = gateway.caught().len();
    assert!(
        caught >= 40,
        "{caught} of {PEOPLE} were written to: too few to mean anything"
    );
    assert_eq!(gateway.seen().bare_line_ends, 0);
}

/// The names of the headers of a mail of ours, each once; a value that made another would show here.
const OURS: [&str; 9] = [
    "content-language",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
    "content-transfer-encoding",
];

/// A relay to a catcher of its own, which keeps the mail that came last.
async fn post_office() -> (Catcher, Relay, Arc<Mutex<Vec<Caught>>>) {
    let identity = Identity::self_signed_from_system_randomness(&["localhost"]).expect("a certificate");
    let roots = Roots::Only(identity.cert_pem.clone());
    let last = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&last);
    let catcher = Catcher::start(CatcherConfig {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        identity,
        sink: Sink::Call(Arc::new(move |mail| {
            *keep.lock().unwrap_or_else(PoisonError::into_inner) = vec![mail];
            Ok(())
        })),
        faults: Faults::Always(Fault::None),
        mode: TlsMode::StartTls,
        account: None,
    });
    let catcher = catcher.await.expect("the catcher listens");
    let relay = Relay::new(RelayConfig {
        host: Ipv4Addr::LOCALHOST.to_string(),
        port: catcher.local_addr().port(),
        hello_name: MAIL_DOMAIN.to_owned(),
        tls: TlsPolicy::Required {
            server_name: "localhost".to_owned(),
            roots,
            mode: TlsMode::StartTls,
        },
        sign_in: None,
        timeout_ms: 10_000,
        connections_max: 1,
    });
    (catcher, relay.expect("a relay"), last)
}

/// What is tried in one mail: sender's name, subject, address, words, identifier, language.
type Tried = (String, String, String, String, String, String);

fn composed(tried: &Tried, from: &EmailAddress, back: &ReturnPath) -> Option<Composed> {
    let (name, subject, to, words, id, language) = tried;
    let to = EmailAddress::parse(to).ok()?;
    let (message_id, html) = (format!("<{id}@{MAIL_DOMAIN}>"), format!("<p>{words}</p>"));
    let outgoing = Outgoing {
        from_name: name,
        from,
        to: &to,
        subject,
        text: words,
        html: &html,
        message_id: &message_id,
        date: "2026-11-23T09:00:00Z".parse().expect("an instant"),
        auto_submitted: false,
        return_path: back,
        language,
        conversation: None,
    };
    compose(&outgoing).ok()
}

/// Tries so many mails with hostile values, each of which is refused or arrives as one of ours at one recipient.
/// Answers how many arrived.
pub(crate) fn try_headers(cases: u32, seed: u8) -> u64 {
    let runtime = Runtime::new().expect("a runtime");
    let (catcher, relay, last) = runtime.block_on(post_office());
    let back = make(
        &ReturnPathKey::new(&[7; 32]),
        "0123456789abcdef0123456789abcdef",
        MAIL_DOMAIN,
    );
    let back = back.expect("a return path");
    let from = EmailAddress::parse("messages@gateway.example").expect("an address");
    let values = (
        text("Messages"),
        text("A message for you"),
        text("maren@inbox.example"),
        text("Dear Maren"),
        text("id-1"),
        text("en"),
    );
    let played = runner(cases, seed).run(&values, |tried| {
        let Some(mail) = composed(&tried, &from, &back) else {
            return Ok(());
        };
        let before = catcher.seen();
        let outcome = runtime.block_on(async {
            relay
                .ready()
                .await
                .expect("the catcher answers")
                .send(&mail)
                .await
        });
        prop_assert!(matches!(outcome, Outcome::Accepted { .. }), "{:?}", outcome);
        let after = catcher.seen();
        prop_assert_eq!(after.transactions - before.transactions, 1);
        prop_assert_eq!(after.recipients - before.recipients, 1);
        prop_assert_eq!(after.bare_line_ends, 0);
        let caught = last.lock().unwrap_or_else(PoisonError::into_inner);
        let mail = Mail::read(&caught[0]);
        let address = EmailAddress::parse(&tried.2).expect("it was composed with it");
        prop_assert_eq!(mail.recipient, address.reveal());
        prop_assert_eq!(mail.to(), [mail.recipient]);
        prop_assert_eq!(mail.subject(), tried.1.as_str());
        let mut headers = mail.headers();
        headers.sort_unstable();
        prop_assert!(headers.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", headers);
        prop_assert!(
            headers.iter().all(|name| OURS.contains(&name.as_str())),
            "{:?}",
            headers
        );
        Ok(())
    });
    played.expect("one recipient each");
    catcher.seen().messages
}

#[test]
fn whatever_stands_in_a_header_each_mail_has_one_recipient_and_no_header_of_its_own_making() {
    let arrived = try_headers(HEADERS, 5);
    assert!(
        arrived >= 150,
        "{arrived} of {HEADERS} left: too few to mean anything"
    );
}
