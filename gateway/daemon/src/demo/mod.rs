//! `gateway demo`: the invented cases, played against a mail catcher that speaks real SMTP with TLS. Unless it is
//! headless it then stays up: time goes on by itself, and commands can be tried against it.
//!
//! It plays in simulated time: it jumps from due moment to due moment until nothing is left to do
//! without a person. The demo's staff approve what the rules let them; nobody invents reasons or consent.

mod house;
mod post_office;
mod staff;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use domain::event::Event;
use domain::time::Clock as _;
use flows::import::{self, Format};
use flows::{Gateway, MailRoute, Recorded, Sealer};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use mail::catcher::Catcher;
use mail::relay::Relay;
use mail::sending_domain::SendingDomain;
use serde_json::{Value, json};

use crate::chance::{MachineClock, StoryClock};
use crate::commands::Context;
use crate::config::ContactLog;
use crate::print::{self, Fault};
use crate::site::Site;
use crate::witnesses::Cosigner;
use crate::workers;

const CASES: &str = "tests/sample/cases.jsonl";
const EVENTS: &str = "tests/sample/events.jsonl";
const BATCH: usize = 256;
/// Connections to the relay.
const CONNECTIONS_MAX: usize = 8;
/// How far the story's clock is ahead of the machine's, in microseconds, while a demo stays up.
const CLOCK: &str = "clock.txt";
/// Seconds after which whatever stands still is shown to a person.
const STUCK_S: i64 = 900;

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
pub async fn run(context: &Context, listen: Option<SocketAddr>) -> Result<u8, Fault> {
    let clock = StoryClock::at(first_morning()?);
    let gateway = house::open(&context.project, &context.dir, Box::new(clock.clone())).await?;
    let log = contact_log(&context.dir);
    let files = house::log_files(&log)?;
    let (catcher, relay) = post_office(&context.dir).await?;
    let gateway = gateway.publishing(files.published(&log)).mailing(MailRoute::new(
        relay.clone(),
        SendingDomain::new("gateway.example", "gateway.example", None, None),
    ));
    let gateway = Arc::new(gateway);
    // A demo that was stopped goes on where it was; its time never goes back.
    if let Some(last) = gateway.last_recorded_at().await? {
        clock.set(last);
    }
    let cosigner = Cosigner::new(files.policy().clone())?;
    let mut sealer = crate::house::sealer(&log, files, &gateway).await?;
    let caught = context.dir.join("caught");
    let summary = play(context, &gateway, &mut sealer, &clock, &relay).await?;
    if context.json {
        print::json(&summary);
    } else {
        show(&summary, &caught);
    }
    if let Some(listen) = listen {
        house::open_accounts(&gateway).await?;
        let web = house::web(&context.project, &context.dir, listen)?;
        let site = Site::open(&web, Arc::clone(&gateway))?;
        show_ways_in(&gateway, &web.origin).await?;
        stay_up(context, gateway, (sealer, cosigner), &clock, (relay, site)).await?;
    }
    catcher.stop().await;
    Ok(0)
}

/// A mail catcher of this process's own that keeps what it catches in the demo's folder, and the relay to it.
pub async fn post_office(dir: &Path) -> Result<(Catcher, Relay), Fault> {
    post_office::open(&dir.join("caught")).await
}

/// Where the contact log of a demo folder is.
pub fn contact_log(dir: &Path) -> ContactLog {
    house::contact_log(dir)
}

/// Opens the gateway of a demo folder for one command, at the hour it is in the story.
pub async fn open(context: &Context) -> Result<Gateway, Fault> {
    let clock = StoryClock::at(MachineClock.now());
    let gateway = house::open(&context.project, &context.dir, Box::new(clock.clone())).await?;
    if let Some(ahead) = fs::read_to_string(context.dir.join(CLOCK))
        .ok()
        .and_then(|text| text.trim().parse().ok())
    {
        clock.run_ahead(ahead);
    } else {
        if let Some(last) = gateway.last_recorded_at().await? {
            clock.set(last);
        }
        clock.run();
    }
    Ok(gateway)
}

/// One person for each role, with a link that sets up their passkey.
async fn show_ways_in(gateway: &Gateway, origin: &str) -> Result<(), Fault> {
    print::note(&format!(
        "The pages are at {origin}; the certificate is the demo's own, so the browser warns. Each link sets up one \
         person's passkey, once:"
    ));
    for (user, who) in [
        ("vlo-north-east-1", "a Victim Liaison Officer"),
        ("ruth.okafor", "a VLO manager"),
        ("ines.hart", "an auditor"),
        ("operator", "an administrator"),
    ] {
        let account = gateway.find_account("operator", user).await?;
        let token = gateway.invite("operator", &account).await?;
        print::note(&format!("  {who:<26} {origin}/invitation/{}", *token));
    }
    Ok(())
}

/// After the story time goes on by itself, the workers run, and the commands can be tried from another
/// terminal. Nobody approves by themselves any more.
async fn stay_up(
    context: &Context,
    gateway: Arc<Gateway>,
    at_the_log: (Sealer, Cosigner),
    clock: &StoryClock,
    (relay, site): (Relay, Site),
) -> Result<(), Fault> {
    let file = context.dir.join(CLOCK);
    fs::write(&file, clock.run().to_string())
        .map_err(|fault| Fault::input(format!("{}: {fault}", file.display())))?;
    print::note(&format!(
        "It is {} in the story, and the workers run. Try the commands of README.md from another terminal, with \
         --dir {} where it is not var/demo. Stop with Ctrl-C.",
        clock
            .now()
            .to_zoned(domain::calendar::london())
            .strftime("%H:%M on %-d %B %Y"),
        context.dir.display()
    ));
    workers::run(
        gateway,
        relay,
        at_the_log,
        None,
        STUCK_S,
        (Some(site), None, Vec::new()),
    )
    .await
}

/// Reads, plays, verifies, counts.
async fn play(
    context: &Context,
    gateway: &Gateway,
    sealer: &mut Sealer,
    clock: &StoryClock,
    relay: &Relay,
) -> Result<Value, Fault> {
    gateway.vet_templates("tom.ellis", "ruth.okafor", None).await?;
    gateway.change_calendar("operator").await?;
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
        work(gateway, sealer, relay).await?;
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
async fn work(gateway: &Gateway, sealer: &mut Sealer, relay: &Relay) -> Result<(), Fault> {
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
    gateway.seal_log(sealer).await?;
    Ok(())
}

async fn add_cases(context: &Context, gateway: &Gateway) -> Result<usize, Fault> {
    let mut refused = 0;
    for record in import::cases(open_file(&context.project.join(CASES))?, Format::JsonLines) {
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
    for record in import::events(open_file(&context.project.join(EVENTS))?, Format::JsonLines) {
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

fn open_file(path: &Path) -> Result<std::io::BufReader<fs::File>, Fault> {
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
        summary
            .pointer("/log/root")
            .and_then(Value::as_str)
            .unwrap_or_default()
    ));
    print::line(&format!("Mail        {}", caught.display()));
}
