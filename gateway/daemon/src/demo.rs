//! `gateway demo`: the invented cases, played against a mail catcher that speaks real SMTP with TLS.
//!
//! Headless, it plays in simulated time: it jumps from due moment to due moment until nothing is left to do
//! without a person. The demo's staff approve what the rules let them; nobody invents reasons or consent.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use domain::event::Event;
use domain::time::Clock as _;
use flows::import::{self, Format};
use flows::{Gateway, Recorded};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use mail::catcher::{Catcher, CatcherConfig, Fault as MailFault, Faults, Sink};
use mail::relay::{Relay, RelayConfig, TlsPolicy};
use mail::tls::{Identity, Roots};
use serde_json::{Value, json};

use crate::chance::SetClock;
use crate::commands::Context;
use crate::house;
use crate::print::{self, Fault};

const CASES: &str = "tests/sample/cases.jsonl";
const EVENTS: &str = "tests/sample/events.jsonl";
const BATCH: usize = 256;
const CATCHER_HOST: &str = "localhost";

/// 09:00 in London on 23 November 2026.
fn first_morning() -> Result<Timestamp, Fault> {
    let london = domain::calendar::london();
    let zoned = date(2026, 11, 23)
        .at(9, 0, 0, 0)
        .to_zoned(london)
        .map_err(|fault| Fault::no(fault.to_string()))?;
    Ok(zoned.timestamp())
}

/// Runs the demo.
pub async fn run(context: &Context, headless: bool) -> Result<u8, Fault> {
    let clock = SetClock::at(first_morning()?);
    let gateway = house::open_demo(&context.house, &context.dir, Box::new(clock.clone())).await?;
    // A demo that was stopped goes on where it was; its time never goes back.
    if let Some(last) = gateway.last_recorded_at().await? {
        clock.set(last);
    }
    let caught = context.dir.join("caught");
    let (catcher, relay) = post_office(&caught).await?;
    let summary = play(context, &gateway, &clock, &relay).await?;
    if context.json {
        print::json(&summary);
    } else {
        show(&summary, &caught);
    }
    if !headless {
        print::note(&format!(
            "The caught mail lies in {}. Stop with Ctrl-C.",
            caught.display()
        ));
        tokio::signal::ctrl_c()
            .await
            .map_err(|fault| Fault::no(fault.to_string()))?;
    }
    catcher.stop().await;
    Ok(0)
}

/// A catcher on loopback with a certificate of its own, and the relay that trusts that one alone.
async fn post_office(caught: &Path) -> Result<(Catcher, Relay), Fault> {
    fs::create_dir_all(caught).map_err(|fault| Fault::input(format!("{}: {fault}", caught.display())))?;
    let identity = Identity::self_signed_from_system_randomness(&[CATCHER_HOST])
        .map_err(|fault| Fault::no(fault.to_string()))?;
    let roots = Roots::Only(identity.cert_pem.clone());
    let catcher = Catcher::start(CatcherConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        identity,
        sink: Sink::Folder(caught.to_path_buf()),
        faults: Faults::Always(MailFault::None),
    })
    .await
    .map_err(|fault| Fault::no(fault.to_string()))?;
    let relay = Relay::new(RelayConfig {
        host: "127.0.0.1".to_owned(),
        port: catcher.local_addr().port(),
        hello_name: "gateway.example".to_owned(),
        tls: TlsPolicy::Required {
            server_name: CATCHER_HOST.to_owned(),
            roots,
        },
        timeout_ms: 30_000,
        connections_max: house::CONNECTIONS_MAX,
    })
    .map_err(|fault| Fault::no(fault.to_string()))?;
    Ok((catcher, relay))
}

/// Reads, plays, verifies, counts.
async fn play(context: &Context, gateway: &Gateway, clock: &SetClock, relay: &Relay) -> Result<Value, Fault> {
    gateway.vet_templates("tom.ellis", "ruth.okafor", None).await?;
    let calendar = house::texts(&context.house)?.calendar_text;
    gateway.change_calendar("operator", &calendar).await?;
    let mut refused = add_cases(context, gateway).await?;
    let mut events = read_events(context, &mut refused)?;
    let read = events.len();
    events.sort_by(|a, b| (a.occurred_at, &a.source_event_id).cmp(&(b.occurred_at, &b.source_event_id)));
    let mut coming = events.into_iter().peekable();
    loop {
        let now = clock.now();
        let mut happened = Vec::new();
        while let Some(event) = coming.next_if(|event| event.occurred_at <= now) {
            happened.push(event);
        }
        for batch in happened.chunks(BATCH) {
            let answers = gateway.record_events("operator", batch).await?;
            refused += answers
                .iter()
                .filter(|answer| matches!(answer, Recorded::Refused(_)))
                .count();
        }
        work(gateway, relay).await?;
        let next_event = coming.peek().map(|event| event.occurred_at);
        let Some(next) = next_event
            .into_iter()
            .chain(gateway.next_delivery_at().await?)
            .min()
        else {
            break;
        };
        clock.set(next.max(now + SignedDuration::from_micros(1)));
    }
    let counts = gateway.counts().await?;
    let verified = gateway.verify_log().await?;
    if verified.root != counts.log.root || verified.size != counts.log.size {
        return Err(Fault::no(
            "the contact log's root does not recompute from its entries",
        ));
    }
    let mut summary = serde_json::to_value(&counts).map_err(|fault| Fault::no(fault.to_string()))?;
    summary["events"] = json!({ "read": read, "refused": refused });
    let forgotten = gateway.find_forgotten().await?;
    if !forgotten.is_empty() {
        return Err(Fault::no(format!(
            "{} obligations are open with nothing under way; law 6 is broken",
            forgotten.len()
        )));
    }
    Ok(summary)
}

/// Everything that is due now: drafts, approvals, deliveries, sealing.
async fn work(gateway: &Gateway, relay: &Relay) -> Result<(), Fault> {
    loop {
        let composed = gateway.compose_drafts("operator", 256).await?;
        if composed.drafted + composed.waiting == 0 {
            break;
        }
    }
    loop {
        let drafts = gateway.list_drafts(256).await?;
        if drafts.is_empty() {
            break;
        }
        let mut approved = 0;
        for draft in drafts {
            match gateway.approve_draft("ruth.okafor", &draft.id).await {
                Ok(_) => approved += 1,
                // A finding of the content check, say: the draft waits for its approver, and the story goes on.
                Err(fault) if fault.kind() == flows::Kind::NotAllowed => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        if approved == 0 {
            break;
        }
    }
    while gateway.deliver_batch("demo", relay).await?.claimed > 0 {}
    gateway.seal_log().await?;
    Ok(())
}

async fn add_cases(context: &Context, gateway: &Gateway) -> Result<usize, Fault> {
    let mut refused = 0;
    for record in import::cases(open(&context.house.join(CASES))?, Format::JsonLines) {
        match record {
            Ok((_, case)) => {
                gateway.add_case("operator", &case).await?;
            }
            Err(fault) => {
                print::note(&format!("{CASES}: {fault}"));
                refused += 1;
            }
        }
    }
    Ok(refused)
}

fn read_events(context: &Context, refused: &mut usize) -> Result<Vec<Event>, Fault> {
    let mut events = Vec::new();
    for record in import::events(open(&context.house.join(EVENTS))?, Format::JsonLines) {
        match record {
            Ok((_, event)) => events.push(event),
            Err(fault) => {
                print::note(&format!("{EVENTS}: {fault}"));
                *refused += 1;
            }
        }
    }
    Ok(events)
}

fn open(path: &Path) -> Result<std::io::BufReader<fs::File>, Fault> {
    let file = fs::File::open(path).map_err(|fault| Fault::input(format!("{}: {fault}", path.display())))?;
    Ok(std::io::BufReader::new(file))
}

fn show(summary: &Value, caught: &Path) {
    let number = |path: &str| summary.pointer(path).cloned().unwrap_or_default();
    print::line(&format!(
        "Events      {} read, {} refused",
        number("/events/read"),
        number("/events/refused")
    ));
    print::line(&format!("Obligations {} raised", number("/obligations/raised")));
    print::line(&format!(
        "Messages    {} delivered, {} duties wait for a person",
        number("/messages/delivered"),
        number("/messages/waiting")
    ));
    if let Some(held) = summary.pointer("/messages/held").and_then(Value::as_object) {
        for (reason, count) in held {
            print::line(&format!("            {count} held: {reason}"));
        }
    }
    print::line(&format!("Contacts    {}", number("/contacts")));
    print::line(&format!(
        "Contact log {} entries, root {}, recomputed",
        number("/log/size"),
        number("/log/root")
    ));
    print::line(&format!("Mail        {}", caught.display()));
}
